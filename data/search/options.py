"""Whether a variant is what somebody wants of it: its size, colour or measure, however either of them writes it."""

import re
import unicodedata
from collections.abc import Mapping

# "JEANS MUJER T.40", "ZAPATO N°42"
_MARKED_SIZE = re.compile(r"(?i)(?:\bt|\bn[°ºo]?|#|\btalla)[\s.:°º-]{0,2}(\d{1,3}|x{0,3}[sml])\b")


def offers(name: str, options: Mapping[str, str], wanted: str) -> bool:
    """Whether a wanted size, colour or measure is in a variant's options or name, whatever its gender or accents."""
    want = option_key(wanted)
    words = [*_option_words(options), *re.findall(r"[\w/.,-]+", name), *_MARKED_SIZE.findall(name)]
    return want in map(option_key, words)


def _option_words(options: Mapping[str, str]) -> list[str]:
    return [part for value in options.values() for part in (value, *re.split(r"[\s/,;]+", value)) if part]


def option_key(word: str) -> str:
    """ "Negras" and "negro" give the same key; sizes and numbers stay as they are."""
    folded = "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
    folded = folded.strip(" .,")
    if len(folded) > 3 and folded.isalpha():
        while len(folded) > 3 and folded.endswith("s"):  # "grises" and "gris"
            folded = re.sub(r"(es|s)$", "", folded)
        folded = re.sub(r"[aoe]$", "", folded)
    return folded
