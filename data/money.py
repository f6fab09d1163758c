"""Amounts of money: Decimal with an ISO 4217 currency, and how people write them."""

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 minor units that are not two.
_NO_DECIMALS = {"CLP", "PYG", "JPY"}
_SYMBOLS = {"CLP": "$", "ARS": "$", "COP": "$", "MXN": "$", "UYU": "$U ", "PEN": "S/ ", "BRL": "R$ "}


def quantum(currency: str) -> Decimal:
    """The smallest step of a currency: 1 for Chilean pesos, 0.01 for most."""
    return Decimal(1) if currency in _NO_DECIMALS else Decimal("0.01")


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(quantum(currency), rounding=ROUND_HALF_UP)


def plain(amount: Decimal, currency: str) -> str:
    """For machines: "5990", "12.50"."""
    return str(rounded(amount, currency))


def spoken(amount: Decimal, currency: str) -> str:
    """For shoppers, with thousands marked as in Chile: "$12.990"."""
    digits = f"{rounded(amount, currency):,}"
    return _SYMBOLS.get(currency, f"{currency} ") + digits.translate(str.maketrans(",.", ".,"))
