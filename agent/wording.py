"""The agent's voice: the prompt files with the ways of writing money at hand."""

from functools import lru_cache
from typing import Any

from agent.context import StoreProfile
from data.marks import plain_data
from data.money import spoken
from data.repositories.items import CatalogueItem
from prompts import Prompts

# A price is of one of these anyway.
_PIECES = frozenset({"un", "unidad", "und", "c/u", "u", "uni", "unid"})


def price_of(item: CatalogueItem) -> str:
    """ "$2.490 por caja": with the unit it is sold by, unless that is one piece or the name says it."""
    price, unit = spoken(item.unit_price, item.currency), plain_data(item.unit or "").strip()
    is_plain = not unit or unit.lower() in _PIECES or unit.lower() in item.title.lower()
    return price if is_plain else f"{price} por {unit}"


_prompts = Prompts({"money": spoken, "price_of": price_of}, as_data=plain_data)

original_snippets = _prompts.snippets


@lru_cache(maxsize=256)
def system_prompt(*, store: StoreProfile) -> tuple[str, str]:
    """What a model is told first for a store, and its fingerprint."""
    return _prompts.system(dict(store.prompts), store=store)


def say(key: str, *, avoid: str = "", **values: Any) -> str:
    """A wording of a reply, other than `avoid`; with the `store` among the values, in its tone if it is formal."""
    is_formal = str(getattr(values.get("store"), "tone", "")).casefold().startswith(("formal", "usted"))
    formal = f"formal.{key}"
    return _prompts.say(formal if is_formal and _prompts.has(formal) else key, avoid=avoid, **values)
