"""Where a tenant's Chatwoot posts what people do at the desk: verified on the raw bytes, kept, acknowledged at once."""

import time
from datetime import UTC, datetime
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response

from api.errors import BadRequest, Forbidden, Missing
from api.in_time import in_time
from api.runtime import Runtime
from api.schemas import errors
from api.webhooks import ANSWER_SECONDS, read_request
from channels.adapter import WebhookRequest
from channels.chatwoot.bot import is_genuine
from channels.desk.inbox import take_in_desk
from channels.errors import BadPayload
from channels.incoming.reading import read_json
from data.repositories.connections import open_secrets
from data.states import ConnectionKind

router = APIRouter(prefix="/v1/webhooks", tags=["Webhooks"])
log = structlog.get_logger("api.webhooks")


@router.post(
    "/desks/{tenant_id}",
    summary="Lo que hacen las personas en Chatwoot",
    description="La dirección que va en la bandeja API de Chatwoot: con su firma, o con el token de la dirección.",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "Recibido y guardado."},
        **errors(400, 403, 404),
    },
    openapi_extra={
        "parameters": [{"name": "tenant_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    },
)
async def receive_desk_webhook(request: Request) -> Response:
    runtime: Runtime = request.app.state.runtime
    tenant_id = _tenant(request.path_params["tenant_id"])
    posted = await read_request(request)
    await in_time(_keep(runtime, tenant_id, posted), ANSWER_SECONDS)
    return Response(b'{"received":true}', media_type="application/json")


async def _keep(runtime: Runtime, tenant_id: UUID, posted: WebhookRequest) -> None:
    async with runtime.database.transaction(tenant_id) as tx:
        connection = await tx.connections.active(ConnectionKind.CHATWOOT)
    if connection is None:
        raise Missing("No hay un Chatwoot conectado en esta dirección.")
    if not is_genuine(open_secrets(connection, runtime.secrets), posted, time.time()):
        log.warning("webhook_refused", tenant_id=str(tenant_id), kind="desk")
        raise Forbidden("La firma no corresponde a este Chatwoot. Revisa el secreto y la dirección.")
    try:
        event = read_json(posted.body)
        await take_in_desk(runtime.database, tenant_id, connection.config, event, datetime.now(UTC))
    except BadPayload as error:
        log.warning("webhook_unreadable", tenant_id=str(tenant_id), reason=str(error))
        raise BadRequest("La firma es correcta, pero el contenido no es un evento de Chatwoot.") from error


def _tenant(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Missing("No hay un Chatwoot conectado en esta dirección.") from error
