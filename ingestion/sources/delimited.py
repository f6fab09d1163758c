"""Reads delimited text (CSV, TSV and kin) in whatever encoding and with whatever delimiter it was saved."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, Literal

from ingestion.column_names import header_score
from ingestion.errors import SpreadsheetError
from ingestion.exports import is_own
from ingestion.sources.encodings import encoding_of, may_be_mended, mended
from ingestion.sources.kinds import Limits
from ingestion.sources.records import PAGE_RECORDS, Page, Record, Table, cell_too_long, checked, is_blank

DELIMITERS: Final = (";", ",", "\t", "|")
_HEAD_CHARACTERS = 256 * 1024
# No list of products has a line this long; a longer one is refused before it is held in memory.
_LONGEST_LINE = 4 * 1024 * 1024
_BLOCK_CHARACTERS = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Text:
    """A file, and all it takes to read it as records."""

    path: Path
    file_name: str
    limits: Limits
    encoding: str
    delimiter: str = ","
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    skipped_lines: int = 0
    # Every line is one quoted cell that holds the real ones: what comes of saving a CSV as CSV again.
    is_wrapped: bool = False
    is_own: bool = False

    def lines(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[str]]:
        """The lines, many at once and with their ends."""
        with self.path.open(encoding=self.encoding) as file:
            number, rest = 0, ""
            while block := file.read(_BLOCK_CHARACTERS):
                lines = io.StringIO(rest + block, newline="\n").readlines()
                if max(map(len, lines)) >= _LONGEST_LINE:
                    longest = next(at for at, line in enumerate(lines, start=1) if len(line) >= _LONGEST_LINE)
                    raise cell_too_long(self.file_name, number + longest, self.limits)
                rest = "" if lines[-1].endswith("\n") else lines.pop()
                yield self._mended(lines[max(0, self.skipped_lines - number) :])
                number += len(lines)
            if rest and number >= self.skipped_lines:
                yield self._mended([rest])

    def _mended(self, lines: list[str]) -> list[str]:
        if self.is_own or not may_be_mended("".join(lines)):
            return lines
        return [mended(line) for line in lines]

    def cells(self, *, strict: bool = False) -> Iterator[list[str]]:
        if self.is_wrapped:
            outer = csv.reader(self.lines(), delimiter="\x1f", strict=strict)
            return csv.reader(("".join(cells) for cells in outer), delimiter=self.delimiter, strict=strict)
        return csv.reader(self.lines(), delimiter=self.delimiter, quoting=self.quoting, strict=strict)

    def records(self) -> Iterator[Record]:
        is_unquoted = self.quoting == csv.QUOTE_NONE
        for number, cells in enumerate(self.cells(), start=1 + self.skipped_lines):
            if not is_blank(cells):
                yield Record(number, [_unquoted(cell) for cell in cells] if is_unquoted else cells)

    def pages(self) -> Iterator[Page]:
        """As `records`, but with blank records too."""
        is_unquoted = self.quoting == csv.QUOTE_NONE
        cells, number = self.cells(), 1 + self.skipped_lines
        while rows := list(islice(cells, PAGE_RECORDS)):
            if is_unquoted:
                rows = [[_unquoted(cell) for cell in row] for row in rows]
            yield Page(range(number, number + len(rows)), rows)
            number += len(rows)


def open_delimited(path: Path, file_name: str, limits: Limits) -> Table:
    """Reads the whole file once, to know its encoding and dialect and that it keeps the limits."""
    csv.field_size_limit(_LONGEST_LINE)
    encoding = encoding_of(path, file_name)
    with path.open(encoding=encoding) as file:
        head = file.read(_HEAD_CHARACTERS)
    unwrapped = _unwrapped(head)
    delimiter, skipped_lines = _delimiter_of(unwrapped or head)
    text = _Text(
        path,
        file_name,
        limits,
        encoding,
        delimiter,
        skipped_lines=skipped_lines,
        is_wrapped=bool(unwrapped),
        is_own=is_own(head.partition("\n")[0]),
    )
    text = _checked(text)
    return Table(title="", records=text.records, pages=text.pages, is_ragged=True, encoding=encoding)


def _unwrapped(head: str) -> str:
    """The lines inside the quotes when each line of the file is one quoted cell with delimiters in it, else ""."""
    if not head.lstrip().startswith('"'):
        return ""
    records = [cells for cells in csv.reader(io.StringIO(head, newline=""), delimiter="\x1f") if cells][:60]
    is_so = all(any(mark in cells[0] for mark in DELIMITERS) and cells[0].count('"') != 1 for cells in records)
    lines = head.split("\n")[:60]
    is_quoted = all(line.startswith('"') and line.endswith('"') for line in lines[:-1] if line.strip())
    best = max(header_score(cells[0].split(mark)) for cells in records[:20] for mark in DELIMITERS)
    plain = max(_delimiter_score(head, mark) for mark in DELIMITERS)[0]
    return "\n".join(cells[0] for cells in records) if is_so and is_quoted and best > max(plain, 1) else ""


def _delimiter_of(head: str) -> tuple[str, int]:
    """The delimiter, and how many lines Excel's own "sep=;" took."""
    declared = head.partition("\n")[0].strip().strip('"')
    if declared.lower().startswith("sep=") and len(declared) == 5 and declared[-1] in ";,|^~:":
        return declared[-1], 1
    return max(DELIMITERS, key=partial(_delimiter_score, mended(head))), 0


def _delimiter_score(head: str, delimiter: str) -> tuple[int, float, int]:
    """The delimiter under which a header names most columns; then the one that splits records most evenly."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    records = [cells for cells in islice(reader, 60) if cells]
    if not records:
        return 0, 0.0, 0
    width, count = Counter(map(len, records)).most_common(1)[0]
    best = max(header_score(cells) for cells in records[:20])
    return best, count / len(records) if width > 1 else 0.0, width


def _checked(text: _Text) -> _Text:
    """Checks limits; inch marks that look like quotes are told apart from quotes."""
    number = 0
    try:
        for number in _measured(text, text.cells(strict=True)):  # noqa: B007 - known after an error
            pass
    except csv.Error as error:
        unquoted = _Text(text.path, text.file_name, text.limits, text.encoding, text.delimiter, csv.QUOTE_NONE,
                         text.skipped_lines)  # fmt: skip
        widths = {len(cells) for cells in unquoted.cells() if cells}
        if len(widths) > 1:
            raise SpreadsheetError(
                "UNCLOSED_QUOTE",
                f'En «{text.file_name}», después de la fila {number} hay una comilla (") que se abre y no se cierra. '
                "Bórrala o duplícala y súbelo de nuevo.",
            ) from error
        for _ in _measured(unquoted, unquoted.cells()):
            pass
        return unquoted
    return text


def _measured(text: _Text, records: Iterator[list[str]]) -> Iterator[int]:
    """Numbers of records that keep the limits, not each one of them but the last before an error."""
    number, count = text.skipped_lines, 0
    is_over = False
    while not is_over:
        page: list[list[str]] = []
        try:
            page.extend(islice(records, PAGE_RECORDS))
            is_over = not page
        except csv.Error:
            _check(text, page, number, count)
            yield number + len(page)
            raise
        _check(text, page, number, count)
        number += len(page)
        count += sum(map(any, page))
        yield number


def _check(text: _Text, page: list[list[str]], number: int, count: int) -> None:
    limits = text.limits
    widest, longest = max(map(len, page), default=0), max(map(len, chain.from_iterable(page)), default=0)
    if count + len(page) <= limits.rows and widest <= limits.columns and longest <= limits.cell_characters:
        return
    for row, cells in enumerate(page, start=number + 1):
        count += any(cells)
        checked(row, cells, count, text.file_name, limits)


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell
