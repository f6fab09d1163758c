"""Whether the shopper's words name one product of the shop, several, or none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from agent.brains.rules.reading.naming import query_tokens
from agent.brains.rules.reading.quantities import BARCODE
from agent.brains.rules.reading.vocabulary import NOISE, SOFT
from data.repositories.items import CatalogueItem
from data.search.deeds import deeds
from data.search.lexicon import FUNCTION_WORDS, load_lexicon
from data.search.options import option_key
from data.search.units import NUMBER_WORDS, canonical_measure
from data.search.words import code_parts, is_number, phonetic, stem, tokenise

# "5 amperes" of a supply that is 5A, of a battery of 70Ah; "10 kohm" of a resistor written 10K.
_AMPERES = re.compile(r"(\d+(?:\.\d+)?)(?:amp|a)")
# "Automático 1x25A": of 25 amperes.
_TIMES_MEASURE = re.compile(r"(?<=\dx)\d+(?:[.,]\d+)?\s?[a-z]{1,3}\b")
_KILO_OHMS = re.compile(r"(\d+(?:\.\d+)?)k")
_SIGNED = re.compile(r"(?<!\S)[-+]\s?\d+")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one item: those that name it, its other names, its first word, that with its category and those
    that begin its other names, those that only describe."""

    name: frozenset[str]
    others: frozenset[str]
    first: frozenset[str]
    heads: frozenset[str]
    described: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """`best` fit the words best, in the order found; `missing` are words of the shopper that no item has."""

    best: tuple[CatalogueItem, ...]
    missing: tuple[str, ...] = ()
    is_exact: bool = False

    @property
    def clear(self) -> CatalogueItem | None:
        """The one product meant, if there is no doubt."""
        return self.best[0] if len(self.best) == 1 and not self.missing else None


def choose(query: str, items: Sequence[CatalogueItem]) -> Choice:
    """Keep the items that cover most of the query; of those, the ones whose name begins with its first word."""
    if not items:
        return Choice(())
    if by_code := [item for item in items if _is_code(query, item)]:
        return Choice(tuple(by_code), is_exact=True)
    if BARCODE.fullmatch(query.strip()):  # only its own product is found by it
        return Choice((items[0],), is_exact=True)
    tokens = query_tokens(query)
    wordings = [_wording(item) for item in items]
    loose = {token: not any(_among(token, w.name, exactly=True) for w in wordings) for token in tokens}
    covered = [[_level(token, wording, loose[token]) for token in tokens] for wording in wordings]
    found = [any(row[i] for row in covered) for i in range(len(tokens))]
    missing = tuple(
        token for token, is_found in zip(tokens, found, strict=True) if not is_found and not _is_soft(token)
    )
    scores = [_score(row) for row in covered]
    most = max(scores)
    if not most[0]:
        return Choice(tuple(items), missing)
    best = [(item, wording) for item, wording, score in zip(items, wordings, scores, strict=True) if score == most]
    best = _signed(query, _headed(tokens, loose, best))
    if most[0] < sum(found):
        missing = missing or tuple(t for t, level in zip(tokens, covered[scores.index(most)], strict=True) if not level)
    return _named_whole(tokens, best, missing)


def _score(row: Sequence[int]) -> tuple[int, int]:
    """How many words fit, and how well. What kind of thing it is may be said in any of its names ("remera"); a word
    after that tells one from another only when it is its own ("fideos spaghetti")."""
    first = row[0] if row else 0
    return sum(level > 0 for level in row), sum((3 if first == 2 else first, *row[1:]))


def covers(query: str, item: CatalogueItem, *, loosely: bool = False) -> bool:
    """Whether every word of the query is a word of the item."""
    wording = _wording(item)
    tokens = [token for token in query_tokens(query) if not (loosely and _is_soft(token))]
    return bool(tokens) and all(_level(token, wording, True) for token in tokens)


def covers_whole(query: str, item: CatalogueItem) -> bool:
    """Whether the query is the whole name of the item, or its code."""
    said = {key for token in query_tokens(query) for key in _keys(token)}
    return _is_code(query, item) or all(set(_keys(token)) & said for token in query_tokens(item.name))


def is_headed(query: str, item: CatalogueItem) -> bool:
    """Whether the first word of the query is the kind of thing the item is."""
    first = next((token for token in query_tokens(query) if not _is_soft(token)), None)
    return first is not None and _among(first, _wording(item).heads, exactly=True)


def is_called(query: str, item: CatalogueItem) -> bool:
    """Whether the item's own name begins with the first word of the query, whatever its category is."""
    first = next((token for token in query_tokens(query) if not _is_soft(token)), None)
    return first is not None and _among(first, _wording(item).first, exactly=True)


def _headed(
    tokens: list[str], loose: dict[str, bool], best: list[tuple[CatalogueItem, Wording]]
) -> list[tuple[CatalogueItem, Wording]]:
    first = next((token for token in tokens if not _is_soft(token)), None)
    if first is None:
        return best
    headed = [(item, wording) for item, wording in best if _among(first, wording.heads, exactly=not loose[first])]
    headed.sort(key=lambda pair: not _among(first, pair[1].first, exactly=not loose[first]))
    return headed or _of_own_make(tokens, best)


def _of_own_make(tokens: list[str], best: list[tuple[CatalogueItem, Wording]]) -> list[tuple[CatalogueItem, Wording]]:
    """ "El A9 pro" is the phone that its maker calls so, not the case that another makes for it."""
    if not any(character.isdigit() for token in tokens for character in token):
        return best
    return [
        (item, wording)
        for item, wording in best
        if item.brand and set(query_tokens(item.brand)) <= set(query_tokens(item.name))
    ] or best


def _signed(query: str, best: list[tuple[CatalogueItem, Wording]]) -> list[tuple[CatalogueItem, Wording]]:
    """ "De -5": not those of +5. "Juego uno": the one that is called so. "Cable macho macho": not "macho-hembra"."""
    words = tokenise(query)
    doubled = {first for first, second in pairwise(words) if first == second and first.isalpha()}
    best = [pair for pair in best if all(tokenise(pair[0].title).count(word) > 1 for word in doubled)] or best
    signs = set(_SIGNED.findall(re.sub(r"\bmenos (?=\d)", "-", query)))
    counts = (set(query.split()) & NUMBER_WORDS.keys()) - {"un", "una"}
    return [
        pair for pair in best if signs & set(_SIGNED.findall(pair[0].title)) or counts & set(tokenise(pair[0].title))
    ] or best


def _named_whole(tokens: list[str], best: list[tuple[CatalogueItem, Wording]], missing: tuple[str, ...]) -> Choice:
    """Of several that fit, the one whose whole name was said: "arroz grado 1" beside "arroz grado 1 integral"."""
    said = {key for token in tokens for key in _keys(token)}
    if len(best) > 1 and len(tokens) > 1:
        whole = [item for item, _ in best if all(set(_keys(t)) & said for t in query_tokens(item.title))]
        if len(whole) == 1:
            return Choice(tuple(whole), missing, is_exact=True)
    return Choice(tuple(item for item, _ in best), missing)


def _level(token: str, wording: Wording, is_loose: bool) -> int:
    if any(key in wording.name for key in _keys(token)):
        return 3
    if _among(token, wording.name, exactly=not is_loose):
        return 2 if len(code_parts(token)) > 1 else 3  # "10k" is more of a 10K than of a "1K, 10 in a pack"
    if any(all(_among(word, wording.name, exactly=True) for word in phrase) for phrase in _alike(token)):
        return 2
    if _among(token, wording.others, exactly=not is_loose):
        return 2 if is_loose else 1  # "detergente de platos" is no detergent where there is one called so
    return 1 if _among(token, wording.described, exactly=True) else 0


def _among(token: str, words: frozenset[str], *, exactly: bool) -> bool:
    keys = _keys(token)
    if any(key in words for key in keys):
        return True
    parts = code_parts(token)
    if len(parts) > 1 and all(part in words or f"{part}~" in words for part in parts):
        return True
    return not exactly and token.isalpha() and any(_sounds_alike(token, word) for word in words)


@lru_cache(maxsize=50_000)
def _sounds_alike(token: str, word: str) -> bool:
    if not word.isalpha() or len(word) < 4 or len(token) < 3:
        return False
    if phonetic(token) == phonetic(word) or phonetic(f"{token}s") == phonetic(word):
        return True  # "crus" has lost what looked like a plural
    if token in load_lexicon().known:  # spelt right: another thing, however near
        return False
    most = 1 if len(token) < 8 else 2
    if len(token) < 4 or (len(token) == 4 and token[0] != word[0]):
        return False
    return OSA.distance(token, word, score_cutoff=most) <= most


@lru_cache(maxsize=50_000)
def _equivalents(token: str) -> tuple[tuple[str, ...], ...]:
    return load_lexicon().equivalents.of((token,))


def _alike(token: str) -> tuple[tuple[str, ...], ...]:
    return (*_equivalents(token), *((deed,) for deed in deeds(token, is_purpose=True)))


@lru_cache(maxsize=50_000)
def _keys(token: str) -> tuple[str, ...]:
    if is_number(token):
        return token, f"{token}~"
    if amperes := _AMPERES.fullmatch(token):
        return token, f"{amperes[1]}a", f"{amperes[1]}amp", canonical_measure(amperes[1], "ah") or token
    if kilo_ohms := _KILO_OHMS.fullmatch(token):
        return token, canonical_measure(kilo_ohms[1], "kohm") or token
    if token in load_lexicon().known:  # "calza" is not of "calzado"
        return tuple(dict.fromkeys((token, option_key(token))))
    return tuple(dict.fromkeys((token, stem(token), option_key(token))))


def _words(*texts: str | None) -> frozenset[str]:
    said = [text for text in texts if text]
    measures = [match[0] for text in said for match in _TIMES_MEASURE.finditer(text.casefold())]
    return frozenset(key for text in (*said, *measures) for token in tokenise(text) for key in _keys(token))


@lru_cache(maxsize=5_000)
def _read_wording(
    title: str,
    labels: tuple[str, ...],
    category: str | None,
    description: str,
    others: tuple[tuple[str, str], ...],
    synonyms: tuple[str, ...],
) -> Wording:
    content = [token for token in tokenise(title, parts=False) if token not in FUNCTION_WORDS]
    first = content[0] if content else ""
    alike = (key for phrase in _equivalents(first) if len(phrase) == 1 for key in _keys(phrase[0]))
    # "Piel" for "cuero" says what a shoe is made of; for "zapato" it would be what it is.
    heads = (query_tokens(other)[:1] for other, written in others if query_tokens(written)[:1] == [first])
    named = frozenset((*_keys(first), *alike, *(key for head in heads for token in head for key in _keys(token))))
    # "Bebidas" says what all in it are; of "Arroz y harinas" nobody knows which one an item is.
    kinds = _words(category) if category and not re.search(r"[/,&>]|\s[ye]\s", category) else frozenset()
    called = frozenset(key for name in synonyms for token in query_tokens(name)[:1] for key in _keys(token))
    return Wording(
        _words(title, category, *labels, *(other for other, _ in others)),
        _words(*synonyms),
        named,
        named | kinds | called,
        _words(description),
    )


def _wording(item: CatalogueItem) -> Wording:
    labels = tuple(label for label in (item.sku, item.brand, *item.options.values()) if label)
    description = f"{(item.description or '')[:400]} {item.unit or ''}"
    return _read_wording(item.title, labels, item.category, description, item.also_called, item.synonyms)


def _is_soft(token: str) -> bool:
    return token in SOFT or token in NOISE


def _is_code(query: str, item: CatalogueItem) -> bool:
    said, sku = query.casefold().split(), item.sku.casefold()
    return sku in said and (len(said) == 1 or any(c.isdigit() for c in sku))
