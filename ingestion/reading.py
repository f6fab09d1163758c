"""A file as the import takes it: what its columns are, and its rows, one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.errors import RowError
from ingestion.mapping import ColumnMapping, map_columns
from ingestion.rows import CatalogueRow, parse_rows
from ingestion.sources.spreadsheet import read_spreadsheet

SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that stays out; `sku` is the code it names, empty when it has none."""

    row: int
    sku: str
    errors: list[RowError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """`rows` can be read once."""

    mapping: ColumnMapping
    row_count: int
    rows: Iterable[CatalogueRow | Rejected]


def read_file(path: Path, file_name: str, currency: str) -> Reading:
    """Raises SpreadsheetError."""
    sheet = read_spreadsheet(path, file_name)
    mapping = map_columns(sheet.headers, [cells for _, cells in sheet.rows[:SAMPLE_ROWS]])
    parsed = parse_rows(sheet, mapping, currency)
    rows: list[CatalogueRow | Rejected] = list(parsed.rows)
    by_row: dict[int, list[RowError]] = {}
    for error in parsed.errors:
        by_row.setdefault(error.row, []).append(error)
    rows += [Rejected(number, "", errors) for number, errors in by_row.items()]
    rows += [Rejected(0, sku) for sku in parsed.rejected_skus]
    return Reading(mapping, len(parsed.rows) + len(by_row), rows)
