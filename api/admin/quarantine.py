"""Parts of providers' requests that nobody could read, for who looks after the channels."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.dependencies import Admin, RuntimeNeeded
from api.schemas import Limit, Moment, errors

router = APIRouter(prefix="/v1/quarantine", tags=["Canales"])


class QuarantinedView(BaseModel):
    id: UUID
    channel_id: UUID
    reason: Annotated[str, Field(description="Por qué no se pudo leer, en inglés técnico.")]
    raw: Annotated[Any, Field(description="La parte del aviso del proveedor, tal como llegó.")]
    arrived_at: Moment


class Quarantine(BaseModel):
    """Newest first; kept for thirty days."""

    items: list[QuarantinedView]


@router.get("", summary="Ver los avisos de proveedores que no se entendieron", responses=errors(401, 403))
async def list_quarantine(principal: Admin, runtime: RuntimeNeeded, limit: Limit = 50) -> Quarantine:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.conversations.quarantined(limit)
        return Quarantine(
            items=[
                QuarantinedView(
                    id=item.id, channel_id=item.channel_id, reason=item.reason, raw=item.raw, arrived_at=item.created_at
                )
                for item in found
            ]
        )
