"""How many units of an item an amount is: "2 kilos" of what is sold by the kilo, or in bags of 500 g."""

import re
from collections.abc import Sequence
from fractions import Fraction

from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.reading.quantities import GROUP_SIZES, Quantity
from agent.tools.cart import MOST_UNITS
from data.repositories.items import CatalogueItem
from data.search.units import canonical_measure
from data.search.words import tokenise

_MEASURE = re.compile(r"(?P<value>\d+(?:\.\d+)?)(?P<base>[a-z]+2?)")
# A length in a name is how thick a thing is, unless it is long enough to be how much of it there is.
_LEAST_LENGTH = Fraction(500)
_CONTENTS = frozenset(("mg", "ml", "un", "comp", "mcg"))


# Sold by the pair: "un par de calcetines" is one of what is sold.
_PAIRED = re.compile(
    r"\b(?:par(?:es)?|calcetin|calceta|media(?![a-z])|bota(?!n)|botin|sandalia|chala|guante|aro(?![a-z])|arete|pantufla"
    r"|h?ojota|alpargata|mocasin|bototo|chancla|zapat|slipper|crocs|plantilla)"
)
_SHOES = re.compile(r"\b(?:calzado|zapat)")


def units_for(item: CatalogueItem, quantity: Quantity | None, default: int = 1) -> int | None:
    """Whole units of the item; None when the amount is no whole number of them."""
    if quantity is None:
        return default
    if quantity.unit is None:
        return _counted(item, quantity)
    wanted = _parse(quantity.measure())
    if wanted is None:
        return quantity.whole
    for size in (_parse(canonical_measure("1", (item.unit or "").casefold())), *sizes_of(item)):
        if size is None or size[1] != wanted[1]:
            continue
        units = wanted[0] / size[0]
        return int(units) if units.denominator == 1 else None
    return quantity.whole


def is_measured(item: CatalogueItem, quantity: Quantity | None) -> bool:
    """Whether an amount can be said of it: it is sold by that unit, or comes in sizes of it."""
    wanted = _parse(quantity.measure()) if quantity and quantity.unit else None
    sizes = (_parse(canonical_measure("1", (item.unit or "").casefold())), *sizes_of(item))
    return wanted is not None and any(size is not None and size[1] == wanted[1] for size in sizes)


def _counted(item: CatalogueItem, quantity: Quantity) -> int | None:
    """ "Una docena de huevos" of what is sold by the dozen is one."""
    name = " ".join(tokenise(f"{item.title} {item.unit or ''}"))
    whole = quantity.whole
    if quantity.group == "par" and (_PAIRED.search(name) or _SHOES.search(fold(item.category or ""))):
        return whole and whole // GROUP_SIZES["par"]
    if "docena" in name.split() and whole and (quantity.group == "docena" or whole % GROUP_SIZES["docena"] == 0):
        units = Fraction(whole, GROUP_SIZES["docena"])
        return int(units) if units.denominator == 1 else None
    return whole


def sizes_of(item: CatalogueItem) -> list[tuple[Fraction, str]]:
    """How much there is of it, by its name: values in base units, the first one said first."""
    sizes = [_parse(token) for token in tokenise(item.title)]
    return [size for size in sizes if size and (size[1] != "mm" or size[0] >= _LEAST_LENGTH)]


def has_dimension(item: CatalogueItem) -> bool:
    """Whether a number in its name tells which one it is ("BROCA 6MM", "9W"), not how much there is of it."""
    sizes = [_parse(token) for token in tokenise(item.title)]
    return any(size is not None and size[1] not in _CONTENTS for size in sizes)


def common_units(items: Sequence[CatalogueItem], quantity: Quantity | None) -> int | None:
    """The units of an amount, when it is as many of each of these."""
    if quantity is None or not items:
        return None
    units = {units_for(item, quantity) for item in items}
    common = units.pop() if len(units) == 1 else None
    return common if common is not None and 0 < common <= MOST_UNITS else None


def _parse(token: str | None) -> tuple[Fraction, str] | None:
    match = _MEASURE.fullmatch(token or "")
    if not match:
        return None
    value, base = Fraction(match["value"]), match["base"]
    return (value * 1000, "mg") if base == "g" else (value, base)
