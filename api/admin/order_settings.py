"""What a shop asks before it takes an order, what dispatch costs, how long it keeps the stock."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError

from agent.loading import order_settings
from agent.order_data import OrderSettings
from api.dependencies import Admin, Principal, RuntimeNeeded, Viewer
from api.errors import Invalid, Missing
from api.schemas import errors

router = APIRouter(prefix="/v1/tenants", tags=["Tiendas"])


class OrderSettingsChange(OrderSettings):
    """Only the fields that are sent change."""


@router.get("/{tenant_id}/order-settings", summary="Ver qué se pide en un pedido", responses=errors(401, 404))
async def get_order_settings(tenant_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> OrderSettings:
    _check_own(tenant_id, principal)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        return order_settings(await tx.tenants.get())


@router.patch(
    "/{tenant_id}/order-settings", summary="Cambiar qué se pide en un pedido", responses=errors(401, 403, 404, 422)
)
async def change_order_settings(
    tenant_id: UUID, body: OrderSettingsChange, principal: Admin, runtime: RuntimeNeeded
) -> OrderSettings:
    """Lo que no se envía queda como estaba. Los pedidos ya tomados no cambian."""
    _check_own(tenant_id, principal)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        tenant = await tx.tenants.get(lock=True)
        sent = body.model_dump(include=body.model_fields_set, mode="json")
        try:
            settings = OrderSettings.model_validate(order_settings(tenant).model_dump(mode="json") | sent)
        except ValidationError as error:
            raise Invalid(error.errors()[0]["msg"]) from error
        tenant.settings = tenant.settings | {"orders": settings.model_dump(mode="json")}
    return settings


def _check_own(tenant_id: UUID, principal: Principal) -> None:
    if tenant_id != principal.tenant_id:
        raise Missing("No encontramos esa tienda.")
