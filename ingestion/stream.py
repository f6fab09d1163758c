"""Opens a spreadsheet as a stream of catalogue rows: what an import reads, however large the file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.mapping import ColumnMapping, map_columns
from ingestion.rows import RowBatch, parse_rows
from ingestion.sources.spreadsheet import read_spreadsheet


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file whose columns are understood; iterating it, once, reads its rows in batches.

    `row_count` counts the rows under the header that are not blank. `warnings` are Spanish, for the owner, and hold
    the mapping's own. `export` names the shop system whose export this is ("Shopify"), None for a list of one's own.
    """

    mapping: ColumnMapping
    row_count: int
    warnings: tuple[str, ...]
    export: str | None
    sheets: tuple[str, ...]
    encoding: str | None
    batches: Iterator[RowBatch]

    def __iter__(self) -> Iterator[RowBatch]:
        return self.batches


@contextmanager
def open_rows(
    path: Path, file_name: str, currency: str = "CLP", override: Mapping[str, str] | None = None
) -> Iterator[OpenFile]:
    """Blocking: call it off the event loop. Leaving the context stops the reading, finished or not.

    `override` is the owner's own mapping, header -> field name, "option:<name>" or "ignore", as
    `ColumnMapping.choices()` gives it. Raises SpreadsheetError, on opening or while iterating.
    """
    sheet = read_spreadsheet(path, file_name)
    mapping = map_columns(sheet.headers, [cells for _, cells in sheet.rows[:200]], override)
    parsed = parse_rows(sheet, mapping, currency)
    count = len(sheet.rows)

    def batches() -> Iterator[RowBatch]:
        yield RowBatch(parsed.rows, parsed.errors, parsed.rejected_skus, count)

    yield OpenFile(mapping, count, mapping.warnings, None, (), sheet.encoding, batches())
