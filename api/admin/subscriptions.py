"""Who hears of what happens in the shop: URLs, their secrets, what they were told and what is left to tell."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from agent.triggers.sending import message_id
from api.dependencies import Admin, KnownFilters, RuntimeNeeded, Viewer
from api.errors import BadRequest, Conflict, Invalid, Missing
from api.runtime import Runtime
from api.schemas import Limit, Moment, errors
from connectors.errors import ConnectorError, TargetRefused
from data.event_types import EVENT_TYPES, PATTERNS, TEST
from data.models import Subscription
from data.repositories.subscriptions import OVERLAP, DueEvent
from data.states import EventDeliveryStatus
from data.transaction import Transaction

router = APIRouter(prefix="/v1/webhooks", tags=["Avisos"])

MOST_SUBSCRIPTIONS = 20
EventNames = Annotated[
    list[str],
    Field(min_length=1, max_length=40, description="«order.placed», una familia («order.*») o todo («*»).",
          examples=[["order.*", "handoff.opened"]]),
]  # fmt: skip


class _Names(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("events", check_fields=False)
    @classmethod
    def _known(cls, names: list[str] | None) -> list[str] | None:
        for name in names or ():
            if name not in PATTERNS:
                raise ValueError(f"No hay un evento «{name[:60]}». Mira la lista en GET /v1/webhooks/events.")
        return names if names is None else list(dict.fromkeys(names))


class NewSubscription(_Names):
    url: Annotated[str, Field(max_length=2048, examples=["https://tienda.example/avisos"])]
    events: EventNames = ["*"]
    description: Annotated[str, Field(max_length=200)] = ""


class SubscriptionChange(_Names):
    """What is left out stays as it is."""

    url: Annotated[str | None, Field(max_length=2048)] = None
    events: EventNames | None = None
    description: Annotated[str | None, Field(max_length=200)] = None


class SubscriptionView(BaseModel):
    """The secret is shown once, when it is made."""

    id: UUID
    url: str
    events: list[str]
    description: str
    is_active: Annotated[bool, Field(description="En pausa no recibe: lo que pasa se le envía al reanudar.")]
    disabled_at: Moment | None
    disabled_reason: Annotated[
        str | None, Field(description="`failing`: falló 120 horas. `gone`: respondió 410.", examples=["failing"])
    ]
    failing_since: Moment | None
    delivered_at: Annotated[Moment | None, Field(description="La última vez que recibió un aviso.")]
    pending: Annotated[int, Field(description="Avisos por enviar.")]
    dead: Annotated[int, Field(description="Avisos que se dejaron de intentar; se pueden reenviar.")]
    created_at: Moment


class SubscriptionMade(SubscriptionView):
    secret: Annotated[str, Field(description="Con él compruebas la firma. Guárdalo: no se vuelve a mostrar.")]


class Rotated(BaseModel):
    secret: str
    previous_until: Annotated[Moment, Field(description="Hasta entonces se firma también con el anterior.")]


class AttemptView(BaseModel):
    at: Moment
    status: int | None
    milliseconds: int
    message: str
    answer: Annotated[str, Field(description="El comienzo de lo que respondió.")]


class DeliveryView(BaseModel):
    id: UUID
    event_id: UUID
    webhook_id: Annotated[str, Field(description="El encabezado `webhook-id`: el mismo en cada intento.")]
    event: str
    status: EventDeliveryStatus
    happened_at: Moment
    next_attempt_at: Moment | None
    attempts: list[AttemptView]


class Replay(BaseModel):
    """One event, all since a moment, or all that were given up."""

    model_config = ConfigDict(extra="forbid")

    event_id: UUID | None = None
    since: datetime | None = None
    dead: Annotated[bool, Field(description="Los que se dejaron de intentar.")] = False

    @field_validator("since")
    @classmethod
    def _aware(cls, moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


class Replayed(BaseModel):
    count: int


class EventTypeView(BaseModel):
    name: str
    meaning: str
    example: dict[str, Any]


@router.get("/events", summary="Qué avisos hay, con un ejemplo de cada uno", responses=errors(401))
async def list_event_types(principal: Viewer) -> list[EventTypeView]:
    return [
        EventTypeView(name=kind.name, meaning=kind.meaning, example=dict(kind.example)) for kind in EVENT_TYPES.values()
    ]


@router.post("/subscribe", status_code=201, summary="Recibir avisos en una dirección",
             responses=errors(401, 403, 409, 422))  # fmt: skip
async def subscribe(body: NewSubscription, principal: Admin, runtime: RuntimeNeeded) -> SubscriptionMade:
    url = await _checked(runtime, body.url)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if len(await tx.subscriptions.all()) >= MOST_SUBSCRIPTIONS:
            raise Conflict(f"Puedes tener hasta {MOST_SUBSCRIPTIONS} direcciones.")
        made, secret = await tx.subscriptions.add(url, body.description.strip(), body.events, runtime.secrets)
    return SubscriptionMade(**_view(made, {}).model_dump(), secret=secret)


@router.get("/subscriptions", summary="Ver quién recibe avisos", responses=errors(401))
async def list_subscriptions(principal: Viewer, runtime: RuntimeNeeded) -> list[SubscriptionView]:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found, counts = await tx.subscriptions.all(), await tx.subscriptions.counts()
    return [_view(each, counts.get(each.id, {})) for each in found]


@router.get("/subscriptions/{subscription_id}", summary="Ver una dirección", responses=errors(401, 404, 422))
async def get_subscription(subscription_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> SubscriptionView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        return await _shown(tx, await _find(tx, subscription_id))


@router.patch("/subscriptions/{subscription_id}", summary="Cambiar una dirección", responses=errors(401, 403, 404, 422))
async def change_subscription(
    subscription_id: UUID, body: SubscriptionChange, principal: Admin, runtime: RuntimeNeeded
) -> SubscriptionView:
    url = await _checked(runtime, body.url) if body.url is not None else None
    async with runtime.database.transaction(principal.tenant_id) as tx:
        subscription = await _find(tx, subscription_id, lock=True)
        subscription.url = url or subscription.url
        subscription.event_names = body.events or subscription.event_names
        if body.description is not None:
            subscription.description = body.description.strip()
        return await _shown(tx, subscription)


@router.post(
    "/subscriptions/{subscription_id}/pause", summary="Pausar los avisos", responses=errors(401, 403, 404, 422)
)
async def pause(subscription_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> SubscriptionView:
    """What happens meanwhile is kept for it."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        subscription = await _find(tx, subscription_id, lock=True)
        subscription.is_active = False
        return await _shown(tx, subscription)


@router.post("/subscriptions/{subscription_id}/resume", summary="Reanudar los avisos",
             responses=errors(401, 403, 404, 422))  # fmt: skip
async def resume(subscription_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> SubscriptionView:
    """Also one that was disabled: what it missed meanwhile is replayed by hand."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        subscription = await _find(tx, subscription_id, lock=True)
        subscription.is_active = True
        subscription.disabled_at = subscription.disabled_reason = subscription.failing_since = None
        await tx.subscriptions.wake(subscription_id)
        return await _shown(tx, subscription)


@router.post(
    "/subscriptions/{subscription_id}/rotate", summary="Cambiar el secreto", responses=errors(401, 403, 404, 422)
)
async def rotate(subscription_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> Rotated:
    """For a day both sign: the receiver changes when it likes."""
    now = datetime.now(UTC)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        subscription = await _find(tx, subscription_id, lock=True)
        secret = await tx.subscriptions.rotate(subscription, runtime.secrets, now)
    return Rotated(secret=secret, previous_until=now + OVERLAP)


@router.delete("/subscriptions/{subscription_id}", status_code=204, summary="Dejar de avisar a una dirección",
               responses=errors(401, 403, 404, 422))  # fmt: skip
async def unsubscribe(subscription_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> None:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if not await tx.subscriptions.delete(subscription_id):
            raise _missing()


@router.post("/subscriptions/{subscription_id}/test", status_code=202, summary="Enviar un aviso de prueba",
             responses=errors(401, 403, 404, 409, 422))  # fmt: skip
async def send_test(subscription_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> Replayed:
    """As any other: signed, tried again, in the log."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        _refuse_stopped(await _find(tx, subscription_id))
        await tx.subscriptions.send_one(subscription_id, TEST, {"message": "Hola desde Caserita."}, datetime.now(UTC))
    return Replayed(count=1)


@router.post("/subscriptions/{subscription_id}/replay", status_code=202, summary="Reenviar avisos",
             responses=errors(400, 401, 403, 404, 409, 422))  # fmt: skip
async def replay(subscription_id: UUID, body: Replay, principal: Admin, runtime: RuntimeNeeded) -> Replayed:
    """With the same `webhook-id` as before: a receiver that has it already knows."""
    if [body.event_id is not None, body.since is not None, body.dead].count(True) != 1:
        raise BadRequest("Di qué aviso (`event_id`), desde cuándo (`since`) o los perdidos (`dead`): uno de los tres.")
    async with runtime.database.transaction(principal.tenant_id) as tx:
        subscription = await _find(tx, subscription_id, lock=True)
        _refuse_stopped(subscription)
        now = datetime.now(UTC)
        if body.dead:
            return Replayed(count=await tx.subscriptions.replay_dead(subscription_id, now))
        count = await tx.subscriptions.replay(subscription, now, event_id=body.event_id, since=body.since)
    if body.event_id is not None and not count:
        raise Missing("No hay un aviso con ese id.")
    return Replayed(count=count)


@router.get("/subscriptions/{subscription_id}/deliveries", summary="Ver lo enviado a una dirección",
            responses=errors(401, 404, 422), dependencies=[KnownFilters])  # fmt: skip
async def list_deliveries(
    subscription_id: UUID,
    principal: Viewer,
    runtime: RuntimeNeeded,
    status: Annotated[EventDeliveryStatus | None, Query(description="`dead`: los que ya no se intentan.")] = None,
    before: Annotated[datetime | None, Query(description="Los anteriores a este momento.")] = None,
    limit: Limit = 50,
) -> list[DeliveryView]:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await _find(tx, subscription_id)
        found = await tx.subscriptions.log(subscription_id, limit, status=status, before=before)
    return [_delivery(each) for each in found]


async def _checked(runtime: Runtime, url: str) -> str:
    """Raises Invalid for an address that this installation does not call."""
    try:
        await runtime.http.check(url.strip())
    except ConnectorError as error:
        reason = error.reason if isinstance(error, TargetRefused) else error.code
        raise Invalid(error.sentence, {"field": "url", "reason": reason}) from error
    return url.strip()


async def _find(tx: Transaction, subscription_id: UUID, *, lock: bool = False) -> Subscription:
    found = await tx.subscriptions.get(subscription_id, lock=lock)
    if found is None:
        raise _missing()
    return found


async def _shown(tx: Transaction, subscription: Subscription) -> SubscriptionView:
    counts = await tx.subscriptions.counts()
    return _view(subscription, counts.get(subscription.id, {}))


def _refuse_stopped(subscription: Subscription) -> None:
    if subscription.disabled_at is not None:
        raise Conflict("Esa dirección está desactivada: reanúdala primero.")


def _view(subscription: Subscription, counts: dict[EventDeliveryStatus, int]) -> SubscriptionView:
    return SubscriptionView(
        id=subscription.id,
        url=subscription.url,
        events=list(subscription.event_names),
        description=subscription.description,
        is_active=subscription.is_active and subscription.disabled_at is None,
        disabled_at=subscription.disabled_at,
        disabled_reason=subscription.disabled_reason,
        failing_since=subscription.failing_since,
        delivered_at=subscription.delivered_at,
        pending=counts.get(EventDeliveryStatus.PENDING, 0),
        dead=counts.get(EventDeliveryStatus.DEAD, 0),
        created_at=subscription.created_at,
    )


def _delivery(due: DueEvent) -> DeliveryView:
    delivery, event = due.delivery, due.event
    return DeliveryView(
        id=delivery.id,
        event_id=event.id,
        webhook_id=message_id(event.id),
        event=event.name,
        status=delivery.status,
        happened_at=event.created_at,
        next_attempt_at=delivery.next_attempt_at,
        attempts=_attempts(delivery.attempts),
    )


def _attempts(rows: Sequence[dict[str, Any]]) -> list[AttemptView]:
    return [AttemptView.model_validate(row) for row in rows]


def _missing() -> Missing:
    return Missing("No hay una dirección con ese id.")
