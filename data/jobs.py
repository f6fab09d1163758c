"""The job queue: procrastinate's tables, written from our own transactions.

A job is a row, enqueued in the same transaction as its cause: a rollback leaves none. procrastinate's
workers (api.worker) run them; its `lock` lets one job at a time through.
"""

import json
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from data.repositories.repository import Repository


class JobName(StrEnum):
    """Every kind of job. Their arguments are ids only; a job reads all else again.

    Recurring ones (data.worker.Recurring) have none, and are never deferred by us.
    """

    TAKE_TURN = "take_turn"  # tenant_id, conversation_id
    SEND_MESSAGE = "send_message"  # tenant_id, message_id
    RUN_IMPORT = "run_import"  # tenant_id, import_id
    EMBED_CATALOGUE = "embed_catalogue"  # tenant_id
    TIME_OUT_HANDOFF = "time_out_handoff"  # tenant_id, handoff_id
    SERVE_WAITLIST = "serve_waitlist"  # tenant_id
    SUBMIT_ORDER = "submit_order"  # tenant_id, order_id
    FOLLOW_ORDERS = "follow_orders"  # tenant_id
    CANCEL_EXTERNAL = "cancel_external"  # tenant_id, order_id
    SYNC_CATALOGUE = "sync_catalogue"  # tenant_id, import_id
    TEND_CONNECTIONS = "tend_connections"  # recurring
    FETCH_MEDIA = "fetch_media"  # tenant_id, message_id; deferred by the database when a message is kept
    FORGET_MEDIA = "forget_media"  # recurring
    FETCH_MISSED = "fetch_missed"  # recurring
    TELL_DESK = "tell_desk"  # tenant_id, conversation_id; deferred by the database too, when a message is kept
    TEND_DESKS = "tend_desks"  # recurring
    SEND_EVENTS = "send_events"  # tenant_id, subscription_id
    RUN_WORKFLOW = "run_workflow"  # tenant_id, run_id
    TEND_EVENTS = "tend_events"  # recurring
    EXPIRE_ORDER = "expire_order"  # tenant_id, order_id


DEFAULT_QUEUE = "default"
# What a job causes runs where the job itself runs, unless said otherwise.
current_queue: ContextVar[str] = ContextVar("current_queue", default=DEFAULT_QUEUE)

_DEFER = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        CAST(:queue AS varchar), CAST(:task AS varchar), CAST(:priority AS integer), CAST(:lock AS text),
        CAST(NULL AS text), CAST(:args AS jsonb), CAST(:scheduled_at AS timestamptz)
    )]::procrastinate_job_to_defer_v1[])
    """
)

_IS_WAITING = text("SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = :lock AND status IN ('todo', 'doing'))")


class JobQueue(Repository):
    async def defer(
        self,
        name: JobName,
        *,
        lock: str,
        queue: str | None = None,
        scheduled_at: datetime | None = None,
        priority: int = 0,
        **ids: UUID,
    ) -> None:
        """Enqueue a job of this tenant. Jobs of one `lock` run one after another, in order; one of a higher
        `priority` goes first, and while it waits for its time the others of its lock wait too.

        One job per message, never «only if none waits»: the one that waits could read before this commits.
        """
        values = {
            "queue": queue or current_queue.get(),
            "task": name.value,
            "priority": priority,
            "lock": lock,
            "args": json.dumps({"tenant_id": str(self.tenant_id)} | {key: str(value) for key, value in ids.items()}),
            "scheduled_at": scheduled_at,
        }
        await self.session.execute(_DEFER, values)

    async def is_waiting(self, lock: str) -> bool:
        """Whether a job of this `lock` waits or runs."""
        return bool((await self.session.execute(_IS_WAITING, {"lock": lock})).scalar_one())

    async def notify(self, topic: str, payload: str) -> None:
        """Tell listening processes, when this transaction commits."""
        await self.session.execute(text("SELECT pg_notify(:topic, :payload)"), {"topic": topic, "payload": payload})
