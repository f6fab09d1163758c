"""Customers nobody answered: since when, and why."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.dependencies import RuntimeNeeded, Viewer
from api.schemas import Limit, Moment, errors
from data.states import ChannelKind, Waiting

router = APIRouter(prefix="/v1/unanswered", tags=["Conversaciones"])

LOOKED_BACK = timedelta(days=30)

MESSAGES = {
    Waiting.WITH_PEOPLE: "La atiende una persona y aún no responde.",
    Waiting.PAUSED: "El agente está en pausa en este canal.",
    Waiting.INACTIVE: "El canal está apagado.",
    Waiting.QUIETED: "Escribió lo mismo o demasiado seguido; el agente calla hasta que haya calma.",
    Waiting.LATE: "El mensaje llegó muy tarde, cuando ya se había seguido conversando.",
    Waiting.NOT_DELIVERED: "La última respuesta no le llegó.",
    Waiting.NOT_YET: "El agente aún no responde.",
}


class UnansweredView(BaseModel):
    conversation_id: UUID
    channel_id: UUID
    channel_kind: ChannelKind
    contact_id: UUID
    contact_name: str | None
    address: str
    waiting_since: Moment
    message_count: Annotated[int, Field(description="Mensajes sin responder.")]
    last_text: str
    reason: Waiting
    reason_text: str


class UnansweredList(BaseModel):
    """Longest waiting first."""

    unanswered: list[UnansweredView]


@router.get("", summary="Ver a quién nadie ha respondido", responses=errors(401))
async def list_unanswered(
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 100,
    min_seconds: Annotated[
        int, Query(ge=0, le=86_400, description="Desde cuántos segundos de espera; el agente tarda unos pocos.")
    ] = 30,
) -> UnansweredList:
    now = datetime.now(UTC)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.unanswered.all(
            after=now - LOOKED_BACK, before=now - timedelta(seconds=min_seconds), limit=limit
        )
    return UnansweredList(
        unanswered=[
            UnansweredView(
                conversation_id=one.conversation_id,
                channel_id=one.channel_id,
                channel_kind=one.channel_kind,
                contact_id=one.contact_id,
                contact_name=one.contact_name,
                address=one.address,
                waiting_since=one.since,
                message_count=one.message_count,
                last_text=one.last_text,
                reason=one.reason,
                reason_text=MESSAGES[one.reason],
            )
            for one in found
        ]
    )
