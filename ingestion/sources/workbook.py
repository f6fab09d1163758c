"""Reads XLSX workbooks in bounded memory and without running anything."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ingestion.exports import is_own
from ingestion.sources.cells import cell_text
from ingestion.sources.encodings import mended
from ingestion.sources.kinds import Limits, damaged
from ingestion.sources.records import Record, Table, checked, too_many_columns
from ingestion.text import UNCALCULATED

# What openpyxl lets through when a workbook's parts contradict each other; it has no error of its own for it.
DAMAGE: Final = (
    DefusedXmlException, InvalidFileException, ParseError, zipfile.BadZipFile, zlib.error, EOFError, OSError,
    KeyError, IndexError, ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError, OverflowError,
    AssertionError,
)  # fmt: skip
_CHUNK = 1024 * 1024
# A formula that no result follows; one whose result is an empty text looks the same here, but says that it is text.
_NO_RESULT = re.compile(
    rb"<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_LONGEST_FORMULA = 16_384
_EMPTY_TEXT = "str"
_UNCALCULATED = SimpleNamespace(value=UNCALCULATED)
_ZERO_PADDED = re.compile(r"0{2,20}")


@contextmanager
def refusing_damage(file_name: str) -> Iterator[None]:
    """Whatever a reader stumbles over becomes SpreadsheetError (DAMAGED)."""
    try:
        yield
    except DAMAGE as error:
        raise damaged(file_name) from error


def open_workbook(path: Path, file_name: str, limits: Limits) -> list[Table]:
    """Every sheet of cells, hidden ones too."""
    with refusing_damage(file_name):
        # Given a path, openpyxl judges by its extension, which an upload that was set aside does not have. The sheets
        # read from the file for as long as they are used.
        book = load_workbook(path.open("rb"), read_only=True, data_only=True, keep_links=False)
        return [
            Table(
                str(sheet.title),
                partial(_records, sheet, _formulas(path, sheet), file_name, limits),
                is_hidden=sheet.sheet_state != "visible",
            )
            for sheet in book.worksheets
        ]


def _formulas(path: Path, sheet: Any) -> Any | None:
    """The same sheet with its formulas, when some have no result saved with them; programs that only write do that."""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as part:
        tail = b""
        while chunk := part.read(_CHUNK):
            if _NO_RESULT.search(tail + chunk):
                book = load_workbook(path.open("rb"), read_only=True, keep_links=False)
                return book[sheet.title]
            tail = chunk[-_LONGEST_FORMULA:]
    return None


def _records(sheet: Any, formulas: Any | None, file_name: str, limits: Limits) -> Iterator[Record]:
    with refusing_damage(file_name):
        # The size a workbook states for itself may be wrong either way.
        sheet.reset_dimensions()
        count, mends = 0, True
        for number, row in enumerate(_rows(sheet, formulas), start=1):
            # A stray format at the sheet's edge makes a row of thousands of cells with nothing in them.
            end = next((at for at in range(len(row), 0, -1) if row[at - 1].value is not None), 0)
            cells = [_shown(cell, mends=mends) for cell in row[:end]]
            if number == 1:
                mends = not is_own("\n".join(cells))
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                continue
            count += 1
            if len(cells) > limits.columns:
                raise too_many_columns(file_name, limits)
            checked(number, cells, count, file_name, limits)
            yield Record(number, cells)


def _rows(sheet: Any, formulas: Any | None) -> Iterator[Sequence[Any]]:
    if formulas is None:
        yield from sheet.iter_rows()
        return
    formulas.reset_dimensions()
    for row, written in zip(sheet.iter_rows(), formulas.iter_rows(), strict=True):
        yield [_calculated(*both) for both in zip(row, written, strict=True)]


def _calculated(cell: Any, written: Any) -> Any:
    has_no_result = cell.value is None and written.value is not None and cell.data_type != _EMPTY_TEXT
    return _UNCALCULATED if has_no_result else cell


def _shown(cell: Any, *, mends: bool) -> str:
    """A code shown as 007 by its number format is the text 007, not the number 7."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return mended(value) if mends else value
    if isinstance(value, int) and not isinstance(value, bool) and _ZERO_PADDED.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return cell_text(value)
