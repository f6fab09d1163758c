"""What a shop makes of an order: confirm it, hand it over, cancel it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from agent.notices import change_for_store
from api.admin.orders import OrderView, view_order
from api.dependencies import RuntimeNeeded, Seller
from api.errors import Conflict, Missing
from api.runtime import Runtime
from api.schemas import errors
from data.errors import TransitionRefused
from data.states import ORDER_TRANSITIONS, OrderStatus

router = APIRouter(prefix="/v1/orders", tags=["Pedidos"])

_NAMES = {
    OrderStatus.PLACED: "tomado",
    OrderStatus.SUBMITTED: "enviado al sistema de la tienda",
    OrderStatus.CONFIRMED: "confirmado",
    OrderStatus.CANCELLED: "anulado",
    OrderStatus.FULFILLED: "entregado",
}


class Cancellation(BaseModel):
    reason: Annotated[
        str, Field(max_length=200, description="Se le dice a quien compró.", examples=["Se quebró en bodega"])
    ] = ""


@router.post("/{reference}/cancel", summary="Anular un pedido", responses=errors(401, 403, 404, 409))
async def cancel_order(
    reference: str, principal: Seller, runtime: RuntimeNeeded, body: Cancellation | None = None
) -> OrderView:
    """El stock vuelve a estar a la venta, una sola vez, y quien compró recibe el aviso. Repetirlo no cambia nada."""
    reason = " ".join(body.reason.split()) if body else ""
    return await _change(runtime, principal, reference, OrderStatus.CANCELLED, reason)


@router.post("/{reference}/confirm", summary="Confirmar un pedido", responses=errors(401, 403, 404, 409))
async def confirm_order(reference: str, principal: Seller, runtime: RuntimeNeeded) -> OrderView:
    """Desde aquí ya no vence. Repetirlo no cambia nada."""
    return await _change(runtime, principal, reference, OrderStatus.CONFIRMED)


@router.post("/{reference}/fulfil", summary="Marcar un pedido como entregado", responses=errors(401, 403, 404, 409))
async def fulfil_order(reference: str, principal: Seller, runtime: RuntimeNeeded) -> OrderView:
    """Sus unidades salen del stock. Repetirlo no cambia nada."""
    return await _change(runtime, principal, reference, OrderStatus.FULFILLED)


async def _change(runtime: Runtime, principal: Seller, reference: str, to: OrderStatus, reason: str = "") -> OrderView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.orders.by_reference(reference.strip().upper())
        if found is None:
            raise Missing("No hay un pedido con esa referencia.")
        try:
            await change_for_store(tx, found.order.id, to, now=datetime.now(UTC), reason=reason)
        except TransitionRefused as refused:
            status = OrderStatus(refused.status)
            allowed = sorted(next_one.value for next_one in ORDER_TRANSITIONS[status])
            raise Conflict(
                f"El pedido está {_NAMES[status]}: no puede quedar {_NAMES[to]}.",
                {"status": status.value, "allowed": allowed},
            ) from refused
        changed = await tx.orders.get(found.order.id)
    if changed is None:
        raise Missing("No hay un pedido con esa referencia.")
    return view_order(changed)
