"""Reads a sheet's rows in two passes: the first takes each apart and keeps it aside, the second says what it is.

The first pass settles the plain rows a page at a time; the second hands them on as they were kept, and reads the others
with what the first has learnt of the whole file.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, groupby, islice
from typing import IO

from ingestion.copying import NULL, ROW_FIELDS, copied, escaped, rejected_line, row_line, rows_of
from ingestion.errors import RowError
from ingestion.identity import Identity, IdentityReader, Variant
from ingestion.lines import Line, LineReader
from ingestion.mapping import ColumnMapping
from ingestion.numbers import ExactNumber
from ingestion.plain_rows import PlainPage, PlainReader
from ingestion.repeats import RepeatCollector, Repeats, Said
from ingestion.rows import BATCH_ROWS, Parsed, RowBatch, RowReader, sku_of
from ingestion.sources.records import Page, Record
from ingestion.sources.spreadsheet import Sheet
from ingestion.survey import Surveyor, product_name

_BUFFER = 1024 * 1024
# A line kept to be read again begins with what no line of COPY begins with.
_KEPT = b"\x01"
_SKU, _STOCK, _KEY = (1 + ROW_FIELDS.index(name) for name in ("sku", "stock", "product_key"))


@dataclass(frozen=True, slots=True)
class CopyBatch:
    """As RowBatch, with its good rows and rejected codes as lines for COPY."""

    lines: bytes
    row_count: int
    errors: list[RowError]
    rejected_skus: list[str]
    read_count: int

    def as_rows(self) -> RowBatch:
        rows = rows_of(self.lines.decode().split("\n")[:-1])
        return RowBatch(rows, self.errors, frozenset(self.rejected_skus), self.read_count)


def parse_rows(sheet: Sheet, mapping: ColumnMapping, currency: str = "CLP") -> Parsed:
    """Every row at once. A row with any error stays out; totals, headings and repeated headers are no rows at all."""
    rows, errors, rejected = [], [], set[str]()
    for batch in FileReader(sheet, mapping, currency).batches():
        rows += batch.rows
        errors += batch.errors
        rejected |= batch.rejected_skus
    return Parsed(rows, errors, frozenset(rejected))


class FileReader:
    """The first pass is made with it; `copies`, or `batches`, is the second, once. `sees_plain_rows` is for tests."""

    def __init__(
        self, sheet: Sheet, mapping: ColumnMapping, currency: str = "CLP", *, sees_plain_rows: bool = True
    ) -> None:
        self._sheet = sheet
        self._currency = currency
        self.lines = LineReader(sheet, mapping)
        self._identities = IdentityReader(self.lines.columns, mapping)
        self._rows = RowReader(mapping, currency, self.lines.columns, self._identities)
        self._has_category = "category" in mapping.fields
        self._has_codes = "sku" in mapping.fields
        self._plain = PlainReader(sheet, mapping, currency, self.lines.columns, self._rows)
        # Closed when nobody reads it any more.
        self._kept: IO[bytes] = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115
        surveyor = self._surveyed(sees_plain_rows=sees_plain_rows)
        self._rows.survey = self.survey = surveyor.survey()
        if self.survey.is_repeated.any():
            self._rows.survey = self.survey = replace(self.survey, repeats=self._repeats(surveyor))

    def copies(self) -> Iterator[CopyBatch]:
        read_count = 0
        self._kept.seek(0)
        while page := list(islice(self._kept, BATCH_ROWS)):
            read_count += len(page)
            yield self._batch(page, read_count)

    def batches(self) -> Iterator[RowBatch]:
        return map(CopyBatch.as_rows, self.copies())

    def bad_lines(self) -> Iterator[tuple[Line, list[RowError]]]:
        """Once, in place of `copies`, and only where no row was taken for a plain one."""
        self._kept.seek(0)
        for text in self._kept:
            position, line = _restored(text)
            found = self._rows.errors(line, self._identities.read(line), position, [])
            if found:
                yield line, found

    # The first pass

    def _surveyed(self, *, sees_plain_rows: bool) -> Surveyor:
        surveyor = Surveyor(self.lines.columns, self._currency)
        if not (sees_plain_rows and self._plain.is_of_use):
            self._keep(self.lines.lines(), surveyor)
            return surveyor
        for page in self._sheet.pages():
            plain = self._plain.read(page) if page.rows else None
            odd = set(range(len(page.rows)) if plain is None else plain.odd)
            for is_odd, run in groupby(range(len(page.rows)), key=odd.__contains__):
                places = list(run)
                if is_odd or plain is None:
                    self._keep(self._odd_lines(page, places), surveyor)
                else:
                    self._keep(self.lines.flushed(), surveyor)
                    self._keep_plain(plain, places[0], places[-1] + 1, surveyor, page.sheet)
                    self.lines.came_before(page.rows[places[-1]])
        self._keep(self.lines.ended(), surveyor)
        return surveyor

    def _odd_lines(self, page: Page, places: Iterable[int]) -> Iterator[Line]:
        for place in places:
            yield from self.lines.taken(Record(page.numbers[place], page.rows[place], page.sheet))

    def _keep(self, lines: Iterable[Line], surveyor: Surveyor) -> None:
        for line in lines:
            exact = [at for at, cell in enumerate(line.cells) if isinstance(cell, ExactNumber)]
            kept = [surveyor.variant_count, line.number, line.cells, exact, line.section, line.sheet]
            self._kept.write(_KEPT + json.dumps(kept).encode() + b"\n")
            surveyor.add(line, self._identities.read(line))

    def _keep_plain(self, page: PlainPage, start: int, stop: int, surveyor: Surveyor, sheet: str) -> None:
        category = None if self._has_category else escaped(self.lines.section or sheet) or NULL
        self._kept.write(page.lines(start, stop, surveyor.variant_count, category))
        surveyor.add_plain(page.hashes(start, stop), self._plain.proofs(page, start, stop))

    def _repeats(self, surveyor: Surveyor) -> Repeats:
        """What becomes of the rows whose codes occur more than once; reads what was kept, and no other rows of it."""
        collector = RepeatCollector()
        is_repeated = self.survey.is_repeated
        self._kept.seek(0)
        for text in self._kept:
            if text.startswith(_KEPT):
                position, line = _restored(text)
                identity = self._identities.read(line)
                if is_repeated[position : position + len(identity.variants)].any():
                    self._collect(collector, surveyor, line, identity, position)
            elif is_repeated[position := int(text.split(b"\t", 1)[0])]:
                row = rows_of([text.decode().rstrip("\n")])[0]
                collector.add(
                    Said(row.row, row.sku, row.name, row.options, row.price, row.stock, surveyor.place(position))
                )
        return collector.repeats(is_repeated, surveyor.codes)

    def _collect(
        self, collector: RepeatCollector, surveyor: Surveyor, line: Line, identity: Identity, position: int
    ) -> None:
        is_broken = bool(self._rows.own_errors(line, identity))
        for at, variant in enumerate(identity.variants, start=position):
            if not self.survey.is_repeated[at]:
                continue
            price, units = (Decimal(0), 0) if is_broken else self._rows.price_and_units(line, identity, variant)
            said = Said(line.number, variant.sku, identity.name, variant.options, price, units, surveyor.place(at))
            collector.add(said, is_broken=is_broken)

    # The second pass

    def _batch(self, page: list[bytes], read_count: int) -> CopyBatch:
        lines: list[bytes] = []
        errors: list[RowError] = []
        rejected: list[str] = []
        for is_kept, run in groupby(page, key=lambda line: line.startswith(_KEPT)):
            if is_kept:
                lines += self._read_again(run, errors, rejected)
            else:
                lines += chain.from_iterable(self._settled(list(run), errors, rejected))
        row_count = len(lines)
        lines += [f"{rejected_line(sku)}\n".encode() for sku in sorted(rejected)]
        return CopyBatch(b"".join(lines), row_count, errors, sorted(rejected), read_count)

    def _read_again(self, kept: Iterable[bytes], errors: list[RowError], rejected: list[str]) -> list[bytes]:
        lines: list[str] = []
        for text in kept:
            position, line = _restored(text)
            identity = self._identities.read(line)
            found = self._rows.errors(line, identity, position, rejected)
            errors += found
            if not found:
                rows = self._rows.rows(line, identity, position)
                lines += [row_line(at, row) for at, row in enumerate(rows, start=position)]
        return [f"{line}\n".encode() for line in lines]

    def _settled(self, run: list[bytes], errors: list[RowError], rejected: list[str]) -> Iterator[list[bytes]]:
        """Plain rows as they were kept, but for those that share their code or their product with others."""
        first = int(run[0].split(b"\t", 1)[0])
        shared = self.survey.is_shared[first : first + len(run)].nonzero()[0]
        done = 0
        for at in map(int, shared):
            yield run[done:at]
            yield self._shared(run[at], first + at, errors, rejected)
            done = at + 1
        yield run[done:]

    def _shared(self, text: bytes, position: int, errors: list[RowError], rejected: list[str]) -> list[bytes]:
        cells = text.decode().rstrip("\n").split("\t")
        row = rows_of([text.decode().rstrip("\n")])[0]
        variant = Variant(row.sku, row.options)
        identity = Identity(row.name, row.brand, row.sku if self._has_codes else "", "", (variant,))
        first_seen, found = self._rows.repeated(Line(row.row, []), identity, position)
        if found:
            errors += found
            rejected += first_seen
            return []
        repeat = self.survey.repeat(position)
        if repeat is not None:
            if not repeat.is_first:
                return []
            cells[_STOCK], cells[_SKU] = copied(repeat.units), escaped(sku_of(variant, repeat))
            cells[_KEY] = cells[_SKU]
        if self.survey.is_grouped[position] or (repeat is not None and repeat.is_variant):
            cells[_KEY] = escaped(f"={product_name(identity)}")
        return ["\t".join(cells).encode() + b"\n"]


def _restored(text: bytes) -> tuple[int, Line]:
    position, number, cells, exact, section, sheet = json.loads(text[1:])
    for at in exact:
        cells[at] = ExactNumber(cells[at])
    return position, Line(number, cells, section, sheet)
