"""What is said without touching a product: greetings, thanks, who is speaking, what only a person knows."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from agent.brains.rules.actions.asking import answer_haggling, is_haggling, tell_trait
from agent.brains.rules.actions.shop_questions import answer_shop, product_of, said_as_typed
from agent.brains.rules.products.choosing import covers_whole
from agent.brains.rules.products.outcome import Finding
from agent.brains.rules.products.searching import search
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.naming import content_words
from agent.brains.rules.replying.listing import list_finding
from agent.brains.rules.turn import Turn
from agent.tools.handoff import request_human
from agent.tools.knowledge import look_up
from data.search.filters import take_filters

MOST_COMMON_WORDS = 2
# Nothing says that it is of all there is.
_OF_THAT = re.compile(
    r"(?:y |pero )?(?:que|cual|cuales) (?:tienes|tienen|hay|te quedan?|venden|son)(?: disponibles?| mas)?"
)
_COURTESY = frozenset({Kind.GREET, Kind.HOW_ARE_YOU, Kind.THANK, Kind.BYE, Kind.YES, Kind.LAUGH})


def is_only_courtesy(turn: Turn) -> bool:
    return all(intent.kind in _COURTESY for intent in turn.intents)


def say_only(key: str) -> Callable[[Turn, Intent], Awaitable[None]]:
    async def act(turn: Turn, intent: Intent) -> None:
        if intent.kind is Kind.HOW_ARE_YOU:
            turn.reply.open(key)
            if is_only_courtesy(turn):
                turn.reply.close("ask.what")
        elif intent.kind is Kind.THANK:
            _welcome(turn, key)
        elif intent.kind is Kind.BYE:
            turn.reply.close("talk.bye_with_cart" if turn.workspace.lines else key)
        elif intent.kind is Kind.ELSE:
            turn.reply.close(key)
        elif intent.kind is Kind.DEAR and turn.wants_products:
            return  # "está caro, algo más barato?": what follows answers it
        elif intent.kind is Kind.LATER:
            _let_be(turn, key)
        else:
            turn.reply.tell(key)
            if intent.kind in {Kind.BOT, Kind.ATTACHMENT}:
                turn.reply.offer("human", "Hablar con persona")

    return act


async def tell_catalogue(turn: Turn, intent: Intent) -> None:
    """ "¿Cuáles tienes?": of what was just looked for, in this message or the one before; else of all there is."""
    if turn.reply.listing or turn.reply.listed or (turn.wants_products and _OF_THAT.fullmatch(intent.asked)):
        return
    if turn.before.shown and turn.before.query and _OF_THAT.fullmatch(intent.asked):
        filters, words = take_filters(turn.before.query)
        finding = await search(turn, words, filters)
        if finding.items:
            await list_finding(turn, replace(intent, words=words, filters=filters), finding)
            return
    turn.reply.tell("talk.catalogue")


def _welcome(turn: Turn, key: str) -> None:
    if is_only_courtesy(turn) and not any(intent.kind is Kind.BYE for intent in turn.intents):
        turn.reply.tell(key)
    elif any(intent.kind is Kind.BYE for intent in turn.intents):
        turn.reply.open("talk.welcome")


def _let_be(turn: Turn, key: str) -> None:
    """Nothing is pressed: the cart stays, what was asked is dropped."""
    turn.workspace.remember(waiting=())
    turn.reply.close(f"{key}_with_cart" if turn.workspace.lines else key)


async def greet(turn: Turn, intent: Intent) -> None:
    only = is_only_courtesy(turn)
    if not only and turn.before.last_reply:
        return  # "buena, cierra el pedido", in the middle of it
    if turn.before.has_greeted:
        turn.reply.open("talk.greeting")
    else:
        is_first = only and not turn.before.last_reply
        turn.reply.open("talk.introduction" if is_first else "talk.introduction_short")
    turn.workspace.remember(has_greeted=True)
    if only:
        turn.reply.close("ask.what_else" if turn.workspace.lines else "ask.what")


async def acknowledge(turn: Turn, intent: Intent) -> None:
    """What was open stays open."""
    if len(turn.intents) > 1:
        return
    turn.reply.open("talk.noted")
    asks_which = turn.pending is not None and turn.pending.kind == "which" and len(turn.before.shown) > 1
    if asks_which:
        turn.reply.close("ask.which", quantity=turn.pending.quantity if turn.pending else None)
    else:
        turn.reply.close("ask.what_else" if turn.workspace.lines else "ask.what")
    turn.reply.keeps_list = True


async def tell_shop(turn: Turn, intent: Intent) -> None:
    if intent.words == "eso" and await tell_trait(turn, intent):
        return
    if intent.other and (named := await _named_so(turn, intent.other)):
        await list_finding(turn, intent.other, named)
        return
    if is_haggling(intent) and not await look_up(turn.workspace, said_as_typed(turn, intent)):
        await answer_haggling(turn, intent)
        return
    if not await answer_shop(turn, intent):
        product = product_of(intent)
        await list_finding(turn, product, await search(turn, product.words, product.filters))


async def _named_so(turn: Turn, name: Intent) -> Finding | None:
    """ "Como agua para chocolate" is a book, not a question."""
    if len(content_words(name.words)) < MOST_COMMON_WORDS:
        return None
    query = turn.memory.query
    finding = await search(turn, name.words, name.filters)
    if finding.item and covers_whole(name.words, finding.item):
        return finding
    turn.workspace.remember(query=query)
    return None


async def ask_for_human(turn: Turn, intent: Intent) -> None:
    request_human(turn.workspace, f"Lo pidió: «{turn.workspace.context.text[:200]}»")
    turn.reply.tell("handoff.opened")
