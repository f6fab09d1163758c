"""What a person who takes over reads first: why, the cart, the last order, and what was said."""

from collections.abc import Sequence
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from channels.errors import WINDOW_CLOSED
from data.models import Conversation, Handoff, Message
from data.money import spoken
from data.repositories.sales import OrderWithLines
from data.states import UNKNOWN_FATE, OrderStatus, Sender
from data.transaction import Transaction

_LONGEST_SAID = 600
_STATUSES = {
    OrderStatus.PLACED: "tomado",
    OrderStatus.SUBMITTED: "enviado al sistema",
    OrderStatus.CONFIRMED: "confirmado",
    OrderStatus.CANCELLED: "anulado",
    OrderStatus.FULFILLED: "entregado",
}
_SENDERS = {Sender.CONTACT: "Cliente", Sender.AGENT: "Asistente", Sender.SYSTEM: "Sistema"}
_FAILURES = {
    WINDOW_CLOSED: "No le llegó: pasaron más de 24 horas desde su último mensaje y WhatsApp no permite escribirle.",
    UNKNOWN_FATE: "No se sabe si le llegó al cliente.",
    "bad_number": "No le llegó: ese número no tiene WhatsApp.",
    "refused_by_contact": "No le llegó: el cliente bloqueó los mensajes de la tienda.",
}


async def handoff_note(
    tx: Transaction, conversation: Conversation, handoff: Handoff, said: Sequence[Message] = ()
) -> str:
    store = await tx.tenants.get()
    parts = [f"El asistente dejó esta conversación a una persona.\nMotivo: {handoff.reason}"]
    parts += [await _cart(tx, conversation), _order(await tx.orders.latest(conversation.id))]
    if said:
        zone = ZoneInfo(store.timezone)
        lines = [f"[{message.said_at.astimezone(zone):%d-%m %H:%M}] {line_of(message)}" for message in said]
        parts.append("Lo conversado:\n" + "\n".join(lines))
    return "\n\n".join(part for part in parts if part)


def line_of(message: Message) -> str:
    """Who said what."""
    who = _SENDERS.get(message.sender) or str(message.payload.get("author") or "Una persona")
    return f"{who}: {_shortened(message.text) or '[sin texto]'}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SAID else text[:_LONGEST_SAID] + "…"


def failure_id(message_id: UUID) -> UUID:
    """Of the note that tells that a message did not arrive; the same every time."""
    return uuid5(message_id, "undelivered")


def failure_note(message: Message) -> str:
    reason = _FAILURES.get(message.delivery_error or "", "No le llegó al cliente.")
    return f"{reason}\n«{_shortened(message.text)}»"


async def _cart(tx: Transaction, conversation: Conversation) -> str:
    lines = await tx.carts.lines(conversation.id)
    items = await tx.catalogue.by_variant_ids([line.variant_id for line in lines])
    said = []
    for line in lines:
        item = items.get(line.variant_id)
        if item is not None:
            said.append(f"• {line.quantity} × {item.title} a {spoken(line.unit_price, item.currency)} ({item.sku})")
    return "Carrito:\n" + "\n".join(said) if said else ""


def _order(order: OrderWithLines | None) -> str:
    if order is None:
        return ""
    of = order.order
    return f"Último pedido: {of.reference}, {_STATUSES[of.status]}, {spoken(of.total, of.currency)}"
