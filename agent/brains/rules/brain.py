"""The deterministic seller: understands a burst, acts through the tools, answers in one message."""

from dataclasses import replace

from agent.brains.rules.actions import ACTIONS
from agent.brains.rules.actions.closing import close_turn, let_summary_go
from agent.brains.rules.actions.correcting import correct
from agent.brains.rules.actions.order_data import hear_order_data
from agent.brains.rules.actions.shop_questions import gathered, lead_back, tells_of_shop
from agent.brains.rules.actions.waiting import answer_waiting, ask_what_waits
from agent.brains.rules.actions.wishing import hear_contact_wish
from agent.brains.rules.products.budget import within_budget, without_measures
from agent.brains.rules.products.choosing import choose, covers, is_headed
from agent.brains.rules.products.dictated import taken_apart
from agent.brains.rules.products.finding import find_among_shown
from agent.brains.rules.products.for_that import for_that
from agent.brains.rules.products.narrowing import narrowed
from agent.brains.rules.products.outcome import Outcome
from agent.brains.rules.products.same_option import with_same_option
from agent.brains.rules.products.searching import search
from agent.brains.rules.products.splitting import split_kinds
from agent.brains.rules.products.using import for_use
from agent.brains.rules.reading.asides import may_be_aside, tells_only
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.naming import is_known_word
from agent.brains.rules.reading.normalise import spelt_as_typed, without_attachments
from agent.brains.rules.reading.parse import read_burst
from agent.brains.rules.reading.unasked import without_address
from agent.brains.rules.replying.plainer import worded
from agent.brains.rules.replying.replies import Reply
from agent.brains.rules.turn import Turn
from agent.context import InboundText
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from agent.tools.handoff import request_human
from agent.workspace import Draft, Workspace
from data.states import BrainKind

LOST_BEFORE_HANDOFF = 2
_TAPS = {"checkout": Kind.CHECKOUT, "cart": Kind.CART, "human": Kind.HUMAN, "notify": Kind.NOTIFY}
# These leave an open question open: the shopper may still answer it.
_ASIDE = frozenset(
    {Kind.GREET, Kind.HOW_ARE_YOU, Kind.THANK, Kind.LAUGH, Kind.JOKE, Kind.INSULT, Kind.BOT, Kind.CART, Kind.HELP,
     Kind.ATTACHMENT, Kind.STATUS, Kind.BYE, Kind.TOTAL, Kind.SHOP, Kind.DEAR, Kind.ASIDE}
)  # fmt: skip


class RulesBrain:
    """Needs no model and no network; the same message over the same data gets the same answer."""

    kind = BrainKind.RULES

    async def think(self, workspace: Workspace, problems: tuple[str, ...] = ()) -> Draft:
        intents = _read(workspace.context.messages)
        spelt = spelt_as_typed(workspace.context.text)
        turn = Turn(workspace, Reply(workspace), intents, spelt, workspace.memory)
        wants = await narrowed(turn, await taken_apart(turn, turn.intents))
        turn.intents = gathered(await _rejoined(turn, await split_kinds(turn, wants)))
        workspace.remember(just_added=(), shop_topic="")
        if any(intent.kind not in _ASIDE for intent in turn.intents):
            workspace.remember(pending=None)
        if hear_contact_wish(turn) or not await hear_order_data(turn):
            for intent in turn.intents:
                wanted = await with_same_option(turn, await for_that(turn, await without_measures(turn, intent)))
                await _act(turn, await within_budget(turn, wanted))
            _drop_answered(turn)
            await ask_what_waits(turn, _act)
        await close_turn(turn)
        lead_back(turn)
        await _count_lost(turn)
        let_summary_go(turn)
        return worded(turn)


async def _act(turn: Turn, intent: Intent) -> None:
    if intent.is_correction and await correct(turn, intent):
        return
    if _is_the_order_again(turn, intent):
        intent = Intent(Kind.REPEAT)
    if len(turn.intents) > 1 and may_be_aside(intent) and not await _names_something(turn, intent):
        return
    if not await answer_waiting(turn, intent) and not await tells_of_shop(turn, intent):
        await ACTIONS[intent.kind](turn, intent)


async def _names_something(turn: Turn, intent: Intent) -> bool:
    """Whether words that read like a story name a thing all the same: one that was shown, one there is."""
    if await find_among_shown(turn, intent) is not None:
        return True
    query = turn.memory.query
    finding = await search(turn, intent.words, intent.filters)
    turn.workspace.remember(query=query)
    if finding.outcome is Outcome.NONE:
        return await for_use(turn, intent) is not None
    is_known = is_known_word(intent.words) and not tells_only(intent.asked)
    return is_known or finding.outcome is not Outcome.NEAR


def _drop_answered(turn: Turn) -> None:
    """Nothing is asked that the same message answered: "el cinturón está bien, lo quiero"."""
    listed, added = {item.sku for item in turn.reply.listed}, {item.sku for item in turn.added}
    was_asked = turn.pending is not None and listed <= set(turn.pending.skus)
    if listed & added and (listed <= added or was_asked):
        turn.reply.drop_list()
        turn.workspace.remember(pending=None)


def _is_the_order_again(turn: Turn, intent: Intent) -> bool:
    """ "Dame lo mismo" straight after an order is all of it, not the last thing talked about."""
    is_same = intent.reference is not None and intent.reference.kind == "same" and not intent.words
    return is_same and not turn.lines and turn.workspace.context.memory.just_ordered


def _read(messages: tuple[InboundText, ...]) -> list[Intent]:
    """The intents of a burst; a tapped button says its own."""
    intents: list[Intent] = []
    typed: list[str] = []
    for message in messages:
        if (tapped := _tapped(message.choice)) is None:
            typed.append(message.text)
        else:
            intents.append(tapped)
    text = "\n".join(typed)
    words = without_attachments(text)
    if words != text and not words.strip():
        return [Intent(Kind.ATTACHMENT), *intents]
    wanted = without_address(words)
    if wanted != words:
        intents.append(Intent(Kind.ASIDE))
    return _without_bare_verbs([*read_burst(wanted), *intents])


def _without_bare_verbs(intents: list[Intent]) -> list[Intent]:
    """ "Necesito:", before the list of what is needed."""
    if not any(intent.kind in PRODUCT_KINDS and not intent.is_empty for intent in intents):
        return intents
    bare = {Kind.BUY, Kind.SHOW}
    return [one for one in intents if one.kind not in bare or not one.is_empty or one.quantity]


def _tapped(choice: str | None) -> Intent | None:
    if choice in _TAPS:
        return Intent(_TAPS[choice])
    if choice and choice.startswith("take:") and choice.count(":") >= 2:
        _, count, sku = choice.split(":", 2)
        if count.isdigit() and sku:
            quantity = next((i.quantity for i in read_burst(f"{count} unidades de algo") if i.quantity), None)
            return Intent(Kind.BUY, sku=sku, quantity=quantity)
    return None


async def _rejoined(turn: Turn, intents: list[Intent]) -> list[Intent]:
    """Two wants with only an "y" between them are one when a product is called that; filters alone belong to what
    stands before them ("poleras negras? bajo 10 lucas")."""
    joined: list[Intent] = []
    for intent in intents:
        previous = joined[-1] if joined else None
        if previous is None or not previous.words or previous.kind not in PRODUCT_KINDS:
            joined.append(intent)
        elif _only_narrows(intent) and not intent.joins_previous:
            joined[-1] = replace(previous, filters=intent.filters.over(previous.filters))
        elif intent.joins_previous and intent.words and await _is_one_name(turn, previous, intent):
            words = f"{previous.words} y {intent.words}"
            joined[-1] = replace(previous, words=words, filters=intent.filters.over(previous.filters))
        elif intent.joins_previous and _only_narrows(intent):
            joined.append(replace(intent, words=previous.words, quantity=previous.quantity))
        else:
            joined.append(intent)
    return joined


def _only_narrows(intent: Intent) -> bool:
    is_alone = not (intent.words or intent.reference or intent.quantity or intent.is_definite)
    return intent.kind in PRODUCT_KINDS and bool(intent.filters) and is_alone and not intent.filters.is_comparison


async def _is_one_name(turn: Turn, first: Intent, second: Intent) -> bool:
    """ "Sal y pimienta": one product, unless the shop sells each of them by itself."""
    words = f"{first.words} y {second.words}"
    found = await search_products(turn.workspace, words, options=second.filters.options, limit=CANDIDATE_COUNT)
    choice = choose(words, found.items)
    if not choice.best or choice.missing or not all(covers(words, item) for item in choice.best):
        return False
    if any(is_headed(first.words, item) for item in choice.best):
        return True
    apart = [
        await search_products(turn.workspace, words, limit=CANDIDATE_COUNT) for words in (first.words, second.words)
    ]
    return not all(
        any(is_headed(words, item) for item in found.items)
        for words, found in zip((first.words, second.words), apart, strict=True)
    )


async def _count_lost(turn: Turn) -> None:
    if not turn.intents and not any(character.isalnum() for character in turn.workspace.context.text):
        turn.reply.close("ask.what")
        return
    if not turn.reply.is_empty and not (turn.is_lost or turn.is_half_lost):
        turn.workspace.remember(lost_count=0)
        return
    lost = turn.before.lost_count + 1
    if lost >= LOST_BEFORE_HANDOFF:
        request_human(turn.workspace, f"No se entendió: «{turn.workspace.context.text[:200]}»")
        turn.reply.notices.clear()
        turn.reply.tell("talk.lost_again")
        turn.workspace.remember(lost_count=0)
        return
    turn.workspace.remember(lost_count=lost)
    if turn.reply.is_empty or turn.is_lost:
        turn.reply.tell("talk.lost")
        turn.reply.offer("human", "Hablar con persona")
