"""Jobs of one test alone: those before it left theirs behind, by the thousand."""

from uuid import UUID

from sqlalchemy import text

from api.runtime import Runtime
from api.worker import make_handlers, make_last_resorts
from data.worker import JobWorker

_TAKE = text(
    "UPDATE procrastinate_jobs SET scheduled_at = now(), queue_name = :tenant"
    " WHERE args->>'tenant_id' = :tenant AND status = 'todo'"
    " AND task_name IN ('take_turn', 'send_message', 'tell_desk')"
)


_LEAVE = text(
    "UPDATE procrastinate_jobs SET queue_name = 'left-behind' WHERE status = 'todo' AND queue_name = 'default'"
)


async def leave_behind(runtime: Runtime) -> None:
    """Whoever drains the queue from now on does not run what waits in it."""
    async with runtime.database.lookup() as connection:
        await connection.execute(_LEAVE)


async def run_jobs(runtime: Runtime, tenant_id: UUID) -> bool:
    """Its turns, sendings and tellings, whenever they are due; False when there were none."""
    async with runtime.database.lookup() as connection:
        if not (await connection.execute(_TAKE, {"tenant": str(tenant_id)})).rowcount:
            return False
    handlers, last_resorts = make_handlers(runtime), make_last_resorts(runtime)
    queues = [str(tenant_id)]
    worker = JobWorker(runtime.database_url, handlers, last_resorts=last_resorts, concurrency=4, queues=queues)
    await worker.drain()
    return True
