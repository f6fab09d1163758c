"""What happened: written in the transaction that made it happen, with what follows from it for those who listen."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text

from data.event_types import patterns_of
from data.jobs import JobName, JobQueue
from data.models import Event
from data.repositories.repository import Repository

# Paused subscriptions hear of it when they go on; disabled ones do not.
_FAN_OUT = text(
    """
    WITH told AS (
        INSERT INTO app.event_deliveries (tenant_id, id, subscription_id, event_id, next_attempt_at)
        SELECT s.tenant_id, gen_random_uuid(), s.id, :event_id, now() FROM app.subscriptions s
        WHERE s.tenant_id = :tenant_id AND s.disabled_at IS NULL
            AND jsonb_exists_any(s.event_names, CAST(:patterns AS text[]))
        RETURNING subscription_id
    ), started AS (
        INSERT INTO app.workflow_runs (tenant_id, id, workflow_id, origin, event_id, next_attempt_at)
        SELECT w.tenant_id, gen_random_uuid(), w.id, 'event', :event_id, now() FROM app.workflows w
        WHERE w.tenant_id = :tenant_id AND w.is_active
            AND jsonb_exists_any(w.event_names, CAST(:patterns AS text[]))
        RETURNING id
    )
    SELECT 'subscription' AS kind, subscription_id AS id FROM told UNION ALL SELECT 'run', id FROM started
    """
)


class EventRepository(Repository):
    async def add(self, name: str, **payload: Any) -> None:
        """`name` is in the past tense ("order.placed"); `payload` holds ids and figures, no personal data."""
        event_id = uuid4()
        self.session.add(Event(tenant_id=self.tenant_id, id=event_id, name=name, payload=payload))
        await self.session.flush()
        if patterns := patterns_of(name):
            await self._fan_out(event_id, patterns)

    async def recent(self, limit: int = 100) -> Sequence[Event]:
        """Newest first."""
        statement = (
            select(Event)
            .where(Event.tenant_id == self.tenant_id)
            .order_by(Event.created_at.desc(), Event.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def get(self, event_id: UUID) -> Event | None:
        return await self.session.get(Event, (self.tenant_id, event_id))

    async def _fan_out(self, event_id: UUID, patterns: list[str]) -> None:
        values = {"tenant_id": self.tenant_id, "event_id": event_id, "patterns": patterns}
        jobs = JobQueue(self.session)
        for kind, row_id in (await self.session.execute(_FAN_OUT, values)).all():
            if kind == "subscription":
                await jobs.defer(JobName.SEND_EVENTS, lock=f"subscription:{row_id}", subscription_id=row_id)
            else:
                await jobs.defer(JobName.RUN_WORKFLOW, lock=f"run:{row_id}", run_id=row_id)
