"""What is wanted for the thing just named: "el A9 y una lámina para ese", "¿tienes carcasa para el mismo?"."""

import re
from dataclasses import replace

from agent.brains.rules.products.choosing import covers, is_called
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent
from agent.brains.rules.reading.naming import query_tokens
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from data.repositories.items import CatalogueItem
from data.search.units import is_unit
from data.search.words import is_measure

_FOR_THAT = re.compile(
    r"^(?P<thing>[a-z].*?) (?:para|de|del|que (?:le )?(?:sirva|quede|haga juego)n? (?:a|con|en)|compatibles? con) "
    r"(?:es[eao]s?(?: mism[oa]s?)?|(?:el|la|lo|l[oa]s) mism[oa]s?|ella|ell[oa]s|el)$"
)


async def for_that(turn: Turn, intent: Intent) -> Intent:
    """The want with the words of that thing which what is made for it has in its name."""
    said = _FOR_THAT.match(intent.words)
    if said is None or intent.kind not in PRODUCT_KINDS or intent.reference:
        return intent
    base = await _that(turn)
    if base is None:
        return intent
    found = (await search_products(turn.workspace, said["thing"], limit=CANDIDATE_COUNT)).items
    things = [item for item in found if is_called(said["thing"], item) and item.name != base.name]
    if not things:
        return intent
    words = [word for word in fold(base.name).split() if query_tokens(word)]
    best = max(([word for word in words if covers(word, item)] for item in things), key=len)
    models = [word for word, after in zip(words, [*words[1:], ""], strict=True) if _is_model(word, after)]
    lacking = models if models and not set(models) & set(best) else []  # made for another: it is not passed off
    return replace(intent, words=" ".join((said["thing"], *best, *lacking)))


def _is_model(word: str, after: str) -> bool:
    """ "A9", "15"; not "128 GB"."""
    is_amount = is_unit(after) or any(map(is_measure, query_tokens(word)))
    return any(character.isdigit() for character in word) and not is_amount


async def _that(turn: Turn) -> CatalogueItem | None:
    """The last thing of this very message, or else what was talked about."""
    if turn.added:
        return turn.added[-1]
    return turn.reply.listed[0] if turn.reply.listed else await turn.focus()
