"""Turns an uploaded file into a sheet: its headers and its rows, each with the number the owner sees in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.column_names import header_score
from ingestion.errors import SpreadsheetError
from ingestion.sources.delimited import Record, read_delimited
from ingestion.sources.kinds import LIMITS, Limits, kind_of
from ingestion.sources.workbook import read_workbook
from ingestion.text import clean

__all__ = ["Sheet", "SpreadsheetError", "read_spreadsheet"]

HEADER_SEARCH_ROWS = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` pair the file's own row number with header -> text; a cell that is not there has no entry.

    `overflowing` are the rows of delimited text with more cells than the header, whose cells may have slipped.
    """

    file_name: str
    header_row: int
    headers: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    overflowing: frozenset[int] = frozenset()
    encoding: str | None = None
    title: str | None = None


def read_spreadsheet(path: Path, file_name: str, limits: Limits = LIMITS) -> Sheet:
    """Reads CSV, TSV and XLSX; raises SpreadsheetError for everything else. `file_name` is only for messages."""
    name = clean(file_name, 100) or "El archivo"
    if kind_of(path, name, limits) == "workbook":
        records, title = read_workbook(path, name, limits)
        return _sheet(records, name, title=title)
    records, encoding = read_delimited(path, name, limits)
    return _sheet(records, name, encoding=encoding)


def _sheet(records: list[Record], file_name: str, *, encoding: str | None = None, title: str | None = None) -> Sheet:
    if not records:
        raise SpreadsheetError("EMPTY_FILE", f"«{file_name}» está vacío. Necesito una fila de títulos y tus productos.")
    at = _header_position(records)
    header, body = records[at], records[at + 1 :]
    headers = _headers(header.cells)
    if not body:
        raise SpreadsheetError(
            "NO_ROWS",
            f"«{file_name}» solo tiene la fila de títulos ({', '.join(headers.values())}). Faltan los productos.",
        )
    width = len(header.cells)
    if title is not None:
        # A workbook has no short rows: every cell is in its column, written or not.
        body = [Record(r.number, r.cells + [""] * (width - len(r.cells))) for r in body]
    overflowing = (r.number for r in body if title is None and any(cell.strip() for cell in r.cells[width:]))
    return Sheet(
        file_name=file_name,
        header_row=header.number,
        headers=tuple(headers.values()),
        rows=[(record.number, _by_header(record.cells, headers)) for record in body],
        overflowing=frozenset(overflowing),
        encoding=encoding,
        title=title,
    )


def _header_position(records: Sequence[Record]) -> int:
    """The first rows may be titles: the header is the row that names most columns, else the first with two cells."""
    first = records[:HEADER_SEARCH_ROWS]
    scores = [header_score(record.cells) for record in first]
    if max(scores) > 0:
        return scores.index(max(scores))
    return next((i for i, record in enumerate(first) if sum(map(bool, record.cells)) > 1), 0)


def _headers(cells: Sequence[str]) -> dict[int, str]:
    """Position -> the file's own header; a repeated one is numbered, a column without one is left out."""
    headers: dict[int, str] = {}
    for position, cell in enumerate(cells):
        header = clean(cell, 80)
        if not header:
            continue
        repeats = sum(1 for known in headers.values() if known == header or known.startswith(f"{header} ("))
        headers[position] = f"{header} ({repeats + 1})" if header in headers.values() else header
    return headers


def _by_header(cells: Sequence[str], headers: dict[int, str]) -> dict[str, str]:
    width = len(cells)
    return {header: cells[position] for position, header in headers.items() if position < width}
