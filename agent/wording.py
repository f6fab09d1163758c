"""The agent's voice: the prompt files with the ways of writing money at hand."""

from typing import Any

from data.marks import plain_data
from data.money import spoken
from prompts import Prompts

_prompts = Prompts({"money": spoken}, as_data=plain_data)

system_prompt = _prompts.system


def say(key: str, *, avoid: str = "", **values: Any) -> str:
    """A wording of a reply, other than `avoid`; with the `store` among the values, in its tone if it is formal."""
    is_formal = str(getattr(values.get("store"), "tone", "")).casefold().startswith(("formal", "usted"))
    formal = f"formal.{key}"
    return _prompts.say(formal if is_formal and _prompts.has(formal) else key, avoid=avoid, **values)
