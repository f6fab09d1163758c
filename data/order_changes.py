"""What an order becomes after it was placed: the one way for shopper, shop and clock, with its stock and its event."""

from datetime import datetime
from uuid import UUID

from data.errors import NotFound, TransitionRefused
from data.jobs import JobName
from data.models import Order
from data.states import ORDER_TRANSITIONS, CancelledBy, OrderStatus
from data.transaction import Transaction

_STATUSES_SETTLING_STOCK = {OrderStatus.CANCELLED, OrderStatus.FULFILLED}


async def change_order(
    tx: Transaction,
    order_id: UUID,
    to: OrderStatus,
    *,
    now: datetime,
    by: CancelledBy = CancelledBy.STORE,
    reason: str = "",
) -> bool:
    """False when the order is so already: nothing happens twice. Stock is given back, or leaves the shop, once.

    Raises NotFound, data.errors.TransitionRefused.
    """
    order = await tx.orders.lock(order_id)
    if order is None:
        raise NotFound("order")
    if order.status is to:
        return False
    if to not in ORDER_TRANSITIONS[order.status]:
        raise TransitionRefused(order.status, to)
    order.status = to
    if to in _STATUSES_SETTLING_STOCK:
        order.closed_at, order.closed_reason = now, reason or (by.value if to is OrderStatus.CANCELLED else None)
        await _settle_stock(tx, order, now, returns=to is OrderStatus.CANCELLED)
    if to is OrderStatus.CANCELLED and order.external_state is not None:
        await tx.jobs.defer(JobName.CANCEL_EXTERNAL, lock=f"submit:{order.id}", order_id=order.id)
    cause = {"by": by.value} if to is OrderStatus.CANCELLED else {}
    await tx.events.add(f"order.{to.value}", order_id=str(order.id), reference=order.reference, **cause)
    return True


async def _settle_stock(tx: Transaction, order: Order, now: datetime, *, returns: bool) -> None:
    if order.stock_settled_at is not None:
        return
    order.stock_settled_at = now
    lines = await tx.orders.units(order.id)
    # In one order for everyone: two orders of the same products cannot wait for each other.
    for variant_id, quantity in sorted(lines.items()):
        await (tx.catalogue.return_stock if returns else tx.catalogue.ship_stock)(variant_id, quantity)
    if returns:
        await tx.events.add("stock.returned", order_id=str(order.id), reference=order.reference)
        await tx.waitlist.serve_later()


async def expire_later(tx: Transaction, order: Order) -> None:
    """The job that gives the stock back when nobody confirmed the order in time."""
    if order.expires_at is not None:
        await tx.jobs.defer(
            JobName.EXPIRE_ORDER, lock=f"order:{order.id}", scheduled_at=order.expires_at, order_id=order.id
        )
