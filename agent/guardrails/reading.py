"""How a reply is read before it is checked: one plain spelling, so that no trick of writing hides a figure."""

import re
import unicodedata

_KEYCAP = re.compile(r"([0-9])\ufe0f?\u20e3")
_KEYCAP_BULLET = re.compile(r"(?m)^(\s*)([0-9])\ufe0f?\u20e3")
_ACCENTED_YES = re.compile(r"\bsí\b", re.IGNORECASE)

_UP_TO_29 = [
    "cero", "un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece",
    "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiun", "veintidos",
    "veintitres", "veinticuatro", "veinticinco", "veintiseis", "veintisiete", "veintiocho", "veintinueve",
]  # fmt: skip
_TENS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_HUNDREDS = [
    "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos", "ochocientos",
    "novecientos",
]  # fmt: skip
_VALUES = (
    {word: value for value, word in enumerate(_UP_TO_29)}
    | {"uno": 1, "una": 1, "veintiuno": 21, "veintiuna": 21, "cien": 100}
    | {word: 10 * value for value, word in enumerate(_TENS, 3)}
    | {word: 100 * value for value, word in enumerate(_HUNDREDS, 1)}
    | {word.replace("os", "as"): 100 * value for value, word in enumerate(_HUNDREDS, 1)}
)


def _one_of(words: list[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_small = _one_of([word for word, value in _VALUES.items() if value < 30])
_tens = _one_of(_TENS)
_hundred = _one_of([word for word, value in _VALUES.items() if value >= 100])
_THANKS = r"(?:gracias|disculpas|perdones|veces|maravillas)\b"
_below_100 = rf"(?:{_tens}(?: y {_small})?|{_small})"
_below_1000 = rf"(?:{_hundred}(?: {_below_100})?|{_below_100})"
_NUMBER_WORDS = re.compile(rf"\b(?:(?:{_below_1000} )?(?<!\d )mil(?! {_THANKS})(?: {_below_1000})?|{_below_1000})\b")
# "un", "una", "uno" are articles unless they count money or stock.
_ARTICLE = re.compile(r"un[oa]?")
_COUNTS_ONE_BEFORE = re.compile(r"\b(?:quedan?|resta|stock:?)(?: (?:solo|solamente|apenas))? $")
_COUNTS_ONE_AFTER = re.compile(r" (?:luca|luka|luquita|palo|millon|unidad|peso)\b")

SPELT = "\ue000"
"""Follows a figure that was written in words."""


def fold(text: str) -> str:
    """Lower case, no accents, no invisible characters, plain digits, single spaces; lines are kept.

    "Sí" (yes) becomes "sip", so that it stays apart from "si" (if).
    """
    text = _KEYCAP_BULLET.sub(r"\1\2) ", text)
    text = _ACCENTED_YES.sub("sip", _KEYCAP.sub(r"\1", unicodedata.normalize("NFC", text)))
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c
        for c in decomposed
        if unicodedata.category(c) not in {"Mn", "Me", "Cf"} and c != SPELT
    )
    return re.sub(r"[^\S\n]+", " ", kept)


def with_figures(folded: str) -> str:
    """Numbers in words as figures: "doce mil novecientos noventa" reads 12990 (and the mark SPELT)."""
    return _NUMBER_WORDS.sub(_figure, folded)


def _figure(match: re.Match[str]) -> str:
    words = match.group()
    if _ARTICLE.fullmatch(words) and not (
        _COUNTS_ONE_BEFORE.search(match.string[: match.start()]) or _COUNTS_ONE_AFTER.match(match.string, match.end())
    ):
        return words
    thousands, mil, rest = words.partition("mil") if re.search(r"\bmil\b", words) else ("", "", words)
    value = 1000 * (_sum(thousands) or 1) + _sum(rest) if mil else _sum(rest)
    return f"{value}{SPELT}"


def _sum(words: str) -> int:
    return sum(_VALUES[word] for word in words.split() if word != "y")
