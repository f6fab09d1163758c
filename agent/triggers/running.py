"""Starting the tenant's n8n workflows: now for a conversation or the API, soon for an event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from agent.triggers.answers import take_answer
from agent.triggers.documents import document_of
from agent.triggers.lanes import Lanes
from agent.triggers.schedule import next_wait
from connectors.errors import PASSING, ConnectorError, Verdict
from connectors.http import GuardedHttp
from connectors.n8n.access import N8nAccess
from connectors.n8n.calls import CALL_SECONDS, Started, start_workflow
from data.database import Database
from data.encryption import SecretBox
from data.models import Workflow, WorkflowRun
from data.repositories.connections import open_secrets
from data.states import ConnectionKind, RunOrigin, RunStatus
from data.transaction import Transaction

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 6
CALLBACK_PATH = "/v1/webhooks/n8n"
_NOT_CONNECTED = ConnectorError("not_connected", Verdict.CONFIGURATION, "Tu tienda no tiene un n8n conectado.")


@dataclass(frozen=True, slots=True)
class RunResult:
    """`reply` is what the workflow said at once, as it came. PENDING: it failed for now, and is tried again."""

    run_id: UUID
    status: RunStatus
    reply: str = ""
    data: Any = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    run_id: UUID
    access: N8nAccess
    path: str
    document: Mapping[str, Any]


class WorkflowRunner:
    def __init__(
        self,
        database: Database,
        http: GuardedHttp,
        box: SecretBox,
        lanes: Lanes,
        base_url: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._http = http
        self._box = box
        self._lanes = lanes
        self._base_url = base_url
        self._clock = clock
        self.call_seconds = CALL_SECONDS

    async def run(self, tenant_id: UUID, run_id: UUID) -> None:
        """A job: it ends before the call does."""
        attempt = partial(self._attempt, tenant_id, run_id)
        self._lanes.start(run_id, lambda: self._lanes.call(tenant_id, attempt))

    async def tend(self, tenant_id: UUID, since: datetime) -> None:
        """Runs that a process had in hand when it ended."""
        async with self._database.transaction(tenant_id) as tx:
            late = await tx.workflows.late(since)
        for run_id in late:
            await self.run(tenant_id, run_id)

    async def start(
        self,
        tenant_id: UUID,
        workflow: Workflow,
        origin: RunOrigin,
        values: Mapping[str, Any],
        *,
        run_id: UUID,
        conversation_id: UUID | None = None,
        seconds: float = CALL_SECONDS,
    ) -> RunResult:
        """Somebody waits for the answer. The same `run_id` again is the same run: what it answered is said again.

        What fails for now is tried again later, and its answer then goes to the conversation.
        """
        now = self._clock()
        async with self._database.transaction(tenant_id) as tx:
            if await tx.workflows.get(workflow.id, lock=True) is None:
                return _removed(run_id)
            run, is_new = await tx.workflows.begin(
                workflow.id, origin, values, run_id=run_id, conversation_id=conversation_id, lease_until=now + LEASE
            )
            if not is_new:
                return _result(run)
            call = await self._call(tx, run, now)
        return await self._conclude(tenant_id, call, is_awaited=True, seconds=seconds)

    async def _attempt(self, tenant_id: UUID, run_id: UUID) -> None:
        now = self._clock()
        async with self._database.transaction(tenant_id) as tx:
            run = await tx.workflows.claim(run_id, now, LEASE)
            if run is None:
                return
            call = await self._call(tx, run, now)
        await self._conclude(tenant_id, call, is_awaited=False, seconds=self.call_seconds)

    async def _call(self, tx: Transaction, run: WorkflowRun, now: datetime) -> _Call | WorkflowRun:
        """All that the call needs; the run itself where there is no n8n to call."""
        workflow = await tx.workflows.get(run.workflow_id)
        connection = await tx.connections.active(ConnectionKind.N8N)
        if connection is None or workflow is None:
            return run
        event = await tx.events.get(run.event_id) if run.event_id is not None else None
        document = {
            "event_id": event_id(run.id),
            "timestamp": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "attempt": run.attempt_count + 1,
            "workflow": workflow.name,
            "origin": run.origin.value,
            "type": event.name if event is not None else None,
            "data": await document_of(tx, event) if event is not None else run.input,
            "conversation_id": str(run.conversation_id) if run.conversation_id else None,
            "callback_url": self._base_url + CALLBACK_PATH,
        }
        access = N8nAccess.read(connection.config, open_secrets(connection, self._box))
        return _Call(run.id, access, workflow.path, document)

    async def _conclude(
        self, tenant_id: UUID, call: _Call | WorkflowRun, *, is_awaited: bool, seconds: float
    ) -> RunResult:
        run_id = call.run_id if isinstance(call, _Call) else call.id
        try:
            if not isinstance(call, _Call):
                raise _NOT_CONNECTED
            started = await start_workflow(
                self._http, call.access, call.path, event_id(run_id), call.document, self._clock(), seconds=seconds
            )
        except ConnectorError as error:
            return await self._fail(tenant_id, run_id, error)
        async with self._database.transaction(tenant_id) as tx:
            run = await tx.workflows.lock_run(run_id)
            if run is None:
                return _removed(run_id)
            await _begun(tx, run, started, self._clock(), is_awaited=is_awaited)
            return RunResult(run.id, run.status, started.reply, started.data)

    async def _fail(self, tenant_id: UUID, run_id: UUID, error: ConnectorError) -> RunResult:
        now = self._clock()
        log.warning("workflow_not_started", run_id=str(run_id), code=error.code, verdict=error.verdict)
        async with self._database.transaction(tenant_id) as tx:
            run = await tx.workflows.lock_run(run_id)
            if run is None:
                return _removed(run_id)
            if run.status is not RunStatus.PENDING:  # its callback was faster than its answer
                return _result(run)
            run.attempt_count += 1
            run.error = error.sentence
            wait = next_wait(run.attempt_count, error.retry_after)
            if error.verdict in PASSING and run.attempt_count < MOST_ATTEMPTS and wait is not None:
                await tx.workflows.try_again(run, now + wait)
                return _result(run)
            is_theirs = error.verdict in (Verdict.CONFIGURATION, Verdict.RIGHTS)
            run.status = RunStatus.MISCONFIGURED if is_theirs else RunStatus.FAILED
            run.finished_at, run.next_attempt_at = now, None
            await _tell_fault(tx, run, error, is_theirs=is_theirs)
            return _result(run)


def event_id(run_id: UUID) -> str:
    """What n8n is told at every attempt: the same is the same."""
    return f"run_{run_id.hex}"


def run_id_of(text: str) -> UUID | None:
    """Back from `event_id`; None for anything else."""
    try:
        return UUID(text.removeprefix("run_"))
    except ValueError:
        return None


async def _begun(tx: Transaction, run: WorkflowRun, started: Started, now: datetime, *, is_awaited: bool) -> None:
    run.attempt_count += 1
    workflow = await tx.workflows.get(run.workflow_id, lock=True)
    if workflow is not None:
        workflow.fault = None
    if run.status is not RunStatus.PENDING:
        return
    if not started.is_final:
        run.status, run.next_attempt_at, run.error = RunStatus.WAITING, None, None
        return
    # Whoever waits for it says it themselves.
    await take_answer(tx, run, "" if is_awaited else started.reply, started.data, now)


async def _tell_fault(tx: Transaction, run: WorkflowRun, error: ConnectorError, *, is_theirs: bool) -> None:
    """The owner sees the sentence beside the workflow; whoever listens hears of it."""
    workflow = await tx.workflows.get(run.workflow_id, lock=True)
    if workflow is None:
        return
    if is_theirs:
        workflow.fault = error.sentence
    caused_by = await tx.events.get(run.event_id) if run.event_id is not None else None
    if caused_by is None or caused_by.name != "workflow.failed":
        await tx.events.add(
            "workflow.failed", workflow_id=str(workflow.id), run_id=str(run.id), title=workflow.name, code=error.code
        )


def _removed(run_id: UUID) -> RunResult:
    """The shop took the workflow away, and its runs with it, while this one was under way."""
    return RunResult(run_id, RunStatus.FAILED, error="Ese flujo ya no está entre los de la tienda.")


def _result(run: WorkflowRun) -> RunResult:
    answer = run.answer or {}
    data = answer.get("data")
    reply = data.get("reply", "") if isinstance(data, dict) and not answer.get("reply") else answer.get("reply", "")
    return RunResult(run.id, run.status, reply if isinstance(reply, str) else "", data, run.error)
