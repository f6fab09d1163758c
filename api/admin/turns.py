"""Why the agent said what it said: what it heard, understood, found, did, was kept from saying, and what that cost."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.parse import read_burst
from api.dependencies import KnownFilters, RuntimeNeeded, Viewer
from api.errors import Missing
from api.schemas import Limit, Moment, errors
from data.models import Turn
from data.states import BrainKind

router = APIRouter(prefix="/v1/turns", tags=["Conversaciones"])


class UnderstoodView(BaseModel):
    """One thing the message asks for, as the rules read it."""

    kind: Annotated[str, Field(examples=["buy", "price", "shop", "checkout"])]
    words: str
    quantity: Annotated[int | None, Field(description="Si es un número entero de unidades.")]
    sku: str | None


class HitView(BaseModel):
    sku: str
    score: float


class FoundView(BaseModel):
    query: str
    hits: list[HitView]


class ModelCallView(BaseModel):
    model: str
    input_token_count: int
    output_token_count: int
    cost_usd: Annotated[Decimal | None, Field(description="Nulo: no se conoce el precio de ese modelo.")]
    duration_ms: int
    outcome: Annotated[str, Field(examples=["ok", "timeout", "rate_limited"])]


class TurnSummary(BaseModel):
    id: UUID
    conversation_id: UUID
    started_at: Moment
    duration_ms: float
    brain: BrainKind
    fallback_reason: Annotated[
        str | None,
        Field(description="Por qué no respondió el modelo.", examples=["timeout", "budget", "refused", "switched_off"]),
    ]
    blocked_count: Annotated[int, Field(description="Cuántas faltas retuvieron los controles.")]
    cost_usd: Decimal | None


class TurnPage(BaseModel):
    turns: list[TurnSummary]
    next: Annotated[Moment | None, Field(description="Pásalo como `before` para la página siguiente.")]


class TurnView(TurnSummary):
    """«¿Por qué dijo eso?»"""

    heard: list[str]
    understood: list[UnderstoodView]
    found: Annotated[list[FoundView], Field(description="Lo que se buscó, con el puntaje de cada resultado.")]
    shown: list[dict[str, Any]]
    called: Annotated[list[dict[str, Any]], Field(description="Las herramientas que llamó el modelo.")]
    done: Annotated[list[dict[str, Any]], Field(description="Lo que quedó hecho: carrito, pedido, derivación…")]
    blocked: Annotated[list[str], Field(description="Lo que los controles no dejaron salir, y por qué.")]
    said: list[str]
    model_calls: list[ModelCallView]
    prompt_fingerprint: Annotated[str | None, Field(description="Cambia cuando cambia lo que se le dice al modelo.")]


@router.get(
    "", summary="Ver los turnos de una conversación", responses=errors(401, 404, 422), dependencies=[KnownFilters]
)
async def list_turns(
    principal: Viewer,
    runtime: RuntimeNeeded,
    conversation_id: UUID,
    limit: Limit = 50,
    before: Annotated[AwareDatetime | None, Query(description="El `next` de la página anterior.")] = None,
) -> TurnPage:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await tx.conversations.get(conversation_id)
        found = await tx.turns.of_conversation(conversation_id, limit + 1, before)
    page = found[:limit]
    return TurnPage(
        turns=[TurnSummary(**_summary(turn)) for turn in page],
        next=page[-1].started_at if len(found) > limit else None,
    )


@router.get("/{turn_id}", summary="Ver por qué respondió eso", responses=errors(401, 404))
async def get_turn(turn_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> TurnView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        turn = await tx.turns.get(turn_id)
        if turn is None:
            raise Missing("No encontramos ese turno.")
        heard = [message.text for message in await tx.turns.heard(turn)]
        said = [message.text for message in await tx.messages.by_turn(turn_id)]
    return TurnView(
        **_summary(turn),
        heard=heard,
        understood=[_understood(intent) for intent in read_burst("\n".join(heard))],
        found=[FoundView.model_validate(one) for one in turn.found],
        shown=turn.shown,
        called=turn.tool_calls,
        done=turn.receipts,
        blocked=turn.guardrail_problems,
        said=said,
        model_calls=[ModelCallView.model_validate(call) for call in turn.model_calls],
        prompt_fingerprint=turn.prompt_fingerprint,
    )


def _summary(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "conversation_id": turn.conversation_id,
        "started_at": turn.started_at,
        "duration_ms": float(turn.duration_ms),
        "brain": turn.brain,
        "fallback_reason": turn.fallback_reason,
        "blocked_count": len(turn.guardrail_problems),
        "cost_usd": turn.cost_usd,
    }


def _understood(intent: Intent) -> UnderstoodView:
    return UnderstoodView(kind=intent.kind.value, words=intent.words, quantity=intent.count, sku=intent.sku)
