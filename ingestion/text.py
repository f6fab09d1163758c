"""Makes text typed by people safe to store and easy to compare."""

import re
import unicodedata
from typing import Final

from data.accents import unaccented

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
# The joiner is part of an emoji only between two pictographs; anywhere else it hides text.
_STRAY_JOINER = re.compile(
    "(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d|\u200d(?![\U0001f000-\U0001faff\u2600-\u27bf])"
)
# Letters of Western Europe and plain punctuation, composed: nothing to remove.
_PLAIN = re.compile("[ -~\u00a0-\u00ac\u00ae-\u017f\u2013\u2014\u2018-\u201d\u2022\u20ac]*")
_JOINER = "\u200d"
# Error texts that a spreadsheet program leaves in a cell in place of a value.
CELL_FAULTS = frozenset({"#N/A", "#N/D", "#REF!", "#¡REF!", "#VALUE!", "#¡VALOR!", "#NAME?", "#¿NOMBRE?", "#DIV/0!",
                         "#¡DIV/0!", "#NULL!", "#NUM!", "#¡NUM!"})  # fmt: skip

# Stands for a formula whose result the program that wrote the file did not save.
UNCALCULATED: Final = "=(fórmula)"

# What a spreadsheet program would run as a formula, at the start of a cell; full-width forms too.
_LIVE = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def neutralised(text: str) -> str:
    """Text that no spreadsheet program takes for a formula: an apostrophe goes before it when it must."""
    return f"'{text}" if _LIVE.match(text.lstrip("'")) else text


def unneutralised(text: str) -> str:
    """Undoes `neutralised`, which Excel also does by itself in a cell typed by hand."""
    return text[1:] if text.startswith("'") and _LIVE.match(text.lstrip("'")) else text


def clean(text: str, limit: int) -> str:
    """NFC, without control, bidi or invisible characters, single spaces, at most `limit` characters."""
    if not (text.isascii() and text.isprintable()) and not _PLAIN.fullmatch(text):
        visible = "".join(_visible(character) for character in unicodedata.normalize("NFC", text))
        text = _STRAY_JOINER.sub("", visible)
    return " ".join(text.split())[:limit].rstrip()


def clean_lines(text: str, limit: int) -> str:
    """The same, keeping where lines end."""
    return "\n".join(clean(line, limit) for line in text.splitlines()).strip()[:limit].rstrip()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category[0] == "C" and character != _JOINER:
        return ""
    return character


def folded(text: str) -> str:
    """Only unaccented words and digits, one space apart: "P. Unit. (c/IVA)" -> "p unit c iva"."""
    return _NOT_WORDS.sub(" ", unaccented(_CAMEL_CASE.sub(" ", text))).strip()
