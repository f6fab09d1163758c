"""Turns an uploaded file into a sheet: its headers and its rows, each with the number the owner sees in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingestion.column_names import plain_name
from ingestion.errors import SpreadsheetError
from ingestion.sources.delimited import open_delimited
from ingestion.sources.headers import SEARCH_ROWS, Header, column_names, find_header
from ingestion.sources.kinds import LIMITS, Kind, Limits, kind_of
from ingestion.sources.records import Page, Record, Table, paged
from ingestion.sources.spool import Spool
from ingestion.text import clean

__all__ = ["Sheet", "SpreadsheetError", "read_spreadsheet"]

SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list of products whose columns have names; `body` reads the records under the header, as often as wanted;
    `pages` reads them in pages, perhaps with blank ones among them.

    `positions` are the headers' own in a record's cells. `width` is that of the header, None where no row can be short
    or long. `titles` are the sheets read as one, `left_out` those that were not.
    """

    file_name: str
    header_row: int
    headers: tuple[str, ...]
    positions: tuple[int, ...]
    body: Callable[[], Iterator[Record]]
    pages: Callable[[], Iterator[Page]]
    width: int | None = None
    encoding: str | None = None
    titles: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def sample(self) -> list[dict[str, str]]:
        """The first rows, header -> text."""
        return [self.by_header(record) for record in islice(self.body(), SAMPLE_ROWS)]

    @property
    def rows(self) -> list[tuple[int, dict[str, str]]]:
        """Every row in memory, its number and header -> text; a cell that is not there has no entry."""
        return [(record.number, self.by_header(record)) for record in self.body()]

    def by_header(self, record: Record) -> dict[str, str]:
        width = len(record.cells)
        places = zip(self.headers, self.positions, strict=True)
        return {
            header: record.cells[position] if position < width else ""
            for header, position in places
            if position < width or self.width is None
        }


@dataclass(frozen=True, slots=True)
class _Found:
    """A table that has something in it, and where its titles are; `last` is the number of the last record of those."""

    table: Table
    header: Header
    last: int

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(plain_name(cell) for cell in self.header.cells if cell.strip())

    def body(self) -> Iterator[Record]:
        return islice(self.table.records(), self.header.position + self.header.height, None)

    def pages(self) -> Iterator[Page]:
        if self.table.pages is None:
            yield from paged(self.body())
            return
        for page in self.table.pages():
            yield page.after(self.last) if page.numbers[0] <= self.last else page


def read_spreadsheet(path: Path, file_name: str, limits: Limits = LIMITS) -> Sheet:
    """Opens delimited text, XLSX, XLS and ODS; raises SpreadsheetError for everything else, here or while reading.

    `file_name` is only for messages.
    """
    name = clean(file_name, 100) or "El archivo"
    kind = kind_of(path, name, limits)
    if kind == "delimited":
        return _text_sheet(open_delimited(path, name, limits), name)
    return _workbook_sheet(_workbook_reader(kind)(path, name, limits), name)


def _workbook_reader(kind: Kind) -> Callable[[Path, str, Limits], list[Table]]:
    """Their libraries take a tenth of a second to load, which text need not wait for."""
    if kind == "xlsx":
        from ingestion.sources.workbook import open_workbook  # noqa: PLC0415

        return open_workbook
    if kind == "xls":
        from ingestion.sources.old_workbook import open_old_workbook  # noqa: PLC0415

        return open_old_workbook
    from ingestion.sources.open_document import open_document  # noqa: PLC0415

    return open_document


def _text_sheet(table: Table, file_name: str) -> Sheet:
    found = _find(table)
    if found is None:
        raise _empty(file_name)
    names = _names(found, file_name)
    return Sheet(
        file_name=file_name,
        header_row=found.header.row,
        headers=tuple(names.values()),
        positions=tuple(names),
        body=found.body,
        pages=found.pages,
        width=max(len(found.header.cells), max(names, default=0) + 1),
        encoding=table.encoding,
    )


def _workbook_sheet(tables: list[Table], file_name: str) -> Sheet:
    """The sheet that names most columns, with every other one that has the same columns."""
    filled = [found for table in tables if not table.is_hidden and (found := _find(table))]
    if not filled:
        raise _empty(file_name)
    main = max(filled, key=lambda found: found.header.score)
    chosen = [found for found in filled if found is main or _is_same_list(found, main)]
    names = _names(main, file_name)
    spool = Spool()
    for found in chosen:
        spool.fill(_aligned(found, main, with_title=len(chosen) > 1))
    return Sheet(
        file_name=file_name,
        header_row=main.header.row,
        headers=tuple(names.values()),
        positions=tuple(names),
        body=spool.records,
        pages=lambda: paged(spool.records()),
        titles=tuple(found.table.title for found in chosen),
        left_out=tuple(found.table.title for found in filled if found not in chosen),
    )


def _find(table: Table) -> _Found | None:
    first = list(islice(table.records(), SEARCH_ROWS))
    if not first:
        return None
    header = find_header(first)
    above = header.position + header.height
    return _Found(table, header, first[above - 1].number if above else 0)


def _is_same_list(found: _Found, main: _Found) -> bool:
    return found.header.score > 1 and found.columns == main.columns


def _aligned(found: _Found, main: _Found, *, with_title: bool) -> Iterator[Record]:
    """A sheet's records with their cells in the order of the main sheet's columns."""
    title = found.table.title if with_title else ""
    own = [plain_name(cell) for cell in found.header.cells]
    wanted = [plain_name(cell) for cell in main.header.cells]
    order = None if own == wanted else [own.index(name) if name else None for name in wanted]
    for record in found.body():
        cells = record.cells
        if order is not None:
            cells = ["" if at is None or at >= len(record.cells) else record.cells[at] for at in order]
        yield Record(record.number, cells, title)


def _names(found: _Found, file_name: str) -> dict[int, str]:
    sample = list(islice(found.body(), SAMPLE_ROWS))
    names = column_names(found.header, sample)
    if not sample:
        shown = ", ".join(list(names.values())[:20])
        raise SpreadsheetError(
            "NO_ROWS", f"«{file_name}» solo tiene la fila de títulos ({shown}). Faltan los productos debajo."
        )
    return names


def _empty(file_name: str) -> SpreadsheetError:
    return SpreadsheetError("EMPTY_FILE", f"«{file_name}» está vacío. Necesito una fila de títulos y tus productos.")
