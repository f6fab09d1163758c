"""Amounts of money as people say them: "10 lucas", "15 mil", "$20.000", "media luca", "2 palos"."""

import re
from decimal import Decimal

from data.search.units import NUMBER_WORDS

_UNITS = {
    "luca": 1_000, "lucas": 1_000, "lukas": 1_000, "luka": 1_000, "mil": 1_000, "k": 1_000, "gamba": 100,
    "gambas": 100, "quina": 500, "quinas": 500, "palo": 1_000_000, "palos": 1_000_000, "millon": 1_000_000,
    "millones": 1_000_000, "pesos": 1, "peso": 1, "clp": 1,
}  # fmt: skip
_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
NUMBER = rf"(?:\d{{1,3}}(?:\.\d{{3}})+|\d+(?:,\d+)?(?:\.\d{{1,2}})?|media|{_WORD})"
AMOUNT = rf"\$?\s?{NUMBER}(?:\s?(?:{UNIT})(?:\s+pesos)?)?(?![a-z0-9])"

_AMOUNT = re.compile(rf"(?P<sign>\$)?\s?(?P<number>{NUMBER})(?:\s?(?P<unit>{UNIT}))?")
LEAST_BARE = 100


def read_amount(said: str, default_unit: str | None = None) -> Decimal | None:
    """What a spoken amount is in pesos. A small bare number ("bajo 15") is thousands: nothing costs 15 pesos."""
    match = _AMOUNT.match(said.strip())
    if not match:
        return None
    unit = match["unit"] or default_unit
    value = _number(match["number"])
    if unit is None and not match["sign"] and value < LEAST_BARE:
        unit = "mil"
    return value * _UNITS[unit] if unit else value


def unit_of(said: str) -> str | None:
    match = _AMOUNT.match(said.strip())
    return match["unit"] if match else None


def is_money(said: str) -> bool:
    """Whether it can only be money: it has a sign, a unit of money, or is as large as a price."""
    match = _AMOUNT.match(said.strip())
    if not match:
        return False
    return bool(match["sign"] or match["unit"]) or _number(match["number"]) >= LEAST_BARE


def _number(said: str) -> Decimal:
    if said == "media":
        return Decimal("0.5")
    if said in NUMBER_WORDS:
        return Decimal(NUMBER_WORDS[said])
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", said):
        return Decimal(said.replace(".", ""))
    return Decimal(said.replace(",", "."))
