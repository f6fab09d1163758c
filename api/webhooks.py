"""Where providers post messages and their statuses: verified on the raw bytes, kept, acknowledged at once."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.errors import BadRequest, Forbidden
from api.in_time import in_time
from api.open_channels import OpenChannels
from api.runtime import Runtime
from api.schemas import errors
from channels.adapter import Acknowledges, AnswersHandshake, ChannelAccess, Quarantined, WebhookRequest
from channels.errors import BadPayload
from channels.incoming.inbox import quarantine, take_in
from data.states import ChannelKind

router = APIRouter(prefix="/v1/webhooks", tags=["Webhooks"])
log = structlog.get_logger("api.webhooks")

# Chatwoot waits five seconds: late, it is better told to come again.
ANSWER_SECONDS = 4.0
# Meta sends up to a thousand at once after an outage; told to come again, it would bring them all again, for ever.
_LONGER = {ChannelKind.META_WHATSAPP: 30.0}
# What a provider reads as «received»; to Twilio, an answer without instructions.
_ACKNOWLEDGED = {
    ChannelKind.TWILIO_WHATSAPP: (b'<?xml version="1.0" encoding="UTF-8"?><Response/>', "application/xml"),
}
_PLAINLY = (b'{"received":true}', "application/json")


# Read as they come, since a signature covers the bytes: FastAPI only describes them.
_DESCRIBED = {
    "parameters": [{"name": "channel_id", "in": "path", "required": True, "schema": {"type": "string"}}],
    "requestBody": {
        "required": True,
        "description": "Lo que envía el proveedor, tal como lo firmó.",
        "content": {
            "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
            "application/json": {"schema": {"type": "object"}},
        },
    },
}


@router.post(
    "/channels/{channel_id}",
    summary="Mensajes y estados de un proveedor",
    description="La firma se comprueba contra la dirección pública (`PUBLIC_BASE_URL`) y el secreto del canal.",
    response_class=Response,
    responses={
        200: {"content": {"application/xml": {}, "application/json": {}}, "description": "Recibido y guardado."},
        **errors(400, 403, 404),
    },
    openapi_extra=_DESCRIBED,
)
async def receive_webhook(request: Request) -> Response:
    runtime: Runtime = request.app.state.runtime
    channels: OpenChannels = request.app.state.open_channels
    posted = await read_request(request)
    began = time.monotonic()
    access = await in_time(channels.get(request.path_params["channel_id"]), ANSWER_SECONDS)
    seconds = _LONGER.get(access.kind, ANSWER_SECONDS) - (time.monotonic() - began)
    await in_time(_keep_all(runtime, channels, access, posted), seconds)
    body, media_type = _ACKNOWLEDGED.get(access.kind, _PLAINLY)
    adapter = runtime.adapters[access.kind]
    if isinstance(adapter, Acknowledges):
        body = adapter.acknowledgement(posted) or body
    return Response(body, media_type=media_type)


@router.get(
    "/channels/{channel_id}",
    summary="Comprobación de la dirección por el proveedor",
    description="Meta la hace al guardar la dirección: se devuelve su `hub.challenge` si el token coincide.",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Lo que pidió repetir."}, **errors(403, 404)},
    openapi_extra={"parameters": _DESCRIBED["parameters"]},
)
async def answer_handshake(request: Request) -> PlainTextResponse:
    runtime: Runtime = request.app.state.runtime
    channels: OpenChannels = request.app.state.open_channels
    access = await channels.get(request.path_params["channel_id"])
    adapter = runtime.adapters[access.kind]
    answer = None
    if isinstance(adapter, AnswersHandshake):
        answer = adapter.answer_handshake(access, await read_request(request))
    if answer is None:
        raise Forbidden("Este canal no reconoce la comprobación. Revisa el token de verificación.")
    return PlainTextResponse(answer)


async def read_request(request: Request) -> WebhookRequest:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    return WebhookRequest(headers, await request.body(), request.scope["query_string"].decode("latin-1"))


async def _keep_all(runtime: Runtime, channels: OpenChannels, access: ChannelAccess, request: WebhookRequest) -> None:
    for address, items in (await _keep(runtime, access, request)).items():
        other = await channels.beside(access, address)
        if other is None or not runtime.adapters[other.kind].verify(other, request):
            await quarantine(runtime.database, access, items)
        else:
            await _keep(runtime, other, request)


async def _keep(
    runtime: Runtime, access: ChannelAccess, request: WebhookRequest
) -> Mapping[str, Sequence[Quarantined]]:
    """What it brought for this channel is kept; what it brought for others, by their address, is returned."""
    adapter = runtime.adapters[access.kind]
    if not adapter.verify(access, request):
        log.warning("webhook_refused", channel_id=str(access.channel_id), kind=access.kind.value)
        raise Forbidden("La firma no corresponde a este canal. Revisa el secreto y la dirección pública.")
    try:
        parsed = adapter.parse(access, request)
    except BadPayload as error:
        log.warning("webhook_unreadable", channel_id=str(access.channel_id), reason=str(error))
        raise BadRequest("La firma es correcta, pero el contenido no es un mensaje ni un estado.") from error
    await take_in(runtime.database, access, parsed, datetime.now(UTC))
    return parsed.elsewhere
