"""The shop's Chatwoot as the desk where its people answer the conversations of other channels."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.admin.channel_kinds import Labels, chatwoot_origin
from api.admin.channels import require_target
from api.admin.copied_secrets import Secret, opened
from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Invalid, Missing
from api.runtime import Runtime
from api.schemas import Moment, errors
from channels.chatwoot.client import ChatwootClient
from channels.errors import SendError
from data.models import Connection
from data.repositories.connections import open_secrets
from data.states import ConnectionKind

router = APIRouter(prefix="/v1/desk", tags=["Escritorio"])

_SECRETS = ("token", "webhook_secret")


class DeskSettings(BaseModel):
    """Which inbox of which Chatwoot shows what is handed to people, and to whom."""

    model_config = ConfigDict(extra="forbid")

    base_url: Annotated[str, Field(min_length=4, max_length=500, examples=["https://chatwoot.mitienda.cl"])]
    account_id: Annotated[int, Field(ge=1, description="El número de la cuenta: está en la dirección de Chatwoot.")]
    inbox_id: Annotated[int, Field(ge=1, description="El número de la bandeja, de tipo API.")]
    team_id: Annotated[int | None, Field(ge=1, description="El equipo que recibe lo que se deriva.")] = None
    assignee_id: Annotated[int | None, Field(ge=1, description="La persona que lo recibe.")] = None
    labels: Labels = []

    @field_validator("base_url")
    @classmethod
    def _origin(cls, url: str) -> str:
        return chatwoot_origin(url)


class DeskChange(DeskSettings):
    token: Annotated[
        Secret | None,
        Field(
            description="El token de acceso de una persona de Chatwoot (agente o administradora) con acceso a la "
            "bandeja. Sin él: el que ya está, si la dirección es la misma.",
        ),
    ] = None
    webhook_secret: Annotated[
        Secret | None,
        Field(
            description="El secreto con que la bandeja firma, desde Chatwoot 4.13. Sin él, `webhook_url` trae una "
            "clave en la respuesta, solo esta vez.",
        ),
    ] = None


class DeskFailure(BaseModel):
    code: Annotated[str, Field(examples=["bad_credentials", "provider_unavailable"])]
    failed_at: Moment


class DeskTrial(BaseModel):
    is_working: bool
    code: Annotated[str, Field(examples=["ok", "bad_credentials", "bad_channel", "not_api_inbox"])]
    message: Annotated[str, Field(examples=["Chatwoot no reconoce el token. Cópialo de nuevo."])]


class DeskView(DeskSettings):
    """The secrets go in and never come out."""

    webhook_url: Annotated[str, Field(description="Pégala en la bandeja API, como «Webhook URL».")]
    last_failure: Annotated[DeskFailure | None, Field(description="La última vez que Chatwoot no aceptó algo.")]


@router.get("", summary="Ver el escritorio", responses=errors(401, 404))
async def get_desk(principal: Viewer, runtime: RuntimeNeeded) -> DeskView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        connection = await tx.connections.get(ConnectionKind.CHATWOOT)
    if connection is None:
        raise _missing()
    return _view(connection, runtime)


@router.put("", summary="Conectar Chatwoot como escritorio", responses=errors(401, 403, 422))
async def put_desk(body: DeskChange, principal: Admin, runtime: RuntimeNeeded) -> DeskView:
    """What people are answering at this moment is shown there at once."""
    await require_target(runtime, body.base_url, "base_url")
    config = body.model_dump(exclude=set(_SECRETS))
    async with runtime.database.transaction(principal.tenant_id) as tx:
        known = await tx.connections.get(ConnectionKind.CHATWOOT)
        secrets, is_keyed = _secrets(body, known, runtime)
        is_moved = known is not None and _place(known.config) != _place(config)
        connection = await tx.connections.put(ConnectionKind.CHATWOOT, config, secrets, runtime.secrets)
        if is_moved:
            await tx.desks.forget()
        if is_moved or known is None:
            await tx.connections.note(ConnectionKind.CHATWOOT, connected_at=datetime.now(UTC).isoformat())
        await tx.desks.show_all()
        await tx.events.add("connection.changed", kind=ConnectionKind.CHATWOOT.value)
    view = _view(connection, runtime)
    if is_keyed:
        view.webhook_url = f"{view.webhook_url}?token={secrets['url_token']}"
    return view


@router.delete("", status_code=204, summary="Desconectar el escritorio", responses=errors(401, 403, 404))
async def delete_desk(principal: Admin, runtime: RuntimeNeeded) -> None:
    """What is there stays there; people answer here again."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if not await tx.connections.delete(ConnectionKind.CHATWOOT):
            raise _missing()
        await tx.desks.forget()
        await tx.events.add("connection.removed", kind=ConnectionKind.CHATWOOT.value)


@router.post("/test", summary="Probar el escritorio", responses=errors(401, 403, 404))
async def test_desk(principal: Admin, runtime: RuntimeNeeded) -> DeskTrial:
    """Says in one sentence what is wrong. Nothing is changed in Chatwoot."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        connection = await tx.connections.get(ConnectionKind.CHATWOOT)
    if connection is None:
        raise _missing()
    token = open_secrets(connection, runtime.secrets).get("token", "")
    client = ChatwootClient.of(runtime.http, connection.config, token)
    try:
        inbox = await client.get(f"inboxes/{connection.config['inbox_id']}")
    except SendError as error:
        return _trial(error.code)
    return _trial("ok" if isinstance(inbox, dict) and inbox.get("channel_type") == "Channel::Api" else "not_api_inbox")


_SENTENCES = {
    "ok": "Chatwoot responde y la bandeja sirve.",
    "bad_credentials": "Chatwoot no reconoce el token. Cópialo de nuevo.",
    "not_allowed": "La persona de ese token no puede ver la bandeja. Agrégala en Chatwoot.",
    "not_api_inbox": "Esa bandeja no es de tipo API: crea una así en Chatwoot y usa su número.",
}
_NOT_FOUND = "Chatwoot no tiene esa cuenta o esa bandeja, o no responde en esa dirección."


def _trial(code: str) -> DeskTrial:
    return DeskTrial(is_working=code == "ok", code=code, message=_SENTENCES.get(code, _NOT_FOUND))


def _secrets(body: DeskChange, known: Connection | None, runtime: Runtime) -> tuple[dict[str, str], bool]:
    """Those given, else those it has: a token is never sent to an address it was not given for. Whether the address
    that Chatwoot posts to has a new key."""
    is_same = known is not None and known.config.get("base_url") == body.base_url
    kept = open_secrets(known, runtime.secrets) if known is not None and is_same else {}
    secrets = kept | opened({name: getattr(body, name) for name in _SECRETS})
    if not secrets.get("token"):
        raise Invalid("Falta el token de acceso de Chatwoot.", {"field": "token"})
    if secrets.get("webhook_secret"):
        secrets.pop("url_token", None)
    is_keyed = not secrets.keys() & {"webhook_secret", "url_token"}
    return (secrets | {"url_token": token_urlsafe(32)} if is_keyed else secrets), is_keyed


def _place(config: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(config.get(name) for name in ("base_url", "account_id", "inbox_id"))


def _view(connection: Connection, runtime: Runtime) -> DeskView:
    failure = connection.state.get("failure")
    return DeskView(
        **DeskSettings.model_validate(connection.config).model_dump(),
        webhook_url=f"{runtime.settings.base_url}/v1/webhooks/desks/{connection.tenant_id}",
        last_failure=DeskFailure.model_validate(failure) if failure else None,
    )


def _missing() -> Missing:
    return Missing("Tu tienda no tiene un Chatwoot conectado como escritorio.")
