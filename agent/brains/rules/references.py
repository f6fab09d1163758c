"""Words that point at something already seen: "el segundo", "ese", "la última", "el otro"."""
# ruff: noqa: E501 - a table of phrases reads best with one phrase a line

import re
from dataclasses import dataclass
from typing import Literal

_ORDINALS = {
    "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercero": 3, "tercera": 3, "cuarto": 4, "cuarta": 4,
    "quinto": 5, "quinta": 5, "uno": 1, "dos": 2, "tres": 3, "una": 1,
}  # fmt: skip
_ORDINAL = "primer[oa]s?|segund[oa]s?|tercer[oa]s?|cuart[oa]|quint[oa]"
_SAME = r"(?:\s+(?:mism[oa]s?|nomas|no mas|de ahi|de alla))?"
_TAIL = r"(?:\s+(?:opcion|alternativa|producto|de la lista|que (?:me )?(?:mostraste|dijiste|salio)))?"

ReferenceKind = Literal["ordinal", "last", "that", "other", "same", "all"]


@dataclass(frozen=True, slots=True)
class Reference:
    """`index` counts from 1, for "ordinal"."""

    kind: ReferenceKind
    index: int = 0


_PATTERNS: tuple[tuple[re.Pattern[str], ReferenceKind], ...] = (
    (re.compile(rf"(?:del?\s+)?(?:el|la|los|las|lo)?\s*(?P<word>{_ORDINAL}){_TAIL}"), "ordinal"),
    (
        re.compile(
            r"(?:del?\s+)?(?:el|la)?\s*(?:numero|opcion|alternativa|nro\.?|n°|num|n|#|producto)\s*"
            r"(?P<word>\d{1,2}|uno|dos|tres)"
        ),
        "ordinal",
    ),
    (re.compile(r"(?:del?\s+)?(?:el|la)\s+(?P<word>\d|dos|tres|uno)"), "ordinal"),
    (re.compile(rf"(?:del?\s+)?(?:el|la|los|las)?\s*ultim[oa]s?{_TAIL}"), "last"),
    (re.compile(r"(?:del?\s+)?(?:el|la|los|las)\s+otr[oa]s?"), "other"),
    (re.compile(r"(?:del?\s+)?(?:el|la|los|las|lo)\s+mism[oa]s?"), "same"),
    (
        re.compile(r"(?:de\s+)?(?:l[oa]s\s+(?:dos|tres)|amb[oa]s|tod[oa]s(?:\s+(?:esos|esas|ellos))?|un[oa] de cada un[oa])"),
        "all",
    ),
    (
        re.compile(
            rf"(?:del?\s+)?(?:es[eao]s?|est[eao]s?|aquel(?:la)?|el|ell[oa]s?|l[oa]s?|"
            rf"ese producto|es[eo] que (?:me )?(?:mostraste|dijiste)){_SAME}"
        ),
        "that",
    ),
)  # fmt: skip


def read_reference(words: str) -> Reference | None:
    """The reference that the words are, and nothing more; None when they name something."""
    words = words.strip(" .,")
    for pattern, kind in _PATTERNS:
        if match := pattern.fullmatch(words):
            return Reference(kind, _index(match["word"]) if kind == "ordinal" else 0)
    return None


def take_reference(words: str) -> tuple[Reference | None, str]:
    """A reference at the start of the words, and what follows it ("la misma pero en" -> "same", "pero en")."""
    if match := re.match(r"(?:del?\s+)?(?:el|la|los|las)\s+mism[oa]s?\b", words):
        return Reference("same"), words[match.end() :].strip()
    for pattern, kind in _PATTERNS[:2] + _PATTERNS[3:4]:
        if (match := pattern.match(words)) and re.match(r"(?:[^a-z0-9]|$)", words[match.end() :]):
            return Reference(kind, _index(match["word"]) if kind == "ordinal" else 0), words[match.end() :].strip()
    return None, words


def _index(word: str) -> int:
    word = word.rstrip("s") if word not in _ORDINALS else word
    return int(word) if word.isdigit() else _ORDINALS.get(word, 1)
