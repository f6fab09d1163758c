"""Undoes the ways in which shop systems spread one product over several rows of their exports."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby

from ingestion.mapping import ColumnMapping
from ingestion.sources.records import Record
from ingestion.text import folded

# What only the first row of a product says, in exports that leave it blank in the others.
_PRODUCT_FIELDS = ("name", "brand", "category", "description", "synonyms", "tags")
_COUNTED_WITHOUT_END = "si"
_YES = frozenset({"1", "yes", "si", "true", "verdadero", "continue"})
_UNTRACKED = frozenset({"", "n", "no"})
_VARIATIONS = frozenset({"variation", "variacion"})
_OUT_OF_STOCK = frozenset({"out of stock", "discontinued", "agotado", "sin existencias"})
_PARENTS = frozenset({"variable", "variable subscription"})


@dataclass(slots=True)
class Arranger:
    """One pass over a file; `unlisted_count` are rows of products that are not on sale."""

    positions: dict[str, int]
    mapping: ColumnMapping
    unlisted_count: int = 0
    _products: dict[str, list[str]] = field(default_factory=dict)
    _unlisted_groups: set[str] = field(default_factory=set)

    def arranged(self, records: Iterator[Record]) -> Iterator[Record]:
        export = self.mapping.export
        if export is None:
            return records
        rules: dict[str, Callable[[Record], Record | None]] = {
            "flat": lambda record: record,
            "own": lambda record: record,
            "parents": self._variation,
            "feed": self._offer,
        }
        listed = (record for record in records if not self._is_unlisted(record))
        if export.arrangement == "filled_down":
            return self._filled_groups(listed)
        rule = rules[export.arrangement]
        return (done for record in listed if (done := rule(record)) is not None)

    def _cell(self, record: Record, name: str) -> str:
        """A field's or a flag's text."""
        header = self.mapping.fields.get(name) or self.mapping.flags.get(name, "")
        position = self.positions.get(header)
        return record.cells[position].strip() if position is not None and position < len(record.cells) else ""

    def _is_unlisted(self, record: Record) -> bool:
        assert self.mapping.export
        group = self._cell(record, "group")
        is_so = any(
            folded(self._cell(record, flag)) in values
            for flag, values in self.mapping.export.unlisted.items()
            if self._cell(record, flag)
        ) or (bool(group) and group in self._unlisted_groups)
        if is_so:
            self.unlisted_count += 1
            self._unlisted_groups.update(
                {group, self._cell(record, "sku"), f"id:{self._cell(record, 'id')}"} - {"", "id:"}
            )
        return is_so

    def _filled_groups(self, records: Iterator[Record]) -> Iterator[Record]:
        """Rows of one group come together; those of mere images give theirs to its first row."""
        for _, group in groupby(records, key=lambda record: self._cell(record, "group") or record.number):
            filled: list[Record] = []
            images: list[str] = []
            for record in group:
                if self._cell(record, "price") or self._cell(record, "sku"):
                    filled.append(self._filled_down(record))
                else:
                    images.append(self._cell(record, "image_url"))
            if filled and images:
                self._put(filled[0].cells, "image_url", " ".join([self._cell(filled[0], "image_url"), *images]))
            yield from filled

    def _filled_down(self, record: Record) -> Record:
        """Rows of one group after the first leave the product's own cells blank."""
        group = self._cell(record, "group")
        first = self._products.get(group) if group else None
        cells = list(record.cells)
        if first is None:
            # A file is read once to its end for each pass, and groups come together: one is remembered at a time.
            self._products = {group: cells} if group else {}
        else:
            inherited = [self.mapping.fields.get(name) for name in _PRODUCT_FIELDS]
            self._fill(cells, first, [header for header in inherited if header])
            self._fill(cells, first, list(self.mapping.named_options.values()))
        self._use_sale_price(record, cells)
        self._mark_uncounted(record, cells)
        return Record(record.number, cells, record.sheet)

    def _mark_uncounted(self, record: Record, cells: list[str]) -> None:
        flags = self.mapping.flags
        is_untracked = "is_counted" in flags and folded(self._cell(record, "is_counted")) in _UNTRACKED
        is_endless = any(folded(self._cell(record, flag)) in _YES for flag in ("oversells", "is_unlimited"))
        if is_untracked or is_endless:
            self._put(cells, "stock", _COUNTED_WITHOUT_END)

    def _variation(self, record: Record) -> Record | None:
        """A variable product's own row is no variant, but its variations are called and described as it is."""
        kind = folded(self._cell(record, "type").split(",")[0])
        if kind in _PARENTS:
            for key in (self._cell(record, "sku"), f"id:{self._cell(record, 'id')}"):
                self._products[key] = record.cells
            return None
        cells = list(record.cells)
        parent = self._products.get(self._cell(record, "group")) if kind in _VARIATIONS else None
        if parent is not None:
            name = self.mapping.fields["name"]
            cells[self.positions[name]] = ""
            inherited = [self.mapping.fields.get(field_name) for field_name in (*_PRODUCT_FIELDS, "image_url")]
            self._fill(cells, parent, [header for header in inherited if header])
            self._fill(cells, parent, list(self.mapping.named_options.values()))
        self._use_sale_price(record, cells)
        if not self._cell(record, "stock") and self._cell(record, "in_stock"):
            self._put(cells, "stock", _COUNTED_WITHOUT_END if folded(self._cell(record, "in_stock")) in _YES else "0")
        return Record(record.number, cells, record.sheet)

    def _offer(self, record: Record) -> Record | None:
        """A row of a feed for Facebook, WhatsApp or Google; the explanations under its titles are none."""
        if self._cell(record, "sku").startswith("#"):
            return None
        cells = list(record.cells)
        self._use_sale_price(record, cells)
        available = folded(self._cell(record, "in_stock"))
        if available in _OUT_OF_STOCK:
            self._put(cells, "stock", "0")
        elif not self._cell(record, "stock") and "stock" in self.mapping.fields:
            self._put(cells, "stock", _COUNTED_WITHOUT_END)
        return Record(record.number, cells, record.sheet)

    def _use_sale_price(self, record: Record, cells: list[str]) -> None:
        today = datetime.now(UTC).date()
        first, _, last = self._cell(record, "sale_lasts").partition("/")
        starts = _date(self._cell(record, "sale_starts") or first)
        ends = _date(self._cell(record, "sale_ends") or last)
        is_now = (starts is None or starts <= today) and (ends is None or today <= ends)
        if self._cell(record, "sale_price") and is_now:
            self._put(cells, "price", self._cell(record, "sale_price"))

    def _put(self, cells: list[str], name: str, text: str) -> None:
        position = self.positions.get(self.mapping.fields.get(name, ""))
        if position is not None and position < len(cells):
            cells[position] = text

    def _fill(self, cells: list[str], source: list[str], headers: list[str]) -> None:
        for header in headers:
            position = self.positions[header]
            if position < min(len(cells), len(source)) and not cells[position].strip():
                cells[position] = source[position]


def _date(text: str) -> date | None:
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
