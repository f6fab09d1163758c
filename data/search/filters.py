"""What narrows a search: prices, sizes, colours, and the wish for the cheapest."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from data.search.money_words import AMOUNT, UNIT, is_money, read_amount, unit_of
from data.search.options import RANGE
from data.search.units import MEASURED

Sort = Literal["relevance", "cheapest", "dearest"]

COLOURS = (
    r"negr[oa]s?|blanc[oa]s?|roj[oa]s?|azul(?:es)?|verdes?|amarill[oa]s?|gris(?:es)?|cafes?|marron(?:es)?|moteado|"
    r"rosad[oa]s?|morad[oa]s?|celestes?|beige|burdeos?|turquesas?|fucsias?|platead[oa]s?|dorad[oa]s?|"
    r"calipso|colorad[oa]s?|violetas?|lilas?|naranj[oa]s?|rosas?|plom[oa]s?|crema|mostaza|coral|camel|caqui|"
    r"purpuras?|magenta|grafito|petroleo|transparentes?|multicolor"
)
# Things too ("crema de manos", "naranjas"): the first word of a query is what is wanted, not its colour.
_NOUNS_TOO = frozenset(("cafe", "naranja", "rosa", "crema", "lila", "violeta", "mostaza", "plomo", "petroleo", "coral"))
_SHADES = r"(?:\s+(?:marino|rey|petroleo|oscur[oa]|clar[oa]|agua|militar|musgo|electrico))?"
_SPOKEN_SIZES = {
    "eme": "M", "ele": "L", "mediana": "M", "chica": "S", "grande": "L", "ese": "S", "equis ele": "XL",
    "equis l": "XL", "doble equis ele": "XXL",
    "equis ese": "XS", "small": "S", "medium": "M", "large": "L", "extra large": "XL", "s": "S", "m": "M",
    "l": "L", "2xl": "XXL", "3xl": "XXXL",
}  # fmt: skip
_SIZE = re.compile(
    r"\b(?:en\s+|de\s+)?(?:la\s+|el\s+)?(?:tall(?:a|e|as)?|taya)\s+(?P<said>equis ele|equis ese|equis l"
    r"|doble equis ele|"
    r"extra large|small|medium|large|mediana|chica|grande|unica|eme|ele|ese|\d{1,3}(?:[.,]5)?[a-z]?|\dx{0,3}l"
    r"|x{0,4}[sml]|xg|gg|g|p|rn)\b(?:\s+anos?\b)?"
)
# "Talla 3-6 meses", "T 36-38"; "y en 9 a 12 meses", with nothing beside it.
_RANGE_SIZE = re.compile(
    rf"\b(?:en\s+|de\s+)?(?:la\s+|el\s+)?(?:tall(?:a|e|as)|taya|numero|nro\.?|t\.?)\s*(?P<said>{RANGE}"
    r"|x{0,3}[sml]\s?[-/]\s?x{0,3}[sml]\b)(?!\d)"
)
_ONLY_MONTHS = re.compile(r"^(?:(?:en|de|la|el|talla)\s+)*(?P<said>\d{1,2}\s?(?:-|a)\s?\d{1,2}\s?(?:meses|mes|m))$")
_SHOE_NUMBER = re.compile(r"\b(?:numero|nro\.?|num|n°|n)\s*(?P<said>(?:3[3-9]|4\d)(?:[.,]5)?)\b")
_ONLY_SIZE = re.compile(r"^en\s+(?:el\s+|la\s+)?(?P<said>(?:3[3-9]|4\d)(?:[.,]5)?)$")
_LETTER_SIZE = re.compile(r"(?<!\d )(?<!\d)\b(?:en\s+)?(?P<said>xxxl|xxl|xl|xs|3xl|2xl|s|m|l|eme|ele)\b(?!\s*\d)")
MOST_LETTERS = 4
_COLOUR = re.compile(rf"\b(?:en\s+)?(?:de\s+)?(?:color(?:es)?\s+)?(?P<said>(?:{COLOURS}){_SHADES})\b")
_CHEAP = r"(?:barat\w*|economic\w+|convenientes?|accesibles?|baratit\w+)"
_SORTS: tuple[tuple[re.Pattern[str], Sort, bool, bool], ...] = (
    # pattern, order, is it a superlative, is it a comparison with what was shown
    (re.compile(
        rf"\b(?:algo|un[oa]?s?|otr[oa]s?|alg[uú]n[oa]?s?)\s+(?:un poco\s+)?mas\s+{_CHEAP}"), "cheapest", False, True),
    (re.compile(rf"\b(?:el|la|los|las|lo)\s+(?:de\s+)?mas\s+{_CHEAP}"), "cheapest", True, False),
    (re.compile(rf"\b(?:un poco\s+)?mas\s+{_CHEAP}"), "cheapest", False, True),
    (re.compile(r"\b(?:de\s+)?menor\s+(?:precio|valor)"), "cheapest", True, False),
    (re.compile(r"\b(?:algo\s+)?menos\s+(?:car\w+|precio)"), "cheapest", False, True),
    (re.compile(r"\b(?:el|la|los|las|lo)\s+mas\s+car[oa]s?"), "dearest", True, False),
    (re.compile(r"\bmas\s+car[oa]s?"), "dearest", False, False),
    (re.compile(rf"\b(?:que\s+sean?\s+|buenos?\s+y\s+)?(?:lo\s+)?{_CHEAP}\b"), "cheapest", False, False),
)  # fmt: skip
_MOST = (
    r"(?:bajo(?:\s+(?:las?|los))?|menos\s+de|menor(?:es)?\s+(?:a|de|que)|(?:por|x)\s+menos\s+de"
    r"|max(?:imo)?\.?(?:\s+de)?|hasta|tope|no\s+mas\s+de|"
    r"(?:que\s+)?no\s+(?:se\s+)?pasen?(?:\s+de)?(?:\s+las?|\s+los)?|debajo\s+de|por\s+debajo\s+de|inferior(?:es)?\s+a"
    r"|no\s+supere?n?(?:\s+las?)?|"
    r"que\s+no\s+superen?(?:\s+las?)?|que\s+cuesten?\s+menos\s+de|que\s+valgan?\s+menos\s+de|con|tengo"
    r"|presupuesto\s+(?:de|es)?)"
)
_LEAST = (
    r"(?:sobre(?:\s+(?:las?|los))?|mas\s+de|desde|minimo|a\s+partir\s+de|mayor(?:es)?\s+(?:a|de|que)"
    r"|superior(?:es)?\s+a|"
    r"por\s+sobre|arriba\s+de|encima\s+de)"
)
_ABOUT = r"(?:unas|unos|como|como\s+de|alrededor\s+de|cerca\s+de|aprox(?:imadamente)?|mas\s+o\s+menos|tipo)"
_COUNTED = rf"(?:{MEASURED}|hojas?|piezas?|pares|personas?|puestos?|anos?|meses|dias?|watts?|lumen(?:es)?|%|x)"
_BETWEEN = re.compile(
    rf"\b(?:entre|de|desde)\s+(?P<low>{AMOUNT})\s+(?:y|a|hasta)\s+(?P<high>{AMOUNT})(?!\s*{_COUNTED}\b)"
)
_RANGES = tuple(
    (re.compile(rf"\b{words}\s+(?P<amount>{AMOUNT})(?!\s*{_COUNTED}\b)"), kind)
    for words, kind in ((_MOST, "most"), (_LEAST, "least"), (rf"(?:de\s+|por\s+)?{_ABOUT}", "about"))
)
_SPOKEN_MONEY = re.compile(rf"\b(?:de|a|por)\s+(?P<amount>{AMOUNT})")
# "Caja con 100 clavos" is no budget; "con 5000 para un regalo" is.
_CONTENT = re.compile(rf"^con\s+\d[\d.,]*\s+(?!(?:{UNIT}|para|que|quiero|maximo|no|y)\b)[a-z]{3}")
_UNCLEAR_MOST = re.compile(r"^(?:con|tengo|hasta|unas|unos|como|tipo|sobre|desde|mas\s+de)")


_UNWANTED = re.compile(
    r"(?<=[a-z0-9])[\s,]+(?:pero\s+|y\s+)?(?:que\s+)?no\s+(?:(?:sean?\s+)?(?:de\s+)?(?:del|el|la|los|las)"
    r"|sean?(?:\s+de)?(?!\s+(?:muy|tan|car|demasiado)))\s+"
    r"(?P<not>(?!que\b|demas\b|otr[oa]|de\b)[a-z0-9][a-z0-9 ]{1,30})$"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """`is_superlative`: the shopper wants exactly the one at that end; `is_comparison`: cheaper than what was shown;
    `without`: words of what it must not be."""

    min_price: Decimal | None = None
    max_price: Decimal | None = None
    size: str | None = None
    colours: tuple[str, ...] = ()
    sort: Sort = "relevance"
    is_superlative: bool = False
    is_comparison: bool = False
    without: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        parts = [word for colour in self.colours for word in colour.split()]
        return (*parts, *((self.size,) if self.size else ()))

    def __bool__(self) -> bool:
        return self != NO_FILTERS

    def over(self, older: "Filters") -> "Filters":
        """These, and of the older ones those that these say nothing about."""
        return Filters(
            min_price=self.min_price if self.max_price or self.min_price else older.min_price,
            max_price=self.max_price if self.max_price or self.min_price else older.max_price,
            size=self.size or older.size,
            colours=self.colours or older.colours,
            sort=self.sort if self.sort != "relevance" else older.sort,
            is_superlative=self.is_superlative,
            is_comparison=self.is_comparison,
            without=self.without or older.without,
        )

    def spelt(self) -> str:
        """As words that `take_filters` reads back."""
        parts = [*self.colours]
        if self.size:
            parts.append(f"talla {self.size}")
        if self.min_price is not None:
            parts.append(f"desde ${self.min_price:.0f}")
        if self.max_price is not None:
            parts.append(f"hasta ${self.max_price:.0f}")
        if self.sort == "cheapest":
            parts.append("barato")
        parts += [f"no las {words}" for words in self.without]
        return " ".join(parts).lower()


NO_FILTERS = Filters()


def take_filters(words: str) -> tuple[Filters, str]:
    """Read the filters off folded words and return what is left."""
    unwanted, words = _take_unwanted(words)
    filters, words = take_limits(words)
    filters, words = _take_sizes(replace(filters, without=unwanted), " ".join(words.split()))
    filters, words = _take_colours(filters, words)
    return filters, " ".join(words.split())


def _take_unwanted(words: str) -> tuple[tuple[str, ...], str]:
    """ "Bujías de las normales, no las iridium": what is left, and what it must not be."""
    match = _UNWANTED.search(words)
    return ((match["not"].strip(),), words[: match.start()].strip(" ,")) if match else ((), words)


def take_limits(words: str) -> tuple[Filters, str]:
    """Read only prices and the wish for the cheapest; what was read is blanked out."""
    return _take_prices(*_take_sort(Filters(), words))


def _take_sort(filters: Filters, words: str) -> tuple[Filters, str]:
    for pattern, sort, is_superlative, is_comparison in _SORTS:
        if match := pattern.search(words):
            found = replace(filters, sort=sort, is_superlative=is_superlative, is_comparison=is_comparison)
            return found, _without(words, match)
    return filters, words


def _take_prices(filters: Filters, words: str) -> tuple[Filters, str]:
    if (match := _BETWEEN.search(words)) and (is_money(match["high"]) or words.startswith("entre")):
        unit = unit_of(match["high"])
        low, high = read_amount(match["low"], unit), read_amount(match["high"])
        if low is not None and high is not None and low <= high:
            return replace(filters, min_price=low, max_price=high), _without(words, match)
    for pattern, kind in _RANGES:
        match = pattern.search(words)
        if match and not _CONTENT.match(words[match.start() :]) and _may_be_limit(match):
            return _within(filters, kind, match["amount"]), _without(words, match)
    match = _SPOKEN_MONEY.search(words)
    if match and is_money(match["amount"]) and ("$" in match[0] or unit_of(match["amount"])):
        return _within(filters, "about", match["amount"]), _without(words, match)
    return filters, words


def _may_be_limit(match: re.Match[str]) -> bool:
    return is_money(match["amount"]) or not _UNCLEAR_MOST.match(match[0])


def _within(filters: Filters, kind: str, said: str) -> Filters:
    amount = read_amount(said)
    if amount is None:
        return filters
    if kind == "most":
        return replace(filters, max_price=amount)
    if kind == "least":
        return replace(filters, min_price=amount)
    return replace(filters, min_price=amount * Decimal("0.5"), max_price=amount * Decimal("1.2"))


def _take_sizes(filters: Filters, words: str) -> tuple[Filters, str]:
    for pattern in (_RANGE_SIZE, _ONLY_MONTHS, _SIZE, _SHOE_NUMBER, _ONLY_SIZE, _LETTER_SIZE):
        if (match := pattern.search(words)) and match["said"] not in {"unica", "de", "es"}:
            said = match["said"]
            size = said if len(said) > MOST_LETTERS and said[-1].isalpha() else said.upper()  # "3-6 meses"
            return replace(filters, size=_SPOKEN_SIZES.get(said, size)), _without(words, match)
    return filters, words


def _take_colours(filters: Filters, words: str) -> tuple[Filters, str]:
    colours: list[str] = []

    def keep_or_take(match: re.Match[str]) -> str:
        is_thing = match["said"].rstrip("s") in _NOUNS_TOO and not re.search(r"[a-z]{3,}", words[: match.start()])
        if is_thing or re.match(r"de\s+(?!color)", match[0]):
            return match[0]
        colours.append(match["said"])
        return " "

    rest = _COLOUR.sub(keep_or_take, words)
    return replace(filters, colours=tuple(colours)), rest


def _without(words: str, match: re.Match[str]) -> str:
    """Blank it out, so that every other letter stays where it was."""
    return f"{words[: match.start()]}{' ' * len(match[0])}{words[match.end() :]}"
