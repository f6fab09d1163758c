"""Settles what becomes of the rows that share a code: added up, taken once, or asked about."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from data.accents import unaccented
from ingestion.column_names import CHOSEN_BY
from ingestion.skus import variant_sku

if TYPE_CHECKING:
    import pandas as pd

UNCOUNTED = -1


class Fate(IntEnum):
    """What becomes of one of the rows of a code.

    | the rows of one code                                                    | fate                             |
    |-------------------------------------------------------------------------|----------------------------------|
    | say the same but for their place (branch, lot) and their units          | the first HAS ALL, others ADDED  |
    | say the same                                                            | the first HAS ALL, others SAME   |
    | are one product at two prices                                           | all TWO_PRICES                   |
    | are one product with two counts, of one place or of none                | all TWO_COUNTS                   |
    | are one product, one of them with an error of its own                   | the others BROKEN_TWIN           |
    | are something else than the first                                       | OTHER                            |

    Rows of one product that differ in size, colour or the like are variants: a code to each, and each its own fate.
    """

    HAS_ALL = 0
    ADDED = 1
    SAME = 2
    TWO_PRICES = 3
    TWO_COUNTS = 4
    BROKEN_TWIN = 5
    OTHER = 6


class Repeat(NamedTuple):
    """`other` is the number of the row that it goes with, or against; `units` of all its rows.

    `is_variant`: its code is that of a whole product, so what it is chosen by goes behind: see `own_code`.
    """

    fate: Fate
    is_first: bool
    other: int
    units: int | None
    is_variant: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of a variant; `place` is a hash of where, or which, its units are; units None: not counted."""

    row: int
    sku: str
    name: str
    options: dict[str, str]
    price: Decimal
    units: int | None
    place: int


class Repeats:
    """Every variant whose code occurs more than once, by its position."""

    def __init__(self, is_repeated: "np.ndarray[Any, Any]", settled: "pd.DataFrame") -> None:
        """The frame has a row for each position that is repeated, in their order; see `ingestion.repeat_fates`."""
        self._index = np.cumsum(is_repeated, dtype=np.int32) - 1
        self._columns = [settled[name].to_numpy() for name in ("fate", "is_first", "other", "units", "is_variant")]

    def at(self, position: int) -> Repeat:
        """To be asked only about a position that is repeated."""
        fate, is_first, other, units, is_variant = (column[self._index[position]] for column in self._columns)
        counted = None if units == UNCOUNTED else int(units)
        return Repeat(Fate(int(fate)), bool(is_first), int(other), counted, bool(is_variant))

    def count(self, fate: Fate) -> int:
        return int((self._columns[0] == fate).sum())

    @property
    def variant_count(self) -> int:
        return int(self._columns[4].sum())

    def first_row_of(self, fate: Fate) -> int:
        """The number of the row that the first of this fate goes with."""
        return int(self._columns[2][(self._columns[0] == fate).argmax()])


class RepeatCollector:
    """Is told of the variants whose codes occur more than once, in the order of reading; keeps numbers only."""

    def __init__(self) -> None:
        names = ("code", "own", "name", "thing", "choice", "price", "place", "units", "row", "is_broken")
        self._columns = {name: array("q") for name in names}

    def add(self, said: Said, *, is_broken: bool = False) -> None:
        """Of a broken row only its number, code, name and options count."""
        name = hash(unaccented(said.name))
        options = {key: unaccented(text) for key, text in said.options.items()}
        chosen = frozenset((key, text) for key, text in options.items() if key in CHOSEN_BY)
        thing, choice = hash((name, frozenset(options.items()))), hash(chosen) if chosen else 0
        units = UNCOUNTED if said.units is None else said.units
        code, own = hash(said.sku.lower()), hash(own_code(said.sku, said.options).lower())
        values = (code, own, name, thing, choice, hash(said.price), said.place, units, said.row, is_broken)
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)

    def repeats(self, is_repeated: "np.ndarray[Any, Any]", codes: "np.ndarray[Any, Any]") -> Repeats:
        """`codes` are hashes of all of the file's."""
        # pandas takes 0.3 s, for which a list without repeats, and whoever reads none, need not wait.
        import pandas as pd  # noqa: PLC0415

        from ingestion.repeat_fates import settled  # noqa: PLC0415

        frame = pd.DataFrame({name: np.asarray(values) for name, values in self._columns.items()}, copy=False)
        # Without anything to choose by, no code can be that of a whole product.
        frame["is_taken"] = np.isin(frame["own"], codes) if frame["choice"].any() else True
        return Repeats(is_repeated, settled(frame))


def own_code(sku: str, options: Mapping[str, str]) -> str:
    """A code that all variants of a product share, told apart by what this one is chosen by."""
    return variant_sku(sku, [value for name, value in options.items() if name in CHOSEN_BY])
