"""Words that point at something already seen: "el segundo", "ese", "la última", "el otro"."""

import re
from dataclasses import dataclass
from typing import Literal

from agent.brains.rules.reading.quantities import NUMBER, take_quantity

_ORDINALS = {
    "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercero": 3, "tercera": 3, "cuarto": 4, "cuarta": 4,
    "quinto": 5, "quinta": 5, "uno": 1, "dos": 2, "tres": 3, "una": 1,
}  # fmt: skip
_ORDINAL = "primer[oa]s?|segund[oa]s?|tercer[oa]s?|cuart[oa]|quint[oa]"
_SAME = r"(?:\s+(?:mism[oa]s?|nomas|no mas|de ahi|de alla))?"
_TAIL = r"(?:\s+(?:opcion|alternativa|producto|de la lista|que (?:me )?(?:mostraste|dijiste|salio)))?"

# "Una igual en negro", "dos iguales a esa pero talla L".
_ALIKE = re.compile(
    r"igual(?:es|it[oa]s?)?(?: (?:a|que) (?:es[eao]s?|est[eao]s?|la anterior|el anterior|la otra|el otro))?"
    r"(?=$| (?:pero|en|de color|talla|con)\b)"
)

ReferenceKind = Literal["ordinal", "last", "that", "other", "same", "all", "rest"]


@dataclass(frozen=True, slots=True)
class Reference:
    """`index` counts from 1, for "ordinal"; for "all" it is how many were said ("los tres"), or 0; "rest" is all
    that is left of something."""

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
    (re.compile(rf"(?:del?\s+)?(?:el|la|los|las|es[ea]s?|est[ea]s?)?\s*ultim[oa]s?{_TAIL}"), "last"),
    (re.compile(r"(?:del?\s+)?(?:el|la|los|las)\s+otr[oa]s?"), "other"),
    (re.compile(r"(?:del?\s+)?(?:el|la|los|las|lo)\s+mism[oa]s?"), "same"),
    (
        re.compile(
            rf"(?:tod[oa]s?\s+)?(?:l|es|est)[oa]s?\s+(?:pocos\s+|pocas\s+|(?P<word>{NUMBER})\s+)?que\s+(?:te\s+|les\s+|me\s+)?"
            r"(?:quedan?|queden?|hay|hayan?|tengas?|tengan|tienes|tienen|ofreces|sobran?)(?:\s+(?:en stock"
            r"|disponibles?))?"
            r"|(?:tod[oa]s?\s+)?el\s+(?:resto|stock)|todo\s+(?:el\s+stock|lo\s+que\s+(?:queda|haya|tengan?|hay))"
        ),
        "rest",
    ),
    (
        re.compile(rf"(?:de\s+)?(?:tod[oa]s\s+)?(?:l|es|est)[oa]s\s+(?P<word>{NUMBER})(?:\s+(?:cosas|productos))?"),
        "all",
    ),
    (
        re.compile(r"(?:de\s+)?(?:amb[oa]s|tod[oa]s(?:\s+(?:esos|esas|ellos))?|un[oa] de cada(?: un[oa])?)"),
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
            return Reference(kind, _index_of(kind, match))
    return None


def take_reference(words: str) -> tuple[Reference | None, str]:
    """A reference at the start of the words, and what follows it ("la misma pero en" -> "same", "pero en")."""
    if match := re.match(r"(?:del?\s+)?(?:el|la|los|las|es[ea]s?|est[ea]s?|es[oa]s|est[oa]s)\s+mism[oa]s?\b", words):
        return Reference("same"), words[match.end() :].strip()
    if match := _ALIKE.match(words):
        return Reference("same"), words[match.end() :].strip()
    for pattern, kind in _PATTERNS[:2] + _PATTERNS[3:4]:
        if (match := pattern.match(words)) and re.match(r"(?:[^a-z0-9]|$)", words[match.end() :]):
            return Reference(kind, _index(match["word"]) if kind == "ordinal" else 0), words[match.end() :].strip()
    return None, words


def _index_of(kind: ReferenceKind, match: re.Match[str]) -> int:
    if kind == "ordinal":
        return _index(match["word"])
    counted = take_quantity(match.groupdict().get("word") or "")[0]
    return (counted.whole if counted else None) or 0


def _index(word: str) -> int:
    word = word.rstrip("s") if word not in _ORDINALS else word
    return int(word) if word.isdigit() else _ORDINALS.get(word, 1)
