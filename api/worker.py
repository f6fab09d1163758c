"""Which code runs which job."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from agent.notices import expire_order, serve_waitlist
from api.runtime import Runtime
from channels.incoming.missed import fetch_missed
from channels.outgoing.outbox import deliver
from channels.outgoing.undelivered import give_up
from data.jobs import JobName
from data.states import ConnectionKind
from data.worker import Handler, JobWorker, Recurring
from ingestion.embedding import embed_catalogue

# A call that was due so long ago is in nobody's hand.
_LATE = timedelta(seconds=15)
# Of a run for all tenants, for one whose own systems are asked.
_MOST_SECONDS = 100.0

log = structlog.get_logger()


def make_handlers(runtime: Runtime) -> dict[JobName, Handler]:
    async def send_message(tenant_id: UUID, message_id: UUID) -> None:
        now = datetime.now(UTC)
        await deliver(runtime.database, runtime.adapters, runtime.open_access, tenant_id, message_id, now)

    async def run_import(tenant_id: UUID, import_id: UUID) -> None:
        await runtime.imports.run(tenant_id, import_id)

    async def embed_stored(tenant_id: UUID) -> None:
        await embed_catalogue(runtime.database, tenant_id, runtime.indexes.embedder)

    async def tell_waiting(tenant_id: UUID) -> None:
        await serve_waitlist(runtime.database, tenant_id, datetime.now(UTC))

    async def expire(tenant_id: UUID, order_id: UUID) -> None:
        await expire_order(runtime.database, tenant_id, order_id, datetime.now(UTC))

    return {
        JobName.SERVE_WAITLIST: tell_waiting,
        JobName.EXPIRE_ORDER: expire,
        JobName.TAKE_TURN: runtime.agent.take_turn,
        JobName.SUBMIT_ORDER: runtime.submitter.submit,
        JobName.CANCEL_EXTERNAL: runtime.submitter.cancel,
        JobName.FOLLOW_ORDERS: runtime.follower.follow,
        JobName.SYNC_CATALOGUE: runtime.odoo_sync.run,
        JobName.SEND_MESSAGE: send_message,
        JobName.RUN_IMPORT: run_import,
        JobName.EMBED_CATALOGUE: embed_stored,
        JobName.FETCH_MEDIA: runtime.media.fetch,
        JobName.SEND_EVENTS: runtime.events.send,
        JobName.RUN_WORKFLOW: runtime.workflows.run,
        JobName.TIME_OUT_HANDOFF: runtime.agent.time_out_handoff,
        JobName.TELL_DESK: runtime.desk.tell,
    }


def make_last_resorts(runtime: Runtime) -> dict[JobName, Handler]:
    """What is still done for a job that failed for the last time."""

    async def fail_import(tenant_id: UUID, import_id: UUID) -> None:
        message = "Tuvimos un problema y no se importó nada: tu catálogo sigue como estaba. Prueba a subirlo de nuevo."
        await runtime.imports.fail(tenant_id, import_id, "INTERNAL_ERROR", message)

    async def fail_message(tenant_id: UUID, message_id: UUID) -> None:
        await give_up(runtime.database, tenant_id, message_id, datetime.now(UTC))

    return {
        JobName.TAKE_TURN: runtime.agent.give_up,
        JobName.SEND_MESSAGE: fail_message,
        JobName.RUN_IMPORT: fail_import,
        JobName.FETCH_MEDIA: runtime.media.give_up,
    }


async def for_each(
    tenant_ids: Iterable[UUID], work: Callable[[UUID], Awaitable[None]], most_seconds: float = _MOST_SECONDS
) -> None:
    """One whose own systems are slow does not hold up the others."""
    for tenant_id in tenant_ids:
        try:
            async with asyncio.timeout(most_seconds):
                await work(tenant_id)
        except TimeoutError:
            log.warning("tenant_left_out", tenant_id=str(tenant_id))


def make_recurring(runtime: Runtime) -> dict[JobName, Recurring]:
    """What comes back by itself, for all tenants: a row here, its name in data.jobs.JobName."""

    async def tend_connections() -> None:
        for tenant_id in await runtime.directory.connected_tenants(ConnectionKind.ODOO):
            await runtime.submitter.queue_due(tenant_id)
            await runtime.follower.follow_when_due(tenant_id)
            await runtime.odoo_sync.start_when_due(tenant_id)

    async def fetch_all_missed() -> None:
        async def fetch(tenant_id: UUID) -> None:
            now = datetime.now(UTC)
            await fetch_missed(runtime.database, runtime.adapters, runtime.open_access, tenant_id, now)

        await for_each([tenant.id for tenant in await runtime.directory.tenants()], fetch)

    async def forget_media() -> None:
        for tenant in await runtime.directory.tenants():
            await runtime.media.forget_old(tenant.id, datetime.now(UTC))

    async def tend_desks() -> None:
        async def poll(tenant_id: UUID) -> None:
            await runtime.desk_poller.poll(tenant_id, datetime.now(UTC))

        await for_each(await runtime.directory.connected_tenants(ConnectionKind.CHATWOOT), poll)

    async def tend_events() -> None:
        since = datetime.now(UTC) - _LATE
        for tenant_id in await runtime.directory.late_tenants(since):
            await runtime.events.tend(tenant_id, since)
            await runtime.workflows.tend(tenant_id, since)

    return {
        JobName.TEND_EVENTS: Recurring("* * * * * */20", tend_events),
        JobName.TEND_CONNECTIONS: Recurring("* * * * * */15", tend_connections),
        JobName.TEND_DESKS: Recurring("*/2 * * * *", tend_desks),
        JobName.FORGET_MEDIA: Recurring("17 * * * *", forget_media),
        JobName.FETCH_MISSED: Recurring("*/2 * * * *", fetch_all_missed),
    }


def make_worker(runtime: Runtime) -> JobWorker:
    """Serves the queue that everything but terminal chats uses."""
    return JobWorker(
        runtime.database_url,
        make_handlers(runtime),
        last_resorts=make_last_resorts(runtime),
        recurring=make_recurring(runtime),
        concurrency=runtime.settings.worker_concurrency,
    )
