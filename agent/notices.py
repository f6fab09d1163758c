"""What a shopper is told without having asked: that a product is back, and what became of an order."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agent.loading import order_settings, read_memory, store_profile
from agent.memory import Pending
from agent.wording import say
from data.content import Choice, MessageContent, Template
from data.database import Database
from data.errors import TransitionRefused
from data.jobs import JobName
from data.models import Conversation, Order, Tenant, WaitlistEntry
from data.order_changes import change_order
from data.repositories.items import CatalogueItem
from data.states import CancelledBy, ChannelKind, ConversationStatus, OrderStatus, WaitlistStatus
from data.transaction import Transaction

# Outside of it WhatsApp takes approved templates only.
SERVICE_WINDOW = timedelta(hours=24)
_HAS_WINDOW = frozenset({ChannelKind.TWILIO_WHATSAPP, ChannelKind.META_WHATSAPP})
# Told in one run of the job; it calls itself again for the rest.
MOST_TOLD = 50

_NOTICES = {
    OrderStatus.CANCELLED: "order.cancelled_by_store",
    OrderStatus.CONFIRMED: "order.confirmed_by_store",
    OrderStatus.FULFILLED: "order.fulfilled_by_store",
}


async def serve_waitlist(database: Database, tenant_id: UUID, now: datetime) -> None:
    """Run one SERVE_WAITLIST job: those whose product can be sold again, first come first told, each once."""
    while await _serve_some(database, tenant_id, now) == MOST_TOLD:
        pass


async def _serve_some(database: Database, tenant_id: UUID, now: datetime) -> int:
    async with database.transaction(tenant_id) as tx:
        tenant = await tx.tenants.get()
        entries = await tx.waitlist.ready(MOST_TOLD)
        items = await tx.catalogue.by_variant_ids([entry.variant_id for entry in entries if entry.variant_id])
        for entry in entries:
            if entry.variant_id in items:
                await _tell_back(tx, entry, items[entry.variant_id], tenant, now)
    return len(entries)


async def _tell_back(tx: Transaction, entry: WaitlistEntry, item: CatalogueItem, tenant: Tenant, now: datetime) -> None:
    conversation = await tx.conversations.get(entry.conversation_id, lock=True)
    text = say("waitlist.back", store=store_profile(tenant), item=item)
    choice = Choice(f"take:1:{item.sku}", "Sí, agregar")
    template = order_settings(tenant).waitlist_template
    approved = Template(template, variables=(item.title,)) if template else None
    is_told = await tell(tx, conversation, MessageContent(text, (choice,), purpose="waitlist"), now, approved)
    entry.status = WaitlistStatus.TOLD if is_told else WaitlistStatus.FOR_PEOPLE
    entry.settled_at = now
    if is_told:
        _keep_in_mind(conversation, item)
    name = "waitlist.told" if is_told else "waitlist.for_people"
    await tx.events.add(name, entry_id=str(entry.id), variant_id=str(entry.variant_id))


def _keep_in_mind(conversation: Conversation, item: CatalogueItem) -> None:
    """A "sí" to it adds the product; a summary that waited for a yes is no longer the last thing said."""
    memory = read_memory(conversation)
    asked = Pending(kind="which", skus=(item.sku,), quantity=1)
    seen = {"pending": asked, "focus": item.sku, "shown": (item.sku,), "asked": None, "summary_id": None}
    conversation.memory = memory.model_copy(update=seen).model_dump(mode="json")


async def tell(
    tx: Transaction,
    conversation: Conversation,
    content: MessageContent,
    now: datetime,
    approved: Template | None = None,
) -> bool:
    """Whether it is on its way. Nothing is said unasked to who has said BAJA, nor while a person answers; outside the
    service window only as a template: `approved`, or the channel's own for the content's purpose."""
    if conversation.status is not ConversationStatus.AUTOMATED:
        return False
    if not await tx.conversations.may_start(conversation.contact_id):
        return False
    channel = await tx.channels.get(conversation.channel_id)
    if channel is None or not channel.is_active:
        return False
    last = conversation.last_inbound_at
    if channel.kind in _HAS_WINDOW and (last is None or now - last >= SERVICE_WINDOW):
        has_own = bool(channel.config.get("templates", {}).get(content.purpose))
        if approved is None and not has_own:
            return False
        content = replace(content, template=approved)
    message = await tx.messages.add_outbound(conversation, text=content.text, payload=content.payload(), now=now)
    await tx.jobs.defer(JobName.SEND_MESSAGE, lock=f"outbox:{conversation.id}", message_id=message.id)
    await tx.jobs.notify("messages", f"{tx.tenant_id}/{conversation.id}")
    return True


async def expire_order(database: Database, tenant_id: UUID, order_id: UUID, now: datetime) -> None:
    """Run one EXPIRE_ORDER job: nobody confirmed it in time, so its stock is given back and its shopper told."""
    async with database.transaction(tenant_id) as tx:
        order = await tx.orders.lock(order_id)
        if order is None or order.status is not OrderStatus.PLACED or order.expires_at is None:
            return
        if order.expires_at > now:
            return
        await change_order(tx, order_id, OrderStatus.CANCELLED, now=now, by=CancelledBy.EXPIRY)
        await _tell_of(tx, order, "order.expired_reservation", now)


async def change_for_store(
    tx: Transaction, order_id: UUID, to: OrderStatus, *, now: datetime, reason: str = ""
) -> bool:
    """What the shop makes of an order, told to its shopper; False when it is so already.

    Raises data.errors.NotFound, data.errors.TransitionRefused.
    """
    if not await change_order(tx, order_id, to, now=now, by=CancelledBy.STORE, reason=reason):
        return False
    order = await tx.orders.lock(order_id)
    if order is None:
        raise TransitionRefused(to, to)
    await _tell_of(tx, order, _NOTICES[to], now, reason=reason)
    return True


async def _tell_of(tx: Transaction, order: Order, key: str, now: datetime, **values: Any) -> None:
    conversation = await tx.conversations.get(order.conversation_id, lock=True)
    tenant = await tx.tenants.get()
    text = say(key, store=store_profile(tenant), order=order, **values)
    if not await tell(tx, conversation, MessageContent(text, purpose="order"), now):
        await tx.events.add("order.notice_for_people", order_id=str(order.id), reference=order.reference)
