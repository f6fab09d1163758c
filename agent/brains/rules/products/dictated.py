"""Wants that follow each other without a comma: "3 pan amasado 2 kuchen de nuez", "marraqueta 2 kilos hallulla 1 kilo",
"cuaderno lápiz goma". Where one ends only the shop's products can tell."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.brains.rules.products.choosing import Choice, choose, is_called
from agent.brains.rules.reading.describing import describe, trimmed
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.naming import query_tokens
from agent.brains.rules.reading.quantities import NUMBER
from agent.brains.rules.reading.verbs import without_verb
from agent.brains.rules.reading.vocabulary import CONTAINERS
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products

MOST_DICTATED = 8
_LEAST_UNCOUNTED = 3
_UNIT = (
    r"(?:kilos?|kgs?|litros?|lts?|metros?|mts?|docenas?|unidades|gramos?|atados?|manojos?|ramos?|cabezas?"
    rf"|{CONTAINERS})"
)
_COUNT_FIRST = re.compile(rf"(?<=[a-z0-9])(?<!\bde)(?<!\bcon)(?<!\by)\s+(?={NUMBER} (?:{_UNIT} )?(?:de )?[a-z]{{3,}})")
_COUNT_LAST = re.compile(rf"(?P<name>[a-z][a-z ]*?) (?P<count>{NUMBER}(?: {_UNIT})?)(?: (?=[a-z])|$)")
_WANTS = frozenset({Kind.BUY, Kind.MENTION, Kind.ADD_MORE})


async def taken_apart(turn: Turn, intents: list[Intent]) -> list[Intent]:
    """Each dictated want by itself; whatever one product covers, or names none, stays whole."""
    apart: list[Intent] = []
    for intent in intents:
        is_asked = intent.is_question and intent.quantity is None
        is_plain = intent.kind in _WANTS and intent.words and not (intent.reference or is_asked)
        wants = await _wants(turn, intent) if is_plain else []
        apart += wants or [intent]
    return apart


async def _wants(turn: Turn, intent: Intent) -> list[Intent]:
    said = trimmed(without_verb(f"{intent.asked} ")).strip()
    if intent.quantity is not None:
        parts = await _joined(turn, _COUNT_FIRST.split(said)[:MOST_DICTATED])
    else:
        parts = await _counted_last(turn, said) or await _uncounted(turn, said)
    kind = Kind.MENTION if intent.quantity is None and len(parts) == len(said.split()) else Kind.BUY
    return [replace(describe(kind, part), asked=part) for part in parts] if len(parts) > 1 else []


async def _joined(turn: Turn, parts: Sequence[str]) -> list[str]:
    """ "2 cuadernos 100 hojas 3 lápices": the second number is of the notebooks, the third begins another want."""
    joined = list(parts[:1])
    for part in parts[1:]:
        is_another = await _names_a_kind(turn, _name(part)) and not await _is_one(turn, f"{_name(joined[-1])} {part}")
        joined[-1:] = [joined[-1], part] if is_another else [f"{joined[-1]} {part}"]
    return joined


async def _counted_last(turn: Turn, said: str) -> list[str]:
    """ "Marraqueta 2 kilos hallulla 1 kilo": the number behind its thing, all along."""
    matches = list(_COUNT_LAST.finditer(said))[:MOST_DICTATED]
    if len(matches) < 2 or "".join(match[0] for match in matches) != said:
        return []
    if not all([await _names_a_kind(turn, match["name"]) for match in matches]):
        return []
    if await _is_one(turn, f"{matches[0]['name']} {matches[0]['count']} {matches[1]['name']}"):
        return []
    return [f"{match['count']} {match['name']}" for match in matches]


async def _uncounted(turn: Turn, said: str) -> list[str]:
    """ "Cuaderno lápiz goma": three things or more, each a kind of its own, no two of them one product."""
    words = said.split()
    if not _LEAST_UNCOUNTED <= len(words) <= MOST_DICTATED or query_tokens(said) != words:
        return []
    for first, second in zip(words, [*words[1:], ""], strict=True):
        if not await _names_a_kind(turn, first) or (second and await _is_one(turn, f"{first} {second}")):
            return []
    return words


def _name(part: str) -> str:
    return re.sub(rf"^{NUMBER} (?:{_UNIT} )?(?:de )?", "", part)


async def _names_a_kind(turn: Turn, name: str) -> bool:
    return any(is_called(name, item) for item in (await _choice(turn, name)).best)


async def _is_one(turn: Turn, words: str) -> bool:
    choice = await _choice(turn, words)
    return bool(choice.best) and not choice.missing


async def _choice(turn: Turn, words: str) -> Choice:
    return choose(words, (await search_products(turn.workspace, words, limit=CANDIDATE_COUNT)).items)
