"""Makes scenarios from a tenant's own catalogue: plain wishes for its real products, each with what must come of it."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from api.evaluation.grounding import fold
from data.money import spoken
from data.repositories.items import CatalogueItem

Shelf = Sequence[CatalogueItem]
"""The variants of one product name."""
Made = dict[str, Any]

_LONGEST_NAME = 60
_MOST_UNITS = 2


def generate(items: Sequence[CatalogueItem], count: int, seed: int = 1) -> dict[str, list[Made]]:
    """At most `count` scenarios by behaviour, the kinds taken in turn; the same for the same catalogue and seed."""
    shelves = _shelves(items)
    random.Random(seed).shuffle(shelves)  # noqa: S311 - a choice of products, no secret
    makers = [(behaviour, maker, iter(shelves)) for behaviour, maker in _MAKERS.items()]
    made: dict[str, list[Made]] = {}
    while makers and sum(map(len, made.values())) < count:
        behaviour, maker, left = makers.pop(0)
        scenario = next((found for shelf in left if (found := maker(shelf, shelves))), None)
        if scenario is not None:
            number = len(made.setdefault(behaviour, [])) + 1
            made[behaviour].append({"name": f"{behaviour.replace(' ', '_')}_{number}", **scenario})
            makers.append((behaviour, maker, left))
    return made


def write(made: Mapping[str, Sequence[Made]], folder: Path) -> list[Path]:
    """One file a behaviour; they name no shop, so they are played with `--tenant`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for behaviour, scenarios in made.items():
        file = folder / f"{behaviour.replace(' ', '_')}.yaml"
        content = {"behaviour": behaviour, "scenarios": list(scenarios)}
        file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110), encoding="utf-8")
        files.append(file)
    return files


def _shelves(items: Sequence[CatalogueItem]) -> list[Shelf]:
    shelves: dict[str, list[CatalogueItem]] = {}
    for item in items:
        if len(item.name) <= _LONGEST_NAME:
            shelves.setdefault(fold(item.name), []).append(item)
    return list(shelves.values())


def _is_distinct(shelf: Shelf, shelves: Sequence[Shelf]) -> bool:
    """One variant, whose name is no part of another product's."""
    name = fold(shelf[0].name)
    return len(shelf) == 1 and not any(other is not shelf and name in fold(other[0].name) for other in shelves)


def _by_name(shelf: Shelf, shelves: Sequence[Shelf]) -> Made | None:
    return {
        "turns": [
            {
                "say": f"hola, tienen {shelf[0].name.lower()}?",
                "expect": {"shown_any": [item.sku for item in shelf]},
            }
        ]
    }


def _by_code(shelf: Shelf, shelves: Sequence[Shelf]) -> Made | None:
    item = shelf[0]
    price = spoken(item.unit_price, item.currency).lstrip("$ ")
    return {"turns": [{"say": f"precio del código {item.sku}", "expect": {"first": item.sku, "says": price}}]}


def _misspelt(shelf: Shelf, shelves: Sequence[Shelf]) -> Made | None:
    """Two letters of its longest word change places."""
    words = shelf[0].name.lower().split()
    longest = max(words, key=lambda word: len(word) if word.isalpha() else 0)
    if len(longest) < 6 or not longest.isalpha():
        return None
    middle = len(longest) // 2
    typo = longest[:middle] + longest[middle + 1] + longest[middle] + longest[middle + 2 :]
    if typo == longest:
        return None
    said = " ".join(typo if word == longest else word for word in words)
    return {"turns": [{"say": f"tienen {said}?", "expect": {"shown_any": [item.sku for item in shelf]}}]}


def _by_option(shelf: Shelf, shelves: Sequence[Shelf]) -> Made | None:
    """The one variant with these options, where there are several."""
    chosen = next((item for item in shelf if item.has(1) and item.options), None)
    if chosen is None or len(shelf) < 2 or sum(item.options == chosen.options for item in shelf) > 1:
        return None
    differing = [value for name, value in chosen.options.items() if len({one.options.get(name) for one in shelf}) > 1]
    return _wish(f"quiero {chosen.name.lower()} {' '.join(differing).lower()}", {chosen.sku: 1})


def _bought(shelf: Shelf, shelves: Sequence[Shelf]) -> Made | None:
    item = shelf[0]
    if not _is_distinct(shelf, shelves) or not item.has(_MOST_UNITS):
        return None
    lines = {item.sku: _MOST_UNITS}
    wish = _wish(f"quiero {_MOST_UNITS} {item.name.lower()}", lines)
    ordering = [
        {"say": "cerrar pedido", "unless": {"summary": lines}},
        {"say": "sí", "expect": {"order": lines, "total": int(item.unit_price * _MOST_UNITS)}},
    ]
    return {"difficulty": "medium", "turns": wish["turns"] + ordering, "end": {"order": lines, "cart": {}}}


def _out_of_stock(shelf: Shelf, shelves: Sequence[Shelf]) -> Made | None:
    if not _is_distinct(shelf, shelves) or shelf[0].has(1):
        return None
    said = f"me das {shelf[0].name.lower()}?"
    return {"turns": [{"say": said, "expect": {"is_out_of_stock": True, "cart": {}}}]}


def _wish(said: str, lines: dict[str, int]) -> Made:
    return {"turns": [said, {"say": "sí", "unless": {"cart": lines}}], "end": {"cart": lines}}


_MAKERS: Mapping[str, Callable[[Shelf, Sequence[Shelf]], Made | None]] = {
    "search by name": _by_name,
    "purchase": _bought,
    "typing": _misspelt,
    "options": _by_option,
    "out of stock": _out_of_stock,
    "search by code": _by_code,
}
