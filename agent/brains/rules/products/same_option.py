"""What is wanted "en esa misma talla", "del mismo color": what was chosen before, said again without its name."""

import re
from dataclasses import replace

from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.turn import Turn
from data.search.filters import Filters, take_filters

_SAME = re.compile(
    r"(?:^| )(?:en |de |del |pero )*(?:(?:es[ea]|est[ea]|mi)(?: mism[oa])?|(?:el |la )?mism[oa]) "
    r"(?P<option>numero|tall[ae]|medida|numeracion|tamano|largo|color|tono)\b"
)
_COLOURS = ("colo", "tono")


async def with_same_option(turn: Turn, intent: Intent) -> Intent:
    """The want in the size or colour asked for last, or else of what was talked about; a size said now stands."""
    said = _SAME.search(intent.asked)
    if said is None or intent.kind not in PRODUCT_KINDS:
        return intent
    is_colour = said["option"][:4] in _COLOURS
    if intent.filters.colours if is_colour else intent.filters.size:
        return intent
    older = take_filters(turn.before.query or "")[0]
    words = _SAME.sub("", intent.words).strip()
    kept = await _kept(turn, older, is_colour=is_colour)
    if kept is None:
        return replace(intent, words=words)
    filters = replace(intent.filters, colours=(kept,)) if is_colour else replace(intent.filters, size=kept)
    return replace(intent, words=words, filters=filters)


async def _kept(turn: Turn, older: Filters, *, is_colour: bool) -> str | None:
    if is_colour and older.colours:
        return older.colours[0]
    if not is_colour and older.size:
        return older.size
    focus = await turn.focus()
    values = focus.options.items() if focus else ()
    return next((value for name, value in values if (fold(name)[:4] in _COLOURS) is is_colour), None)
