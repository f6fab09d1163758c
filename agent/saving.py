"""Writes all that a turn decided, in one transaction: the turn, the cart, the order, the replies and their jobs."""

from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from agent.context import OrderSummary
from agent.facts import Receipt, ReceiptKind
from agent.handoff import asks_for_human
from agent.order_data import OrderData
from agent.orders.submitting import submit_later
from agent.spending import count_calls, note_calls
from agent.state import Outcome
from agent.wording import say
from agent.workspace import Workspace
from data.content import MessageContent
from data.errors import TransitionRefused
from data.jobs import JobName
from data.models import Conversation, Lead, Order, OrderLine, Summary, Turn, WaitlistEntry
from data.money import plain
from data.order_changes import change_order, expire_later
from data.ownership import By, hand_off, say_in_between
from data.repositories.sales import StoredLine
from data.states import Actor, CancelledBy, ConversationStatus, OrderStatus
from data.stock_changes import tell_sold_out
from data.transaction import Transaction

_ASKED = {True: Actor.CONTACT, False: Actor.AGENT}


class StaleTurn(Exception):
    """Something newer overtook this turn while it was thinking; nothing of it may be written."""


async def save_turn(tx: Transaction, outcome: Outcome, *, now: datetime, is_last_take: bool) -> None:
    """Raises StaleTurn, data.errors.OutOfStock; then the transaction rolls back and the turn is taken again."""
    opening = outcome.opening
    conversation = await tx.conversations.get(opening.context.conversation_id, lock=True)
    if conversation.status is not ConversationStatus.AUTOMATED:
        return  # a person took over while the agent was thinking: the reply is dropped
    if conversation.answered_position >= opening.last_position:
        return  # another worker answered these already
    newest = await tx.messages.newest_inbound_position(conversation.id)
    if newest > opening.last_position and not is_last_take:
        raise StaleTurn

    workspace, draft = outcome.state["workspace"], outcome.state["draft"]
    assert draft is not None
    turn = _turn(outcome)
    note_calls(turn, workspace.model_calls)
    await count_calls(tx, workspace.model_calls, now)
    await tx.conversations.add_turn(turn)
    replies = draft.replies
    cart_id = await _save_cart(tx, workspace, conversation)
    if workspace.order is not None:
        assert cart_id is not None
        reference = await _place_order(tx, workspace, workspace.order, conversation, cart_id, now)
        replies = (MessageContent(_placed_text(workspace, workspace.order, reference)),)
        turn.receipts = [_receipt_row(Receipt(ReceiptKind.ORDER_PLACED, reference=reference))]
        workspace.remember(order_reference=reference, just_ordered=True, last_reply=replies[0].text)
    elif workspace.new_summary is not None:
        assert cart_id is not None
        await tx.orders.add_summary(_summary_row(tx.tenant_id, workspace.new_summary, cart_id))
    await _save_wishes(tx, workspace, conversation, now)
    await _send(tx, conversation, replies, turn.id, now)
    if workspace.handoff_reason is not None:
        has_asked = asks_for_human(message.text for message in workspace.context.messages)
        await hand_off(tx, conversation, workspace.handoff_reason, By(_ASKED[has_asked]), now)
    for asked in workspace.unanswered:
        await tx.suggestions.keep(asked.text, topic=asked.topic, now=now, conversation_id=conversation.id)
    conversation.memory = workspace.memory.model_dump(mode="json")
    conversation.answered_position = opening.last_position


async def hand_over_unanswered(tx: Transaction, conversation_id: UUID, now: datetime) -> None:
    """Nothing happens when nothing waits for an answer, or people answer already."""
    conversation = await tx.conversations.get(conversation_id, lock=True)
    waiting = await tx.messages.unanswered(conversation)
    if conversation.status is not ConversationStatus.AUTOMATED or not waiting:
        return
    tenant = await tx.tenants.get()
    await say_in_between(tx, conversation, say("handoff.failed", store=tenant), now)
    await hand_off(tx, conversation, "El asistente no pudo responder.", By(Actor.AGENT), now)
    conversation.answered_position = max(message.position for message in waiting)


def _turn(outcome: Outcome) -> Turn:
    context, state = outcome.opening.context, outcome.state
    workspace, draft = state["workspace"], state["draft"]
    assert draft is not None
    return Turn(
        tenant_id=context.tenant_id,
        id=uuid4(),
        conversation_id=context.conversation_id,
        brain=state["brain"],
        fallback_reason=state["fallback_reason"],
        started_at=outcome.started_at,
        duration_ms=Decimal(f"{outcome.duration_ms:.2f}"),
        first_position=outcome.opening.first_position,
        last_position=outcome.opening.last_position,
        shown=[
            {"sku": item.sku, "name": item.name, "unit_price": plain(item.unit_price, item.currency)}
            for item in workspace.shown
        ],
        receipts=[_receipt_row(receipt) for receipt in workspace.receipts],
        tool_calls=workspace.tool_calls,
        guardrail_problems=list(state["all_problems"]),
        prompt_fingerprint=draft.prompt_fingerprint,
        found=outcome.found,
    )


def _receipt_row(receipt: Receipt) -> dict[str, Any]:
    return {key: value for key, value in asdict(receipt).items() if value is not None}


async def _save_cart(tx: Transaction, workspace: Workspace, conversation: Conversation) -> UUID | None:
    """The open cart's id, or None where there never was anything in it."""
    stored = (*workspace.context.cart, *workspace.context.gone)
    before = [(line.item.variant_id, line.quantity, line.quoted_price) for line in stored]
    after = [(line.item.variant_id, line.quantity, line.quoted_price) for line in workspace.lines.values()]
    if workspace.order is None and before == after and workspace.new_summary is None:
        return None
    cart_id = await tx.carts.open(conversation.id)
    if workspace.order is None and before != after:
        await tx.carts.replace(cart_id, [StoredLine(*line) for line in after])
    return cart_id


def _placed_text(workspace: Workspace, summary: OrderSummary, reference: str) -> str:
    """What was agreed goes out in writing; where it goes and how long it is kept, if that is set."""
    store, settings = workspace.context.store, workspace.context.order_settings
    text = say("order.placed", store=store, reference=reference, summary=summary)
    data = say("order.placed_data", store=store, data=summary.data, settings=settings)
    hours = settings.reservation_hours
    kept = say("order.placed_until", store=store, hours=hours) if hours else ""
    return "\n".join([text, *([" ".join(filter(None, (data, kept)))] if data or kept else [])])


async def _save_wishes(tx: Transaction, workspace: Workspace, conversation: Conversation, now: datetime) -> None:
    """An order to cancel, places on the waitlist, a wish to be contacted."""
    if workspace.cancelled is not None:
        try:
            await change_order(tx, workspace.cancelled.id, OrderStatus.CANCELLED, now=now, by=CancelledBy.CONTACT)
        except TransitionRefused as refused:  # the shop was faster
            raise StaleTurn from refused
    for wait in workspace.waits:
        entry = WaitlistEntry(
            tenant_id=tx.tenant_id,
            id=uuid4(),
            contact_id=conversation.contact_id,
            conversation_id=conversation.id,
            variant_id=wait.variant_id,
            wanted=wait.wanted,
            quantity=wait.quantity,
        )
        if await tx.waitlist.join(entry):
            variant_id = str(wait.variant_id) if wait.variant_id else None
            await tx.events.add("waitlist.joined", entry_id=str(entry.id), variant_id=variant_id)
    if workspace.lead is not None:
        wish = Lead(
            tenant_id=tx.tenant_id,
            id=uuid4(),
            contact_id=conversation.contact_id,
            conversation_id=conversation.id,
            **asdict(workspace.lead),
        )
        lead, is_new = await tx.leads.record(wish)
        if is_new:
            await tx.events.add("lead.created", lead_id=str(lead.id), kind=lead.kind.value)


async def _place_order(
    tx: Transaction,
    workspace: Workspace,
    summary: OrderSummary,
    conversation: Conversation,
    cart_id: UUID,
    now: datetime,
) -> str:
    """Take the stock and write the order, at the prices of the summary and only if those still hold."""
    items = await tx.catalogue.by_skus([line.sku for line in summary.lines])
    if any(line.sku not in items or items[line.sku].unit_price != line.listed for line in summary.lines):
        raise StaleTurn
    # In one order for everyone: two orders of the same products cannot wait for each other.
    taken = sorted(summary.lines, key=lambda line: items[line.sku].variant_id)
    left = [await tx.catalogue.take_stock(items[line.sku].variant_id, line.sku, line.quantity) for line in taken]
    await tell_sold_out(tx, [items[line.sku] for line, units in zip(taken, left, strict=True) if units == 0])
    order = Order(
        tenant_id=tx.tenant_id,
        id=uuid4(),
        reference=f"S{await tx.tenants.next_order_number():05d}",
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        cart_id=cart_id,
        summary_id=summary.id,
        total=summary.total,
        currency=summary.currency,
        placed_at=now,
        details=summary.data.known(),
        dispatch_cost=summary.dispatch_cost,
        expires_at=now + timedelta(hours=hours)
        if (hours := workspace.context.order_settings.reservation_hours)
        else None,
    )
    lines = [
        OrderLine(
            tenant_id=tx.tenant_id,
            order_id=order.id,
            variant_id=items[line.sku].variant_id,
            position=position,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
        )
        for position, line in enumerate(summary.lines)
    ]
    await tx.orders.place(order, lines)
    await tx.events.add("order.placed", order_id=str(order.id), reference=order.reference)
    await expire_later(tx, order)
    await submit_later(tx, order, now)
    await _remember_data(tx, conversation, summary.data)
    return order.reference


async def _remember_data(tx: Transaction, conversation: Conversation, data: OrderData) -> None:
    """For the contact's next order; what this one had no use for stays as it was."""
    if data.known():
        contact = await tx.conversations.contact(conversation.contact_id)
        contact.order_data = contact.order_data | data.known()


def _summary_row(tenant_id: UUID, summary: OrderSummary, cart_id: UUID) -> Summary:
    return Summary(
        tenant_id=tenant_id,
        id=summary.id,
        cart_id=cart_id,
        hash=summary.hash,
        lines=[
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": plain(line.unit_price, summary.currency),
            }
            | ({} if line.list_price is None else {"list_price": plain(line.list_price, summary.currency)})
            for line in summary.lines
        ],
        total=summary.total,
        currency=summary.currency,
        text=summary.text,
        expires_at=summary.expires_at,
        details=summary.data.known(),
        dispatch_cost=summary.dispatch_cost,
    )


async def _send(
    tx: Transaction, conversation: Conversation, replies: tuple[MessageContent, ...], turn_id: UUID, now: datetime
) -> None:
    """Queue each reply; those of one conversation leave one after another."""
    for content in replies:
        message = await tx.messages.add_outbound(
            conversation, text=content.text, payload=content.payload(), now=now, turn_id=turn_id
        )
        await tx.jobs.defer(JobName.SEND_MESSAGE, lock=f"outbox:{conversation.id}", message_id=message.id)
    await tx.jobs.notify("messages", f"{tx.tenant_id}/{conversation.id}")
