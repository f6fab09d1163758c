"""The curated words beside the shop's own: equivalents, courtesy, qualifiers, brands, words spelt right."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from data.search.words import stem, tokenise

FUNCTION_WORDS = frozenset(
    tokenise("a al ante con de del e el en es la las lo los o para por que se su u unos unas y", parts=False)
)
COMPLEMENT_OPENERS = frozenset(("de", "del", "para", "pa", "pal", "con", "en"))
CLOTHES_SIZES = frozenset(("xs", "s", "m", "l", "xl", "xxl", "xxxl", "xxxxl"))
# Colours that are also things: first in a query they are what is looked for.
NOUNS_TOO = frozenset(("cafe", "naranja", "rosa", "crema", "lana", "lata", "caja", "bolsa", "frasco", "botella",
                       "bidon", "saco", "tarro", "sobre", "set", "kit", "pack", "paquete", "cinta", "rollo",
                       "vidrio", "papel", "goma", "carton", "madera", "fierro", "algodon", "cuero", "bebe",
                       "aluminio", "plastico", "tira", "mini", "lila", "led"))  # fmt: skip
ASKED_ONLY = "?"
FIRST = "^"  # marks a word as the one that a product's name begins with
READING = "6"  # raise it when words or measures are read otherwise: snapshots of indexes are then built anew
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Equivalents:
    """Groups of words for one thing; a phrase leads to the other phrases of its groups."""

    others: dict[Phrase, tuple[Phrase, ...]]
    offered_for: dict[Phrase, tuple[Phrase, ...]]  # the same, the other way round
    words: frozenset[str]
    longest: int

    def of(self, phrase: Phrase) -> tuple[Phrase, ...]:
        """Return what else the thing is called, or nothing."""
        return self.others.get(phrase, ())


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All curated words, read once from data/lexicon."""

    equivalents: Equivalents
    asking: frozenset[str]
    asking_stems: frozenset[str]
    generic: frozenset[str]
    qualifiers: frozenset[str]
    brands: frozenset[str]
    known: frozenset[str]
    traits: frozenset[str]
    animals: frozenset[str]
    deeds: dict[str, tuple[str, ...]]


@cache
def lexicon_fingerprint() -> str:
    """Return what tells apart programs that would read the same rows into other words or look for them otherwise."""
    digest = blake2b(READING.encode(), digest_size=8)
    for name in sorted(path.name for path in (files("data") / "lexicon").iterdir() if path.is_file()):
        digest.update((files("data") / "lexicon" / name).read_bytes())
    return digest.hexdigest()


@cache
def load_lexicon() -> Lexicon:
    """Read data/lexicon; the same object every time."""
    equivalents = _read_equivalents(_read("equivalents.csv"))
    asking, qualifiers, brands = (_read_words(f"{name}.txt") for name in ("asking", "qualifiers", "brands"))
    traits, animals, generic = (_read_words(f"{name}.txt") for name in ("traits", "animals", "generic"))
    known = _read_words("known.txt") | equivalents.words | qualifiers | brands | animals
    stems = frozenset(s for s in map(stem, asking) if len(s) >= 5)
    return Lexicon(equivalents, asking, stems, generic, qualifiers, brands, known, traits, animals, _read_deeds())


def _read_deeds() -> dict[str, tuple[str, ...]]:
    """Each word of a line with the others of it."""
    groups = [tokenise(line.replace(";", " "), parts=False) for line in _read("deeds.csv")]
    return {word: tuple(other for other in group if other != word) for group in groups for word in group}


def _read(name: str) -> list[str]:
    text = (files("data") / "lexicon" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _read_words(name: str) -> frozenset[str]:
    return frozenset(word for line in _read(name) for word in tokenise(line, parts=False))


def _read_equivalents(lines: list[str]) -> Equivalents:
    others: defaultdict[Phrase, dict[Phrase, None]] = defaultdict(dict)
    for line in lines:
        _, *names = line.split(";")
        asked = [as_phrase(name.removesuffix(ASKED_ONLY)) for name in names]
        offered = [
            (FIRST + phrase[0], *phrase[1:]) if name.startswith(FIRST) else phrase
            for phrase, name in zip(asked, names, strict=True)
            if not name.endswith(ASKED_ONLY)
        ]
        for phrase in asked:
            if phrase:
                others[phrase].update((other, None) for other in offered if other not in (phrase, (FIRST + phrase[0],)))
    words = frozenset(word for phrase in others for word in phrase)
    offered_for: defaultdict[Phrase, list[Phrase]] = defaultdict(list)
    for phrase, found in others.items():
        for other in found:
            offered_for[other].append(phrase)
    turned = {other: tuple(phrases) for other, phrases in offered_for.items()}
    return Equivalents({k: tuple(v) for k, v in others.items()}, turned, words, max(map(len, others), default=0))


def as_phrase(text: str) -> Phrase:
    """Return the content words of a name: "papel de baño" -> ("papel", "bano")."""
    return tuple(word for word in tokenise(text, parts=False) if word not in FUNCTION_WORDS)
