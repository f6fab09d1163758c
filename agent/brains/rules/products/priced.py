"""Pointing by what it costs: "esos de 9.990", "el de 15 lucas", "la lámpara de 8.990", "la de 180"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.brains.rules.products.choosing import covers
from agent.brains.rules.reading.intents import Intent
from agent.tools.catalogue import has_option
from data.repositories.items import CatalogueItem
from data.search.money_words import AMOUNT, read_amount, unit_of

_LEAST = Decimal(200)
_WORDS = re.compile(
    rf"^(?P<thing>.*?)\s*(?:(?:de|del|a|por|que (?:vale|cuesta|sale|esta|son)n?(?: a)?) )*(?P<amount>{AMOUNT})$"
)
_ABOUT = re.compile(rf"\b(?:de|del|a|por|vale|cuesta|sale)n? (?P<amount>{AMOUNT})")
# "De 15 lucas" may be 14.990.
_ROUNDED = Decimal("0.07")


@dataclass(frozen=True, slots=True)
class PricePoint:
    """`amount` in pesos, exact or rounded as people do; `thing` and `options` are what else was said of it; `number`
    is a bare one, which may be no price: "la de 180"."""

    thing: str
    amount: Decimal
    is_rounded: bool
    options: tuple[str, ...] = ()
    number: str = ""

    def among(self, items: Sequence[CatalogueItem]) -> list[CatalogueItem]:
        """Those that cost it; when it is rounded, the nearest to it."""
        if self.number and any(covers(self.number, item) for item in items):
            return []
        fitting = [item for item in items if all(has_option(item, option) for option in self.options)]
        fitting = [item for item in fitting if not self.thing or covers(self.thing, item)]
        if not self.is_rounded:
            return [item for item in fitting if item.unit_price == self.amount]
        most = self.amount * _ROUNDED
        away = {item.sku: abs(item.unit_price - self.amount) for item in fitting}
        nearest = min(away.values(), default=most + 1)
        return [item for item in fitting if away[item.sku] == nearest <= most]


def price_point(intent: Intent) -> PricePoint | None:
    """What it says of the price of one thing; None where it says a limit, or nothing of prices."""
    filters = intent.filters
    is_pointing = intent.is_definite or intent.reference is not None
    if filters.min_price is not None and filters.max_price is not None:  # "el de 15 lucas" was read as about that
        said = _ABOUT.search(intent.asked) if is_pointing else None
        amount = read_amount(said["amount"]) if said else None
        return PricePoint(intent.words, amount, True, filters.options) if amount else None
    said = _WORDS.match(intent.words)
    if said is None or not said["amount"].lstrip("$ ")[:1].isdigit():
        return None
    amount, is_money = read_amount(said["amount"]), bool(re.search(r"\d\.\d{3}|\$", said["amount"]))
    if amount is None or not (is_pointing or is_money):
        return None
    if amount < _LEAST or not (is_money or unit_of(said["amount"]) or len(said["amount"]) > len("999")):
        bare = said["amount"].strip()
        amount = read_amount(f"{bare} mil") if bare.isdigit() and not said["thing"] else None
        return PricePoint("", amount, True, filters.options, bare) if amount else None
    return PricePoint(said["thing"], amount, False, filters.options)
