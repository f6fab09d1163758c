"""Rows that are read column by column come out as those that are read one at a time."""

import random
from pathlib import Path

import pytest

from ingestion.errors import SpreadsheetError
from ingestion.file_reader import FileReader
from ingestion.mapping import map_columns
from ingestion.rows import RowBatch
from tests.ingestion.sheets import read, text_file, workbook_file

FOLDER = Path(__file__).parents[1] / "payloads" / "spreadsheets"
# Cells of every column, most of them ordinary, for the odd ones to stand among ordinary neighbours.
CELLS = {
    "Código": ["P-{n}", "P-{n}", "p-{n}", "ab {n}", " P{n} ", "", "7,8E+12", "P-1", "p-1", "=1+1", "x" * 70, "A\\{n}",
               "ñ{n}"],
    "Nombre": ["Taladro {n}", "Polera Ñandú", "Polera ñandu", "Café\u00a0{n}", "Total", "consumo total",
               "  Clavo   {n} ",
               '"Perno" {n}', "[P-1] Perno", "(oferta) {n}", "", "=SUM(A1)", "#N/A", "l\u00ednea\n{n}", "e\u0301 {n}",
               "a\u200bb {n}", "'-5 grados", "\\n {n}"],
    "Marca": ["Bosch", "bosch ", "", "'=marca", "#REF!", "Ma\\rca", "Böhler", "a  b"],
    "Categoría": ["Herramientas", "All / Gasfitería", "A, A > B", "", "Todos los productos > Pinturas", "'+x"],
    "Precio": ["$12.990", "12990", "1,990", "990.0", "1.990,00", "consultar", "", "US$ 12", "0", "'1.990", "12,990.00"],
    "Stock": ["10", "agotado", "Si", "1,200", "1.200", "", "x", "-3", "10 un", "2.5"],
    "Talla": ["S", "M", "", "S/M/L", "38-42", "Talla: S, Color: Rojo", "S: 3, M: 2", "-", "#N/A", "s"],
    "Color": ["Rojo", "rojo", "negro/azul", "", "'=azul"],
    "Código de barras": ["7801234567890", "", "7,8E+12", "780 1234", "'0012"],
    "Descripción": ["Muy bueno {n}", "", "<b>Fuerte</b> &amp; más", "a  b", "#N/A", "tab\tdos", "\\{n}", "x" * 6_000],
    "Sinónimos": ["", "combo, mazo", "a;b\\c", "'=x"],
    "Etiquetas": ["", "oferta, nuevo"],
    "Imagen": ["", "https://a.cl/1.jpg", "https://a.cl/1.jpg, https://a.cl/2.jpg", "no es"],
}  # fmt: skip


def both(path: Path, currency: str = "CLP") -> list[tuple[object, ...]]:
    """What a file comes to: read column by column where that may be, and row by row."""
    sheet = read(path)
    mapping = map_columns(sheet.headers, sheet.sample)
    found: list[tuple[object, ...]] = []
    for sees_plain_rows in (True, False):
        reader = FileReader(sheet, mapping, currency, sees_plain_rows=sees_plain_rows)
        batches: list[RowBatch] = list(reader.batches())
        found.append((
            [row for batch in batches for row in batch.rows], [error for batch in batches for error in batch.errors],
            {sku for batch in batches for sku in batch.rejected_skus}, batches[-1].read_count if batches else 0,
            reader.survey.prices, reader.survey.stocks, reader.survey.line_count, reader.survey.shared_stock_count,
            reader.lines.headings,
        ))  # fmt: skip
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.*")), ids=lambda path: path.name)
@pytest.mark.parametrize("currency", ["CLP", "BRL"])
def test_every_payload_comes_out_the_same(path: Path, currency: str) -> None:
    try:
        by_column, by_row = both(path, currency)
    except SpreadsheetError:
        return
    assert by_column == by_row


@pytest.mark.parametrize("seed", range(40))
def test_odd_rows_among_plain_ones_come_out_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    headers = [name for name in CELLS if name in {"Nombre", "Precio"} or chance.random() < 0.7]
    oddness = chance.choice([0.0, 0.002, 0.02, 0.2])

    def cell(name: str, n: int) -> str:
        cells = CELLS[name]
        return (chance.choice(cells) if chance.random() < oddness else cells[0]).replace("{n}", str(n))

    rows = [headers]
    for n in range(chance.choice([40, 1_500])):
        row = [cell(name, n) for name in headers]
        if chance.random() < oddness:
            row = chance.choice([row[:-1], [*row, ""], [*row, "x"], [], ["HERRAMIENTAS"], ["Total", *row[1:]], headers])
        rows.append(row)
    if chance.random() < 0.3:
        path = workbook_file(tmp_path, [[_typed(each, chance) for each in row] for row in rows])
    else:
        path = text_file(tmp_path, "".join(";".join(map(_quoted, row)) + "\n" for row in rows))
    by_column, by_row = both(path, chance.choice(["CLP", "EUR"]))
    assert by_column == by_row


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ';"\n') else cell


def _typed(cell: str, chance: random.Random) -> object:
    if cell.isdigit() and chance.random() < 0.5:
        return int(cell)
    return None if cell == "" else cell.replace("=", "-")
