"""Questions about the shop itself: told apart from questions about products, answered in the owner's own words."""

import re
from collections.abc import Iterable
from dataclasses import replace

from agent.brains.rules.actions.dispatch import DISPATCH, tell_dispatch
from agent.brains.rules.products.choosing import choose, covers, is_headed
from agent.brains.rules.reading.after_sale import FAULT, SPOILT
from agent.brains.rules.reading.describing import describe
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.naming import content_words, is_known_word
from agent.brains.rules.turn import Turn
from agent.context import ShopAnswer
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from agent.tools.knowledge import cite, keep_question, look_up
from data.search.asking import asked_words
from data.search.topics import Topics, load_topics
from data.search.words import stem

# Beside no topic at all, an entry has to fit this well before it is said instead of looking for a product.
SURE = 0.62
# What only the catalogue, or nobody, can tell.
_NOT_TOLD = frozenset({"cuándo vuelve a haber stock", "las fotos"})
_MAYBE_SHOP = PRODUCT_KINDS - {Kind.REMOVE, Kind.SET, Kind.SCALE, Kind.ADD_MORE}
# "¿Tienen cajas para despacho?" asks for boxes; "¿tienen servicio de despacho?" for dispatch.
_THING_FOR = re.compile(
    r"\b(?:tienes|tienen|venden|hay|busco|quiero|necesito|quisiera|dame|traen|vale[n]?|cuesta[n]?) "
    r"(?:(?:un|una|unos|unas|el|la|los|las|algun|alguna|algunos|algunas|\d+) )?(?P<thing>[a-z]{3,}) (?:de|para|con|en) "
)
# "Si compro cemento, ¿me lo llevan a la casa?"
_SUPPOSED = re.compile(
    r"^(?:y )?si (?:yo |te |les |lo |la |los |las |me )*(?:compro|llevo|pido|encargo|quiero|compramos)\b"
)
_ABSTRACT = (
    "servicio servicios opcion opciones posibilidad costo costos precio precios valor valores tipo tipos forma formas "
    "informacion info datos dato dia dias hora horas plazo plazos politica politicas sistema modalidad problema "
    "alternativa alternativas empresa cobertura metodo metodos medio medios sector zona convenio duda consulta saber "
    "que alguien algo"
)
_TO_A_PLACE = re.compile(
    r"^(?:y )?(?:si (?:es|fuera) )?(?:a|hasta|para|en) (?:(?:la|el|los|las) )?(?!domicilio|cuanto|que\b)[a-z]{3}"
)
# "¿Y cuánto cobran por revisarla?", after an answer: of what was just answered.
_OF_IT = re.compile(
    r"\b(?:cobran?|sale|demoran?|tarda[n]?|cuesta|seria|es)\b(?: (?:por|en|para|el|la|eso|a|hacer))*"
    r"(?: [a-z]{3,}[aei]r(?:l[oa]s?)?)?$"
    r"|^(?:y |eso )*(?:tienen?s? |sale )?(?:algun )?(?:costo|valor|precio|recargo)(?: (?:extra|adicional|aparte))?$"
)
# "Algo para abrir el notebook" asks for a thing, whatever the shop does with the verb.
_FOR_DOING = re.compile(
    r"\balgo (?:para|que|con que)\b"
    r"|^(?:que|cual|cuales) (?:tienes|tienen|hay|venden|sirve[n]?|traen) (?:\w+ )?para [a-z]{2,}[aei]r\b"
)
_SIDES = {"costo": "cuánto cuesta", "plazo": "cuánto demora"}
_NOT_THINGS = frozenset(_ABSTRACT.split())


def gathered(intents: list[Intent]) -> list[Intent]:
    """ "¿Abren sábado y domingo?": what the comma or the "y" cut off goes back to its question."""
    joined: list[Intent] = []
    for intent in intents:
        previous = joined[-1] if joined else None
        if previous and previous.kind is Kind.SHOP and _goes_on(previous, intent):
            joined[-1] = replace(previous, asked=f"{previous.asked} y {intent.asked}")
        else:
            joined.append(intent)
    return joined


def _goes_on(question: Intent, intent: Intent) -> bool:
    if intent.kind not in {Kind.MENTION, Kind.SHOP} or intent.reference or intent.quantity:
        return False
    first, second = load_topics().read(question.asked), load_topics().read(intent.asked)
    more = second.firm | second.hinted
    is_own_question = bool(second.facets or (second.firm and intent.kind is Kind.SHOP))
    is_same = bool(more) and more <= first.firm | first.hinted
    return is_same and not is_own_question and len(asked_words(intent.asked)) <= 2


async def tells_of_shop(turn: Turn, intent: Intent) -> bool:
    """Whether something that was read as about products was about the shop, and was answered or kept as such."""
    is_other = intent.kind not in _MAYBE_SHOP or intent.reference or intent.sku or not intent.words
    if is_other or _FOR_DOING.search(intent.asked):
        return False
    topics = load_topics().read(intent.asked)
    if not topics.firm and await _goes_on_asking(turn, intent, topics):
        return True
    is_bare = intent.kind in {Kind.BUY, Kind.MENTION} and not intent.is_question
    if is_bare and not topics.firm:
        return False
    is_supposed = bool(topics.firm and _SUPPOSED.match(intent.asked))
    if not is_supposed and await _names_product(turn, intent) and not await _asks_how_it_comes(turn, intent, topics):
        return False
    if DISPATCH in topics.firm and tell_dispatch(turn, intent.asked, topics.facets):
        _remember_topic(turn, DISPATCH, topics.facets)
        return True
    answers = await look_up(turn.workspace, said_as_typed(turn, intent))
    if answers and (topics.firm or answers[0].score >= SURE):
        _tell(turn, answers)
        _remember_topic(turn, next(iter(sorted(topics.firm)), ""), topics.facets)
        return True
    if topics.firm and not is_bare and (is_supposed or not is_known_word(_first_word(intent))):
        keep(turn, intent, topics)
        return True
    return False


async def answer_shop(turn: Turn, intent: Intent) -> bool:
    """Answer a question about the shop, from what the shop has told. False: it is about a product after all."""
    if thing := _thing_for(intent.asked):
        product = describe(Kind.SHOW, intent.asked[thing.start("thing") :])
        if is_known_word(thing["thing"]) or await _names_product(turn, product, by=thing["thing"]):
            return False
    topics = load_topics().read(intent.asked)
    _remember_topic(turn, next(iter(sorted(topics.firm)), ""), topics.facets)
    if DISPATCH in topics.firm and tell_dispatch(turn, intent.asked, topics.facets):
        return True
    if intent.words not in _NOT_TOLD:
        answers = await look_up(turn.workspace, said_as_typed(turn, intent))
        if not answers and intent.asked in FAULT:
            answers = await look_up(turn.workspace, SPOILT)
        if answers:
            _tell(turn, answers)
            return True
    keep(turn, intent, topics)
    return True


def _remember_topic(turn: Turn, topic: str, facets: frozenset[str]) -> None:
    turn.workspace.remember(shop_topic=":".join((topic, *sorted(facets))) if topic else "")


async def _goes_on_asking(turn: Turn, intent: Intent, topics: Topics) -> bool:
    """ "¿Y a Puente Alto?", "¿y los domingos?": the question before, of another place or day."""
    topic, *sides = (turn.memory.shop_topic or turn.before.shop_topic).split(":")
    if not topic or intent.quantity or intent.kind not in {Kind.MENTION, Kind.SHOW, Kind.PRICE}:
        return False
    is_place = topic == DISPATCH and bool(_TO_A_PLACE.match(intent.asked))
    is_of_it = bool(_OF_IT.search(intent.asked)) and bool(topics.facets)
    if not (is_place or is_of_it or topic in topics.hinted) or await _names_product(turn, intent):
        return False
    facets = frozenset(sides) | topics.facets
    _remember_topic(turn, topic, facets)
    if topic == DISPATCH and tell_dispatch(turn, intent.asked, facets):
        return True
    label = load_topics().labels[topic]
    asked = " ".join(filter(None, (*(_SIDES.get(side, "") for side in sides), label, intent.asked)))
    if answers := await look_up(turn.workspace, asked):
        _tell(turn, answers)
    else:
        keep(turn, replace(intent, asked=asked), load_topics().read(asked))
    return True


def product_of(intent: Intent) -> Intent:
    """What a question that only sounded like one about the shop is after."""
    thing = _thing_for(intent.asked)
    assert thing is not None
    return replace(describe(Kind.SHOW, intent.asked[thing.start("thing") :]), is_question=True, asked=intent.asked)


def said_as_typed(turn: Turn, intent: Intent) -> str:
    """The question with its accents."""
    return " ".join(turn.spelt.get(word, word) for word in intent.asked.split())


def _thing_for(asked: str) -> re.Match[str] | None:
    match = _THING_FOR.search(asked)
    if match is None or match["thing"] in _NOT_THINGS or load_topics().read(match["thing"]).firm:
        return None
    return match


async def _names_product(turn: Turn, intent: Intent, by: str = "") -> bool:
    """Whether the shop sells something that these words begin to name."""
    found = await search_products(turn.workspace, intent.words, limit=CANDIDATE_COUNT)
    if by:
        return any(is_headed(by, item) for item in found.items)
    best = choose(intent.words, found.items).best
    has_words = bool(content_words(intent.words))
    return has_words and any(is_headed(intent.words, item) or covers(intent.words, item, loosely=True) for item in best)


async def _asks_how_it_comes(turn: Turn, intent: Intent, topics: Topics) -> bool:
    """ "¿Los muebles vienen armados?": of what is sold, asked what no name says and the shop may have told."""
    if intent.kind is not Kind.MENTION or not intent.is_question:
        return False
    found = await search_products(turn.workspace, intent.words, limit=CANDIDATE_COUNT)
    missing = {stem(word) for word in choose(intent.words, found.items).missing if f"para {word}" not in intent.asked}
    return bool(missing & topics.words_of(topics.firm))


def _first_word(intent: Intent) -> str:
    return next(iter(content_words(intent.words)), "")


def _tell(turn: Turn, answers: Iterable[ShopAnswer]) -> None:
    """The best one, whole; how it leads back to selling is for the end of the reply."""
    best = next(iter(answers))
    cite(turn.workspace, [best])
    turn.reply.tell("shop.answer", answer=best.answer)
    turn.told_of_shop = True


def keep(turn: Turn, intent: Intent, topics: Topics | None = None) -> None:
    """Say that it is not known; the owner learns that it was asked."""
    labels = load_topics().labels
    firm = sorted(topics.firm) if topics else []
    is_named = intent.kind is Kind.SHOP and intent.words != "eso"
    topic = (
        labels[firm[0]]
        if firm and not is_named
        else intent.words
        if intent.kind is Kind.SHOP
        else turn.echo(intent.words)
    )
    is_kept = intent.words not in _NOT_TOLD
    if is_kept:
        keep_question(turn.workspace, said_as_typed(turn, intent), firm[0] if firm else "")
    key = "shop.unknown" if is_kept else "talk.shop"
    told = next((part for part in turn.reply.notices if part.key == key), None)
    if told is None:
        turn.reply.tell(key, topics=[topic])
    elif topic not in told.values["topics"]:
        told.values["topics"].append(topic)
    turn.reply.offer("human", "Sí, con una persona")
    if turn.reply.listing is None:
        turn.ask("human")
        turn.reply.asks = True


def lead_back(turn: Turn) -> None:
    """After an answer about the shop, half a sentence back to selling, unless the reply asks something already."""
    reply = turn.reply
    if not turn.told_of_shop or reply.listing or reply.closing or reply.asks or reply.shows_cart or reply.raw:
        return
    if turn.workspace.handoff_reason:
        return
    if turn.memory.pending and turn.memory.pending.kind == "which":
        reply.close("shop.lead_to_choice")
    else:
        reply.close("shop.lead_with_cart" if turn.workspace.lines else "shop.lead")
