"""What is asked of a product already talked about: what is like it, and whether it is as the shopper hopes."""

import re

from agent.brains.rules.products.amounts import common_units
from agent.brains.rules.products.choosing import covers
from agent.brains.rules.products.outcome import UNSAID, Outcome
from agent.brains.rules.products.searching import search
from agent.brains.rules.reading.describing import describe, trimmed
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.normalise import fold
from agent.brains.rules.replying.listing import offer_alternatives, show_one, show_several
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
_HAS = (
    r"\b(?:tiene|trae|lleva|contiene|incluye|viene con)(?: (?:algo|nada|much[oa]|poc[oa]|de|un[oa]?|el|la|los|las))* "
)
_HAGGLING = re.compile(r"\d|\b(?:me|te|le|nos|hacer|haces|haga|puedes|podrias)\b|\b(?:por|si) (?:llev|compr|pag)")
_HAGGLED = re.compile(
    r"\b(?:descuento|rebaja|oferta|precio)s? (?:por|en|de|del|para|con) (?:el |la |los |las )?(?P<thing>[a-z].+)$"
)


# "Si llevo 10 gorros, ¿me haces precio?"
_HAGGLED_IF = re.compile(
    r"\b(?:si|por|comprando|llevando)(?: (?:te|les|le|me|nos))?(?: (?:llev|compr|pid|encarg)[a-z]+)? "
    r"(?P<thing>(?:\d+|un|una|dos|tres|cuatro|cinco|seis|diez|doce|docena|media|vari[oa]s)\b.*?)"
    r"(?:,? (?:me|nos|le|les|cuanto|hay|hac|tien|se|en cuanto|a cuanto|que precio|cual)[a-z]*\b.*)?$"
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


def is_of_what_was_shown(turn: Turn, intent: Intent) -> bool:
    """ "¿Tiene gluten?", after cakes: of them, though of a shop it may be asked with the same words."""
    asked = fold(turn.workspace.context.text)
    is_of_one = bool(re.search(_HAS + re.escape(intent.words), asked))  # "tienen" would be the shop
    return is_of_one and intent.is_question and bool(intent.words) and bool(turn.before.shown or turn.before.focus)


def is_haggling(intent: Intent) -> bool:
    return intent.words == "rebajas" and bool(_HAGGLING.search(intent.asked))


async def answer_haggling(turn: Turn, intent: Intent) -> None:
    """ "¿Me haces un descuento por la chaqueta?": prices are as they stand; what it is about is shown all the same."""
    turn.reply.tell("talk.discount")
    if (of := _HAGGLED_IF.search(intent.asked) or _HAGGLED.search(intent.asked)) is None:
        return
    wanted = describe(Kind.BUY, trimmed(of["thing"]))
    finding = await search(turn, wanted.words, wanted.filters) if wanted.words else UNSAID
    quantity = common_units(finding.items, wanted.quantity)
    if finding.outcome is Outcome.CLEAR:
        show_one(turn, finding.items[0], quantity)
    elif finding.outcome is Outcome.SEVERAL:
        show_several(turn, finding.items, quantity)


async def _talked_about(turn: Turn) -> CatalogueItem | None:
    return await turn.focus() or next(iter(await turn.seen()), None)
