"""Words that only pick one of a kind ("la de 28", "en blanco", "la más grande", "otra marca"): looked for among what
was shown, then among what is like the product talked about, with the options chosen before kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from agent.brains.rules.products.choosing import choose, covers, is_called
from agent.brains.rules.products.outcome import MOST_CANDIDATES, Finding, Outcome, finding_of, fits
from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.naming import is_known_word, query_tokens
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, has_option, search_products
from data.repositories.items import CatalogueItem
from data.search.filters import NO_FILTERS, Filters, take_filters
from data.search.lexicon import NOUNS_TOO, load_lexicon
from data.search.words import tokenise

_OTHER_MAKE = re.compile(r"\b(?:(?:de|en) )?otras? marcas?\b")
_LARGEST = frozenset(("grande", "mayor", "grandote", "grandota"))
_SMALLEST = frozenset(("chico", "chica", "pequeno", "pequena", "menor", "chiquito", "chiquita", "chiquitito"))
_LETTERS = ("rn", "xxs", "xs", "p", "s", "m", "g", "l", "xg", "xl", "xxg", "xxl", "xxxl", "xxxxl")
_OF = re.compile(r"\b(?:el|la|l[oa]s|un[oa]?s?|es[ea]s?|est[ea]s?) (?:que (?:es|son) )?(?:de|del|con|sin|para) ")
_NUMBER = re.compile(r"(?P<value>\d+(?:\.\d+)?)(?P<unit>[a-z]+2?|~)?")
# "454 g" and "177 ml" of one cream.
_AMOUNTS = {"mg": Fraction(1, 1000), "g": Fraction(1), "ml": Fraction(1)}
_LEAST_STEM = 3
# "Suculentas de las más chicas": of those found, the ones at that end.
EXTREME = re.compile(r" (?:de )?(?:l[oa]s? )?mas (?:(?P<large>grand\w*|mayor\w*)|chic\w+|chiquit\w+|pequen\w+)$")


@dataclass(frozen=True, slots=True)
class Selector:
    """`is_largest`: None when nothing is said of how big it is; `is_other_make`: of another maker."""

    words: str
    filters: Filters
    is_largest: bool | None = None
    is_other_make: bool = False

    @classmethod
    def of(cls, intent: Intent) -> "Selector":
        words = _OTHER_MAKE.sub(" ", intent.words)
        kept, is_largest = [], None
        for word in words.split():
            plain = word.removesuffix("s")
            if plain in _LARGEST | _SMALLEST:
                is_largest = plain in _LARGEST
            elif word != "mas":
                kept.append(word)
        left = re.sub(r"^(?:en|de|del|la|el|los|las|con) ", "", " ".join(kept))
        return cls(left, intent.filters, is_largest, words != intent.words)

    @property
    def is_more_than_words(self) -> bool:
        return self.is_largest is not None or self.is_other_make or bool(self.filters.options)

    def pick(self, items: Sequence[CatalogueItem], make: str | None) -> list[CatalogueItem]:
        """Those that fit; of how big they are, the one at that end."""
        fitting = [item for item in items if fits(item, self.words, replace(self.filters, is_comparison=False))]
        if self.is_other_make:
            fitting = [item for item in fitting if item.brand and item.brand != make]
        return fitting if self.is_largest is None else at_the_end(fitting, is_largest=self.is_largest)


async def select(turn: Turn, intent: Intent) -> Finding | None:
    """What a selector picks; NEAR, with the words it comes to, when nothing of the kind fits; None when the words are
    no selector, or there is nothing they could select from."""
    selector = Selector.of(intent)
    if intent.filters.is_comparison or intent.filters.is_superlative or intent.sku:
        return None
    if not (selector.words or selector.is_more_than_words) or not await _only_selects(turn, intent, selector):
        return None
    base = await _talked_about(turn)
    if base is None:
        return None
    for pool in (await turn.candidates(), await family_of(turn, base), await kind_of(turn, base)):
        if picked := selector.pick(pool, base.brand):
            picked = await nearest_to_context(turn, picked, intent.filters, base)
            turn.workspace.remember(query=_as_query(base, selector))
            return finding_of(picked[:MOST_CANDIDATES], shown=False)
    if any(character.isdigit() for character in selector.words) and not selector.is_more_than_words:
        alike = [item for item in await kind_of(turn, base) if item.has(1)][:MOST_CANDIDATES]
        return Finding(Outcome.NEAR, tuple(alike), words=f"{head_of(base)} {selector.words}") if alike else None
    return None


async def picked_with_older(turn: Turn, intent: Intent) -> Finding | None:
    """What sizes or colours alone pick ("¿y en M?"), if it is also what was asked for before; else a search tells
    better what there is not."""
    picked = await select(turn, intent) if intent.filters.options else None
    older = take_filters(turn.before.query or "")[0]
    kept = intent.filters.over(older).options
    if picked and picked.items and all(has_option(item, option) for item in picked.items for option in kept):
        return picked
    return None


async def _only_selects(turn: Turn, intent: Intent, selector: Selector) -> bool:
    """Whether no word of it names a thing that is sold by itself."""
    tokens = query_tokens(selector.words)
    if not tokens:
        return True
    traits = load_lexicon().traits | load_lexicon().qualifiers
    found = await search_products(turn.workspace, selector.words, limit=CANDIDATE_COUNT)
    best = choose(selector.words, found.items)
    if best.is_exact and not selector.words.isdigit():
        return False
    is_named = any(is_called(selector.words, item) for item in best.best) and not best.missing
    if intent.quantity and is_named and tokens[0].isalpha() and len(tokens[0]) > _LEAST_STEM and not intent.is_definite:
        return False  # "3 automáticos de 16", after a switchboard
    if all(any(c.isdigit() for c in token) or token in _LETTERS or token in traits - NOUNS_TOO for token in tokens):
        return not (selector.words.isdigit() and len(selector.words) > _LEAST_STEM and best.is_exact)
    if _OF.search(f"{intent.asked} ") and not is_named:
        return True
    return intent.is_definite and not is_named and not is_known_word(tokens[0])


async def _talked_about(turn: Turn) -> CatalogueItem | None:
    """The product that words without a name go on about: the last one, unless others were shown since."""
    focus = await turn.focus()
    seen = await turn.seen()
    if focus is None or (seen and turn.memory.focus == turn.before.focus and not _belongs(focus, seen)):
        return seen[0] if seen else None
    return focus


def _belongs(focus: CatalogueItem, seen: Sequence[CatalogueItem]) -> bool:
    return any(item.sku == focus.sku or item.name == focus.name or head_of(item) == head_of(focus) for item in seen)


def head_of(item: CatalogueItem) -> str:
    """The word its name begins with: what kind of thing it is."""
    return next(iter(query_tokens(item.name)), item.name.casefold())


async def family_of(turn: Turn, item: CatalogueItem) -> list[CatalogueItem]:
    """The product and its variants, under whatever number it was put in the catalogue."""
    found = await search_products(turn.workspace, item.name, limit=CANDIDATE_COUNT)
    alike = [one for one in found.items if one.product_id == item.product_id or one.name == item.name]
    return alike or [item]


async def kind_of(turn: Turn, item: CatalogueItem) -> list[CatalogueItem]:
    """What else is of its kind: those most like it by name first."""
    head = head_of(item)
    found = [
        *(await search_products(turn.workspace, item.name, limit=CANDIDATE_COUNT)).items,
        *(await search_products(turn.workspace, head, limit=CANDIDATE_COUNT)).items,
    ]
    alike = {one.sku: one for one in found if is_called(head, one)}
    return list(alike.values())


async def nearest_to_context(
    turn: Turn, items: Sequence[CatalogueItem], said: Filters, base: CatalogueItem | None
) -> list[CatalogueItem]:
    """Of those that fit, the ones that keep most of what was chosen or asked for before."""
    older, words = take_filters(turn.before.query or "")
    asked = query_tokens(words)
    kept = replace(older, colours=() if said.colours else older.colours, size=None if said.size else older.size)

    def nearness(item: CatalogueItem) -> tuple[int, int, int]:
        shared = sum(item.options.get(name) == value for name, value in base.options.items()) if base else 0
        named = sum(covers(word, item) for word in asked)
        is_it = bool(base) and (item.product_id == base.product_id or item.name == base.name) if base else False
        return shared + sum(has_option(item, option) for option in kept.options), int(is_it), named

    if len(items) < 2:
        return list(items)
    scores = [nearness(item) for item in items]
    return [item for item, score in zip(items, scores, strict=True) if score == max(scores)]


def _as_query(base: CatalogueItem, selector: Selector) -> str:
    filters = replace(NO_FILTERS, size=selector.filters.size, colours=selector.filters.colours)
    return f"{head_of(base)} {selector.words} {filters.spelt()}".strip()


def at_the_end(items: Sequence[CatalogueItem], *, is_largest: bool) -> list[CatalogueItem]:
    """The largest or the smallest, where all of them say how big they are in the same measure."""
    sized = _sized(items)
    if not sized:
        return []
    wanted = max(sized.values()) if is_largest else min(sized.values())
    return [item for item in items if sized[item.sku] == wanted]


def _sized(items: Sequence[CatalogueItem]) -> dict[str, Fraction]:
    """How big each is, by the first measure, number or letter of its name or options that tells them apart."""
    read = [_sizes(item) for item in items]
    for unit in dict.fromkeys(unit for sizes in read for unit in sizes):
        values = [sizes.get(unit) for sizes in read]
        if None not in values and len(set(values)) > 1:
            return {item.sku: value for item, value in zip(items, values, strict=True) if value is not None}
    return {}


def _sizes(item: CatalogueItem) -> dict[str, Fraction]:
    sizes: dict[str, Fraction] = {}
    for token in (*(t for value in item.options.values() for t in tokenise(value)), *tokenise(item.name)):
        if match := _NUMBER.fullmatch(token):
            if match["unit"] != "~":
                unit, value = match["unit"] or "", Fraction(match["value"])
                sizes.setdefault(unit, value)
                if unit in _AMOUNTS:
                    sizes.setdefault("amount", value * _AMOUNTS[unit])
        elif token in _LETTERS:
            sizes.setdefault("letter", Fraction(_LETTERS.index(token)))
    return sizes
