"""Finding the figures of a reply and what each one says: money, a count, a share, or just a number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from agent.guardrails.reading import SPELT


class Says(StrEnum):
    MONEY = "money"
    COUNT = "count"  # a stock or a quantity
    SHARE = "share"  # a percentage
    BULLET = "bullet"  # the number of a list item
    NUMBER = "number"  # anything else


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` None: not a way of writing a number. `start` and `end` include the words that give its meaning,
    `at` is where its own digits begin."""

    says: Says
    value: Decimal | None
    written: str
    start: int
    at: int
    end: int
    is_spelt: bool
    measure: str


_DIGITS = re.compile(rf"\d+(?:[.,]\d+)*{SPELT}?")
_MULTIPLIERS = {
    "mil": 1_000, "k": 1_000, "luca": 1_000, "luka": 1_000, "luquita": 1_000,
    "palo": 1_000_000, "millon": 1_000_000, "millone": 1_000_000,
}  # fmt: skip
_MULTIPLIER = re.compile(
    rf" ?(mil|k|lucas?|lukas?|luquitas?|palos?(?! de)|millon(?:es)?)\b(?: (\d{{3}}){SPELT}?(?![.,]?\d)| (y media"
    rf"|y medio)\b)?"
)
_HALF_LUCA = re.compile(r"\bmedia (?:luca|luka)\b|\b(?:luca|luka) y media\b")
_BULLET = re.compile(
    r"(?m)^[ \t]*(?:[*_•·-] ?)?\d{1,2}(?:[.)]|[ ]?[-–:])[*_]? +(?![\s\d]|(?:mil|k|lucas?|lukas?|pesos?|palos?"
    r"|millon(?:es)?|unidad(?:es)?|x)\b)"
)

_OPEN = r"[ *_~(\[:=]*"
_MONEY_SIGN = re.compile(rf"(?:\$|\bclp|\bcl\$|\bus\$|\busd|\bpesos|\bs/\.?|\br\$|\$u|\beur|€|£){_OPEN}$")
_MONEY_WORD = re.compile(
    r"\b(?:precios?|vale[ns]?|valor(?:es)?|cuestan?|costaria|salen?|saldria|total(?:es)?|subtotal|costos?"
    r"|dej[oae](?:mos)?|queda(?:ria|n)? en"
    r"|pag(?:a|as|ar|arias)|cobr(?:o|amos|aria)|oferta|rebajad[oa]s?|despacho|envio|barat[oa]|serian|iva)"
    rf"(?: (?:de|es|en|a|por|solo|solamente|unos|unas|aprox|son|seria|serian|tan|final|unitario|apenas))*{_OPEN}$"
)
# These stand before prices, and before much else: only a number as large as a price is read as one.
_PERHAPS_MONEY = re.compile(
    rf"\b(?:a|por|en|desde|hasta|bajo|sobre|menos de|mas de|antes|ahora|solo|son|dej[oae](?:mos)?){_OPEN}$"
)
_LEAST_PRICE = 100
_MONEY_AFTER = re.compile(r"[ *_~)]*(?:[.,]-|\$|clp\b|pesos?\b|c/u\b|usd\b|euros?\b|dolares\b|soles\b|reales\b)")
_COUNT_BEFORE = re.compile(
    r"(?:\b(?:quedan?|quedaban|restan?|hay|tenemos|tengo|contamos con|stock|existencias?|disponibles?|cantidad"
    r"|unidades|agregue|agregamos|sume|sumamos|puse|anadi|deje|llevas|tienes|lleva[sn]?|bodega)"
    r"(?:,? (?:de|solo|solamente|apenas|aun|todavia|unas|unos|exactamente|mas de|menos de|cerca de|como|casi|actual"
    rf"|disponibles?|en|stock|bodega|tienda|a|al|la|las|los|el|tu|carrito|es|son|otros|otras))*{_OPEN}|(?:\bx|×) ?)$"
)
_COUNT_AFTER = re.compile(
    r"[ *_~)]*(?:x(?![a-z0-9])|×|x(?=\d)|unidad(?:es)?\b|unids?\b|uds?\b|u\.|(?:[a-z]+ ){0,3}(?:disponibles?"
    r"|restantes?|en stock|en bodega)\b)"
)
_SHARE_AFTER = re.compile(r" ?(?:%|por ?ciento\b)")
PROMISES = {"ano", "anos", "mes", "meses", "dia", "dias", "hora", "horas", "hr", "hrs", "minuto", "minutos", "min",
            "semana", "semanas", "cuota", "cuotas"}  # fmt: skip
"""Measures that promise something: how soon, for how long, in how many payments."""
_MEASURE = re.compile(
    r" ?(ml|cc|l|lt|lts|litros?|g|gr|grs|gramos?|kg|kilos?|mm|cm|mts?|m|metros?|km|pulgadas?|w|watts?|v|volts?"
    r"|amp|ah|mah|hp|gb|tb|mb"
    r"|oz|hz|mhz|ghz|mp|px|kva|bar|psi|\"|'|anos?|mes(?:es)?|dias?|horas?|hrs?|minutos?|min|semanas?|cuotas?)(?![a-z])"
)


def figures(text: str) -> Iterator[Figure]:
    """Every figure of a text that went through `fold` and `with_figures`, in order."""
    bullets = {re.search(r"\d", match.group()).start() + match.start() for match in _BULLET.finditer(text)}  # type: ignore[union-attr]  # the pattern has a digit
    for match in _HALF_LUCA.finditer(text):
        value = Decimal(500) if match.group().startswith("media") else Decimal(1500)
        yield Figure(Says.MONEY, value, match.group(), match.start(), match.start(), match.end(), True, "")
    position = 0
    while match := _DIGITS.search(text, position):  # type: ignore[assignment]  # Match or None
        figure = _read(text, match, is_bullet=match.start() in bullets)
        yield figure
        position = max(match.end(), figure.end if figure.says is Says.MONEY else 0)


def _read(text: str, match: re.Match[str], *, is_bullet: bool) -> Figure:
    start, end = match.span()
    value = written_value(match.group().rstrip(SPELT))
    is_spelt = match.group().endswith(SPELT)
    measure = _MEASURE.match(text, end)
    before, multiplier = text[max(0, start - 80) : start], _MULTIPLIER.match(text, end)

    def figure(says: Says, *, left: re.Match[str] | None = None, right: re.Match[str] | None = None) -> Figure:
        begins = start - (len(before) - left.start()) if left else start
        ends = right.end() if right else end
        written = text[begins:ends].replace(SPELT, "").strip()
        return Figure(says, value, written, begins, start, ends, is_spelt, measure.group(1) if measure else "")

    if multiplier and not is_bullet:
        value = _multiplied(value, multiplier)
        return figure(Says.MONEY, left=_MONEY_SIGN.search(before), right=multiplier)
    if sign := _MONEY_SIGN.search(before):
        return figure(Says.MONEY, left=sign)
    if is_bullet:
        return figure(Says.BULLET)
    for says, pattern in ((Says.MONEY, _MONEY_AFTER), (Says.SHARE, _SHARE_AFTER)):
        if right := pattern.match(text, end):
            return figure(says, right=right)
    left, right = _COUNT_BEFORE.search(before), _COUNT_AFTER.match(text, end)
    if left or right:
        return figure(Says.COUNT, left=left, right=right)
    if value is not None and not measure:
        left = _MONEY_WORD.search(before) or (_PERHAPS_MONEY.search(before) if value >= _LEAST_PRICE else None)
        if left or value >= 1000 or value % 1:
            return figure(Says.MONEY, left=left)
    return figure(Says.NUMBER)


def _multiplied(value: Decimal | None, match: re.Match[str]) -> Decimal | None:
    if value is None:
        return None
    times = _MULTIPLIERS[match.group(1).rstrip("s") if match.group(1) != "millones" else "millon"]
    rest = int(match.group(2) or 0) if times == 1_000 else 0
    half = Decimal(times) / 2 if match.group(3) else Decimal(0)
    return value * times + rest + half


def written_value(written: str) -> Decimal | None:
    """The value of "12.990", "12,990", "1.290,50" or "12.5"; None for anything written otherwise ("1.2.3")."""
    groups, marks = re.split(r"[.,]", written), re.findall(r"[.,]", written)
    if not marks:
        return Decimal(written)
    if len(set(marks)) == 1 and _are_thousands(groups):
        return Decimal("".join(groups))
    if len(marks) == 1:
        return Decimal(".".join(groups))
    if marks[-1] not in marks[:-1] and len(set(marks[:-1])) == 1 and _are_thousands(groups[:-1]):
        return Decimal("".join(groups[:-1]) + "." + groups[-1])
    return None


def _are_thousands(groups: list[str]) -> bool:
    head, *rest = groups
    return bool(rest) and len(head) <= 3 and not head.startswith("0") and all(len(group) == 3 for group in rest)
