"""Orders as agreed with shoppers."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.dependencies import KnownFilters, RuntimeNeeded, Viewer
from api.errors import Missing
from api.schemas import Limit, Moment, Money, errors, money
from data.models import Order
from data.repositories.sales import OrderWithLines
from data.states import OrderStatus

router = APIRouter(prefix="/v1/orders", tags=["Pedidos"])


class Pending(StrEnum):
    """What keeps an order from being done with in the shop's own system."""

    WAITING = "waiting"
    HELD = "held"


_PENDING = "Solo los que van camino al sistema de la tienda (waiting) o esperan que una persona los revise (held)."


class OrderLineView(BaseModel):
    sku: str
    name: str
    quantity: int
    unit_price: Money


class ExternalView(BaseModel):
    """The order in the shop's own system, or why it is not there yet."""

    system: Annotated[str, Field(examples=["odoo"])]
    reference: Annotated[str | None, Field(examples=["S00007"])]
    state: Annotated[str, Field(description="Como lo dice ese sistema.", examples=["sale"])]
    delivery: str
    invoice: str
    portal_url: str
    submitted_at: Moment | None
    held_reason: Annotated[str | None, Field(description="Por qué espera a una persona.")]
    waits_because: Annotated[str | None, Field(description="Por qué todavía no llega; se intentará de nuevo.")]
    next_attempt_at: Moment | None
    attempts: int


class OrderView(BaseModel):
    id: UUID
    reference: Annotated[str, Field(examples=["S00042"])]
    status: OrderStatus
    conversation_id: UUID
    contact_id: UUID
    lines: list[OrderLineView]
    total: Money
    currency: str
    placed_at: Moment
    data: Annotated[dict[str, str], Field(description="Lo que la tienda pide: nombre, entrega, documento…")]
    dispatch_cost: Annotated[Money | None, Field(description="Aparte del total; null: por confirmar o sin despacho.")]
    expires_at: Annotated[Moment | None, Field(description="Cuándo se suelta el stock si nadie lo confirma.")]
    closed_at: Moment | None
    closed_reason: str | None
    external: Annotated[ExternalView | None, Field(description="null: no va a otro sistema.")]


class OrderPage(BaseModel):
    orders: list[OrderView]
    next: Annotated[Moment | None, Field(description="Pásalo como `before` para la página siguiente.")]


@router.get("", summary="Ver los pedidos", responses=errors(401, 422), dependencies=[KnownFilters])
async def list_orders(
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 50,
    before: Annotated[AwareDatetime | None, Query(description="El `next` de la página anterior.")] = None,
    external: Annotated[Pending | None, Query(description=_PENDING)] = None,
) -> OrderPage:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        waits, is_held = external is Pending.WAITING, external is Pending.HELD
        orders = await tx.orders.recent(limit + 1, before, waits=waits, is_held=is_held)
    page = orders[:limit]
    return OrderPage(
        orders=[view_order(order) for order in page], next=page[-1].order.placed_at if len(orders) > limit else None
    )


@router.get("/{reference}", summary="Ver un pedido", responses=errors(401, 404))
async def get_order(reference: str, principal: Viewer, runtime: RuntimeNeeded) -> OrderView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.orders.by_reference(reference.strip().upper())
    if found is None:
        raise Missing("No hay un pedido con esa referencia.")
    return view_order(found)


def view_order(found: OrderWithLines) -> OrderView:
    order = found.order
    return OrderView(
        id=order.id,
        reference=order.reference,
        status=order.status,
        conversation_id=order.conversation_id,
        contact_id=order.contact_id,
        lines=[
            OrderLineView(
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                unit_price=money(line.unit_price, order.currency),
            )
            for line in found.lines
        ],
        total=money(order.total, order.currency),
        currency=order.currency,
        placed_at=order.placed_at,
        data={name: str(value) for name, value in order.details.items()},
        dispatch_cost=money(order.dispatch_cost, order.currency) if order.dispatch_cost is not None else None,
        expires_at=order.expires_at if order.status is OrderStatus.PLACED else None,
        closed_at=order.closed_at,
        closed_reason=order.closed_reason,
        external=_external(order),
    )


def _external(order: Order) -> ExternalView | None:
    state = order.external_state
    if state is None:
        return None
    return ExternalView(
        system=state.get("system", ""),
        reference=order.external_reference,
        state=state.get("state", ""),
        delivery=state.get("delivery", ""),
        invoice=state.get("invoice", ""),
        portal_url=state.get("portal_url", ""),
        submitted_at=order.submitted_at,
        held_reason=order.held_reason,
        waits_because=state.get("waits_because"),
        next_attempt_at=state.get("next_attempt_at") if order.held_reason is None else None,
        attempts=int(state.get("attempts", 0)),
    )
