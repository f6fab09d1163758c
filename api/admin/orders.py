"""Orders as agreed with shoppers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.dependencies import KnownFilters, RuntimeNeeded, Viewer
from api.errors import Missing
from api.schemas import Limit, Moment, Money, errors, money
from data.repositories.sales import OrderWithLines
from data.states import OrderStatus

router = APIRouter(prefix="/v1/orders", tags=["Pedidos"])


class OrderLineView(BaseModel):
    sku: str
    name: str
    quantity: int
    unit_price: Money


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


class OrderPage(BaseModel):
    orders: list[OrderView]
    next: Annotated[Moment | None, Field(description="Pásalo como `before` para la página siguiente.")]


@router.get("", summary="Ver los pedidos", responses=errors(401, 422), dependencies=[KnownFilters])
async def list_orders(
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 50,
    before: Annotated[AwareDatetime | None, Query(description="El `next` de la página anterior.")] = None,
) -> OrderPage:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        orders = await tx.orders.recent(limit + 1, before)
    page = orders[:limit]
    return OrderPage(
        orders=[_view(order) for order in page], next=page[-1].order.placed_at if len(orders) > limit else None
    )


@router.get("/{reference}", summary="Ver un pedido", responses=errors(401, 404))
async def get_order(reference: str, principal: Viewer, runtime: RuntimeNeeded) -> OrderView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.orders.by_reference(reference.strip().upper())
    if found is None:
        raise Missing("No hay un pedido con esa referencia.")
    return _view(found)


def _view(found: OrderWithLines) -> OrderView:
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
    )
