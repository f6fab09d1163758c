"""Where a workflow of a tenant's n8n answers later: signed, for a run that still waits, once."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, ValidationError

from agent.triggers.answers import Taken, take_answer
from agent.triggers.running import run_id_of
from api.errors import BadRequest, Forbidden, Missing
from api.runtime import Runtime
from api.schemas import errors
from connectors.n8n.access import N8nAccess
from connectors.signatures import is_signed
from data.repositories.connections import open_secrets
from data.states import ConnectionKind

router = APIRouter(prefix="/v1/webhooks", tags=["Webhooks"])
log = structlog.get_logger("api.n8n_callback")


class Callback(BaseModel):
    """`event_id` is the one the workflow was started with. What else n8n tells is kept as data."""

    event_id: Annotated[str, Field(max_length=80)]
    status: Literal["success", "error"] = "success"
    reply: Annotated[str, Field(max_length=20_000)] = ""
    data: Any = None


class CallbackTaken(BaseModel):
    outcome: Annotated[Taken, Field(description="`told`: el cliente lo recibió. `duplicate`: ya se había recibido.")]


@router.post(
    "/n8n",
    summary="Respuesta de un flujo de n8n",
    description="Encabezados `X-N8N-Timestamp` (segundos) y `X-N8N-Signature`: `sha256=` y el HMAC-SHA256 en "
    "hexadecimal de «timestamp.cuerpo» con el secreto de la conexión. Se aceptan 5 minutos de diferencia.",
    responses=errors(400, 403, 404),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": Callback.model_json_schema()}},
        }
    },
)
async def take_callback(request: Request) -> CallbackTaken:
    runtime: Runtime = request.app.state.runtime
    body = await request.body()
    document = _read(body)
    run_id = run_id_of(str(document.get("event_id") or document.get("run_id") or ""))
    tenant_id = await runtime.directory.tenant_by_run(run_id) if run_id is not None else None
    if run_id is None or tenant_id is None or not await _is_signed(runtime, tenant_id, request, body):
        log.warning("n8n_callback_refused", is_known=tenant_id is not None)
        raise Forbidden("La firma no corresponde. Revisa el secreto, la hora y el event_id.")
    try:
        callback = Callback.model_validate(document | {"event_id": str(run_id)})
    except ValidationError as error:
        raise BadRequest("La firma es correcta, pero el contenido no es una respuesta.") from error
    data = callback.data if callback.data is not None else {k: v for k, v in document.items() if k not in _TAKEN}
    now = datetime.now(UTC)
    async with runtime.database.transaction(tenant_id) as tx:
        run = await tx.workflows.lock_run(run_id)
        if run is None:
            raise Missing("Ese flujo ya no está entre los de la tienda.")
        failed = callback.status == "error"
        outcome = await take_answer(tx, run, "" if failed else callback.reply, data, now, failed=failed)
    return CallbackTaken(outcome=outcome)


_TAKEN = ("event_id", "run_id", "reply", "status")


async def _is_signed(runtime: Runtime, tenant_id: UUID, request: Request, body: bytes) -> bool:
    async with runtime.database.transaction(tenant_id) as tx:
        connection = await tx.connections.active(ConnectionKind.N8N)
    if connection is None:
        return False
    access = N8nAccess.read(connection.config, open_secrets(connection, runtime.secrets))
    moment, signature = (request.headers.get(name, "").strip() for name in ("x-n8n-timestamp", "x-n8n-signature"))
    return is_signed(access.secret, moment, body, signature, datetime.now(UTC).timestamp())


def _read(body: bytes) -> dict[str, Any]:
    """Who it is from is read before it is known to be true; nothing else is done with it till then."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("El cuerpo no es JSON válido.") from error
    if not isinstance(document, dict):
        raise BadRequest("El cuerpo no es un objeto JSON.")
    return document
