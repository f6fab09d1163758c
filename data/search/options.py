"""Whether a variant is what somebody wants of it: its size, colour or measure, however either of them writes it."""

import re
import unicodedata
from collections.abc import Mapping

# "JEANS MUJER T.40", "ZAPATO N°42"
_MARKED_SIZE = re.compile(r"(?i)(?:\bt|\bn[°ºo]?|#|\btalla)[\s.:°º-]{0,2}(\d{1,3}|x{0,3}[sml])\b")
# "3-6 meses", "36/38", "0 a 3 m", "5-7 años": one size, from one number to another.
RANGE = r"\d{1,3}\s?(?:[-/]\s?\d{1,3}(?:\s?(?:meses|mes|m|anos|ano)\b)?|a\s\d{1,3}\s?(?:meses|mes|m|anos|ano)\b)"
_RANGE = re.compile(
    r"(?<![\d.,])(?P<low>\d{1,3})\s?(?:[-/]|a\b)\s?(?P<high>\d{1,3})(?![\d.,])(?:\s?(?P<unit>m|a)[a-z]*)?"
)
# "S/M", "S-M": either of two; "T-shirt" is one word.
_APART = re.compile(r"[\s/,;]+|(?i:(?<=\b[xsml])|(?<=\bx[sl]))-(?i:(?=x{0,3}[sml]\b))")


def offers(name: str, options: Mapping[str, str], wanted: str) -> bool:
    """Whether a wanted size, colour or measure is in a variant's options or name, whatever its gender or accents."""
    want = option_key(wanted)
    ranges = [size for value in (*options.values(), name) for size in _ranges(value)]
    if spans := _ranges(wanted):
        return any(_is_same(size, spans[0]) for size in ranges)
    if want.isdigit() and any(low <= int(want) <= high for low, high, unit in ranges if unit != "m"):
        return True
    want = want.replace("/", "-")
    words = [*_option_words(options), *re.findall(r"[\w/.,-]+", name), *_MARKED_SIZE.findall(name)]
    return any(want == option_key(word).replace("/", "-") for word in words)


def _option_words(options: Mapping[str, str]) -> list[str]:
    return [part for value in options.values() for part in (value, *_APART.split(value)) if part]


def _ranges(written: str) -> list[tuple[int, int, str]]:
    """From, to, and "m" for months or "a" for years, where that is said."""
    found = _RANGE.finditer(_folded(written))
    return [
        (int(one["low"]), int(one["high"]), one["unit"] or "") for one in found if int(one["low"]) < int(one["high"])
    ]


def _is_same(size: tuple[int, int, str], wanted: tuple[int, int, str]) -> bool:
    return size[:2] == wanted[:2] and (not wanted[2] or not size[2] or size[2] == wanted[2])


def _folded(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))


def option_key(word: str) -> str:
    """ "Negras" and "negro" give the same key; sizes and numbers stay as they are."""
    folded = _folded(word).strip(" .,")
    if len(folded) > 3 and folded.isalpha():
        while len(folded) > 3 and folded.endswith("s"):  # "grises" and "gris"
            folded = re.sub(r"(es|s)$", "", folded)
        folded = re.sub(r"[aoe]$", "", folded)
    return folded
