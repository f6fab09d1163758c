"""What the shop's own system is told of orders, and what it says of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, cast, func, select, update

from data.jobs import JobName, JobQueue
from data.models import Order, OrderLine
from data.repositories.repository import Repository
from data.states import OrderStatus

# For so long a job that was just queued is not queued again.
LEASE = timedelta(minutes=3)
_NEXT = cast(Order.external_state["next_attempt_at"].astext, DateTime(timezone=True))
# What became of an order there may still change; longer than this nobody asks.
_FOLLOWED = timedelta(days=60)


class SubmissionRepository(Repository):
    async def begin(self, order_id: UUID, system: str, now: datetime) -> None:
        """A placed order is to be sent: with the job that does, in the transaction of its cause."""
        await self._set(order_id, external_state={"system": system, "attempts": 0} | _next(now + LEASE))
        await self._defer(order_id)

    async def again(self, order_id: UUID, now: datetime) -> None:
        """Now, whatever it waits for; what it was held for is forgotten."""
        order = await self.session.get(Order, (self.tenant_id, order_id), with_for_update=True)
        if order is None:
            return
        order.held_reason = None
        order.external_state = (order.external_state or {"system": "odoo"}) | {"attempts": 0} | _next(now + LEASE)
        await self.session.flush()
        await self._defer(order_id)

    async def queue_due(self, now: datetime, limit: int = 200) -> int:
        """Jobs for the orders whose time has come, also of those whose job was lost."""
        due = select(Order.id).where(*self._waiting(), now >= _NEXT).order_by(_NEXT).limit(limit)
        ids = (await self.session.execute(due.with_for_update(skip_locked=True))).scalars().all()
        for order_id in ids:
            await self.note(order_id, **_next(now + LEASE))
            await self._defer(order_id)
        return len(ids)

    async def hasten(self, now: datetime) -> None:
        """The other system is there again: nobody waits any longer."""
        statement = (
            update(Order)
            .where(*self._waiting(), now + LEASE < _NEXT)
            .values(external_state=Order.external_state.concat(_next(now)))
        )
        await self.session.execute(statement.execution_options(synchronize_session=False))

    async def note(self, order_id: UUID, **values: Any) -> None:
        """Adds to what is known of it there; a value of None is forgotten."""
        order = await self.session.get(Order, (self.tenant_id, order_id), with_for_update=True, populate_existing=True)
        if order is not None:
            state = (order.external_state or {}) | values
            order.external_state = {name: value for name, value in state.items() if value is not None}
            await self.session.flush()

    async def hold(self, order_id: UUID, reason: str) -> None:
        """A person has to look at it; it is not tried again by itself."""
        await self._set(order_id, held_reason=reason)

    async def submitted(self, order_id: UUID, external_reference: str, now: datetime) -> None:
        await self._set(order_id, external_reference=external_reference, submitted_at=now, held_reason=None)

    async def waiting(self) -> Sequence[Order]:
        """Placed and not there yet, the oldest first; those held for a person too."""
        statement = (
            select(Order)
            .where(
                Order.tenant_id == self.tenant_id,
                Order.external_state.is_not(None),
                Order.submitted_at.is_(None),
                Order.status == OrderStatus.PLACED,
            )
            .order_by(Order.placed_at)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def followed(self, now: datetime) -> Mapping[int, UUID]:
        """By the other system's ids: orders that are there and may still change, also to be cancelled there."""
        statement = select(Order.external_state["id"].astext, Order.id).where(
            Order.tenant_id == self.tenant_id,
            Order.submitted_at.is_not(None),
            Order.placed_at > now - _FOLLOWED,
            Order.external_state["id"].astext.is_not(None),
        )
        return {int(row[0]): row[1] for row in (await self.session.execute(statement)).all()}

    async def reserved_there(self) -> dict[str, int]:
        """Units by SKU in lower case that the other system has reserved for our orders, and we have too."""
        statement = (
            select(func.lower(OrderLine.sku), func.sum(OrderLine.quantity))
            .join(Order, (Order.tenant_id == OrderLine.tenant_id) & (Order.id == OrderLine.order_id))
            .where(
                Order.tenant_id == self.tenant_id,
                Order.stock_settled_at.is_(None),
                Order.external_state["state"].astext.in_(("sale", "done")),
            )
            .group_by(func.lower(OrderLine.sku))
        )
        return {row[0]: int(row[1]) for row in (await self.session.execute(statement)).all()}

    def _waiting(self) -> tuple[ColumnElement[bool], ...]:
        return (
            Order.tenant_id == self.tenant_id,
            Order.status == OrderStatus.PLACED,
            Order.submitted_at.is_(None),
            Order.held_reason.is_(None),
            Order.external_state.is_not(None),
        )

    async def _set(self, order_id: UUID, **values: Any) -> None:
        statement = update(Order).where(Order.tenant_id == self.tenant_id, Order.id == order_id).values(**values)
        await self.session.execute(statement.execution_options(synchronize_session="fetch"))

    async def _defer(self, order_id: UUID) -> None:
        await JobQueue(self.session).defer(JobName.SUBMIT_ORDER, lock=f"submit:{order_id}", order_id=order_id)


def _next(when: datetime) -> dict[str, str]:
    return {"next_attempt_at": when.isoformat()}
