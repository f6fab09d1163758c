"""The shop's Odoo: where it is, what it is used for, whether it works."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.connected import odoo_access
from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Invalid, Missing
from api.schemas import Moment, errors
from connectors.errors import ConnectorError, TargetRefused
from connectors.odoo.access import origin_of
from connectors.odoo.trial import Trial, try_connection
from data.models import Connection
from data.states import ConnectionKind

router = APIRouter(prefix="/v1/connections/odoo", tags=["Conexiones"])

Name = Annotated[str, Field(max_length=200)]


class OdooSettings(BaseModel):
    """What the shop wants of its Odoo."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=4, max_length=500, examples=["https://mitienda.odoo.com"])]
    database: Annotated[Name, Field(examples=["mitienda"])] = ""
    login: Annotated[Name, Field(description="Usuario de la clave; se necesita hasta Odoo 18.")] = ""
    company_id: Annotated[int | None, Field(ge=1)] = None
    warehouse_id: Annotated[int | None, Field(ge=1)] = None
    sends_orders: Annotated[bool, Field(description="Los pedidos del chat llegan a Odoo.")] = True
    has_public_images: Annotated[bool, Field(description="Odoo muestra sus imágenes a cualquiera (tienda web).")] = (
        False
    )
    confirms_orders: Annotated[bool, Field(description="Llegan confirmados; si no, como cotización.")] = False
    syncs_catalogue: Annotated[bool, Field(description="Los productos se leen de Odoo.")] = False
    sync_minutes: Annotated[int, Field(ge=5, le=1440, description="Cada cuánto se leen los cambios.")] = 30
    notifies_shoppers: Annotated[bool, Field(description="El cliente se entera de los cambios de su pedido.")] = False


class OdooChange(OdooSettings):
    key: Annotated[
        SecretStr | None,
        Field(max_length=200, description="La clave API de Odoo. Vacía: la que ya está, si la dirección es la misma."),
    ] = None


class TrialView(BaseModel):
    is_working: bool
    code: Annotated[str, Field(examples=["ok", "bad_key", "wrong_database", "no_rights"])]
    message: Annotated[str, Field(examples=["El usuario de Odoo puede leer productos pero no crear contactos."])]
    version: int | None
    key_expires_at: Moment | None
    tried_at: Moment


class OdooView(OdooSettings):
    """The key goes in and never comes out."""

    has_key: bool
    last_trial: TrialView | None
    waiting_orders: Annotated[int, Field(description="Pedidos tomados que todavía no están en Odoo.")]
    synced_at: Moment | None


@router.get("", summary="Ver la conexión con Odoo", responses=errors(401, 404))
async def get_odoo(principal: Viewer, runtime: RuntimeNeeded) -> OdooView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        connection = await tx.connections.get(ConnectionKind.ODOO)
        waiting = len(await tx.submissions.waiting())
    if connection is None:
        raise _missing()
    return _view(connection, waiting)


@router.put("", summary="Conectar Odoo", responses=errors(401, 403, 422))
async def put_odoo(body: OdooChange, principal: Admin, runtime: RuntimeNeeded) -> OdooView:
    """What waited for a better address or key is sent at once."""
    try:
        url = origin_of(body.url)
        await runtime.http.check(url)
    except ConnectorError as error:
        reason = error.reason if isinstance(error, TargetRefused) else error.code
        raise Invalid(error.sentence, {"field": "url", "reason": reason}) from error
    config = body.model_dump(exclude={"key"}) | {"url": url, "database": body.database.strip()}
    key = body.key.get_secret_value().strip() if body.key is not None else ""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        known = await tx.connections.get(ConnectionKind.ODOO)
        # A key is never sent to an address it was not given for.
        if not key and (known is None or known.config.get("url") != url):
            raise Invalid("Falta la clave API de Odoo.", {"field": "key"})
        connection = await tx.connections.put(
            ConnectionKind.ODOO, config, {"key": key} if key else None, runtime.secrets
        )
        await tx.submissions.hasten(datetime.now(UTC))
        waiting = len(await tx.submissions.waiting())
        await tx.events.add("connection.changed", kind=ConnectionKind.ODOO.value)
    return _view(connection, waiting)


@router.delete("", status_code=204, summary="Desconectar Odoo", responses=errors(401, 403, 404))
async def delete_odoo(principal: Admin, runtime: RuntimeNeeded) -> None:
    """The catalogue stays as it is; orders stay here."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if not await tx.connections.delete(ConnectionKind.ODOO):
            raise _missing()
        await tx.events.add("connection.removed", kind=ConnectionKind.ODOO.value)


@router.post("/test", summary="Probar la conexión con Odoo", responses=errors(401, 403, 404))
async def test_odoo(principal: Admin, runtime: RuntimeNeeded) -> TrialView:
    """Says in one sentence what is wrong. Nothing is changed in Odoo."""
    access = await odoo_access(runtime, principal.tenant_id)
    now = datetime.now(UTC)
    trial = await try_connection(runtime.http, access, now)
    kept = _kept(trial, now)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await tx.connections.note(ConnectionKind.ODOO, trial=kept)
        if trial.is_working:
            await tx.connections.note(ConnectionKind.ODOO, has_price_rules=bool(trial.has_price_rules))
            await tx.submissions.hasten(now)
    return TrialView.model_validate(kept)


class SyncStarted(BaseModel):
    import_id: Annotated[UUID, Field(description="Sigue su avance en GET /v1/imports/{import_id}.")]


class SyncWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    is_dry_run: Annotated[bool, Field(description="Solo mostrar qué cambiaría.")] = False
    only_changes: Annotated[bool, Field(description="Solo lo que cambió desde la última vez.")] = False


@router.post("/sync", status_code=202, summary="Leer los productos de Odoo", responses=errors(401, 403, 404, 422))
async def sync_odoo(principal: Admin, runtime: RuntimeNeeded, body: SyncWish | None = None) -> SyncStarted:
    """As an import like any other: with its progress, its changes and a version to go back to."""
    await odoo_access(runtime, principal.tenant_id)
    wish = body or SyncWish()
    started = await runtime.odoo_sync.start(
        principal.tenant_id, is_whole=not wish.only_changes, is_dry_run=wish.is_dry_run
    )
    return SyncStarted(import_id=started)


def _kept(trial: Trial, now: datetime) -> dict[str, Any]:
    return {
        "is_working": trial.is_working,
        "code": trial.code,
        "message": trial.sentence,
        "version": trial.version,
        "key_expires_at": trial.expires_at.isoformat() if trial.expires_at else None,
        "tried_at": now.isoformat(),
    }


def _view(connection: Connection, waiting: int) -> OdooView:
    trial = connection.state.get("trial")
    return OdooView(
        **OdooSettings.model_validate(connection.config).model_dump(),
        has_key=connection.secrets is not None,
        last_trial=TrialView.model_validate(trial) if trial else None,
        waiting_orders=waiting,
        synced_at=connection.state.get("synced_at"),
    )


def _missing() -> Missing:
    return Missing("Tu tienda no tiene un Odoo conectado.")
