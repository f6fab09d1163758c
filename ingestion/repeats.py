"""Settles what becomes of the rows that share a code: added up, taken once, or asked about."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.accents import unaccented
from ingestion.column_names import CHOSEN_BY
from ingestion.numbers import HIGHEST
from ingestion.skus import variant_sku

_UNCOUNTED = -1


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

    def __init__(self, is_repeated: "np.ndarray[Any, Any]", frame: pd.DataFrame) -> None:
        """The frame has a row for each position that is repeated, in their order."""
        self._index = np.cumsum(is_repeated, dtype=np.int32) - 1
        settled = _settled(frame)
        self._columns = [settled[name].to_numpy() for name in ("fate", "is_first", "other", "units", "is_variant")]

    def at(self, position: int) -> Repeat:
        """To be asked only about a position that is repeated."""
        fate, is_first, other, units, is_variant = (column[self._index[position]] for column in self._columns)
        counted = None if units == _UNCOUNTED else int(units)
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
        units = _UNCOUNTED if said.units is None else said.units
        code, own = hash(said.sku.lower()), hash(own_code(said.sku, said.options).lower())
        values = (code, own, name, thing, choice, hash(said.price), said.place, units, said.row, is_broken)
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)

    def repeats(self, is_repeated: "np.ndarray[Any, Any]", codes: "np.ndarray[Any, Any]") -> Repeats:
        """`codes` are hashes of all of the file's."""
        frame = pd.DataFrame({name: np.asarray(values) for name, values in self._columns.items()}, copy=False)
        # Without anything to choose by, no code can be that of a whole product.
        frame["is_taken"] = np.isin(frame["own"], codes) if frame["choice"].any() else True
        return Repeats(is_repeated, frame)


def own_code(sku: str, options: Mapping[str, str]) -> str:
    """A code that all variants of a product share, told apart by what this one is chosen by."""
    return variant_sku(sku, [value for name, value in options.items() if name in CHOSEN_BY])


def _settled(frame: pd.DataFrame) -> pd.DataFrame:
    """`fate`, `is_first`, `other`, `units` and `is_variant` of each row of the frame."""
    is_variant = _are_variants(frame)
    frame = frame.drop(columns=["own", "name", "choice", "is_taken"])
    if is_variant.any():
        frame["code"] = frame["code"].mask(is_variant, frame["code"] ^ frame["thing"])
    # Codes as they come are numbered 0, 1, 2: the first row of each is where its number first stands.
    frame["code"] = pd.factorize(frame["code"])[0]
    firsts = frame.loc[~frame["code"].duplicated(), ["thing", "price", "units", "row"]]
    first = firsts.iloc[frame["code"]].set_index(frame.index)
    found = pd.DataFrame(
        {
            "fate": int(Fate.OTHER),
            "is_first": ~frame["code"].duplicated(),
            "other": first["row"],
            "units": frame["units"],
            "is_variant": is_variant,
        }
    )
    kin = frame[frame["thing"] == first["thing"]]
    code = kin["code"]
    whole = kin[kin["is_broken"] == 0]
    is_again = whole.duplicated(["code", "place", "units"])
    distinct = whole[~is_again]
    total = distinct.groupby("code")["units"].sum().clip(upper=HIGHEST)
    total[total.index.isin(distinct.loc[distinct["units"] == _UNCOUNTED, "code"])] = _UNCOUNTED

    fate = pd.Series(int(Fate.ADDED), index=kin.index)
    fate[is_again[is_again].index] = int(Fate.SAME)
    fate[found["is_first"].loc[kin.index]] = int(Fate.HAS_ALL)
    asked = {
        Fate.TWO_COUNTS: distinct.loc[distinct.duplicated(["code", "place"]), "code"],
        Fate.TWO_PRICES: _codes_of_several(whole, "price"),
        Fate.BROKEN_TWIN: kin.loc[kin["is_broken"] == 1, "code"],
    }
    for reason, codes in asked.items():
        fate[code.isin(codes)] = int(reason)
    # A row with an error of its own is told about that one.
    fate[kin["is_broken"] == 1] = int(Fate.HAS_ALL)
    found.loc[kin.index, "fate"] = fate
    found.loc[kin.index, "units"] = code.map(total).fillna(0).astype(np.int64)
    found["other"] = found["other"].mask(found["is_first"], _against_first(kin, first))
    return found


def _are_variants(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Whether all rows of a code have one name and differ in nothing but what people choose by."""
    if not frame["choice"].any():
        return pd.Series(data=False, index=frame.index)
    by_code = frame.groupby("code", sort=False)
    kinds = by_code[["name", "thing", "choice"]].transform("nunique")
    is_free = ~frame["is_taken"] & (frame.groupby("own")["thing"].transform("nunique") == 1)
    can_be = ((frame["choice"] != 0) & is_free).groupby(frame["code"]).transform("all")
    return (kinds["name"] == 1) & (kinds["choice"] > 1) & (kinds["choice"] == kinds["thing"]) & can_be


def _codes_of_several(rows: pd.DataFrame, column: str) -> "pd.Series[int]":
    return rows.loc[~rows.duplicated(["code", column]), "code"].loc[lambda codes: codes.duplicated()]


def _against_first(kin: pd.DataFrame, first: pd.DataFrame) -> "pd.Series[int]":
    """For the first of each code, the number of the next of its rows that it is not like; else of the next."""
    own = first.loc[kin.index]
    unlike = (kin["price"] != own["price"]) | (kin["is_broken"] == 1) | (kin["units"] != own["units"])
    others = kin[kin["code"].duplicated()].assign(is_like=~unlike).sort_values("is_like", kind="stable")
    numbers = others.drop_duplicates("code").set_index("code")["row"]
    return kin["code"].map(numbers).fillna(0).astype(np.int64)
