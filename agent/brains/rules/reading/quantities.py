"""How many: digits and number words, "un par", "media docena", and amounts with a unit ("2 kilos de")."""

import re
from dataclasses import dataclass
from fractions import Fraction

from data.search.units import NUMBER_WORDS, canonical_measure, read_number

GROUP_SIZES = {"par": 2, "docena": 12, "decena": 10}
_GROUPS = {"par": 2, "docena": 12, "docenas": 12, "decena": 10, "decenas": 10, "cientos": 100, "pares": 2}
_UNITS = r"kg|kgs|kilos?|kilogramos?|gr|grs|gramos?|g|metros?|mts?|mt|m|cms?|centimetros?|litros?|lts?|lt|l|cc|ml"
_PIECES = r"unidades|unidad|unids?|uds?|und|un|u|piezas?"
# EAN-8, UPC-A, EAN-13 and GTIN-14, by GS1.
BARCODE = re.compile(r"\d{8}|\d{12,14}")
# Whatever is more than this is as good as this: no shop has as many.
MOST_COUNTED = 10**9
_DIGITS = r"(?:\d{1,3}(?:\.\d{3}){2,}|\d+(?:[.,]\d{1,3})?)"
_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_NUMBER = rf"(?:{_DIGITS}|{_WORD})"
# A count, in digits or words.
NUMBER = rf"(?:\d+|{_WORD})"
# "2 kilos", "un metro y medio", with nothing that it is of.
ONLY_AMOUNT = re.compile(rf"(?:{NUMBER}|\d+[.,]\d+|medio|1/2) ?(?:kilos?|kgs?|litros?|metros?|gramos?)(?: y medio)?")
_HALF = r"(?:medio|media|1/2)"
# A measure straight after a number tells which product it is ("500 w", "2 pulgadas"), not how many.
_PRODUCT_MEASURE = (
    r"(?:w|watts?|v|volts?|voltios|pulgadas?|pulg|mm|milimetros?|oz|onzas?|hp|gb|gigas?|tb|amp|amperes?|lumenes|"
    r"mah|mg|galon(?:es)?(?! de\b)|x\s?\d|\d+/\d|\d+[.,]\d|en\s+\d|lucas?|mil|pesos|\"|''|%|/\d|°|k\b|palos?|gambas?)"
)
_LEADING = re.compile(
    rf"^(?:(?P<half_group>media\s+docena)"
    rf"|(?P<count>{_NUMBER})\s+(?P<group>par|pares|docenas?|decenas?)"
    rf"|(?P<half>{_HALF})\s*(?P<half_unit>{_UNITS})"
    rf"|(?P<amount>\d{{1,3}}\s+\d/\d|{_NUMBER})(?P<and_half>\s+y\s+(?:medio"
    rf"|media))?\s*(?P<unit>{_UNITS})(?P<half_after>\s+y\s+(?:medio|media|1/2))?"
    rf"|x\s?(?P<times>\d+)|(?P<times_after>\d+)\s?x(?!\s*\d)"
    rf"|(?P<pieces>{_NUMBER})\s*(?:{_PIECES})"
    rf"|(?P<plain>(?:{_WORD})(?=\s\d+(?:[.,]\d+)?$)|{_NUMBER}(?!\s*{_PRODUCT_MEASURE}(?![a-z]))))"
    rf"(?=[\s:]|-(?!\d)|$)[\s:\-]*(?P<of>del?\s+)?(?P<rest>.*)$"
)
_TRAILING = re.compile(
    rf"^(?P<rest>.+?)[\s,]+(?:x\s?(?P<times>\d+)|(?P<after>\d+)\s?x|\((?P<paren>\d\d?|\d+00)\)"
    rf"|(?P<pieces>{_NUMBER})\s*(?:{_PIECES}))$"
)
_BELOW_ZERO = re.compile(r"^-\s?(?P<count>\d+)\s+(?P<rest>[a-z].*)$")
_NOT_AN_AMOUNT = re.compile(r"^(?:un\s+)?metros?\s+(?:de\s+medir|carpintero|plegable|laser)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """`number` of what is sold; with a `unit` ("kilo") it is an amount. `group` is how it was counted: "2 docenas"
    are 24 in dozens of 12."""

    number: Fraction
    unit: str | None = None
    group: str | None = None

    @property
    def whole(self) -> int | None:
        return int(self.number) if self.number.denominator == 1 and self.number > 0 else None

    def measure(self) -> str | None:
        """The amount as the search writes measures: 2 kilos -> "2000g"."""
        return canonical_measure(str(self.number), self.unit) if self.unit else None


def take_quantity(words: str) -> tuple[Quantity | None, str]:
    """Split "2 kilos de harina" into the quantity and what it is of; a barcode alone is no quantity."""
    if BARCODE.fullmatch(words):
        return None, words
    if match := _BELOW_ZERO.match(words):
        return Quantity(-_value(match["count"])), match["rest"].strip()
    if _NOT_AN_AMOUNT.match(words):
        return Quantity(Fraction(1)), re.sub(r"^un\s+", "", words)
    if match := _LEADING.match(words):
        quantity = _leading(match)
        if quantity is not None:
            return quantity, match["rest"].strip() or (match["unit"] if match["unit"] and not quantity.unit else "")
    if match := _TRAILING.match(words):
        said = match["times"] or match["after"] or match["paren"] or match["pieces"]
        return Quantity(_value(said)), match["rest"].strip()
    return None, words


def _leading(match: re.Match[str]) -> Quantity | None:
    if match["half_group"]:
        return Quantity(Fraction(6), group="docena")
    if match["group"]:
        return Quantity(_value(match["count"]) * _GROUPS[match["group"]], group=_singular(match["group"]))
    if match["half"]:
        return Quantity(Fraction(1, 2), match["half_unit"])
    if match["unit"] in {"l", "m"} and not match["rest"]:
        return Quantity(_value(match["amount"]))  # "una L": a size
    if match["unit"]:
        if not match["rest"] or (not match["of"] and len(match["unit"]) <= 2 and match["unit"] != "kg"):
            return None  # "5 m", "1 l agua": the measure of a product
        more = Fraction(1, 2) if match["and_half"] or match["half_after"] else 0
        return Quantity(_value(match["amount"]) + more, match["unit"])
    said = match["times"] or match["times_after"] or match["pieces"] or match["plain"]
    value = _value(said)
    return Quantity(value) if value.denominator == 1 else None


def _singular(group: str) -> str:
    return "par" if group == "pares" else group.rstrip("s")


def _value(said: str) -> Fraction:
    if said in NUMBER_WORDS:
        return Fraction(NUMBER_WORDS[said])
    whole = said.partition(",")[0].replace(".", "")
    if len(whole) >= len(str(MOST_COUNTED)) and whole.isdigit():
        return Fraction(MOST_COUNTED)
    return read_number(said) or Fraction(0)
