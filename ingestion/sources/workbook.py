"""Reads the sheet of an XLSX workbook that looks like a price list, in bounded memory and without running anything."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ingestion.column_names import header_score
from ingestion.errors import SpreadsheetError
from ingestion.numbers import ExactNumber
from ingestion.sources.delimited import Record, cell_too_long, too_many_columns, too_many_rows
from ingestion.sources.kinds import Limits, damaged

# What openpyxl lets through when a workbook's parts contradict each other; it has no error of its own for it.
_DAMAGE: Final = (
    DefusedXmlException, InvalidFileException, ParseError, zipfile.BadZipFile, zlib.error, EOFError, OSError,
    KeyError, IndexError, ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip
_ZERO_PADDED = re.compile(r"0{2,20}")
# Cells beyond the widest list we take are looked at only to know that there are too many.
_MARGIN = 10


def read_workbook(path: Path, file_name: str, limits: Limits) -> tuple[list[Record], str]:
    """Every row that is not blank of the visible sheet that names most columns, and that sheet's title."""
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not sheets:
                raise SpreadsheetError("EMPTY_FILE", f"«{file_name}» no tiene ninguna hoja visible.")
            sheet = max(sheets, key=_sheet_score) if len(sheets) > 1 else sheets[0]
            return list(_records(sheet, file_name, limits)), str(sheet.title)
        finally:
            book.close()
    except SpreadsheetError:
        raise
    except _DAMAGE as error:
        raise damaged(file_name) from error


def _sheet_score(sheet: Any) -> int:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=20, max_col=60, values_only=True)
    return max((header_score([_text(value) for value in row]) for row in rows), default=0)


def _records(sheet: Any, file_name: str, limits: Limits) -> Iterator[Record]:
    # The size a workbook states for itself may be wrong either way.
    sheet.reset_dimensions()
    count = 0
    for number, row in enumerate(sheet.iter_rows(max_col=limits.columns + _MARGIN), start=1):
        cells = [_cell_text(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > limits.rows + 50:
            raise too_many_rows(file_name, limits)
        if len(cells) > limits.columns:
            raise too_many_columns(file_name, limits)
        if max(map(len, cells)) > limits.cell_characters:
            raise cell_too_long(file_name, number, limits)
        yield Record(number, cells)


def _cell_text(cell: Any) -> str:
    """A code shown as 007 by its number format is the text 007, not the number 7."""
    value = cell.value
    if isinstance(value, int) and not isinstance(value, bool) and _ZERO_PADDED.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return _text(value)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Sí" if value else "No"
        case int():
            return ExactNumber(value)
        case float():
            return ExactNumber(_plain_decimal(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)


def _plain_decimal(value: float) -> str:
    """Without exponent and without the noise of binary fractions: 1989.9999999999998 -> 1990."""
    plain = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if plain in {"", "-0"} else plain
