"""Reads who a row is: its name, brand, code, and the variants it stands for."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingestion.column_names import option_of, plain_name, tells_variants
from ingestion.lines import FLOAT_CODE, Columns, Line, cell_at
from ingestion.mapping import ColumnMapping
from ingestion.sizes import choices_in, is_colour
from ingestion.skus import LONGEST, derived_sku, variant_sku
from ingestion.text import CELL_FAULTS, UNCALCULATED, clean

_MOST_VARIANTS = 100
# Options taken apart when their cell lists several values.
LISTING_OPTIONS = ("talla", "color", "medida", "sabor", "aroma")
_PAIRS = re.compile(r"\s*([^:,;|/]{1,40}?)\s*:\s*([^:,;|]{1,100}?)\s*(?:[,;|]|$)")
NO_VALUE = frozenset({"", "-", "Default Title", "Default", UNCALCULATED}) | CELL_FAULTS
# What people write where a product has no code.
NO_CODE = re.compile(
    r"[^0-9a-z]*|s/(?:c|n|cod|codigo|código|sku)\.?|sin (?:cod|codigo|código|sku|n[uú]mero)|n/[ad]|null|none|nan",
    re.IGNORECASE,
)
_DISPLAYED_CODE = re.compile(r"\[([^\]]{1,64})\]\s*")


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of a row; `stock` is the text of its own units, None when the row's cell counts."""

    sku: str
    options: dict[str, str]
    stock: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """`variants` are several when a cell lists sizes or colours; `is_listed` then. `group`: the file's own grouping."""

    name: str
    brand: str | None
    sku: str
    group: str
    variants: tuple[Variant, ...]

    @property
    def is_listed(self) -> bool:
        return len(self.variants) > 1


class IdentityReader:
    """Knows a file's columns."""

    def __init__(self, columns: Columns, mapping: ColumnMapping) -> None:
        self._columns = columns
        self._has_codes = "sku" in mapping.fields

    def read(self, line: Line) -> Identity:
        columns, cells = self._columns, line.cells
        if columns.are_exact(cells):
            return self._read_exactly(cells)
        name = shown(columns.text(cells, "name"), 200)
        brand = often_shown(columns.text(cells, "brand"), 100) or None
        sku = self.code(line)
        displayed = _DISPLAYED_CODE.match(name)
        if displayed and displayed[1] == sku:
            name = name[displayed.end() :]
        options = self._options(cells)
        listed = self._listed(cells, options, f"{name} {line.section}")
        variants = tuple(
            Variant(self._code(sku, name, brand, options, own), options | own, stock) for own, stock in listed
        )
        return Identity(name, brand, sku, clean(columns.text(cells, "group"), 100), variants)

    def code(self, line: Line) -> str:
        """The row's own code; "" when it has none, or says that it has none."""
        sku = shown(self._columns.text(line.cells, "sku"), LONGEST + 1) if self._has_codes else ""
        if self._columns.are_exact(line.cells):
            return sku
        if self._columns.has_float_codes and FLOAT_CODE.fullmatch(sku):
            return sku[:-2]
        return "" if NO_CODE.fullmatch(sku) else sku

    def _read_exactly(self, cells: Sequence[str]) -> Identity:
        columns = self._columns
        name, brand = shown(columns.text(cells, "name"), 200), shown(columns.text(cells, "brand"), 100) or None
        options = {
            option: value
            for option, position in columns.options.items()
            if (value := shown(cell_at(cells, position), 100))
        } | _more_options(cell_at(cells, columns.more_options))
        sku = shown(columns.text(cells, "sku"), LONGEST + 1)
        code = sku or derived_sku(name, brand, options.values())
        return Identity(name, brand, sku, columns.text(cells, "group"), (Variant(code, options),))

    def _code(self, sku: str, name: str, brand: str | None, options: dict[str, str], own: dict[str, str]) -> str:
        if sku:
            return variant_sku(sku, own.values())
        return derived_sku(name, brand, (options | own).values())

    def _listed(
        self, cells: Sequence[str], options: dict[str, str], about: str
    ) -> list[tuple[dict[str, str], str | None]]:
        """What each variant adds to the row's options, with its own stock; one empty addition for an ordinary row."""
        columns = self._columns
        if columns.size_stocks:
            counted = [(size, cell_at(cells, at).strip()) for size, at in columns.size_stocks.items()]
            return [
                ({"color" if is_colour(size) else "talla": size}, units or "0") for size, units in counted if units
            ] or [({}, "0")]
        found: list[tuple[dict[str, str], str | None]] = [({}, None)]
        for name in LISTING_OPTIONS:
            cell = cell_at(cells, columns.options[name]) if name in options and name in columns.options else ""
            choices = choices_in(name, cell, about) if cell else ()
            # Every size in every colour; units of each size are known only when sizes are all that is listed.
            if choices and len(choices) * len(found) <= _MOST_VARIANTS:
                is_first = len(found) == 1
                found = [
                    (own | {name: clean(value, 100)}, units if is_first else None)
                    for own, _ in found
                    for value, units in choices
                ]
        return found

    def _options(self, cells: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, position in self._columns.options.items():
            value = often_shown(cell_at(cells, position), 100)
            if value in NO_VALUE:
                continue
            pairs = _PAIRS.findall(value) if ":" in value and tells_variants(name) else []
            found |= {option_name(pair): clean(text, 100) for pair, text in pairs} if pairs else {name: value}
        for name_at, value_at in self._columns.named_options:
            value = clean(cell_at(cells, value_at), 100)
            if value not in NO_VALUE:
                found[option_name(cell_at(cells, name_at)) or "opción"] = value
        return found


def _more_options(cell: str) -> dict[str, str]:
    """What had no column of its own, as JSON; anything else says nothing."""
    try:
        found = json.loads(cell) if cell else {}
    except ValueError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {key: text for name, value in pairs if (key := clean(name, 60).lower()) and (text := clean(str(value), 100))}


def shown(text: str, limit: int) -> str:
    """Text as a person shall read it; what a spreadsheet program leaves where a formula failed is no text."""
    if not text:
        return ""
    cleaned = clean(text, limit)
    is_nothing = cleaned == UNCALCULATED or (cleaned.startswith("#") and cleaned.upper() in CELL_FAULTS)
    return "" if is_nothing else cleaned


# Brands, categories, units and options repeat; names and codes do not.
often_shown = lru_cache(maxsize=16_384)(shown)


def option_name(text: str) -> str:
    """ "Talle" and "Size" are one option; other names are kept in lower case."""
    return option_of(plain_name(text)) or clean(text, 60).lower()
