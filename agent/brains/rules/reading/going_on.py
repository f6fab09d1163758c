""" "Un ron", "y 2 cocas", "ah y limones": what is said after counted wants, with nothing but an "y", is wanted too."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind

_GOES_ON = re.compile(r"^(?:(?:ah|oh|uy|ya|tambien|ademas)[\s,]+)*(?:y|e|tambien|ademas)\s")


def also_wanted(sentence: str, found: Sequence[Intent], before: Sequence[Intent]) -> list[Intent]:
    """The intents of a sentence, bought where those before it in the same message are all counted."""
    wants = [intent for intent in before if intent.kind in PRODUCT_KINDS]
    are_counted = all(intent.quantity or intent.kind is Kind.BUY for intent in wants)
    if not (wants and are_counted and _GOES_ON.match(sentence.strip())):
        return list(found)
    return [replace(intent, kind=Kind.BUY) if _is_bare_name(intent) else intent for intent in found]


def _is_bare_name(intent: Intent) -> bool:
    is_bare = intent.kind is Kind.MENTION and intent.is_verbless and bool(intent.words)
    return is_bare and not (intent.is_question or intent.quantity or intent.reference or intent.is_correction)
