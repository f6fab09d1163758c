"""Rows become variants, or errors that say how to fix them."""

from pathlib import Path

import pytest

from ingestion.rows import CatalogueRow
from tests.ingestion.sheets import parse, parse_text, workbook_file


def only(tmp_path: Path, text: str) -> CatalogueRow:
    parsed = parse_text(tmp_path, text)
    assert parsed.errors == []
    assert len(parsed.rows) == 1
    return parsed.rows[0]


def codes(tmp_path: Path, text: str) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in parse_text(tmp_path, text).errors]


def test_a_whole_row(tmp_path: Path) -> None:
    row = only(
        tmp_path,
        "Código;Producto;Marca;Rubro;Valor;Cant.;U.M.;EAN;Talla;Color;Detalle;Alias;Foto\n"
        "007;  Polera\u200b  básica ;Faena;Ropa;$ 6.990.-;12 un;unidad;7800000000017;M;negro;Algodón;"
        '"remera, playera";https://x.example/a.jpg\n',
    )
    assert row == CatalogueRow(
        row=2, sku="007", name="Polera básica", price=row.price, stock=12, brand="Faena", category="Ropa",
        description="Algodón", barcode="7800000000017", unit="unidad", synonyms=("remera", "playera"),
        image_url="https://x.example/a.jpg", options={"talla": "M", "color": "negro"},
        product_key="007",
    )  # fmt: skip
    assert row.price == 6990


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        ("A2;;990;1", [("Nombre", "NAME_MISSING")]),
        ("A2;---;990;1", [("Nombre", "NAME_MISSING")]),
        ("A2;Martillo;;1", [("Precio", "PRICE_MISSING")]),
        ("A2;Martillo;consultar;1", [("Precio", "PRICE_ON_REQUEST")]),
        ("A2;Martillo;0;1", [("Precio", "PRICE_NOT_POSITIVE")]),
        ('A2;Martillo;"1,990";1', [("Precio", "PRICE_AMBIGUOUS")]),
        ("A2;Martillo;990;varios", [("Stock", "STOCK_INVALID")]),
        ("a1;Martillo;990;1", [("SKU", "SKU_DUPLICATE")]),
        (f"{'A' * 65};Martillo;990;1", [("SKU", "SKU_TOO_LONG")]),
        ("7,80E+12;Martillo;990;1", [("SKU", "SKU_DAMAGED")]),
        ("A2;Martillo", [("Precio", "ROW_TOO_SHORT")]),
        ("A2;Martillo;990;1;5", [("Precio", "ROW_TOO_LONG")]),
        (";-;990;x y", [("Nombre", "NAME_MISSING"), ("Stock", "STOCK_INVALID")]),
    ],
)  # fmt: skip
def test_a_bad_row_stays_out_and_the_others_go_in(tmp_path: Path, row: str, errors: list[tuple[str, str]]) -> None:
    text = f"SKU;Nombre;Precio;Stock\nA1;Clavo;50;10\n{row}\nA9;Sierra;7.990;2\n"
    parsed = parse_text(tmp_path, text)
    assert [r.sku for r in parsed.rows] == ["A1", "A9"]
    assert [(e.row, e.column, e.code) for e in parsed.errors] == [(3, *error) for error in errors]


def test_messages_say_what_was_found_and_what_to_do(tmp_path: Path) -> None:
    parsed = parse_text(tmp_path, "SKU;Nombre;Precio\nA;Clavo;{0}\nB;Tuerca;1,990\nb;Perno;50\n")
    assert [error.message for error in parsed.errors] == [
        "No entiendo el precio «{0}». Escribe un número, por ejemplo 12990.",
        "El precio «1,990» puede ser 1990 o 1,990. Escríbelo sin puntos ni comas: 1990.",
        "El código «b» ya está en la fila 3. Usa un código distinto para cada fila.",
    ]


def test_rows_keep_the_files_own_numbers(tmp_path: Path) -> None:
    text = 'SKU;Nombre;Precio\n\nA;"Clavo\nde dos";50\n;;\nB;Perno;x\n'
    parsed = parse_text(tmp_path, text)
    assert [(row.row, row.name) for row in parsed.rows] == [(3, "Clavo de dos")]
    assert parsed.errors[0].row == 5


def test_stock_column_absent_empty_and_spoken(tmp_path: Path) -> None:
    assert only(tmp_path, "Nombre;Precio\nClavo;50\n").stock is None
    parsed = parse_text(tmp_path, "Nombre;Precio;Stock\nClavo;50;\nPerno;50;Si\nTuerca;50;agotado\n")
    assert [row.stock for row in parsed.rows] == [0, None, 0]


def test_totals_and_repeated_headers_are_no_rows(tmp_path: Path) -> None:
    text = (
        "SKU;Nombre;Precio;Stock\nA;Clavo;50;1\nSKU;Nombre;Precio;Stock\nB;Total Clean;990;1\n"
        "Subtotal;;1.040;2\n;TOTAL:;1.040;2\n"
    )
    parsed = parse_text(tmp_path, text)
    assert [row.name for row in parsed.rows] == ["Clavo", "Total Clean"]
    assert parsed.errors == []


def test_a_brand_called_total_is_a_brand(tmp_path: Path) -> None:
    assert only(tmp_path, "Marca;Nombre;Precio\nTotal;Aceite 5W30;9.990\n").brand == "Total"


def test_without_a_code_column_codes_are_made_and_stay_the_same(tmp_path: Path) -> None:
    text = "Nombre;Precio;Talla\nPolera;990;S\nPolera;990;M\nCodo 1/2;50;\nCodo 1 2;50;\nÁrbol;5;\n"
    parsed = parse_text(tmp_path, text)
    assert parsed.errors == []
    skus = {row.row: row.sku for row in parsed.rows}
    assert (skus[2], skus[3], skus[6]) == ("polera-s", "polera-m", "arbol")
    assert len(set(skus.values())) == 5
    lines = text.splitlines()
    shuffled = parse_text(tmp_path, "\n".join([lines[0], *reversed(lines[1:])]))
    assert {row.sku for row in shuffled.rows} == set(skus.values())


def test_a_row_that_leaves_its_code_blank_is_known_by_its_name(tmp_path: Path) -> None:
    parsed = parse_text(tmp_path, "SKU;Nombre;Precio\nA1;Clavo;50\n;Martillo;990\nS/C;Sierra;1990\n-;Perno;60\n")
    assert parsed.errors == []
    assert [row.sku for row in parsed.rows] == ["A1", "martillo", "sierra", "perno"]


@pytest.mark.parametrize(
    ("text", "rows", "errors"),
    [
        # One product at two prices: nobody knows which is right.
        ("Nombre;Precio\nClavo;50\nCLAVO;60\n", {}, ["2 Nombre SKU_TWO_PRICES", "3 Nombre SKU_TWO_PRICES"]),
        ("SKU;Nombre;Precio\nA;Clavo;50\nB;Tuerca;5\na;clavo;60\n", {"B": None},
         ["2 SKU SKU_TWO_PRICES", "4 SKU SKU_TWO_PRICES"]),
        # Two counts, and nothing that says whether they are of two places.
        ("SKU;Nombre;Precio;Stock\nA;Clavo;50;4\nA;Clavo;50;9\n", {}, ["2 SKU SKU_TWO_COUNTS", "3 SKU SKU_TWO_COUNTS"]),
        ("SKU;Nombre;Precio;Stock;Local\nA;Clavo;50;4;Sur\nA;Clavo;50;9;Sur\n", {},
         ["2 SKU SKU_TWO_COUNTS", "3 SKU SKU_TWO_COUNTS"]),
        # The same, word for word.
        ("SKU;Nombre;Precio;Stock\nA;Clavo;50;4\nA;Clavo;50;4\n", {"A": 4}, []),
        # Of several places, lots or both.
        ("SKU;Nombre;Precio;Stock;Local\nA;Clavo;50;4;Sur\nA;Clavo;50;4;Norte\nA;Clavo;50;4;Sur\n", {"A": 8}, []),
        ("Nombre;Precio;Cantidad;Lote;Vence\nSuero;990;4;L1;01/2027\nSuero;990;3;L2;01/2027\n", {"suero": 7}, []),
        ("SKU;Nombre;Precio;Bodega;Stock\nA;Clavo;50;Sur;4\n;;;Norte;2\nB;Tuerca;5;Sur;1\n", {"A": 6, "B": 1}, []),
        ("SKU;Nombre;Precio;Stock;Local;Talla\nA;Bota;50;4;Sur;40\nB;Bota;50;1;Sur;41\nA;Bota;50;2;Norte;40\n",
         {"A": 6, "B": 1}, []),
        ("SKU;Nombre;Precio;Stock;Local\nA;Clavo;50;4;Sur\nA;Clavo;50;Si;Norte\n", {"A": None}, []),
        # A sum that lacks a part is none.
        ("SKU;Nombre;Precio;Stock;Local\nA;Clavo;50;4;Sur\nA;Clavo;50;varios;Norte\n", {},
         ["2 SKU SKU_BROKEN_TWIN", "3 Stock STOCK_INVALID"]),
        # Another thing under a code that is taken.
        ("SKU;Nombre;Precio;Stock\nA;Clavo;50;4\nA;Tuerca;50;4\n", {"A": 4}, ["3 SKU SKU_DUPLICATE"]),
        ("SKU;Nombre;Precio;Origen\nA;Bota;50;Chile\nA;Bota;50;Perú\n", {"A": None}, ["3 SKU SKU_DUPLICATE"]),
        # A code of the whole product: each of its variants gets its own.
        ("SKU;Nombre;Precio;Talla;Stock\nA;Bota;50;40;1\nA;Bota;60;41;2\nB;Clog;9;41;3\n",
         {"A-40": 1, "A-41": 2, "B": 3}, []),
        ("SKU;Nombre;Precio;Talla\nA;Bota;50;40\nA;Bota;60;41\na-41;Clog;9;41\n", {"A": None, "a-41": None},
         ["3 SKU SKU_DUPLICATE"]),
        ("SKU;Nombre;Precio;Talla;Stock;Local\nA;Bota;50;40;1;Sur\nA;Bota;50;41;2;Sur\nA;Bota;50;40;4;Norte\n",
         {"A-40": 5, "A-41": 2}, []),
        ("SKU;Nombre;Precio;Talla\nA;Bota;50;40\nA;Bota;50;41\nA;Bota;60;41\n", {"A-40": None},
         ["3 SKU SKU_TWO_PRICES", "4 SKU SKU_TWO_PRICES"]),
    ],
)  # fmt: skip
def test_rows_of_one_code(tmp_path: Path, text: str, rows: dict[str, int | None], errors: list[str]) -> None:
    parsed = parse_text(tmp_path, text)
    assert {row.sku: row.stock for row in parsed.rows} == rows
    assert [f"{error.row} {error.column} {error.code}" for error in parsed.errors] == errors
    assert parsed.rejected_skus.isdisjoint(row.sku.lower() for row in parsed.rows)
    assert bool(parsed.rejected_skus) == any("DUPLICATE" not in error for error in errors)


def test_derived_codes_are_never_too_long(tmp_path: Path) -> None:
    name = "palabra " * 24
    parsed = parse_text(tmp_path, f"Nombre;Precio\n{name}a;50\n{name}b;50\n")
    assert len({row.sku for row in parsed.rows}) == 2
    assert all(len(row.sku) <= 64 for row in parsed.rows)


def test_variants_of_one_product_share_a_key(tmp_path: Path) -> None:
    text = (
        "SKU;Nombre;Marca;Precio;Talla\nA;Polera;F;990;S\nB;POLERA;F;990;M\nC;Polera;G;990;S\n"
        "D;Clavo;;50;\nE;Clavo;;60;\n"
    )
    keys = {row.sku: row.product_key for row in parse_text(tmp_path, text).rows}
    assert keys["A"] == keys["B"]
    assert (keys["C"], keys["D"], keys["E"]) == ("C", "D", "E")


def test_text_is_made_safe(tmp_path: Path) -> None:
    row = only(tmp_path, "Nombre;Precio;Color\nCafe\u0301\u202e\x07 \U000e0041 ☕;50;" + "x" * 300 + "\n")
    assert row.name == "Café ☕"
    assert len(row.options["color"]) == 100


def test_numbers_of_a_workbook_are_exact(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Código", "Nombre", "Precio", "Stock"],
        [1001, "Clavo", 12990, 10],
        ["007", "Perno", 12990.0, 10.0],
        [3, "Tuerca", 1989.9999999999998, None],
        [4, "Golilla", 12.345, 1],
        [5, "Sierra", "$ 7.990", True],
        [6, "Lima", None, 1],
    ]
    parsed = parse(workbook_file(tmp_path, rows))
    assert [(row.row, row.sku, str(row.price), row.stock) for row in parsed.rows] == [
        (2, "1001", "12990", 10), (3, "007", "12990", 10), (4, "3", "1990", 0), (6, "5", "7990", None),
    ]  # fmt: skip
    assert [(e.row, e.code) for e in parsed.errors] == [(5, "PRICE_DECIMALS"), (7, "PRICE_MISSING")]


def test_the_demo_store_goes_in_whole() -> None:
    parsed = parse(Path("data/samples/ferreteria_demo.csv"))
    assert parsed.errors == []
    assert len(parsed.rows) > 100
    assert len({row.product_key for row in parsed.rows}) < len(parsed.rows)
    assert {"color", "talla", "medida"} <= {name for row in parsed.rows for name in row.options}
