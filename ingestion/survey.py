"""Learns in one pass over a file what no single row can tell."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data.accents import unaccented
from ingestion.identity import Identity
from ingestion.lines import Columns, Line
from ingestion.numbers import Column, Separator, proof
from ingestion.repeats import Repeat, Repeats

Hashes = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Survey:
    """`prices` and `stocks` are what those columns prove about their separators. `shared_stock_count` are rows that
    list several variants without units of each, `codeless_count` those that leave their code blank. `repeats` settles
    the codes that occur more than once.

    The two arrays have an entry per variant, in the order of reading: whether its code occurs more than once, and
    whether it is one of several variants of one product.
    """

    prices: Column
    stocks: Column
    is_repeated: Flags
    is_grouped: Flags
    line_count: int
    shared_stock_count: int
    codeless_count: int = 0
    repeats: Repeats | None = None

    def repeat(self, position: int) -> Repeat | None:
        """None for a code that occurs once."""
        return self.repeats.at(position) if self.repeats and self.is_repeated[position] else None

    @cached_property
    def is_shared(self) -> Flags:
        """Whether its code or its product is also that of another."""
        return self.is_repeated | self.is_grouped


class Surveyor:
    """Is told of every line of a file, in order."""

    def __init__(self, columns: Columns, currency: str) -> None:
        self._columns = columns
        self._currency = currency
        self._prices, self._stocks = set[Separator](), set[Separator]()
        self._codes, self._products, self._choices, self._places = (array("q") for _ in range(4))
        self._line_count = self._shared_stock_count = self._codeless_count = 0

    @property
    def codes(self) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        """Hashes, one for each variant."""
        return np.asarray(self._codes)

    def place(self, position: int) -> int:
        """A hash of where, or which, a variant's units are."""
        return self._places[position] if self._places else 0

    @property
    def variant_count(self) -> int:
        """How many there were up to now."""
        return len(self._codes)

    def add(self, line: Line, identity: Identity) -> None:
        self._line_count += 1
        self._prices.update(_proofs(self._columns.text(line.cells, "price"), self._currency))
        for _, text in self._columns.texts(line.cells, "stock"):
            self._stocks.update(_proofs(text, "CLP"))
        self._codeless_count += not identity.sku
        self._shared_stock_count += identity.is_listed and identity.variants[0].stock is None
        if self._columns.places:
            self._places.extend([self._columns.place(line.cells)] * len(identity.variants))
        product = hash(product_name(identity))
        for variant in identity.variants:
            self._codes.append(hash(variant.sku.lower()))
            self._products.append(product)
            self._choices.append(hash(frozenset((n, unaccented(v)) for n, v in variant.options.items())))

    def add_plain(
        self,
        hashes: tuple[list[int], list[int], Iterable[int], list[int]],
        proofs: tuple[set[Separator], set[Separator]],
    ) -> None:
        """Lines of one variant each, by the hashes that `add` would take of them."""
        codes, products, choices, places = hashes
        self._line_count += len(codes)
        self._codes.extend(codes)
        self._products.extend(products)
        self._choices.extend(choices)
        self._places.extend(places)
        self._prices |= proofs[0]
        self._stocks |= proofs[1]

    def survey(self) -> Survey:
        codes, products, choices = (np.asarray(found) for found in (self._codes, self._products, self._choices))
        is_repeated = is_grouped = np.zeros(len(codes), np.bool_)
        if _has_equals(codes) or _has_equals(products):
            is_repeated, is_grouped = _compared(codes, products, choices)
        return Survey(
            Column.proven(self._prices), Column.proven(self._stocks), is_repeated, is_grouped, self._line_count,
            self._shared_stock_count, self._codeless_count,
        )  # fmt: skip


def product_name(identity: Identity) -> str:
    """What the variants of one product share, whatever accents and case they are written with."""
    return unaccented(f"{identity.name}|{identity.brand or ''}")


def _proofs(cell: str, currency: str) -> Iterator[Separator]:
    if "," in cell or "." in cell:
        found = proof(cell, currency)
        if found:
            yield found


def _has_equals(hashes: Hashes) -> bool:
    in_order = np.sort(hashes)  # a twentieth of the time of numpy.unique
    return bool((in_order[1:] == in_order[:-1]).any())


def _compared(codes: Hashes, products: Hashes, choices: Hashes) -> tuple[Flags, Flags]:
    """Which codes occur twice; which rows, of one name and brand but of options that all differ, are variants of one
    product."""
    _, firsts, places, counts = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    own, chosen = products[firsts], choices[firsts]
    order = np.lexsort((chosen, own))
    own, chosen = own[order], chosen[order]
    is_new = np.concatenate(([True], (own[1:] != own[:-1]) | (chosen[1:] != chosen[:-1])))
    known, sizes = np.unique(own, return_counts=True)
    _, choice_counts = np.unique(own[is_new], return_counts=True)
    grouped = known[(sizes > 1) & (sizes == choice_counts)]
    return counts[places] > 1, np.isin(products, grouped)
