"""Turns text into comparable words: folded, singular, stemmed, and by sound."""

import re
import threading
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import Stemmer

from data.search.units import MEASURE_TOKEN, mark_measures, read_number, write_number

_FOLDED_AWAY = re.compile(r"[\u0300-\u036f]+")
_NAIL = re.compile(r"\bu(?:ñ|n\u0303)a", re.IGNORECASE)  # "uñas" folded would be "unas", which means nothing
_FRACTION_SIGNS = str.maketrans({"½": " 1/2", "¼": " 1/4", "¾": " 3/4"})
_NOT_KEPT = re.compile(r"[^a-z0-9/.,\-+&'\"“”″×*]+")
_WORD = re.compile(r"[a-z]+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(
    r"(?P<measure>\d+(?:\.\d+)?[a-z]+2?~\d+(?:\.\d+)?)"
    r"|(?P<size>[a-z]?\d+(?:\.\d+)?(?:x[a-z]?\d+(?:\.\d+)?)+(?![\d.]*[a-z]))"
    r"|(?P<fraction>\d+\s+\d+/\d+|\d+/\d+)"
    r"|(?P<code>[a-z]+-\d[a-z\d]*(?:-[a-z\d]+)*|\d+[a-z]+\d[a-z\d]*|\d+-?[a-z]+|[a-z]+\d[a-z\d]*)"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[a-z]+)"
)
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|\d+")
_CLOTHES_SIZES = {"2xl": "xxl", "3xl": "xxxl", "4xl": "xxxxl", "2xs": "xxs"}
_PHONETIC_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"ph", "f"),
        (r"sh|ch", "x"),
        (r"^ps", "s"),
        (r"h", ""),
        (r"qu(?=[ei])|q|ck", "k"),
        (r"gu(?=[ei])", "G"),
        (r"g(?=[ei])", "j"),
        (r"ll|y(?=[aeiou])", "Y"),
        (r"^i(?=[aeou])", "Y"),
        (r"y", "i"),
        (r"c(?=[ei])|z", "s"),
        (r"c", "k"),
        (r"v", "b"),
        (r"w", "u"),
        (r"n(?=[bp])", "m"),
        (r"G", "g"),
        (r"(.)\1+", r"\1"),
    )
)
_local = threading.local()


def normalise(text: str) -> str:
    """Lower case, accents folded, everything that is not a word or a number's mark turned into a space."""
    if not text.isascii():
        text = _NAIL.sub("unha", text)
        text = _FOLDED_AWAY.sub("", unicodedata.normalize("NFKD", text.translate(_FRACTION_SIGNS)))
    folded = _NOT_KEPT.sub(" ", text.lower()).strip()
    return _WORD.sub(_unstretched, folded) if _STRETCHED.search(folded) else folded


def _unstretched(match: re.Match[str]) -> str:
    """Bring "holaaa" back to "hola", but leave "aaa" (a battery) and "xxxl" alone."""
    word = match[0]
    return word if len(set(word)) == 1 or re.fullmatch(r"x+[ls]", word) else _STRETCHED.sub(r"\1", word)


def tokenise(text: str, *, parts: bool = True) -> list[str]:
    """Split into singular words and canonical measures.

    With `parts` (documents) a mixed token is followed by its parts, and a measure by its bare
    number marked "9~"; without (queries) each thing the person wrote is one token.
    """
    groups = read_tokens(text)
    return [token for group in groups for token in group] if parts else [group[0] for group in groups]


def read_tokens(text: str) -> list[list[str]]:
    """Return each thing written, first whole and then its parts."""
    matches = _TOKEN.finditer(mark_measures(normalise(text)))
    return [_READERS[match.lastgroup or "word"](match[0]) for match in matches]


def _measure(token: str) -> list[str]:
    measure, _, number = token.partition("~")
    return [measure, f"{number}~"]


def _size(token: str) -> list[str]:
    sides = token.split("x")
    shorter = ["x".join(sides[:2])] if len(sides) > 2 else []
    return [token, *shorter, *(f"{side}~" for side in sides)]


def _number(token: str) -> list[str]:
    value = read_number(token)
    return [write_number(value)] if value is not None else [piece for piece in re.split(r"[.,/ ]+", token) if piece]


def _code(token: str) -> list[str]:
    joined = token.replace("-", "")
    return [_CLOTHES_SIZES.get(joined, joined), *_LETTERS_OR_DIGITS.findall(token)]


def _word(token: str) -> list[str]:
    return [singular(token)]


_READERS: dict[str, Callable[[str], list[str]]] = {
    "measure": _measure,
    "size": _size,
    "fraction": _number,
    "code": _code,
    "number": _number,
    "word": _word,
}


def code_parts(token: str) -> list[str]:
    """Return the runs of letters and of digits of a mixed token: "iphone13" -> ["iphone", "13"]."""
    return [singular(part) for part in _LETTERS_OR_DIGITS.findall(token)]


@lru_cache(maxsize=200_000)
def singular(word: str) -> str:
    """Take the Spanish plural off; a wrong guess does no harm, as both sides make the same one."""
    if len(word) < 4 or not word.endswith("s") or word.endswith("ss"):
        return word
    if re.search(r"[aeiou]ces$", word):
        return word[:-3] + "z"
    if re.search(r"[aeiou][lrndj]es$", word):
        return word[:-2]
    return word[:-1]


_DIMINUTIVE = re.compile(r"(?P<root>[a-z]{2,}?)(?P<link>e?c|qu|gu)?it[oa]$")


def undiminished(word: str) -> tuple[str, ...]:
    """Return what a diminutive may be one of: "pancito" -> "pan", "bolsita" -> "bolsa", "huesito" -> "hueso"."""
    match = _DIMINUTIVE.search(word)
    if not match or len(word) < 6:
        return ()
    root, link = match["root"], match["link"] or ""
    vowels = "ao" if word.endswith("a") else "oa"
    if link in ("qu", "gu"):
        root += "c" if link == "qu" else "g"
    elif link:  # "lapicito" is of "lapiz", "juguecito" of "jugo"
        return (root, f"{root}e", f"{root}z", *(root + vowel for vowel in vowels), *(f"{root}c{v}" for v in vowels))
    return (*(root + vowel for vowel in vowels), f"{root}e", root)


def agents(verb: str) -> tuple[str, ...]:
    """Return what does it: "cortar" -> "cortador", "cortadora"."""
    if len(verb) < 5 or verb[-2:] not in ("ar", "er", "ir"):
        return ()
    return f"{verb[:-1]}dor", f"{verb[:-1]}dora"


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the Spanish stem of a word; tokens with digits are their own stem."""
    if not word.isalpha():
        return word
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("spanish")  # PyStemmer objects are not shared between threads
    stemmed: str = _local.stemmer.stemWord(word)
    return stemmed


@lru_cache(maxsize=200_000)
def phonetic(word: str) -> str:
    """Return how a Chilean ear hears it: b/v, s/c/z, ll/y, silent h, g/j, qu/k are one each."""
    for pattern, replacement in _PHONETIC_RULES:
        word = pattern.sub(replacement, word)
    return word


def is_measure(token: str) -> bool:
    """Whether the token is a canonical measure ("500ml") or a size ("2x4", "m8x40")."""
    return bool(MEASURE_TOKEN.match(token)) or bool(re.fullmatch(r"[a-z]?\d[\d.]*(?:x\d[\d./]*)+", token))


def is_number(token: str) -> bool:
    """Whether the token is a bare number."""
    return bool(re.fullmatch(r"\d+(?:\.\d+)?", token))
