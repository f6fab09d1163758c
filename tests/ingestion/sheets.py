"""Makes spreadsheets for tests, and reads them the way an import does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from ingestion.file_reader import parse_rows
from ingestion.mapping import map_columns
from ingestion.rows import Parsed
from ingestion.sources.spreadsheet import Sheet, read_spreadsheet


def text_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "lista.csv"
    path.write_bytes(text.encode(encoding))
    return path


def workbook_file(folder: Path, *sheets: Sequence[Sequence[Any]]) -> Path:
    book = Workbook()
    for position, rows in enumerate(sheets):
        sheet = book.active if position == 0 else book.create_sheet()
        assert sheet is not None
        for row in rows:
            sheet.append(row)
    path = folder / "lista.xlsx"
    book.save(path)
    return path


def read(path: Path) -> Sheet:
    return read_spreadsheet(path, path.name)


def parse(path: Path, currency: str = "CLP") -> Parsed:
    sheet = read(path)
    return parse_rows(sheet, map_columns(sheet.headers, [cells for _, cells in sheet.rows]), currency)


def parse_text(folder: Path, text: str) -> Parsed:
    return parse(text_file(folder, text))
