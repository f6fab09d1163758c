"""What a web chat proposes before anything was said, from what its store has."""

from collections.abc import Sequence

from data.repositories.items import CatalogueItem

_LONGEST_NAME = 32
_MOST_SUGGESTED = 3
_PERSON = "Quiero hablar con una persona"


def suggestions_for(items: Sequence[CatalogueItem]) -> list[str]:
    """What a visitor could ask of this very store: short names in stock, of different categories."""
    by_category: dict[str | None, str] = {}
    for item in sorted(items, key=lambda item: len(item.name)):
        if item.has(1) and len(item.name) <= _LONGEST_NAME:
            by_category.setdefault(item.category, item.name)
    names = list(by_category.values())[:_MOST_SUGGESTED]
    return [f"¿Tienen {name[:1].lower()}{name[1:]}?" for name in names] or [_PERSON]
