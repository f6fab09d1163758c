"""Where a store answers: connecting channels of any kind, seeing, changing and disconnecting them."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from api.admin.channel_kinds import KINDS, PLAIN, KindOfChannel, Labels, NewChannel, clean_origins
from api.admin.copied_secrets import clean_secret
from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Conflict, Invalid, Missing
from api.schemas import Moment, errors
from channels.access import create_channel, replace_secrets
from channels.adapter import RegistersWebhook
from channels.errors import SendError
from channels.incoming.bursts import LONGEST_SECONDS
from connectors.errors import ConnectorError, TargetRefused
from data.errors import AlreadyExists
from data.models import Channel
from data.states import ChannelKind
from data.transaction import Transaction

router = APIRouter(prefix="/v1/channels", tags=["Canales"])

Seconds = Annotated[float | None, Field(ge=0, le=LONGEST_SECONDS)]


Purpose = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class TemplateSetting(BaseModel):
    """`name` is what the provider calls it: with Twilio, the Content SID (HX…)."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")] = "es"
    variables: Annotated[list[Annotated[str, Field(max_length=1_000)]], Field(max_length=20)] = []


class ChannelSettings(BaseModel):
    """What is left out stays as it is; null goes back to what is usual for the kind."""

    model_config = ConfigDict(extra="forbid")

    burst_seconds: Annotated[
        Seconds, Field(description="Cuánto silencio se espera antes de contestar, por si siguen escribiendo.")
    ] = None
    longest_burst_seconds: Annotated[Seconds, Field(description="Cuánto se espera en total, como máximo.")] = None
    allowed_origins: Annotated[
        list[str] | None,
        Field(max_length=20, description="Sitios que pueden mostrar el chat web, además de su propia página."),
    ] = None
    product_pictures: Annotated[
        bool | None, Field(description="Enviar la foto cuando se muestra un solo producto.")
    ] = None
    team_id: Annotated[int | None, Field(ge=1, description="Chatwoot: el equipo que recibe lo que se deriva.")] = None
    assignee_id: Annotated[int | None, Field(ge=1, description="Chatwoot: la persona que lo recibe.")] = None
    labels: Labels | None = None
    templates: Annotated[
        dict[Purpose, TemplateSetting] | None,
        Field(
            max_length=20,
            description="Plantillas aprobadas para escribir pasadas las 24 horas, por propósito: `answer` (una "
            "respuesta), `order_update`… En sus variables, {name}, {text} y {store} se reemplazan.",
        ),
    ] = None

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, origins: list[str] | None) -> list[str] | None:
        return None if origins is None else clean_origins(origins)


class ChannelChange(BaseModel):
    """What is left out stays as it is. Secrets are replaced one by one; an empty one is forgotten."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    is_active: bool | None = None
    settings: ChannelSettings | None = None
    secrets: Annotated[dict[str, Annotated[SecretStr, Field(max_length=4_000)]] | None, Field(max_length=10)] = None


class ChannelView(BaseModel):
    """Secrets go in and never come out."""

    id: UUID
    kind: ChannelKind
    name: str
    address: str
    is_active: bool
    webhook_url: Annotated[
        str | None,
        Field(
            description="Pégala donde el proveedor pide la dirección de los mensajes, entera. En Twilio también lo que "
            "sigue a #: «When a message comes in», POST."
        ),
    ]
    page_url: Annotated[str | None, Field(description="La página de chat para compartir.")]
    embed_code: Annotated[
        str | None, Field(description="La línea que pone el chat en tu sitio: pégala antes de </body>.")
    ]
    settings: ChannelSettings
    is_paused: Annotated[bool, Field(description="El agente calla en todo el canal: alguien escribió /pausa.")]
    created_at: Moment


class ChannelList(BaseModel):
    channels: list[ChannelView]


@router.get("", summary="Ver los canales", responses=errors(401))
async def list_channels(principal: Viewer, runtime: RuntimeNeeded) -> ChannelList:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        channels = await tx.channels.all()
    return ChannelList(channels=[_view(channel, runtime.settings.base_url) for channel in channels])


@router.post("", status_code=201, summary="Conectar un canal", responses=errors(401, 403, 409, 422))
async def connect_channel(body: Annotated[NewChannel, Body()], principal: Admin, runtime: RuntimeNeeded) -> ChannelView:
    row = body.row()
    if row.calls:
        await require_target(runtime, row.calls, body.address_field)
    try:
        async with runtime.database.transaction(principal.tenant_id) as tx:
            channel = await create_channel(
                tx, runtime.secrets, body.kind, body.name, row.address, row.config, row.secrets
            )
    except AlreadyExists as error:
        message = "Ese canal ya está conectado a tu tienda. Si está apagado, actívalo."
        raise Conflict(message, {"field": body.address_field}) from error
    view = _view(channel, runtime.settings.base_url)
    if token := row.secrets.get("url_token"):
        view.webhook_url = f"{view.webhook_url}?token={token}"
    return view


@router.patch("/{channel_id}", summary="Cambiar un canal", responses=errors(401, 403, 404, 422))
async def change_channel(
    channel_id: UUID, body: ChannelChange, principal: Admin, runtime: RuntimeNeeded
) -> ChannelView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        channel = await _channel(tx, channel_id)
        if body.secrets:
            kind = KINDS.get(channel.kind, PLAIN)
            left = replace_secrets(channel, runtime.secrets, _given(kind, body.secrets))
            _require_needed(kind, left)
        if body.name is not None:
            channel.name = body.name
        if body.is_active is not None:
            channel.is_active = body.is_active
        if body.settings is not None:
            changes = body.settings.model_dump(exclude_unset=True)
            kept = {name: value for name, value in channel.config.items() if name not in changes}
            channel.config = kept | {name: value for name, value in changes.items() if value is not None}
    return _view(channel, runtime.settings.base_url)


@router.delete(
    "/{channel_id}",
    status_code=204,
    summary="Desconectar un canal",
    description="Se apaga y se olvidan sus secretos. Si nadie escribió por él, desaparece; si no, quedan sus "
    "conversaciones y pedidos.",
    responses=errors(401, 403, 404),
)
async def disconnect_channel(channel_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> None:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        channel = await _channel(tx, channel_id)
        if await tx.channels.is_used(channel_id):
            channel.is_active = False
            channel.secrets = None
        else:
            await tx.channels.remove(channel_id)


@router.post(
    "/{channel_id}/webhook",
    summary="Avisar la dirección al proveedor",
    description="Para los que la reciben por su API, como Telegram: le dice dónde enviar los mensajes.",
    responses=errors(401, 403, 404, 409),
)
async def register_webhook(channel_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> ChannelView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        channel = await _channel(tx, channel_id)
    adapter = runtime.adapters[channel.kind]
    if not isinstance(adapter, RegistersWebhook):
        raise Conflict("A este proveedor la dirección se le da en su página: pega ahí la de este canal.")
    try:
        await adapter.register_webhook(runtime.open_access(channel))
    except SendError as error:
        raise Conflict(_REGISTRATION.get(error.code, _NOT_REGISTERED), {"reason": error.code}) from error
    return _view(channel, runtime.settings.base_url)


_NOT_REGISTERED = "El proveedor no aceptó la dirección: tiene que ser pública y comenzar con https (PUBLIC_BASE_URL)."
_REGISTRATION = {
    "bad_credentials": "El proveedor no reconoce el token. Cópialo de nuevo.",
    "provider_unavailable": "El proveedor no responde. Prueba otra vez en un momento.",
}


async def require_target(runtime: RuntimeNeeded, url: str, field: str) -> None:
    """An address that this installation may call. Raises Invalid."""
    try:
        await runtime.http.check(url)
    except ConnectorError as error:
        reason = error.reason if isinstance(error, TargetRefused) else error.code
        raise Invalid(error.sentence, {"field": field, "reason": reason}) from error


async def _channel(tx: Transaction, channel_id: UUID) -> Channel:
    channel = await tx.channels.get(channel_id)
    if channel is None:
        raise Missing("No encontramos ese canal.")
    return channel


def _given(kind: KindOfChannel, secrets: Mapping[str, SecretStr]) -> dict[str, str]:
    """As they are kept; "" is to be forgotten. Raises Invalid."""
    if unknown := sorted(set(secrets) - set(kind.secrets)):
        message = f"Este canal no usa ese secreto. Los suyos: {', '.join(sorted(kind.secrets)) or 'ninguno'}."
        raise Invalid(message, {"field": f"secrets.{unknown[0]}"})
    given = {}
    for name, secret in secrets.items():
        value = secret.get_secret_value()
        try:
            given[name] = clean_secret(value, kind.secrets[name]) if value else ""
        except ValueError as error:
            raise Invalid(str(error), {"field": f"secrets.{name}"}) from error
    return given


def _require_needed(kind: KindOfChannel, left: Collection[str]) -> None:
    if missing := [" o ".join(sorted(names)) for names in kind.needed if names.isdisjoint(left)]:
        raise Invalid(f"Sin esto el canal no funciona: {', '.join(missing)}.", {"field": "secrets"})


def _view(channel: Channel, base_url: str) -> ChannelView:
    kind = KINDS.get(channel.kind, PLAIN)
    webhook_url = f"{base_url}/v1/webhooks/channels/{channel.id}{kind.webhook_suffix}"
    known = {name: value for name, value in channel.config.items() if name in ChannelSettings.model_fields}
    return ChannelView(
        id=channel.id,
        kind=channel.kind,
        name=channel.name,
        address=channel.address,
        is_active=channel.is_active,
        webhook_url=webhook_url if kind.has_webhook else None,
        page_url=f"{base_url}/c/{channel.id}" if kind.has_page else None,
        embed_code=embed_code(base_url, channel.id) if kind.has_page else None,
        settings=_settings(known),
        is_paused=bool(channel.config.get("is_paused")),
        created_at=channel.created_at,
    )


def embed_code(base_url: str, channel_id: UUID) -> str:
    return f'<script src="{base_url}/widget.js" data-channel="{channel_id}" async></script>'


def _settings(config: dict[str, Any]) -> ChannelSettings:
    """As they were kept, whatever is asked of them today."""
    templates = config.get("templates")
    if isinstance(templates, dict):
        config = config | {
            "templates": {key: TemplateSetting.model_construct(**each) for key, each in templates.items()}
        }
    return ChannelSettings.model_construct(**config)
