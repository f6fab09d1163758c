"""What is asked of a product already talked about: what is like it, and whether it is as the shopper hopes."""

import re

from agent.brains.rules.choosing import covers
from agent.brains.rules.intents import Intent
from agent.brains.rules.listing import offer_alternatives, show_one, show_several
from agent.brains.rules.turn import Turn
from agent.tools.catalogue import search_products
from data.repositories.items import CatalogueItem
from data.search.filters import take_filters

MOST_DESCRIPTION = 300
MOST_LIKE_IT = 10

_TRAIT = re.compile(
    r"^(?:(?:y|oye|sabes si|sera que|ese|esa|eso|este|esta) )*"
    r"(?:es|son|trae[n]?|viene[n]?|tiene[n]?|incluye[n]?|sirve[n]?|resiste[n]?|aguanta[n]?|esta[n]?)(?: hech[oa]s?)?"
    r"(?: (?:de|con|para|en))? (?P<what>[a-z][a-z ]{2,40})$"
)


async def show_similar(turn: Turn, intent: Intent) -> None:
    """ "¿Tienen algo parecido?", to what was last talked about; "parecido en L": what there is of its kind in L."""
    item = await _talked_about(turn)
    if item is None:
        turn.reply.close("ask.which_product")
        return
    filters, _ = take_filters(intent.asked)
    found = await search_products(
        turn.workspace,
        item.category or item.name,
        min_price=filters.min_price,
        max_price=filters.max_price,
        options=filters.options,
        sort=filters.sort,
        in_stock_only=True,
        limit=MOST_LIKE_IT,
    )
    others = [other for other in found.items if other.sku != item.sku] if filters else []
    if len(others) > 1:
        show_several(turn, others)
    elif others:
        show_one(turn, others[0])
    else:
        await offer_alternatives(turn, item)


async def tell_trait(turn: Turn, intent: Intent) -> bool:
    """ "¿Es de algodón?", "¿trae pilas?": answered with what the shop wrote of it; False where that does not say."""
    asked, item = _TRAIT.match(intent.asked), await turn.focus()
    if asked is None or item is None or not covers(asked["what"], item):
        return False
    description = " ".join((item.description or "").split())[:MOST_DESCRIPTION]
    turn.workspace.facts.cite(intent.asked, description)
    turn.reply.tell("products.described", item=item, description=description)
    if item.sku not in turn.workspace.lines:
        show_one(turn, item)
    return True


async def _talked_about(turn: Turn) -> CatalogueItem | None:
    return await turn.focus() or next(iter(await turn.seen()), None)
