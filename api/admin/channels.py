"""Where a store answers: connecting a WhatsApp number of Twilio, seeing what is connected."""

import re
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr, field_validator

from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Conflict
from api.schemas import Moment, errors
from channels.access import create_channel, whatsapp_address
from data.errors import AlreadyExists
from data.models import Channel
from data.states import ChannelKind

router = APIRouter(prefix="/v1/channels", tags=["Canales"])

_E164 = re.compile(r"whatsapp:\+[1-9]\d{7,14}")
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
# How Twilio is to insist: five times, at any failure, within its fifteen seconds for all. What follows "#" it keeps to
# itself, neither requested nor signed: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
_INSISTENCE = "#rc=5&rp=all&ct=2000&rt=3000"


class NewChannel(BaseModel):
    """A WhatsApp sender as the Twilio console shows it."""

    kind: Literal[ChannelKind.TWILIO_WHATSAPP] = ChannelKind.TWILIO_WHATSAPP
    name: Annotated[str, Field(min_length=1, max_length=80)] = "WhatsApp"
    number: Annotated[str, Field(max_length=40, examples=["+56 9 1234 5678"])]
    account_sid: Annotated[str, Field(examples=["AC00000000000000000000000000000000"])]
    auth_token: Annotated[SecretStr, Field(min_length=16, max_length=200)]

    @field_validator("number")
    @classmethod
    def _international(cls, number: str) -> str:
        address = whatsapp_address(number)
        # "9 1234 5678" is a number within Chile: read as international, it would be someone else's.
        is_local = "+" not in number and len(address) < len("whatsapp:+56912345678")
        if is_local or _E164.fullmatch(address) is None:
            raise ValueError("Escribe el número con código de país, por ejemplo +56 9 1234 5678.")
        return address

    @field_validator("account_sid")
    @classmethod
    def _sid(cls, sid: str) -> str:
        if _ACCOUNT_SID.fullmatch(sid.strip()) is None:
            raise ValueError("El Account SID empieza con AC y sigue con 32 letras y números.")
        return sid.strip()


class ChannelView(BaseModel):
    """Secrets go in and never come out."""

    id: UUID
    kind: ChannelKind
    name: str
    address: str
    is_active: bool
    webhook_url: Annotated[
        str | None,
        Field(description="Pégala en Twilio: entera, con lo que sigue a #: «When a message comes in», POST."),
    ]
    page_url: Annotated[str | None, Field(description="La página de chat para compartir.")]
    created_at: Moment


class ChannelList(BaseModel):
    channels: list[ChannelView]


@router.get("", summary="Ver los canales", responses=errors(401))
async def list_channels(principal: Viewer, runtime: RuntimeNeeded) -> ChannelList:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        channels = await tx.channels.all()
    return ChannelList(channels=[_view(channel, runtime.settings.base_url) for channel in channels])


@router.post("", status_code=201, summary="Conectar un número de WhatsApp", responses=errors(401, 403, 409, 422))
async def connect_channel(body: NewChannel, principal: Admin, runtime: RuntimeNeeded) -> ChannelView:
    try:
        async with runtime.database.transaction(principal.tenant_id) as tx:
            channel = await create_channel(
                tx,
                runtime.secrets,
                body.kind,
                body.name,
                body.number,
                {"account_sid": body.account_sid},
                {"auth_token": body.auth_token.get_secret_value().strip()},
            )
    except AlreadyExists as error:
        raise Conflict("Ese número ya está conectado a tu tienda.", {"field": "number"}) from error
    return _view(channel, runtime.settings.base_url)


def _view(channel: Channel, base_url: str) -> ChannelView:
    return ChannelView(
        id=channel.id,
        kind=channel.kind,
        name=channel.name,
        address=channel.address,
        is_active=channel.is_active,
        webhook_url=f"{base_url}/v1/webhooks/channels/{channel.id}{_INSISTENCE}"
        if channel.kind is ChannelKind.TWILIO_WHATSAPP
        else None,
        page_url=f"{base_url}/c/{channel.id}" if channel.kind is ChannelKind.WEBCHAT else None,
        created_at=channel.created_at,
    )
