"""Makes text typed by people safe to store and easy to compare."""

import re
import unicodedata

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
# The joiner is part of an emoji only between two pictographs; anywhere else it hides text.
_STRAY_JOINER = re.compile(
    "(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d|\u200d(?![\U0001f000-\U0001faff\u2600-\u27bf])"
)
_JOINER = "\u200d"
# Error texts that a spreadsheet program leaves in a cell in place of a value.
CELL_FAULTS = frozenset({"#N/A", "#N/D", "#REF!", "#¡REF!", "#VALUE!", "#¡VALOR!", "#NAME?", "#¿NOMBRE?", "#DIV/0!",
                         "#¡DIV/0!", "#NULL!", "#NUM!", "#¡NUM!"})  # fmt: skip


def clean(text: str, limit: int) -> str:
    """NFC, without control, bidi or invisible characters, single spaces, at most `limit` characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:limit].rstrip()
    visible = "".join(_visible(character) for character in unicodedata.normalize("NFC", text))
    visible = _STRAY_JOINER.sub("", visible)
    return " ".join(visible.split())[:limit].rstrip()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category[0] == "C" and character != _JOINER:
        return ""
    return character


def unaccented(text: str) -> str:
    """Lower case without accents: what two spellings of one word have in common."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def folded(text: str) -> str:
    """Only unaccented words and digits, one space apart: "P. Unit. (c/IVA)" -> "p unit c iva"."""
    return _NOT_WORDS.sub(" ", unaccented(_CAMEL_CASE.sub(" ", text))).strip()
