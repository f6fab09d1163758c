"""The shop's n8n: where it is, what opens it, whether it works."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.connected import n8n_access
from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Invalid, Missing
from api.runtime import Runtime
from api.schemas import Moment, errors
from connectors.errors import ConnectorError, TargetRefused
from connectors.n8n.access import base_of
from connectors.n8n.listing import try_connection
from data.models import Connection
from data.repositories.connections import open_secrets
from data.states import ConnectionKind

router = APIRouter(prefix="/v1/connections/n8n", tags=["Conexiones"])

_SECRET_BYTES = 32
_KEPT_FOR_US = ("content-type", "content-length", "host", "transfer-encoding", "connection")


class N8nChange(BaseModel):
    """Keys left out stay as they are, if the address does."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=4, max_length=500, examples=["https://n8n.mitienda.cl"])]
    api_key: Annotated[SecretStr | None, Field(max_length=2_000, description="Para ver la lista de tus flujos.")] = None
    header_name: Annotated[
        str, Field(max_length=80, pattern=r"^[A-Za-z0-9-]*$", description="Si tus webhooks usan Header Auth.")
    ] = ""
    header_value: Annotated[SecretStr | None, Field(max_length=500)] = None


class N8nTrialView(BaseModel):
    is_working: bool
    code: Annotated[str, Field(examples=["ok", "bad_key", "not_n8n"])]
    message: str
    tried_at: Moment


class N8nView(BaseModel):
    url: str
    has_api_key: bool
    header_name: str
    callback_url: Annotated[str, Field(description="Donde un flujo contesta después, firmado.")]
    last_trial: N8nTrialView | None


class N8nConnected(N8nView):
    secret: Annotated[
        str | None, Field(description="Firma lo que va y lo que vuelve. Solo se muestra al crearlo; guárdalo en n8n.")
    ]


class NewSecret(BaseModel):
    secret: str


@router.get("", summary="Ver la conexión con n8n", responses=errors(401, 404))
async def get_n8n(principal: Viewer, runtime: RuntimeNeeded) -> N8nView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        connection = await tx.connections.get(ConnectionKind.N8N)
    if connection is None:
        raise _missing()
    return N8nView(**_view(runtime, connection))


@router.put("", summary="Conectar n8n", responses=errors(401, 403, 422))
async def put_n8n(body: N8nChange, principal: Admin, runtime: RuntimeNeeded) -> N8nConnected:
    try:
        url = base_of(body.url)
        await runtime.http.check(url)
    except ConnectorError as error:
        reason = error.reason if isinstance(error, TargetRefused) else error.code
        raise Invalid(error.sentence, {"field": "url", "reason": reason}) from error
    if body.header_name.lower() in _KEPT_FOR_US or body.header_name.lower().startswith("x-caserita-"):
        raise Invalid("Ese encabezado no se puede usar.", {"field": "header_name"})
    async with runtime.database.transaction(principal.tenant_id) as tx:
        known = await tx.connections.get(ConnectionKind.N8N)
        # Keys are never sent to an address they were not given for.
        kept = open_secrets(known, runtime.secrets) if known is not None and known.config.get("url") == url else {}
        fresh = None if kept.get("secret") else secrets.token_urlsafe(_SECRET_BYTES)
        values = {
            "secret": fresh or kept["secret"],
            "key": _given(body.api_key, kept.get("key", "")),
            "header_value": _given(body.header_value, kept.get("header_value", "")),
        }
        config = {"url": url, "header_name": body.header_name}
        connection = await tx.connections.put(ConnectionKind.N8N, config, values, runtime.secrets)
        await tx.connections.note(ConnectionKind.N8N, has_key=bool(values["key"]))
        await tx.events.add("connection.changed", kind=ConnectionKind.N8N.value)
    return N8nConnected(**_view(runtime, connection), secret=fresh)


@router.delete("", status_code=204, summary="Desconectar n8n", responses=errors(401, 403, 404))
async def delete_n8n(principal: Admin, runtime: RuntimeNeeded) -> None:
    """Its workflows stay described here, and do not start."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if not await tx.connections.delete(ConnectionKind.N8N):
            raise _missing()
        await tx.events.add("connection.removed", kind=ConnectionKind.N8N.value)


@router.post("/secret", summary="Cambiar el secreto de la firma", responses=errors(401, 403, 404))
async def new_n8n_secret(principal: Admin, runtime: RuntimeNeeded) -> NewSecret:
    """Good from now on: put it in n8n at once."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        connection = await tx.connections.get(ConnectionKind.N8N, lock=True)
        if connection is None:
            raise _missing()
        fresh = secrets.token_urlsafe(_SECRET_BYTES)
        values = open_secrets(connection, runtime.secrets) | {"secret": fresh}
        await tx.connections.put(ConnectionKind.N8N, connection.config, values, runtime.secrets)
    return NewSecret(secret=fresh)


@router.post("/test", summary="Probar la conexión con n8n", responses=errors(401, 403, 404))
async def test_n8n(principal: Admin, runtime: RuntimeNeeded) -> N8nTrialView:
    """Says in one sentence what is wrong. Starts no workflow."""
    trial = await try_connection(runtime.http, await n8n_access(runtime, principal.tenant_id))
    kept = {
        "is_working": trial.is_working,
        "code": trial.code,
        "message": trial.sentence,
        "tried_at": datetime.now(UTC).isoformat(),
    }
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await tx.connections.note(ConnectionKind.N8N, trial=kept)
    return N8nTrialView.model_validate(kept)


def _given(value: SecretStr | None, known: str) -> str:
    """None leaves it as it is, empty forgets it."""
    return known if value is None else value.get_secret_value().strip()


def _view(runtime: Runtime, connection: Connection) -> dict[str, Any]:
    trial = connection.state.get("trial")
    return {
        "url": connection.config["url"],
        "has_api_key": bool(connection.state.get("has_key")),
        "header_name": connection.config.get("header_name", ""),
        "callback_url": f"{runtime.settings.base_url}/v1/webhooks/n8n",
        "last_trial": N8nTrialView.model_validate(trial) if trial else None,
    }


def _missing() -> Missing:
    return Missing("Tu tienda no tiene un n8n conectado.")
