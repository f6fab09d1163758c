"""The agent's voice: the prompt files with the ways of writing money at hand."""

from functools import lru_cache
from typing import Any

from agent.context import StoreProfile
from data.marks import plain_data
from data.money import spoken
from prompts import Prompts

_prompts = Prompts({"money": spoken}, as_data=plain_data)

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
