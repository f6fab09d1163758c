"""Carts, summaries and orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from data.errors import NotFound
from data.models import Cart, CartLine, Order, OrderLine, Summary
from data.repositories.repository import Repository
from data.states import CartStatus, OrderStatus


@dataclass(frozen=True, slots=True)
class StoredLine:
    variant_id: UUID
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class OrderWithLines:
    order: Order
    lines: Sequence[OrderLine]


class CartRepository(Repository):
    async def lines(self, conversation_id: UUID) -> list[StoredLine]:
        """Of the open cart, in the order they were added."""
        statement = (
            select(CartLine.variant_id, CartLine.quantity, CartLine.unit_price)
            .join(Cart, (Cart.tenant_id == CartLine.tenant_id) & (Cart.id == CartLine.cart_id))
            .where(
                Cart.tenant_id == self.tenant_id,
                Cart.conversation_id == conversation_id,
                Cart.status == CartStatus.OPEN,
            )
            .order_by(CartLine.position)
        )
        return [StoredLine(*row) for row in (await self.session.execute(statement))]

    async def open(self, conversation_id: UUID) -> UUID:
        """The id of the conversation's open cart, made when there is none."""
        found = select(Cart.id).where(
            Cart.tenant_id == self.tenant_id, Cart.conversation_id == conversation_id, Cart.status == CartStatus.OPEN
        )
        cart_id = (await self.session.execute(found)).scalar_one_or_none()
        if cart_id is None:
            statement = insert(Cart).values(tenant_id=self.tenant_id, id=uuid4(), conversation_id=conversation_id)
            await self.session.execute(statement.on_conflict_do_nothing())
            cart_id = (await self.session.execute(found)).scalar_one()
        return cart_id

    async def replace(self, cart_id: UUID, lines: Sequence[StoredLine]) -> None:
        """Make the cart hold exactly these lines, in this order."""
        await self.session.execute(
            delete(CartLine).where(CartLine.tenant_id == self.tenant_id, CartLine.cart_id == cart_id)
        )
        self.session.add_all(
            CartLine(
                tenant_id=self.tenant_id,
                cart_id=cart_id,
                variant_id=line.variant_id,
                position=position,
                quantity=line.quantity,
                unit_price=line.unit_price,
            )
            for position, line in enumerate(lines)
        )
        await self.session.flush()


class OrderRepository(Repository):
    async def add_summary(self, summary: Summary) -> None:
        self.session.add(summary)
        await self.session.flush()

    async def summary(self, summary_id: UUID) -> Summary | None:
        return await self.session.get(Summary, (self.tenant_id, summary_id))

    async def place(self, order: Order, lines: Sequence[OrderLine]) -> None:
        """Write an order whose stock is taken already, and close its cart."""
        cart = await self.session.get(Cart, (self.tenant_id, order.cart_id), with_for_update=True)
        if cart is None:
            raise NotFound("cart")
        cart.status = CartStatus.ORDERED
        self.session.add(order)
        await self.session.flush()
        self.session.add_all(lines)
        await self.session.flush()

    async def lock(self, order_id: UUID) -> Order | None:
        """No other transaction can change it until this one ends."""
        statement = select(Order).where(Order.tenant_id == self.tenant_id, Order.id == order_id)
        statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def units(self, order_id: UUID) -> dict[UUID, int]:
        """How many of each variant."""
        statement = (
            select(OrderLine.variant_id, func.sum(OrderLine.quantity))
            .where(OrderLine.tenant_id == self.tenant_id, OrderLine.order_id == order_id)
            .group_by(OrderLine.variant_id)
        )
        return {variant_id: int(quantity) for variant_id, quantity in await self.session.execute(statement)}

    async def bought_with(self, variant_id: UUID, limit: int) -> list[UUID]:
        """Variants of the orders that this one is in, the most often together first; cancelled orders do not count."""
        own, other = aliased(OrderLine), aliased(OrderLine)
        together = func.count().label("together")
        statement = (
            select(other.variant_id)
            .select_from(own)
            .join(other, (other.tenant_id == own.tenant_id) & (other.order_id == own.order_id))
            .join(Order, (Order.tenant_id == own.tenant_id) & (Order.id == own.order_id))
            .where(
                own.tenant_id == self.tenant_id,
                own.variant_id == variant_id,
                other.variant_id != variant_id,
                Order.status != OrderStatus.CANCELLED,
            )
            .group_by(other.variant_id)
            .order_by(together.desc(), other.variant_id)
            .limit(limit)
        )
        return list((await self.session.execute(statement)).scalars())

    async def by_reference(self, reference: str) -> OrderWithLines | None:
        statement = select(Order).where(Order.tenant_id == self.tenant_id, Order.reference == reference)
        return await self._with_lines((await self.session.execute(statement)).scalar_one_or_none())

    async def get(self, order_id: UUID) -> OrderWithLines | None:
        return await self._with_lines(await self.session.get(Order, (self.tenant_id, order_id)))

    async def latest(self, conversation_id: UUID) -> OrderWithLines | None:
        statement = (
            select(Order)
            .where(Order.tenant_id == self.tenant_id, Order.conversation_id == conversation_id)
            .order_by(Order.placed_at.desc())
            .limit(1)
        )
        return await self._with_lines((await self.session.execute(statement)).scalar_one_or_none())

    async def recent(
        self,
        limit: int = 50,
        before: datetime | None = None,
        *,
        waits: bool = False,
        is_held: bool = False,
    ) -> list[OrderWithLines]:
        """Newest first. `waits`: only those on their way to the shop's own system; `is_held`: those for a person."""
        statement = select(Order).where(Order.tenant_id == self.tenant_id)
        if waits:
            statement = statement.where(
                Order.external_state.is_not(None),
                Order.submitted_at.is_(None),
                Order.held_reason.is_(None),
                Order.status == OrderStatus.PLACED,
            )
        if is_held:
            is_over = Order.status.in_((OrderStatus.CANCELLED, OrderStatus.FULFILLED))
            is_open_there = Order.external_state["held_code"].astext == "not_cancelled_there"
            statement = statement.where(Order.held_reason.is_not(None), is_over.is_not(True) | is_open_there)
        if before is not None:
            statement = statement.where(Order.placed_at < before)
        return await self._newest(statement, limit)

    async def of_contact(self, contact_id: UUID, limit: int) -> list[OrderWithLines]:
        """Newest first, whatever conversation they were made in."""
        statement = select(Order).where(Order.tenant_id == self.tenant_id, Order.contact_id == contact_id)
        return await self._newest(statement, limit)

    async def _newest(self, statement: Select[Order], limit: int) -> list[OrderWithLines]:
        statement = statement.order_by(Order.placed_at.desc(), Order.id).limit(limit)
        orders = (await self.session.execute(statement)).scalars().all()
        lines = await self._lines([order.id for order in orders]) if orders else {}
        return [OrderWithLines(order, lines.get(order.id, [])) for order in orders]

    async def _with_lines(self, order: Order | None) -> OrderWithLines | None:
        if order is None:
            return None
        return OrderWithLines(order, (await self._lines([order.id])).get(order.id, []))

    async def _lines(self, order_ids: Sequence[UUID]) -> dict[UUID, list[OrderLine]]:
        statement = (
            select(OrderLine)
            .where(OrderLine.tenant_id == self.tenant_id, OrderLine.order_id.in_(order_ids))
            .order_by(OrderLine.order_id, OrderLine.position)
        )
        lines: dict[UUID, list[OrderLine]] = {}
        for line in (await self.session.execute(statement)).scalars():
            lines.setdefault(line.order_id, []).append(line)
        return lines
