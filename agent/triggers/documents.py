"""What a receiver is told of an event: its ids, and the rows behind them as they are when it is first told."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from data.errors import NotFound
from data.models import Conversation, Event, Lead
from data.models.base import Json
from data.money import plain
from data.transaction import Transaction

_EXTERNAL = ("system", "name", "state", "delivery", "invoice", "portal_url")


async def document_of(tx: Transaction, event: Event) -> Json:
    """The `data` of the event; made once, the same for everyone and at every attempt."""
    if event.document is None:
        enrich = _ENRICHED.get(event.name) or _FAMILIES.get(event.name.partition(".")[0], _nothing_more)
        event.document = event.payload | await enrich(tx, event.payload)
    return event.document


async def _nothing_more(tx: Transaction, payload: Json) -> Json:
    return {}


async def _order(tx: Transaction, payload: Json) -> Json:
    found = await tx.orders.get(UUID(payload["order_id"]))
    if found is None:
        return {}
    order = found.order
    external = order.external_state or {}
    return {
        "reference": order.reference,
        # What an event says of itself holds, however far the order has come since.
        "status": payload.get("status", order.status.value),
        "total": plain(order.total, order.currency),
        "currency": order.currency,
        "dispatch_cost": None if order.dispatch_cost is None else plain(order.dispatch_cost, order.currency),
        "placed_at": _moment(order.placed_at),
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": plain(line.unit_price, order.currency),
            }
            for line in found.lines
        ],
        "details": order.details,
        "external": {key: external[key] for key in _EXTERNAL if external.get(key)} or None,
        "conversation_id": str(order.conversation_id),
        "contact": await _contact(tx, order.conversation_id),
    }


async def _conversation(tx: Transaction, payload: Json) -> Json:
    conversation = await _find(tx, UUID(payload["conversation_id"]))
    if conversation is None:
        return {}
    return {
        "status": conversation.status.value,
        "reason": conversation.status_reason,
        "contact": await _contact(tx, conversation.id),
    }


async def _lead(tx: Transaction, payload: Json) -> Json:
    lead: Lead | None = await tx.leads.get(UUID(payload["lead_id"]))
    if lead is None:
        return {}
    return {
        "status": lead.status.value,
        "phone": lead.phone,
        "email": lead.email,
        "moment": lead.moment,
        "note": lead.note,
        "conversation_id": str(lead.conversation_id),
        "contact": await _contact(tx, lead.conversation_id),
    }


async def _wait(tx: Transaction, payload: Json) -> Json:
    entry = await tx.waitlist.get(UUID(payload["entry_id"]))
    if entry is None:
        return {}
    return {
        "wanted": entry.wanted,
        "quantity": entry.quantity,
        "conversation_id": str(entry.conversation_id),
        "contact": await _contact(tx, entry.conversation_id),
    }


async def _contact(tx: Transaction, conversation_id: UUID) -> Json | None:
    conversation = await _find(tx, conversation_id)
    if conversation is None:
        return None
    contact, channel = (
        await tx.conversations.contact(conversation.contact_id),
        await tx.channels.get(conversation.channel_id),
    )
    return {
        "id": str(contact.id),
        "name": contact.name,
        "address": conversation.address,
        "channel": channel.kind.value if channel is not None else None,
    }


async def _find(tx: Transaction, conversation_id: UUID) -> Conversation | None:
    try:
        return await tx.conversations.get(conversation_id)
    except NotFound:
        return None


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


_Enrich = Callable[[Transaction, Json], Awaitable[Json]]
_ENRICHED: dict[str, _Enrich] = {
    "lead.created": _lead,
    "waitlist.joined": _wait,
    "conversation.closed": _conversation,
}
_FAMILIES: dict[str, _Enrich] = {"order": _order, "handoff": _conversation}
