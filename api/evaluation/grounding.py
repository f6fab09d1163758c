"""Whether every amount of money in a reply is the shop's: an own reading of it, apart from the agent's guardrails."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from api.evaluation.playing import Moment
from data.accents import unaccented
from data.repositories.items import CatalogueItem

_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+(?:,\d{1,2})?"
_MONEY = re.compile(
    rf"(?:\$|\bclp)\s*(?P<signed>{_NUMBER})(?:\s*(?P<signed_mil>mil|lucas?|k)\b)?"
    rf"|(?P<lucas>\d+(?:[.,]\d+)?)\s*(?:lucas?|lukas?|mil(?: pesos)?)\b"
    rf"|(?P<pesos>{_NUMBER})\s*(?:pesos|clp)\b"
    r"|\b(?:a|vale|valen|cuesta|cuestan|sale|salen|son|total:?|por)\s+\*?(?P<bare>\d{1,3}(?:\.\d{3})+)\b(?!\s*[a-z]*ah\b)"
)
_BEFORE = re.compile(r"\b(?:antes|costaba|valia|cambio|subio|bajo de|anterior)\b")
_WORDS = {
    "un": 1, "una": 1, "uno": 1, "dos": 2, "par": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "docena": 12, "quince": 15, "veinte": 20, "cien": 100,
}  # fmt: skip


def fold(text: str) -> str:
    """Lower case, no accents, single spaces, no marks of emphasis; lines stay lines."""
    plain = unaccented(text.replace("*", ""))
    return "\n".join(" ".join(line.split()) for line in plain.splitlines())


def ungrounded(moments: Sequence[Moment]) -> Iterator[str]:
    """Each amount in a reply that is no price, subtotal or total of that moment. The first moment is the opening.

    What the shop's own answers say is its own, in a line that names no product.
    """
    for number, (before, moment) in enumerate(pairwise(moments), start=1):
        earlier = [one.rows for one in moments[:number]]
        told = {line for answer in moment.told for line in fold(answer).splitlines()}
        for line in fold(moment.reply).splitlines():
            if line in told:
                continue
            rows, rest = _named(line, list(moment.rows.values()))
            amounts = _amounts(rest)
            if not amounts:
                continue
            allowed = _totals(before) | _totals(moment)
            if not rows:
                allowed |= {amount for answer in told for amount in _amounts(answer)}
            quantities = _quantities(line, before, moment)
            for row in rows or moment.rows.values():
                prices = {row.unit_price}
                if _BEFORE.search(line):
                    prices |= {old[row.sku].unit_price for old in earlier if row.sku in old}
                allowed |= {price * quantity for price in prices for quantity in quantities}
            for amount in amounts - allowed:
                yield f"turn {number}: {amount:,.0f} in «{line[:120]}»"


def _named(line: str, rows: Sequence[CatalogueItem]) -> tuple[list[CatalogueItem], str]:
    """The rows that a line names, the longest names first, and the line without those names: they have figures too."""
    named: list[CatalogueItem] = []
    for name in sorted({fold(row.name) for row in rows}, key=len, reverse=True):
        if name in line:
            named += [row for row in rows if fold(row.name) == name]
            line = line.replace(name, " ")
    exact = [row for row in named if all(_has(line, fold(value)) for value in row.options.values())]
    return exact or named, line


def _has(line: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", line) is not None


def _amounts(line: str) -> set[Decimal]:
    return {_value(match) for match in _MONEY.finditer(line)}


def _value(match: re.Match[str]) -> Decimal:
    if lucas := match["lucas"]:
        return Decimal(lucas.replace(",", ".")) * 1000
    written = match["signed"] or match["pesos"] or match["bare"]
    value = Decimal(written.replace(".", "").replace(",", "."))
    return value * 1000 if match["signed_mil"] else value


def _totals(moment: Moment) -> set[Decimal]:
    totals = {moment.cart_total} | {order.total for order in moment.orders}
    totals |= set() if moment.summary_total is None else {moment.summary_total}
    return totals | moment.dispatch | {total + cost for total in totals for cost in moment.dispatch}


def _quantities(line: str, before: Moment, moment: Moment) -> set[int]:
    """How many a subtotal may be of: what the line or the shopper says, or the cart holds."""
    words = re.findall(r"\w+", " ".join([line, fold(" ".join(moment.said))]))
    said = {int(word) for word in words if word.isdecimal() and len(word) <= 4}
    spelt = {_WORDS[word] for word in words if word in _WORDS}
    return {1} | said | spelt | {*before.cart.values(), *moment.cart.values()}
