"""Reads ODS, the sheets of LibreOffice, element by element: whole in memory they would be a hundred times as large."""

import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from defusedxml.ElementTree import iterparse

from ingestion.numbers import ExactNumber
from ingestion.sources.cells import cell_text
from ingestion.sources.encodings import mended
from ingestion.sources.kinds import Limits, password_protected
from ingestion.sources.records import Record, Table, checked, is_blank
from ingestion.sources.workbook import refusing_damage
from ingestion.text import UNCALCULATED

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_NUMBERS: Final = frozenset({"float", "currency", "percentage"})
_CELLS: Final = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
_MANIFEST: Final = "META-INF/manifest.xml"


def open_document(path: Path, file_name: str, limits: Limits) -> list[Table]:
    """Every sheet, hidden ones too."""
    with refusing_damage(file_name), zipfile.ZipFile(path) as archive:
        if _MANIFEST in archive.namelist() and b"encryption-data" in archive.read(_MANIFEST)[:1_000_000]:
            raise password_protected(file_name)
        with archive.open("content.xml") as content:
            sheets = list(_sheets(content))
    return [
        Table(title, partial(_records, path, position, file_name, limits), is_hidden=is_hidden)
        for position, (title, is_hidden) in enumerate(sheets)
    ]


def _events(content: IO[bytes], *wanted: str) -> Iterator[tuple[str, Any]]:
    return iterparse(content, events=wanted, forbid_dtd=True)  # type: ignore[no-any-return]  # defusedxml is untyped


def _sheets(content: IO[bytes]) -> Iterator[tuple[str, bool]]:
    hidden_styles: set[str] = set()
    for event, element in _events(content, "start", "end"):
        if event == "start" and element.tag == f"{_TABLE}table":
            yield element.get(f"{_TABLE}name", ""), element.get(f"{_TABLE}style-name") in hidden_styles
        elif event == "end" and element.tag == f"{_STYLE}style":
            properties = element.find(f"{_STYLE}table-properties")
            if properties is not None and properties.get(f"{_TABLE}display") == "false":
                hidden_styles.add(element.get(f"{_STYLE}name"))
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            element.clear()


def _records(path: Path, position: int, file_name: str, limits: Limits) -> Iterator[Record]:
    with refusing_damage(file_name), zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        number = count = 0
        for row in _rows(content, position):
            repeats = _repeats(row, "rows")
            cells = _cells(row, limits)
            if not is_blank(cells):
                for offset in range(1, repeats + 1):
                    count += 1
                    checked(number + offset, cells, count, file_name, limits)
                    yield Record(number + offset, list(cells))
            number += repeats


def _rows(content: IO[bytes], position: int) -> Iterator[Any]:
    """The rows of one sheet; each is emptied once it was used, and so is the sheet that held it."""
    current = -1
    sheet: Any = None
    for event, element in _events(content, "start", "end"):
        if event == "start" and element.tag == f"{_TABLE}table":
            current, sheet = current + 1, element
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            if current == position:
                yield element
            element.clear()
            if sheet is not None:
                sheet.clear()
        elif event == "end" and element.tag == f"{_TABLE}table" and current == position:
            return


def _cells(row: Any, limits: Limits) -> list[str]:
    cells: list[str] = []
    for element in row:
        if element.tag not in _CELLS:
            continue
        # Blank cells are repeated to the sheet's edge; only as many are made as tell that there are too many.
        most = limits.columns + 1 - len(cells)
        cells.extend([_text(element)] * min(_repeats(element, "columns"), max(0, most)))
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _repeats(element: Any, kind: str) -> int:
    return max(1, int(element.get(f"{_TABLE}number-{kind}-repeated", "1")))


def _text(cell: Any) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in _NUMBERS:
        value = float(cell.get(f"{_OFFICE}value"))
        shown = "".join(cell.find(f"{_TEXT}p").itertext()) if cell.find(f"{_TEXT}p") is not None else ""
        # A code shown as 007 by its number format is the text 007, not the number 7.
        is_padded = shown.isascii() and shown.isdigit() and shown.startswith("0") and float(shown) == value
        return shown if is_padded and len(shown) > 1 else ExactNumber(cell_text(value))
    if kind == "boolean":
        return cell_text(cell.get(f"{_OFFICE}boolean-value") == "true")
    if kind == "date":
        return str(cell.get(f"{_OFFICE}date-value", ""))
    paragraphs = cell.findall(f"{_TEXT}p")
    if kind is None and not paragraphs and cell.get(f"{_TABLE}formula"):
        return UNCALCULATED
    return mended("\n".join(_spaced(paragraph) for paragraph in paragraphs))


def _spaced(paragraph: Any) -> str:
    """Runs of blanks are elements of their own."""
    parts = [paragraph.text or ""]
    for element in paragraph:
        parts.append(" " if element.tag in {f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"} else _spaced(element))
        parts.append(element.tail or "")
    return "".join(parts)
