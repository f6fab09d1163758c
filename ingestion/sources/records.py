"""What every reader of files yields, and how each says that there is too much of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from ingestion.errors import SpreadsheetError
from ingestion.sources.kinds import Limits


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the file has it; `number` counts records, blank ones too, from 1. `sheet` is its sheet's title."""

    number: int
    cells: list[str]
    sheet: str = ""


# So many records are handled at once.
PAGE_RECORDS = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one sheet that follow one another, blank ones perhaps among them; `numbers` as in Record."""

    numbers: Sequence[int]
    rows: list[list[str]]
    sheet: str = ""

    def after(self, number: int) -> "Page":
        """Without the records up to that one."""
        skipped = sum(1 for each in self.numbers if each <= number)
        return Page(self.numbers[skipped:], self.rows[skipped:], self.sheet)


def paged(records: Iterable[Record]) -> Iterator[Page]:
    for sheet, group in groupby(records, key=lambda record: record.sheet):
        while page := list(islice(group, PAGE_RECORDS)):
            yield Page([record.number for record in page], [record.cells for record in page], sheet)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook, or a whole text file; `records` reads it from its beginning, without blank records.

    `pages` reads the same in pages, where that is faster. `is_ragged`: a record may have fewer or more cells than the
    header; in a workbook every cell is in its column.
    """

    title: str
    records: Callable[[], Iterator[Record]]
    pages: Callable[[], Iterator[Page]] | None = None
    is_ragged: bool = False
    is_hidden: bool = False
    encoding: str | None = None


def is_blank(cells: list[str]) -> bool:
    return not "".join(cells).strip()


def checked(number: int, cells: list[str], count: int, file_name: str, limits: Limits) -> None:
    """Raises SpreadsheetError when the `count`-th record is one too many, too wide, or has a cell too long."""
    if count > limits.rows + 50:
        raise too_many_rows(file_name, limits)
    if len(cells) > limits.columns and sum(1 for cell in cells if cell.strip()) > limits.columns:
        raise too_many_columns(file_name, limits)
    if max(map(len, cells), default=0) > limits.cell_characters:
        raise cell_too_long(file_name, number, limits)


def too_many_rows(file_name: str, limits: Limits) -> SpreadsheetError:
    return SpreadsheetError(
        "TOO_MANY_ROWS", f"«{file_name}» tiene más de {_dotted(limits.rows)} filas. Divídelo en varios archivos."
    )


def too_many_columns(file_name: str, limits: Limits) -> SpreadsheetError:
    return SpreadsheetError(
        "TOO_MANY_COLUMNS", f"«{file_name}» tiene más de {limits.columns} columnas. Deja solo las de tus productos."
    )


def cell_too_long(file_name: str, row: int, limits: Limits) -> SpreadsheetError:
    most = _dotted(limits.cell_characters)
    return SpreadsheetError(
        "CELL_TOO_LONG", f"En «{file_name}», fila {row}, hay una celda de más de {most} caracteres. Acórtala."
    )


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")
