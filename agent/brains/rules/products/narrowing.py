"""What is said after a want and only tells more of it: "pastillas de freno", "delanteras", "para un Yaris"."""

import re
from dataclasses import replace

from agent.brains.rules.products.choosing import choose, covers, is_called, is_headed
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from data.search.units import NUMBER_WORDS

# "Es para 15 personas": whether or not it tells one product from another, it asks for none.
_IS_FOR = re.compile(r"^(?:y )?(?:que )?(?:es|son|seria[n]?|sea|lo quiero|la quiero|las quiero|los quiero) para ")
_LEAD = re.compile(r"^(?:(?:y|que|es|son|sea[n]?|seria[n]?|de|del|el|la|los|las|lo quiero|la quiero) )+(?=\S)")


async def narrowed(turn: Turn, intents: list[Intent]) -> list[Intent]:
    """Each such piece is joined to the want before it; what it is for is left out where that picks nothing."""
    joined: list[Intent] = []
    for intent in intents:
        previous = joined[-1] if joined else None
        if previous and (named := await _numbered_name(turn, previous, intent)):
            joined[-1] = replace(previous, words=named, filters=intent.filters.over(previous.filters))
        elif previous is None or not _may_narrow(intent, previous):
            joined.append(intent)
        elif together := await _together(turn, previous, intent):
            joined[-1] = replace(previous, words=together, filters=intent.filters.over(previous.filters))
        elif not _IS_FOR.match(intent.asked):
            joined.append(intent)
    return _without_purposes(joined)


def _without_purposes(intents: list[Intent]) -> list[Intent]:
    """ "Necesito para un lavatorio, a ver, dos tubos…": what it is all for is no want beside the wants."""
    wants = [one for one in intents if one.kind in PRODUCT_KINDS and one.words and not one.words.startswith("para ")]
    return [one for one in intents if not (wants and _is_purpose(one))]


def _is_purpose(intent: Intent) -> bool:
    """ "Para la u: 10 led" asks for something all the same."""
    return intent.words.startswith("para ") and intent.quantity is None and not re.search(r"[\d:]", intent.words)


async def _numbered_name(turn: Turn, previous: Intent, intent: Intent) -> str:
    """ "1 torta tres leches" is one cake, not a cake and three milks; "" where the number counts."""
    is_beside = previous.kind in PRODUCT_KINDS and bool(previous.words) and intent.asked.split()[:1] != []
    if not is_beside or intent.asked.split()[0] not in NUMBER_WORDS or intent.quantity is None:
        return ""
    together = f"{previous.words} {intent.asked}"
    found = await search_products(turn.workspace, together, limit=CANDIDATE_COUNT)
    number = intent.asked.split()[0]
    says_number = [item for item in choose(together, found.items).best if number in fold(item.title).split()]
    return together if any(covers(together, item) for item in says_number) else ""


def _may_narrow(intent: Intent, previous: Intent) -> bool:
    is_want = previous.kind in PRODUCT_KINDS - {Kind.REMOVE} and bool(previous.words) and previous.reference is None
    says_only_more = intent.kind is Kind.MENTION and intent.is_verbless and bool(intent.words)
    is_own = intent.quantity or intent.reference or intent.joins_previous or intent.is_correction
    return is_want and says_only_more and not is_own


async def _together(turn: Turn, previous: Intent, intent: Intent) -> str:
    """The words of both, when the shop has what both are of, and nothing that is called by the second alone."""
    more = _LEAD.sub("", re.sub(r"^para (?:el |la |los |las |un |una |mi )?", "", _LEAD.sub("", intent.words)))
    together = f"{previous.words} {more}"
    found = await search_products(turn.workspace, together, options=intent.filters.options, limit=CANDIDATE_COUNT)
    choice = choose(together, found.items)
    if not more or choice.missing or not any(covers(together, item, loosely=True) for item in choice.best):
        return ""
    if not all(is_headed(previous.words, item) for item in choice.best):
        return ""
    alone = choose(more, (await search_products(turn.workspace, more, limit=CANDIDATE_COUNT)).items)
    return "" if any(is_called(more, item) for item in alone.best) else together
