"""Reads all that a turn knows, in one short transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from agent.context import (
    CartLine,
    ModelChoice,
    Opening,
    OrderSummary,
    PlacedOrder,
    StoreProfile,
    SummaryLine,
    TurnContext,
    Utterance,
)
from agent.memory import Memory
from agent.order_data import OrderSettings, read_data
from agent.quoting import read_inbound, was_written_after
from agent.settling import settle
from agent.spending import month_of
from agent.triggers.offering import as_offered
from data.models import Channel, Conversation, Message, Summary, Tenant
from data.repositories.sales import OrderWithLines
from data.states import READ_FROM_THE_TABLE, ChannelKind, ConversationStatus, Delivery, Sender
from data.transaction import Transaction

HISTORY_LENGTH = 20
MOST_ORDERS = 5
# A summary shown longer ago is another visit: what changed since is no news.
CHANGES_TOLD_FOR = timedelta(hours=1)


async def open_turn(tx: Transaction, conversation_id: UUID, now: datetime) -> Opening | None:
    """None when nothing waits for an answer, or people answer this conversation. Locks the conversation."""
    conversation = await tx.conversations.get(conversation_id, lock=True)
    if conversation.status is not ConversationStatus.AUTOMATED:
        return None
    waiting = await tx.messages.unanswered(conversation)
    if not waiting:
        return None
    tenant, channel = await tx.tenants.get(), await tx.channels.get(conversation.channel_id)
    first = min(message.position for message in waiting)
    history = await tx.messages.history(conversation_id, limit=HISTORY_LENGTH, before_position=first)
    last = max(message.position for message in waiting)
    waiting = await settle(tx, conversation, waiting, history, channel=channel, tenant=tenant, now=now)
    if not waiting:
        return None
    contact = await tx.conversations.contact(conversation.contact_id)
    kept = read_memory(conversation)
    texts, memory = await read_inbound(tx, waiting, kept)
    cart = await _cart(tx, conversation_id)
    context = TurnContext(
        tenant_id=tx.tenant_id,
        conversation_id=conversation_id,
        contact_id=conversation.contact_id,
        contact_name=contact.name,
        store=store_profile(tenant, await tx.prompts.current(conversation.channel_id)),
        messages=texts,
        history=tuple(Utterance(message.sender, message.text) for message in history),
        memory=memory,
        cart=tuple(line for line in cart if not line.item.is_archived),
        gone=tuple(line for line in cart if line.item.is_archived),
        summary=await _summary(tx, channel, waiting, kept, history),
        now=now,
        address=_writes_from(channel, conversation.address),
        order_settings=order_settings(tenant),
        known_data=read_data(contact.order_data),
        last_summary=await _last_summary(tx, kept, now),
        workflows=tuple(as_offered(each) for each in await tx.workflows.offered()),
        orders=tuple(_placed(found) for found in await tx.orders.of_contact(contact.id, MOST_ORDERS)),
    )
    return Opening(context, first, last, await model_choice(tx, now))


def _writes_from(channel: Channel | None, address: str) -> str:
    """Meta writes numbers without their "+"; an id of another channel, or of someone who hides theirs, is none."""
    is_number = channel is not None and channel.kind is ChannelKind.META_WHATSAPP and address.isdecimal()
    return f"+{address}" if is_number else address


async def model_choice(tx: Transaction, now: datetime) -> ModelChoice:
    row = await tx.models.get()
    if row is None:
        return ModelChoice()
    off = None if row.is_enabled else "switched_off"
    if off is None and row.most_usd_a_month is not None:
        off = "budget" if await tx.models.spent(month_of(now)) >= row.most_usd_a_month else None
    return ModelChoice(row.setting, row.base_url, row.secrets, off)


def store_profile(tenant: Tenant, prompts: Mapping[str, str] | None = None) -> StoreProfile:
    settings = tenant.settings
    return StoreProfile(
        name=tenant.name,
        currency=tenant.currency,
        timezone=tenant.timezone,
        tone=str(settings.get("tone", "cercano")),
        instructions=str(settings.get("instructions", "")),
        rut=tenant.rut,
        prompts=tuple(sorted((prompts or {}).items())),
    )


def order_settings(tenant: Tenant) -> OrderSettings:
    """Settings that cannot be read ask nothing: better an order without data than none."""
    try:
        return OrderSettings.model_validate(tenant.settings.get("orders", {}))
    except ValidationError:
        return OrderSettings()


def _placed(found: OrderWithLines) -> PlacedOrder:
    order = found.order
    return PlacedOrder(
        id=order.id,
        reference=order.reference,
        status=order.status,
        lines=tuple(SummaryLine(line.sku, line.name, line.quantity, line.unit_price) for line in found.lines),
        total=order.total,
        currency=order.currency,
        placed_at=order.placed_at,
        data=read_data(order.details),
        dispatch_cost=order.dispatch_cost,
        expires_at=order.expires_at,
        external=order.external_state,
    )


async def _last_summary(tx: Transaction, memory: Memory, now: datetime) -> OrderSummary | None:
    row = await tx.orders.summary(memory.last_summary_id) if memory.last_summary_id else None
    return _order_summary(row) if row and now - row.expires_at < CHANGES_TOLD_FOR else None


def read_memory(conversation: Conversation) -> Memory:
    try:
        return Memory.model_validate(conversation.memory)
    except ValidationError:  # written by another version: better to forget than to stay silent
        return Memory()


async def _cart(tx: Transaction, conversation_id: UUID) -> tuple[CartLine, ...]:
    """Lines as they are now, products that the shop stopped selling among them."""
    lines = await tx.carts.lines(conversation_id)
    if not lines:
        return ()
    items = await tx.catalogue.by_variant_ids([line.variant_id for line in lines])
    return tuple(CartLine(items[line.variant_id], line.quantity, line.unit_price) for line in lines)


async def _summary(
    tx: Transaction, channel: Channel | None, waiting: list[Message], memory: Memory, history: list[Message]
) -> OrderSummary | None:
    """The summary a yes would be to: the very last thing said, by the agent, as far as is known received, and before
    anything that waits was written."""
    if memory.summary_id is None or not history:
        return None
    row, last = await tx.orders.summary(memory.summary_id), max(history, key=lambda message: message.position)
    if row is None or last.sender is not Sender.AGENT or row.text not in last.text:
        return None
    if not _has_left(channel, last) or not was_written_after(last, waiting, history):
        return None
    return _order_summary(row)


def _has_left(channel: Channel | None, message: Message) -> bool:
    """Pages and terminals read messages from the table; elsewhere a provider has to have taken them."""
    if message.delivery is Delivery.FAILED:
        return False
    return channel is None or channel.kind in READ_FROM_THE_TABLE or message.delivery is not Delivery.QUEUED


def _summary_line(line: Mapping[str, Any]) -> SummaryLine:
    listed = Decimal(line["list_price"]) if "list_price" in line else None
    return SummaryLine(line["sku"], line["name"], line["quantity"], Decimal(line["unit_price"]), listed)


def _order_summary(row: Summary) -> OrderSummary:
    return OrderSummary(
        id=row.id,
        hash=row.hash,
        lines=tuple(_summary_line(line) for line in row.lines),
        total=row.total,
        currency=row.currency,
        text=row.text,
        expires_at=row.expires_at,
        data=read_data(row.details),
        dispatch_cost=row.dispatch_cost,
    )
