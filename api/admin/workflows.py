"""The shop's n8n workflows: which may be started, by whom, with what; and what became of each start."""

from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from agent.triggers.inputs import InputInvalid, InputSchema, check_input, read_schema
from agent.triggers.running import RunResult, event_id
from api.connected import n8n_access
from api.dependencies import Admin, RuntimeNeeded, Seller, Viewer
from api.errors import Conflict, Invalid, Missing
from api.runtime import Runtime
from api.schemas import Limit, Moment, errors
from connectors.errors import TargetRefused
from connectors.n8n.access import webhook_path
from connectors.n8n.listing import list_workflows
from data.event_types import PATTERNS
from data.models import Workflow, WorkflowRun
from data.states import RunOrigin, RunStatus
from data.transaction import Transaction

router = APIRouter(tags=["Flujos"])

MOST_WORKFLOWS = 100
# The shopper, or whoever called us, waits.
CALL_SECONDS = 10.0
_OWN = UUID("2f0c7e39-3f55-4d5e-9a70-6a1f7d2b8c44")

Phrase = Annotated[str, Field(min_length=3, max_length=80)]


class WorkflowSettings(BaseModel):
    """What starts it and what it takes."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Agendar visita"])]
    description: Annotated[
        str, Field(max_length=500, description="Para qué sirve y cuándo usarlo: el asistente decide con esto.")
    ] = ""
    path: Annotated[
        str, Field(min_length=1, max_length=500, description="La del nodo Webhook.", examples=["/webhook/agendar"])
    ]
    external_id: Annotated[str | None, Field(max_length=60, description="Su id en n8n.")] = None
    input: Annotated[InputSchema, Field(description="Los datos que recibe, como JSON Schema.")] = InputSchema()
    events: Annotated[list[str], Field(max_length=40, description="Eventos que lo inician.")] = []
    phrases: Annotated[
        list[Phrase], Field(max_length=20, description="Si el cliente escribe esto, se inicia sin preguntarle a nadie.")
    ] = []
    is_active: bool = True
    is_offered: Annotated[bool, Field(description="Se puede iniciar desde una conversación.")] = False

    @field_validator("events")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in PATTERNS:
                raise ValueError(f"No hay un evento «{name[:60]}». Mira la lista en GET /v1/webhooks/events.")
        return list(dict.fromkeys(names))


class WorkflowView(WorkflowSettings):
    id: UUID
    fault: Annotated[str | None, Field(description="Lo que hay que corregir para que funcione.")]


class AvailableWorkflow(BaseModel):
    """One of the n8n, as its public API tells."""

    id: str
    name: str
    is_active: bool
    tags: list[str]
    paths: list[str]


class RunView(BaseModel):
    id: UUID
    event_id: Annotated[str, Field(description="Lo que n8n recibe en cada intento.")]
    origin: RunOrigin
    status: RunStatus
    input: dict[str, Any]
    attempt_count: int
    next_attempt_at: Moment | None
    answer: Any
    error: str | None
    created_at: Moment
    finished_at: Moment | None


class Trigger(BaseModel):
    model_config = ConfigDict(extra="forbid")

    data: dict[str, Any] = {}


class NamedTrigger(Trigger):
    workflow: Annotated[str, Field(min_length=1, max_length=80, description="Su id, su nombre o su id en n8n.")]


class Triggered(BaseModel):
    """`waiting`: the workflow runs on. `pending`: n8n did not answer, and it is tried again."""

    run_id: UUID
    status: RunStatus
    reply: str
    data: Any
    error: str | None


IdempotencyKey = Annotated[str | None, Header(max_length=200, description="Con la misma clave se inicia una sola vez.")]
_REFUSALS = errors(401, 403, 404, 409, 422)


@router.get("/v1/workflows", summary="Ver los flujos que se pueden iniciar", responses=errors(401))
async def list_described(principal: Viewer, runtime: RuntimeNeeded) -> list[WorkflowView]:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        return [_view(each) for each in await tx.workflows.all()]


@router.get("/v1/workflows/available", summary="Ver los flujos de tu n8n", responses=errors(401, 404, 409, 503))
async def list_available(principal: Viewer, runtime: RuntimeNeeded) -> list[AvailableWorkflow]:
    """Read from n8n now; what is shown is which they are, not what is in them."""
    found = await list_workflows(runtime.http, await n8n_access(runtime, principal.tenant_id))
    return [
        AvailableWorkflow(id=one.id, name=one.name, is_active=one.is_active, tags=list(one.tags), paths=list(one.paths))
        for one in found
    ]


@router.post("/v1/workflows", status_code=201, summary="Agregar un flujo", responses=_REFUSALS)
async def add_workflow(body: WorkflowSettings, principal: Admin, runtime: RuntimeNeeded) -> WorkflowView:
    values = await _values(runtime, principal.tenant_id, body)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if len(await tx.workflows.all()) >= MOST_WORKFLOWS:
            raise Conflict(f"Puedes tener hasta {MOST_WORKFLOWS} flujos.")
        return _view(await tx.workflows.add(**values))


@router.put("/v1/workflows/{workflow_id}", summary="Cambiar un flujo", responses=_REFUSALS)
async def change_workflow(
    workflow_id: UUID, body: WorkflowSettings, principal: Admin, runtime: RuntimeNeeded
) -> WorkflowView:
    values = await _values(runtime, principal.tenant_id, body)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        workflow = await tx.workflows.get(workflow_id, lock=True)
        if workflow is None:
            raise _missing()
        same_name = await tx.workflows.find(body.name)
        if same_name is not None and same_name.name == body.name and same_name.id != workflow_id:
            raise Conflict("Ya hay un flujo con ese nombre.")
        for name, value in (values | {"fault": None}).items():
            setattr(workflow, name, value)
        return _view(workflow)


@router.delete(
    "/v1/workflows/{workflow_id}", status_code=204, summary="Quitar un flujo", responses=errors(401, 403, 404)
)
async def remove_workflow(workflow_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> None:
    """From here; in n8n it stays."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if not await tx.workflows.delete(workflow_id):
            raise _missing()


@router.get("/v1/workflows/{workflow_id}/runs", summary="Ver las veces que se inició", responses=errors(401, 404, 422))
async def list_runs(workflow_id: UUID, principal: Viewer, runtime: RuntimeNeeded, limit: Limit = 50) -> list[RunView]:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if await tx.workflows.get(workflow_id) is None:
            raise _missing()
        return [_run(each) for each in await tx.workflows.runs(workflow_id, limit)]


@router.post("/v1/workflows/{workflow_id}/trigger", summary="Iniciar un flujo", responses=_REFUSALS)
@router.post("/n8n/workflow/{workflow_id}", summary="Iniciar un flujo (otra dirección)", responses=_REFUSALS)
async def trigger(
    workflow_id: str,
    body: Trigger,
    principal: Seller,
    runtime: RuntimeNeeded,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Triggered:
    """`workflow_id` may be its name, or its id in n8n."""
    return await _trigger(runtime, principal.tenant_id, workflow_id, body, response, idempotency_key)


@router.post("/n8n/trigger", summary="Iniciar un flujo por su nombre", responses=_REFUSALS)
async def trigger_named(
    body: NamedTrigger,
    principal: Seller,
    runtime: RuntimeNeeded,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Triggered:
    return await _trigger(runtime, principal.tenant_id, body.workflow, body, response, idempotency_key)


async def _trigger(
    runtime: Runtime, tenant_id: UUID, named: str, body: Trigger, response: Response, key: str | None
) -> Triggered:
    async with runtime.database.transaction(tenant_id) as tx:
        workflow = await _find(tx, named)
    if not workflow.is_active:
        raise Conflict("Ese flujo está desactivado.")
    try:
        values = check_input(read_schema(workflow.input_schema), body.data)
    except InputInvalid as wrong:
        raise Invalid(wrong.sentence, {"field": f"data.{wrong.field[:60]}"}) from wrong
    run_id = uuid5(_OWN, f"{tenant_id}/{workflow.id}/{key}") if key else uuid4()
    async with runtime.database.transaction(tenant_id) as tx:
        earlier = await tx.workflows.run(run_id)
    if earlier is not None and earlier.input != values:
        raise Invalid("Esa Idempotency-Key ya se usó con otros datos: usa otra.", {"field": "Idempotency-Key"})
    result = await runtime.workflows.start(
        tenant_id, workflow, RunOrigin.API, values, run_id=run_id, seconds=CALL_SECONDS
    )
    if result.status is RunStatus.MISCONFIGURED:
        raise Conflict(result.error, {"run_id": str(result.run_id)})
    response.status_code = 202 if result.status in (RunStatus.PENDING, RunStatus.WAITING) else 200
    return _triggered(result)


async def _find(tx: Transaction, named: str) -> Workflow:
    found = None
    try:
        found = await tx.workflows.get(UUID(named))
    except ValueError:
        found = await tx.workflows.find(named)
    if found is None:
        raise _missing()
    return found


async def _values(runtime: Runtime, tenant_id: UUID, body: WorkflowSettings) -> dict[str, Any]:
    access = await n8n_access(runtime, tenant_id)
    try:
        path = webhook_path(body.path, access.url)
    except TargetRefused as error:
        raise Invalid(error.sentence, {"field": "path", "reason": error.reason}) from error
    return {
        "name": body.name.strip(),
        "description": body.description.strip(),
        "path": path,
        "external_id": body.external_id,
        "input_schema": body.input.stored(),
        "event_names": body.events,
        "phrases": [" ".join(phrase.split()) for phrase in body.phrases],
        "is_active": body.is_active,
        "is_offered": body.is_offered,
    }


def _view(workflow: Workflow) -> WorkflowView:
    return WorkflowView(
        id=workflow.id,
        name=workflow.name,
        description=workflow.description,
        path=workflow.path,
        external_id=workflow.external_id,
        input=read_schema(workflow.input_schema),
        events=list(workflow.event_names),
        phrases=list(workflow.phrases),
        is_active=workflow.is_active,
        is_offered=workflow.is_offered,
        fault=workflow.fault,
    )


def _run(run: WorkflowRun) -> RunView:
    return RunView(
        id=run.id,
        event_id=event_id(run.id),
        origin=run.origin,
        status=run.status,
        input=run.input,
        attempt_count=run.attempt_count,
        next_attempt_at=run.next_attempt_at,
        answer=run.answer,
        error=run.error,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def _triggered(result: RunResult) -> Triggered:
    return Triggered(
        run_id=result.run_id, status=result.status, reply=result.reply, data=result.data, error=result.error
    )


def _missing() -> Missing:
    return Missing("No hay un flujo así. Mira la lista en GET /v1/workflows.")
