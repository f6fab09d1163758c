"""Catalogue rows as lines of PostgreSQL's COPY, the form in which they travel from the child to the database."""

import json
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from ingestion.rows import CatalogueRow

ROW_FIELDS: Final = tuple(field.name for field in fields(CatalogueRow))
# `position` orders the good rows of a file; a rejected row has its code and nothing else.
COLUMNS: Final = ("position", *ROW_FIELDS, "is_rejected")
NULL: Final = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_UNESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


def escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def copied(value: Any) -> str:
    """One value as COPY reads it; tuples and dicts as JSON."""
    if value is None:
        return NULL
    if isinstance(value, (tuple, dict)):
        return escaped(json.dumps(value, ensure_ascii=False))
    return escaped(str(value))


def row_line(position: int, row: CatalogueRow) -> str:
    return "\t".join([str(position), *(copied(getattr(row, name)) for name in ROW_FIELDS), "f"])


def rejected_line(sku: str) -> str:
    values = {"position": "0", "row": "0", "sku": escaped(sku), "is_rejected": "t"}
    return "\t".join(values.get(name, NULL) for name in COLUMNS)


def rows_of(lines: Iterable[str]) -> list[CatalogueRow]:
    """The good rows among lines; tests and readers of single files use it, an import never does."""
    split = (line.split("\t") for line in lines)
    return [_row(cells[1:-1]) for cells in split if cells[-1] == "f"]


def _row(cells: list[str]) -> CatalogueRow:
    values = {name: _read(name, cell) for name, cell in zip(ROW_FIELDS, cells, strict=True)}
    return CatalogueRow(**values)


def _read(name: str, cell: str) -> Any:
    if cell == NULL:
        return None
    text = _unescaped(cell) if "\\" in cell else cell
    match name:
        case "row" | "stock":
            return int(text)
        case "price":
            return Decimal(text)
        case "options":
            return json.loads(text)
        case "synonyms" | "tags" | "more_images":
            return tuple(json.loads(text))
    return text


def _unescaped(cell: str) -> str:
    parts = (cell[at : at + 2] if cell[at] == "\\" else cell[at] for at in _starts(cell))
    return "".join(_UNESCAPES.get(part, part) for part in parts)


def _starts(cell: str) -> Iterable[int]:
    at = 0
    while at < len(cell):
        yield at
        at += 2 if cell[at] == "\\" else 1
