"""Pointing by what it costs: "esos de 9.990", "el de 15 lucas", "la lámpara de 8.990"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.brains.rules.products.choosing import covers
from agent.brains.rules.reading.intents import Intent
from data.repositories.items import CatalogueItem
from data.search.money_words import AMOUNT, read_amount, unit_of

# "De 1500" may be its watts; "de 9.990" is money.
_LEAST = Decimal(200)
_AT = re.compile(
    rf"^(?P<thing>.*?)\s*(?:(?:de|del|a|por|que (?:vale|cuesta|sale|esta|son)[n]?(?: a)?) )*(?P<amount>{AMOUNT})$"
)
# "De 15 lucas" may be 14.990.
_ROUNDED = Decimal("0.07")


@dataclass(frozen=True, slots=True)
class PricePoint:
    """`amount` in pesos, exact or rounded as people do; `thing` is what else was said of it."""

    thing: str
    amount: Decimal
    is_rounded: bool

    def among(self, items: Sequence[CatalogueItem]) -> list[CatalogueItem]:
        """Those that cost it; when it is rounded, the nearest to it."""
        fitting = [item for item in items if not self.thing or covers(self.thing, item)]
        if not self.is_rounded:
            return [item for item in fitting if item.unit_price == self.amount]
        most = self.amount * _ROUNDED
        away = {item.sku: abs(item.unit_price - self.amount) for item in fitting}
        nearest = min(away.values(), default=most + 1)
        return [item for item in fitting if away[item.sku] == nearest <= most]


def price_point(intent: Intent) -> PricePoint | None:
    """What it says of the price of one thing; None where it says a limit, or nothing of prices."""
    filters = intent.filters
    is_about = filters.min_price is not None and filters.max_price is not None
    is_pointing = intent.is_definite or intent.reference is not None
    said = _AT.match(intent.words) if not is_about else _AT.match(intent.asked) if is_pointing else None
    amount = read_amount(said["amount"]) if said else None
    if said is None or amount is None or amount < _LEAST or (not said["amount"].lstrip("$ ")[0].isdigit()):
        return None
    if not is_about and not (is_pointing or re.search(r"\d\.\d{3}|\$", said["amount"])):
        return None
    thing = intent.words if is_about else said["thing"]
    return PricePoint(thing, amount, unit_of(said["amount"]) not in {None, "pesos", "peso", "clp"})
