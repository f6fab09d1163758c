"""Reads XLS, the workbooks of Excel 97 to 2003, which many tills still export."""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import xlrd
from xlrd.biffh import XLRDError, error_text_from_code
from xlrd.compdoc import CompDocError
from xlrd.xldate import XLDateError, xldate_as_datetime

from ingestion.sources.cells import cell_text
from ingestion.sources.encodings import mended
from ingestion.sources.kinds import Limits, damaged, password_protected
from ingestion.sources.records import Record, Table, checked, is_blank
from ingestion.sources.workbook import refusing_damage


def open_old_workbook(path: Path, file_name: str, limits: Limits) -> list[Table]:
    """Every sheet of cells, hidden ones too."""
    with _refusing_damage(file_name):
        # xlrd prints what it thinks of a file unless told where to.
        book = xlrd.open_workbook(str(path), logfile=io.StringIO(), on_demand=True, ragged_rows=True)
        return [
            Table(
                book.sheet_names()[index],
                partial(_records, book, index, file_name, limits),
                is_hidden=book.sheet_by_index(index).visibility != 0,
            )
            for index in range(book.nsheets)
        ]


@contextmanager
def _refusing_damage(file_name: str) -> Iterator[None]:
    try:
        with refusing_damage(file_name):
            yield
    except XLRDError as error:
        raise (password_protected if "encrypted" in str(error) else damaged)(file_name) from error
    except (CompDocError, struct.error, UnicodeError, XLDateError) as error:
        raise damaged(file_name) from error


def _records(book: Any, index: int, file_name: str, limits: Limits) -> Iterator[Record]:
    with _refusing_damage(file_name):
        sheet = book.sheet_by_index(index)
        count = 0
        for row in range(sheet.nrows):
            cells = [_text(cell, book.datemode) for cell in sheet.row(row)]
            if is_blank(cells):
                continue
            count += 1
            checked(row + 1, cells, count, file_name, limits)
            yield Record(row + 1, cells)


def _text(cell: Any, datemode: int) -> str:
    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return mended(cell.value)
        case xlrd.XL_CELL_NUMBER:
            return cell_text(cell.value)
        case xlrd.XL_CELL_DATE:
            return cell_text(xldate_as_datetime(cell.value, datemode))
        case xlrd.XL_CELL_BOOLEAN:
            return cell_text(bool(cell.value))
        case xlrd.XL_CELL_ERROR:
            return str(error_text_from_code.get(cell.value, "#N/A"))
    return ""
