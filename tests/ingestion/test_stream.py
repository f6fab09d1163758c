"""Files read in a child process: what comes back, what is refused, and at what cost."""

from pathlib import Path

import pytest

from ingestion.bad_rows import write_bad_rows
from ingestion.errors import RowError, SpreadsheetError
from ingestion.mapping import fingerprint
from ingestion.rows import CatalogueRow
from ingestion.stream import open_rows
from tests.ingestion.bombs import BOMBS, write
from tests.ingestion.sheets import parse, text_file, workbook_file

ODD = "Cosa;Monto raro;Largo\nMartillo;8990;30\nSierra;7990;40\n"


def read(path: Path, override: dict[str, str] | None = None) -> tuple[list[CatalogueRow], list[RowError]]:
    rows, errors = [], []
    with open_rows(path, path.name, override=override) as file:
        for batch in file:
            rows += batch.rows
            errors += batch.errors
    return rows, errors


def test_a_child_reads_what_its_parent_would(tmp_path: Path) -> None:
    text = "SKU;Nombre;Precio;Stock;Talla;Sinónimos\n" + "".join(
        f"P{n};Polera ñ;{n % 3 and 990};{n};S{n};remera, playera\n" for n in range(3_500)
    )
    path = text_file(tmp_path, text)
    here = parse(path)
    assert read(path) == (here.rows, here.errors)
    with open_rows(path, "lista.csv") as file:
        assert (file.row_count, file.encoding, file.export) == (3_500, "utf-8", None)
        counts = [(len(batch.rows) + len(batch.errors), batch.read_count) for batch in file]
    assert max(size for size, _ in counts) <= 1_001
    assert counts[-1][1] == 3_500


@pytest.mark.parametrize("name", ["libro.xlsx", "libro_97.xls", "libro.ods", "separador_coma.csv"])
def test_the_name_a_file_is_kept_under_does_not_matter(tmp_path: Path, name: str) -> None:
    path = tmp_path / "0b5c"
    path.write_bytes((Path("tests/payloads/spreadsheets") / name).read_bytes())
    rows, errors = read(path)
    assert (len(rows), errors) == (2, [])


def test_leaving_early_ends_the_child(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Nombre;Precio\n" + "".join(f"Clavo {n};50\n" for n in range(20_000)))
    with open_rows(path, "lista.csv") as file:
        assert next(iter(file)).rows[0].name == "Clavo 0"


def test_sheets_and_warnings_come_back(tmp_path: Path) -> None:
    path = workbook_file(tmp_path, [["Nombre", "Precio"], ["HERRAMIENTAS", None], ["Martillo", 50]], [["hola"]])
    with open_rows(path, "lista.xlsx") as file:
        rows = [row for batch in file for row in batch.rows]
    assert (file.sheets, rows[0].category) == (("Sheet",), "HERRAMIENTAS")
    assert len(file.warnings) == 2


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_for_what_it_is(tmp_path: Path, name: str) -> None:
    """Not as TOO_HEAVY, which is what becomes of a child that uses up its memory or its time."""
    with pytest.raises(SpreadsheetError) as refused, open_rows(write(tmp_path, name), "lista.csv"):
        pass
    assert refused.value.code == BOMBS[name][1]
    assert "«lista.csv»" in refused.value.message


def test_a_child_that_takes_too_much_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.stream.MEMORY_MIB", 1)
    path = text_file(tmp_path, "Nombre;Precio\n" + "".join(f"Clavo {n};50\n" for n in range(50_000)))
    with pytest.raises(SpreadsheetError) as refused, open_rows(path, "lista.csv") as file:
        list(file)
    assert refused.value.code == "TOO_HEAVY"
    assert "«lista.csv»" in refused.value.message


def test_a_child_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.stream._SECONDS", 0)
    path = text_file(tmp_path, "Nombre;Precio\n" + "".join(f"Clavo {n};50\n" for n in range(50_000)))
    with pytest.raises(SpreadsheetError) as refused, open_rows(path, "lista.csv") as file:
        list(file)
    assert refused.value.code == "TOO_HEAVY"


def test_a_refusal_while_reading_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(SpreadsheetError) as refused, open_rows(text_file(tmp_path, "a;b\n1;2\n"), "precios julio.csv"):
        pass
    assert refused.value.code in {"NO_PRICE_COLUMN", "NO_NAME_COLUMN"}


def test_the_owners_mapping_is_obeyed_and_remembered(tmp_path: Path) -> None:
    path = text_file(tmp_path, ODD)
    override = {"Monto raro": "price", "cosa": "name", "Largo": "ignore"}
    with open_rows(path, "lista.csv", override=override) as file:
        rows = [row for batch in file for row in batch.rows]
    assert [(row.name, int(row.price), row.options) for row in rows] == [("Martillo", 8990, {}), ("Sierra", 7990, {})]
    known = {fingerprint(["LARGO", "Monto raro", "Cosa"]): override}
    with open_rows(path, "otra.csv", remembered=known) as file:
        assert file.mapping.choices() == {"Cosa": "name", "Monto raro": "price", "Largo": "ignore"}


def test_bad_rows_come_back_as_a_file_that_imports_once_mended(tmp_path: Path) -> None:
    text = (
        "Código;Producto;Precio;Stock\n-A1;Martillo;8.990;4\nB2;Clavo;consultar;x\nPINTURAS;;;\n"
        "+C3;Látex;;6\n=1+1;Esmalte;5.990;1\n"
    )
    path = text_file(tmp_path, text)
    out = tmp_path / "errores.csv"
    assert write_bad_rows(path, "lista.csv", out) == 3
    content = out.read_text(encoding="utf-8-sig")
    assert content.splitlines()[0] == '"Código";"Producto";"Precio";"Stock";"Categoría";"Errores"'
    assert "No entiendo el stock «x»." in content
    assert '"\'+C3"' in content
    assert '"\'=1+1"' in content
    mended = content.replace('"consultar";"x"', '"50";"100"').replace('"Látex";""', '"Látex";"12990"')
    out.write_text(mended.replace("'=1+1", "E5"), encoding="utf-8-sig")
    rows, left = read(out)
    assert left == []
    assert [(row.sku, int(row.price), row.stock, row.category) for row in rows] == [
        ("B2", 50, 100, None), ("+C3", 12990, 6, "PINTURAS"), ("E5", 5990, 1, "PINTURAS"),
    ]  # fmt: skip
    assert all(row.options == {} for row in rows)


def test_bad_rows_of_a_workbook_keep_what_was_wrong(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Nombre", "Precio"], ["Clavo", 12.345], ["Perno", 60]]
    path = workbook_file(tmp_path, rows)
    out = tmp_path / "errores.csv"
    assert write_bad_rows(path, "lista.xlsx", out) == 1
    assert [error.code for error in read(out)[1]] == ["PRICE_AMBIGUOUS"]
