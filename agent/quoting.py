"""What an inbound row says beyond its words: the message it quotes, the products picked, when it was written."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.context import InboundText, OrderedItem
from agent.memory import Memory
from data.models import Message
from data.states import Sender
from data.transaction import Transaction

MOST_ORDERED = 100
# Providers name whole seconds.
_GRAIN = timedelta(seconds=1)
_LIKELY_DELAY = timedelta(minutes=1)


async def read_inbound(
    tx: Transaction, waiting: Sequence[Message], memory: Memory
) -> tuple[tuple[InboundText, ...], Memory]:
    """The burst, and the memory with which to read it: after a quoted message, "ese" is what that one showed. A button
    tapped twice was tapped once."""
    texts: list[InboundText] = []
    for message in waiting:
        quoted, skus = await _quoted(tx, message)
        if skus:
            memory = _about(memory, skus)
        payload = message.payload
        choice = payload.get("choice")
        if choice is None or all(choice != said.choice for said in texts):
            texts.append(InboundText(message.text, choice, quoted, _ordered(payload.get("ordered"))))
    return tuple(texts), memory


async def _quoted(tx: Transaction, message: Message) -> tuple[str, tuple[str, ...]]:
    """The text it answers and the SKUs that were shown with it."""
    if sku := message.payload.get("quoted_sku"):
        return "", (str(sku),)
    external_id = message.payload.get("quoted")
    if not external_id:
        return str(message.payload.get("quoted_text") or ""), ()
    quoted = await tx.messages.known_as(message.conversation_id, str(external_id))
    if quoted is None:
        return "", ()
    cards = tuple(card["sku"] for card in quoted.payload.get("cards", []) if card.get("sku"))
    if not cards and quoted.turn_id is not None and quoted.sender is Sender.AGENT:
        turn = await tx.turns.get(quoted.turn_id)
        cards = tuple(shown["sku"] for shown in turn.shown) if turn else ()
    return quoted.text, cards


def _about(memory: Memory, skus: tuple[str, ...]) -> Memory:
    """What was asked about other products is let go: the quoted ones are meant."""
    still_asked = memory.pending is not None and set(memory.pending.skus) & set(skus)
    return memory.model_copy(
        update={
            "shown": skus,
            "focus": skus[0] if len(skus) == 1 else None,
            "pending": memory.pending if still_asked else None,
        }
    )


def _ordered(rows: Any) -> tuple[OrderedItem, ...]:
    """Quantities that are none are left out; whether there is such a SKU is for the catalogue to say."""
    if not isinstance(rows, list):
        return ()
    return tuple(
        OrderedItem(
            str(row.get("sku", ""))[:100], row["quantity"], _price(row.get("price")), str(row.get("currency") or "")
        )
        for row in rows[:MOST_ORDERED]
        if isinstance(row, dict) and isinstance(row.get("quantity"), int) and row["quantity"] > 0
    )


def _price(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


def was_written_after(shown: Message, waiting: Sequence[Message], history: Sequence[Message]) -> bool:
    """Whether nothing that waits can have been written before `shown` was said.

    A delayed message comes after it and yet does not answer it. The provider's clock may differ from ours: how far,
    and how long it takes at least, is seen in what came before.
    """
    timed = [message for message in (*history, *waiting) if message.sender is Sender.CONTACT and message.sent_at]
    dated = [message for message in waiting if message.sent_at is not None]
    if not dated:
        return True
    offset = min(message.created_at - message.sent_at for message in timed if message.sent_at)
    if len(timed) == 1 and offset > _LIKELY_DELAY:
        offset = timedelta(0)  # it alone tells of the clock, and more likely it is late
    return all(
        message.sent_at + offset + _GRAIN >= shown.created_at for message in dated if message.sent_at is not None
    )
