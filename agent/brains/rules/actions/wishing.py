"""The waitlist, and wishes to be contacted."""

from agent.brains.rules.products.finding import find
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.normalise import cap
from agent.brains.rules.reading.order_answers import said_data
from agent.brains.rules.reading.wishes import read_contact_wish
from agent.brains.rules.replying.listing import said, show_one, show_several
from agent.brains.rules.turn import Turn
from agent.memory import Absent, Pending
from agent.order_data import OrderField, checked_phone
from agent.tools.catalogue import get_products
from agent.tools.leads import join_waitlist, record_lead
from agent.workspace import Refusal
from data.repositories.items import CatalogueItem
from data.states import LeadKind

# What is done all the same beside a wish to be contacted; the rest of such a message is part of the wish.
_STILL_DONE = frozenset({Kind.REMOVE, Kind.SET, Kind.ADD_MORE, Kind.CHECKOUT, Kind.CART, Kind.EMPTY, Kind.REPLACE})
_QUESTIONS = {LeadKind.CALL: "lead.ask_phone", LeadKind.EMAIL: "lead.ask_email", LeadKind.QUOTE: "lead.ask_email"}


async def notify(turn: Turn, intent: Intent) -> None:
    """ "Avísame": of what is named, else of what there was none of."""
    if intent.words or intent.reference:
        await _notify_of(turn, intent)
        return
    absent = turn.before.absent
    if absent is None:
        item = await turn.focus()
        if item is not None and not item.has(1):
            absent = Absent(sku=item.sku)
    if absent is None:
        turn.reply.close("waitlist.which")
    elif absent.sku is None:
        await _join_words(turn, absent.wanted, absent.quantity)
    else:
        await _join(turn, absent.sku, absent.quantity)


async def _notify_of(turn: Turn, intent: Intent) -> None:
    finding = await find(turn, intent)
    quantity = intent.count or 1
    sold_out = [item for item in finding.items if not item.has(quantity)]
    if finding.item is not None:
        await _join(turn, finding.item.sku, quantity)
    elif len(sold_out) == 1:
        await _join(turn, sold_out[0].sku, quantity)
    elif sold_out:
        show_several(turn, sold_out)
        turn.workspace.remember(pending=Pending(kind="waitlist", skus=tuple(item.sku for item in sold_out)))
    elif finding.items:
        show_several(turn, finding.items)
    else:
        await _join_words(turn, said(turn, intent), quantity)


async def accept_waiting(turn: Turn) -> None:
    """A yes to «¿te aviso cuando llegue?»."""
    asked = turn.pending
    sku = asked.skus[0] if asked and asked.skus else None
    absent = turn.before.absent
    if sku is not None:
        await _join(turn, sku, asked.quantity or 1 if asked else 1)
    elif absent is not None:
        await _join_words(turn, absent.wanted, absent.quantity)


async def _join(turn: Turn, sku: str, quantity: int) -> None:
    joined = await join_waitlist(turn.workspace, sku=sku, quantity=quantity)
    if isinstance(joined, CatalogueItem):
        turn.reply.tell("waitlist.joined", item=joined)
    elif isinstance(joined, Refusal) and joined.code == "IN_STOCK":
        for item in await get_products(turn.workspace, [sku]):
            turn.reply.tell("waitlist.in_stock", item=item)
            show_one(turn, item)
    else:
        turn.reply.close("waitlist.which")


async def _join_words(turn: Turn, words: str, quantity: int) -> None:
    joined = await join_waitlist(turn.workspace, wanted=words, quantity=quantity)
    if isinstance(joined, Refusal):
        turn.reply.close("waitlist.which")
        return
    turn.workspace.facts.add_texts([words])
    turn.reply.tell("waitlist.joined_words", said=words)


def hear_contact_wish(turn: Turn) -> bool:
    """ "Llámame mañana", "mi correo es…": recorded at once; how to reach them is asked if nobody knows."""
    text = cap(turn.workspace.context.text)
    if turn.before.asked is not None:
        return False
    asked = turn.before.pending if turn.before.pending and turn.before.pending.kind == "lead" else None
    wish = read_contact_wish(text)
    if wish is None:
        return asked is not None and _complete(turn, LeadKind(asked.reference or LeadKind.CALL))
    if turn.before.summary_id is not None and wish.kind is not LeadKind.QUOTE and not wish.moment:
        return False  # a number or an e-mail for the order
    kind = LeadKind(asked.reference) if asked and asked.reference and wish.kind is not LeadKind.QUOTE else wish.kind
    lead = record_lead(
        turn.workspace, kind, phone=checked_phone(wish.phone), email=wish.email, moment=wish.moment, note=text[:300]
    )
    turn.reply.tell(f"lead.{lead.kind.value}", lead=lead)
    turn.intents = [intent for intent in turn.intents if _is_still_done(intent, kind)]
    turn.workspace.remember(pending=None)
    if not (lead.phone or lead.email):
        turn.reply.close(_QUESTIONS[kind])
        turn.workspace.remember(pending=Pending(kind="lead", reference=kind.value))
        turn.reply.asks = True
    return True


def _is_still_done(intent: Intent, kind: LeadKind) -> bool:
    is_bought = intent.kind is Kind.BUY and kind is not LeadKind.QUOTE and read_contact_wish(intent.asked) is None
    return intent.kind in _STILL_DONE or is_bought


def _complete(turn: Turn, kind: LeadKind) -> bool:
    """The number or e-mail that was asked for."""
    given = said_data(cap(turn.workspace.context.text))
    phone, email = given.get(OrderField.PHONE, ""), given.get(OrderField.EMAIL, "")
    if not (phone or email):
        return False
    lead = record_lead(turn.workspace, kind, phone=phone, email=email)
    turn.reply.tell(f"lead.{lead.kind.value}", lead=lead)
    turn.intents = []
    turn.workspace.remember(pending=None)
    return True
