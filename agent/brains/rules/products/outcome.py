"""What looking for something came to: one product, several, none, or none that fits every wish."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.brains.rules.products.choosing import covers
from agent.brains.rules.reading.naming import query_tokens
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.reading.vocabulary import CONTAINERS
from agent.tools.catalogue import has_option
from data.repositories.items import CatalogueItem
from data.search.filters import Filters

MOST_CANDIDATES = 12
_PLAIN = re.compile(r"(?:(?:^| )(?:el|la|l[oa]s))?(?:^| )(?:normal(?:es)?|comun(?:es)?|corrientes?|simples?)$")
_LOOSE = re.compile(r"(?:^| )(?:suelt[oa]s?|a granel)(?= |$)")
_PACKED = re.compile(rf"\b{CONTAINERS}\b")


class Outcome(StrEnum):
    CLEAR = "clear"  # exactly one, without doubt
    SEVERAL = "several"
    NEAR = "near"  # like it, but some word of the shopper fits none
    EXCLUDED = "excluded"  # the product is there, not in that size, colour or price
    NONE = "none"  # the shop has no such thing
    UNSAID = "unsaid"  # nothing says which


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` are what was looked for, where the shopper's own do not say it whole: "olla 30" for "la de 30".
    `is_guess`: found by what it is for, and by no name."""

    outcome: Outcome
    items: tuple[CatalogueItem, ...] = ()
    was_shown: bool = False
    words: str = ""
    is_guess: bool = False

    @property
    def item(self) -> CatalogueItem | None:
        return self.items[0] if self.outcome is Outcome.CLEAR else None


UNSAID = Finding(Outcome.UNSAID)


def finding_of(items: Sequence[CatalogueItem], *, shown: bool = False) -> Finding:
    if not items:
        return UNSAID
    outcome = Outcome.CLEAR if len(items) == 1 else Outcome.SEVERAL
    return Finding(outcome, tuple(items), was_shown=shown)


def is_loose(words: str) -> bool:
    return bool(_LOOSE.search(words))


def unpacked(words: str, items: Sequence[CatalogueItem]) -> tuple[str, list[CatalogueItem]]:
    """ "Papas sueltas", where nothing is called so: the potatoes that come in no net, sack or box."""
    if not is_loose(words) or any(covers(words, item) for item in items):
        return words, list(items)
    left = [item for item in items if not _PACKED.search(fold(item.title))]
    return _LOOSE.sub("", words).strip(), left or list(items)


def plainest(said: str, filters: Filters, items: Sequence[CatalogueItem]) -> CatalogueItem | None:
    """ "La normal", where none is called so: the one whose name is part of the names of the others."""
    if not _PLAIN.search(said) or any(covers(said, item) for item in items):
        return None
    words = _PLAIN.sub("", said).strip()
    alike = [(item, set(query_tokens(item.name))) for item in items if fits(item, words, filters)]
    plain = [item for item, name in alike if all(name <= other for _, other in alike)]
    return plain[0] if len(plain) == 1 < len(alike) else None


def fits(item: CatalogueItem, words: str, filters: Filters) -> bool:
    return (
        all(has_option(item, option) for option in filters.options)
        and (filters.max_price is None or item.unit_price <= filters.max_price)
        and (filters.min_price is None or item.unit_price >= filters.min_price)
        and not filters.is_comparison
        and not any(covers(unwanted, item) for unwanted in filters.without)
        and (not words or covers(words, item))
    )
