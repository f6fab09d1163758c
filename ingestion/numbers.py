"""Reads prices and stock as Chilean shops write them; never guesses between two readings."""

import re
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, Literal

from data.accents import unaccented
from ingestion.text import folded

Separator = Literal[".", ","]

# Prices and stocks repeat; a text typed as ExactNumber is another than the same text.
_CACHED = 65_536
HIGHEST = 1_000_000_000
# What a spreadsheet program makes of a long code.
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,2}")
_MOST_WRITTEN_DECIMALS = 3
# Currencies whose prices have no decimals; there "1.990" can only be one thousand nine hundred and ninety.
WITHOUT_DECIMALS = frozenset({"CLP", "PYG"})

# How each currency is written; another's mark on a price is never passed over.
_MARKS: Final[dict[str, str]] = {
    "CLP": r"clp|ch\$", "USD": r"us\$|usd?|u\$[sd]|dolar(?:es)?", "EUR": "€|eur|euros?", "GBP": "£|gbp",
    "UF": "ufs?", "UTM": "utm", "BRL": r"r\$|brl|reais", "PEN": r"s/\.?(?=\s*\d)|pen|soles", "ARS": r"ars|ar\$",
    "COP": r"cop|col\$", "MXN": r"mxn|mx\$", "UYU": r"uyu|\$u", "PYG": r"pyg|gs\.?|₲|guaranies",
    "BOB": r"bob|bs\.?|bolivianos",
}  # fmt: skip
_CURRENCY_MARKS = re.compile(
    rf"^(?:{'|'.join(_MARKS.values())})?\s*\$?\s*(?:clp)?\s*|\s*(?:{'|'.join(_MARKS.values())}|pesos?|\$)$",
    re.IGNORECASE,
)
_PRICE_TAIL = re.compile(
    r"\s*(?:\.-|,-|\.--|-|/|c/u|c\.u\.?|cada uno|\(?(?:c/|con )?iva(?: incl(?:uido|\.)?)?\)?|"
    r"(?:x|por|el|la|c/|/)\s*(?:unidad|un|kg|kilo|mts?|metro|m2|lts?|litro|par|caja|pack|docena|saco|bolsa|rollo)\.?)$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:T.*)?|\d{1,2}[/-]\d{1,2}[/-](?:\d{2}|\d{4})|"
    r"(?:\d{1,2}[/-])?(?:ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic|jan|apr|aug|dec)[a-z]*\.?[/-]\d{2,4}|"
    r"\d{1,2}[/-](?:ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic|jan|apr|aug|dec)[a-z]*\.?",
    re.IGNORECASE,
)
_PLUS_TAX = re.compile(r"\+\s*i\.?v\.?a|(?:m[aá]s|sin|s/)\s*iva|\bnet[oa]\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"^\s*\$?\s*-\s*\$?\s*(?=\d)|^\(\s*(?=\$?\s*\d.*\)$)")
_DIGITS = re.compile(r"\d[\d.,]*")
_SPACED_THOUSANDS = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?=$|[.,])")
_GROUPS = {s: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(s)}\d{{3}})+") for s in (".", ",")}


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


_ON_REQUEST = re.compile(
    r"\b(?:consult\w*|pregunt\w*|cotiz\w*|convenir|definir|confirmar|llam\w+|pedido|whatsapp)\b|^(?:variable|ver|pendiente)$"
)
_NOTHING = _phrases(
    "|n a|na|n d|nd|s p|s d|s i|sin precio|sin dato|sin datos|sin informacion|no aplica|null|none|nan|na n"
)
_NONE_LEFT = _phrases(
    "|agotado|agotada|agotados|no|n|false|falso|sin stock|sin existencia|sin existencias|no hay|no disponible|no queda|"
    "no quedan|quiebre|quiebre stock|quiebre de stock|sin inventario|sin unidades|cero|ninguno|out of stock|sold out|"
    "esgotado|a pedido|por encargo|por llegar|n a|na|s s"
)
_NOT_COUNTED = _phrases(
    "si|s|yes|sim|true|verdadero|disponible|disponibles|disponivel|en stock|con stock|hay|hay stock|in stock|instock|"
    "ok|ilimitado|siempre|stock|available"
)
_STOCK_CELL = re.compile(
    r"(?:\+|>=?|≥|mas de|más de|(?:s[oó]lo )?quedan?|hay|s[oó]lo|(?:l[ao]s )?[uú]ltim[ao]s?|stock:?)?\s*"
    r"(?P<number>-?\s*\d[\d.,]*)\s*\+?\s*"
    r"(?:un|uni|unid|unids|und|unds|u|ud|uds|unidad|unidades|pz|pza|pzas|pieza|piezas|pcs?|par|pares|mts?|mt|m|metros?|"
    r"kgs?|kilos?|lts?|l|litros?|cajas?|cj|rollos?|bolsas?|sacos?|packs?|sets?|kits?|juegos?|botellas?|frascos?|latas?|tiras?|planchas?|"
    r"baldes?|galon(?:es)?|displays?|m2|disponibles?|en stock)?\.?",
    re.IGNORECASE,
)


class ExactNumber(str):
    """Text of a cell which the spreadsheet itself stored as a number: its dot can only be the decimal one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell is no number; `readings` are the two meanings of an ambiguous one."""

    code: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """What the unmistakable cells of a column prove about its separators; None when they prove nothing."""

    decimal: Separator | None = None

    @classmethod
    def of(cls, cells: Iterable[str], currency: str = "CLP") -> "Column":
        return cls.proven({found for cell in cells if (found := proof(cell, currency))})

    @classmethod
    def proven(cls, proofs: Set[Separator]) -> "Column":
        """Cells that contradict each other prove nothing."""
        return cls(next(iter(proofs))) if len(proofs) == 1 else cls()


UNPROVEN = Column()


@lru_cache(maxsize=_CACHED, typed=True)
def proof(cell: str, currency: str) -> Separator | None:
    """The decimal separator this cell gives away: "1,290.00" and "1,290,000" a dot, "1.290,00" a comma."""
    if isinstance(cell, ExactNumber) or not ("," in cell or "." in cell):
        return None
    has_decimals = currency not in WITHOUT_DECIMALS
    match = _DIGITS.search(cell)
    number = match.group().rstrip(".,") if match else ""
    if "," in number and "." in number:
        return "." if number.rfind(".") > number.rfind(",") else ","
    separator: Separator = "." if "." in number else ","
    whole, *parts = number.split(separator)
    if len(parts) > 1:
        return _other(separator) if _GROUPS[separator].fullmatch(number) else None
    # "1.5" is no price in pesos but somebody's slip, so there it proves nothing about its neighbours.
    is_decimal = bool(parts) and (len(parts[0]) != 3 or len(whole) > 3)
    return separator if is_decimal and (has_decimals or not parts[0].strip("0")) else None


def _other(separator: Separator) -> Separator:
    return "," if separator == "." else "."


@lru_cache(maxsize=_CACHED, typed=True)
def parse_price(text: str, currency: str = "CLP", column: Column = UNPROVEN) -> Decimal | Problem:
    """The price in `currency`, or why it is none.

    | cell (CLP)                                              | result                                        |
    |---------------------------------------------------------|-----------------------------------------------|
    | 12990, $12.990, $ 12.990.-, CLP 12.990, 12 990, 12990.0 | 12990                                         |
    | 12.990,00 and 12,990.00                                 | 12990: two different separators say which     |
    | 1,990                                                   | PRICE_AMBIGUOUS, unless its column proves it  |
    | 1.5, 12,50, 1990.90                                     | PRICE_DECIMALS: pesos have none               |
    | 8989.9978, the outcome of a sum                         | 8990                                          |
    | 0, -500, (500)                                          | PRICE_NOT_POSITIVE                            |
    | empty, -, N/A, sin precio                               | PRICE_MISSING                                 |
    | consultar, a convenir                                   | PRICE_ON_REQUEST                              |
    | US$ 12, 0,5 UF, S/ 15                                   | PRICE_CURRENCY                                |
    | 12-mar, 2026-03-12                                      | PRICE_DATE: a spreadsheet program's guess     |
    | 10.000 + IVA                                            | PRICE_WITHOUT_TAX                             |
    | anything else                                           | PRICE_INVALID                                 |
    """
    body = unicodedata.normalize("NFKC", text).replace("−", "-").strip().lstrip("'").strip()
    refused = _refused_price(body, currency)
    if refused:
        return refused
    negative = _NEGATIVE.match(body) is not None
    number = _bare_number(_NEGATIVE.sub("", body).rstrip(")") if negative else body)
    value = _read(number, currency not in WITHOUT_DECIMALS, column, exact=isinstance(text, ExactNumber))
    if isinstance(value, Problem):
        return Problem(f"PRICE_{value.code}", value.readings)
    if negative or value == 0:
        return Problem("PRICE_NOT_POSITIVE")
    if currency in WITHOUT_DECIMALS and value != value.to_integral_value():
        if not _is_worked_out(text, number, value):
            return Problem("PRICE_DECIMALS")
        value = value.quantize(Decimal(1), ROUND_HALF_UP)
    return _within_limits(value)


def _is_worked_out(text: str, number: str, value: Decimal) -> bool:
    """A sum's outcome, as 7554.62 x 1.19 = 8989.9978, which its spreadsheet shows as 8.990.

    Not so 12.99, which may be a 12.990 typed where the dot is decimal; no thousands are written 8989.99.
    """
    decimals = len(number) - 1 - max(number.rfind("."), number.rfind(","))
    return value >= 1000 and (isinstance(text, ExactNumber) or decimals > _MOST_WRITTEN_DECIMALS)


def _within_limits(value: Decimal) -> Decimal | Problem:
    if value > HIGHEST:
        return Problem("PRICE_INVALID")
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()


def _words(body: str) -> str:
    """What the cell says; digits and letters of other scripts are something said, though not understood."""
    return folded(body) or "".join(character for character in body if character.isalnum())


def _refused_price(body: str, currency: str) -> Problem | None:
    words = _words(body)
    if words in _NOTHING:
        return Problem("PRICE_MISSING")
    if not any(map(str.isdigit, words)) and _ON_REQUEST.search(words):
        return Problem("PRICE_ON_REQUEST")
    if _foreign(currency).search(unaccented(body)):
        return Problem("PRICE_CURRENCY")
    if _DATE.fullmatch(body):
        return Problem("PRICE_DATE")
    if _PLUS_TAX.search(body):
        return Problem("PRICE_WITHOUT_TAX")
    return None


@lru_cache
def _foreign(currency: str) -> re.Pattern[str]:
    others = "|".join(marks for code, marks in _MARKS.items() if code != currency)
    return re.compile(rf"(?<![a-z])(?:{others})(?![a-z])")


def _bare_number(body: str) -> str:
    """Without currency, "c/u", "IVA incl." and the dash of "$12.990.-"; spaces or apostrophes of thousands removed."""
    shorter = _PRICE_TAIL.sub("", body).strip()
    shorter = _PRICE_TAIL.sub("", shorter).strip()
    shorter = _CURRENCY_MARKS.sub("", shorter).strip()
    spaced = _SPACED_THOUSANDS.match(shorter)
    return re.sub(r"[ '’]", "", spaced.group()) + shorter[spaced.end() :] if spaced else shorter


def _read(number: str, has_decimals: bool, column: Column, *, exact: bool) -> Decimal | Problem:
    if not re.fullmatch(r"\d[\d.,]*", number, re.ASCII) or len(number) > 30:
        return Problem("INVALID")
    if exact:
        return Decimal(number)
    separators = {character for character in number if character in ".,"}
    if not separators:
        return Decimal(number)
    if len(separators) == 2:
        return _read_with_both(number)
    return _read_with_one(number, "." if "." in separators else ",", has_decimals, column)


def _read_with_both(number: str) -> Decimal | Problem:
    decimal = max(".,", key=number.rfind)
    whole, _, part = number.rpartition(decimal)
    thousands = "," if decimal == "." else "."
    if decimal in whole or not part or not _GROUPS[thousands].fullmatch(whole):
        return Problem("INVALID")
    if len(part) == 3:
        return Problem("AMBIGUOUS", (whole.replace(thousands, "") + part, f"{whole.replace(thousands, '')},{part}"))
    return Decimal(f"{whole.replace(thousands, '')}.{part}")


def _read_with_one(number: str, separator: Separator, has_decimals: bool, column: Column) -> Decimal | Problem:
    is_grouped = _GROUPS[separator].fullmatch(number) is not None
    if number.count(separator) > 1:
        return Decimal(number.replace(separator, "")) if is_grouped else Problem("INVALID")
    whole, part = number.split(separator)
    if not part:
        return Decimal(whole)
    if not is_grouped:
        return Decimal(f"{whole}.{part}")
    is_thousands_by_custom = separator == "." and not has_decimals
    if is_thousands_by_custom or column.decimal == _other(separator):
        return Decimal(whole + part)
    if column.decimal == separator and has_decimals:
        return Decimal(f"{whole}.{part}")
    return Problem("AMBIGUOUS", (whole + part, f"{whole},{part}"))


@lru_cache(maxsize=_CACHED, typed=True)
def parse_stock(text: str, column: Column = UNPROVEN) -> int | Problem | None:
    """Whole units on hand, None when the shop does not count them, or why the cell says neither.

    | cell                                   | result                                                          |
    |----------------------------------------|-----------------------------------------------------------------|
    | 10, 10 un, 10.0, +10, 1.200            | 10, 10, 10, 10, 1200                                            |
    | 10,5                                   | 10: only whole units are sold                                   |
    | -3                                     | 0: an export's oversold product                                 |
    | empty, -, agotado, no, sin stock       | 0: never promise what nobody counted                            |
    | Si, disponible, en stock, ilimitado    | None: sold without counting                                     |
    | 1,200                                  | STOCK_AMBIGUOUS, unless its column proves it                    |
    | anything else                          | STOCK_INVALID                                                   |
    """
    body = unicodedata.normalize("NFKC", text).replace("−", "-").strip().lstrip("'").strip()
    words = _words(body)
    if words in _NONE_LEFT:
        return 0
    if words in _NOT_COUNTED:
        return None
    match = _STOCK_CELL.fullmatch(body)
    if match is None:
        return Problem("STOCK_INVALID")
    number = match["number"]
    value = _read(number.lstrip("- ").rstrip("."), False, column, exact=isinstance(text, ExactNumber))
    if isinstance(value, Problem):
        return Problem(f"STOCK_{value.code}", value.readings)
    if value > HIGHEST:
        return Problem("STOCK_INVALID")
    return 0 if number.startswith("-") else int(value)
