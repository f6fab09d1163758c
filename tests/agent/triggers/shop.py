"""A shop that others listen to, with a clock of its own and its jobs run by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from agent.triggers.lanes import Lanes
from agent.triggers.running import WorkflowRunner
from agent.triggers.sending import EventSender
from connectors.http import GuardedHttp
from data.database import Database
from data.encryption import SecretBox
from data.models import EventDelivery, Subscription, Workflow, WorkflowRun
from data.states import ChannelKind, ConnectionKind

BOX = SecretBox([b"k" * 32])
BASE_URL = "https://caserita.example"
N8N_SECRET = "secreto-de-n8n"

_DUE = text(
    """
    DELETE FROM procrastinate_jobs WHERE task_name = ANY(:tasks) AND status = 'todo' AND args->>'tenant_id' = :tenant
        AND (scheduled_at IS NULL OR scheduled_at <= :now)
    RETURNING task_name, args
    """
)
_WAITING = text(
    """
    SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'
        AND args->>'tenant_id' = :tenant AND scheduled_at IS NOT NULL ORDER BY scheduled_at
    """
)


@dataclass
class Shop:
    database: Database
    tenant_id: UUID
    channel_id: UUID
    http: GuardedHttp
    lanes: Lanes
    # Ahead of the database's clock, which says when a delivery is first due.
    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(seconds=1))
    sender: EventSender = field(init=False)
    runner: WorkflowRunner = field(init=False)

    def __post_init__(self) -> None:
        self.sender = EventSender(self.database, self.http, BOX, self.lanes, clock=lambda: self.now)
        self.runner = WorkflowRunner(self.database, self.http, BOX, self.lanes, BASE_URL, clock=lambda: self.now)

    async def subscribe(self, url: str, *events: str) -> tuple[UUID, str]:
        async with self.database.transaction(self.tenant_id) as tx:
            made, secret = await tx.subscriptions.add(url, "", events or ("*",), BOX)
            return made.id, secret

    async def happen(self, event: str = "catalogue.restored", **payload: Any) -> None:
        async with self.database.transaction(self.tenant_id) as tx:
            await tx.events.add(event, **payload)

    async def work(self) -> int:
        """Run the jobs that are due, and wait for the calls they start; how many jobs that were."""
        values = {"tasks": ["send_events", "run_workflow"], "tenant": str(self.tenant_id), "now": self.now}
        async with self.database.engine.begin() as connection:
            rows = (await connection.execute(_DUE, values)).all()
        for task, ids in rows:
            if task == "send_events":
                await self.sender.send(self.tenant_id, UUID(ids["subscription_id"]))
            else:
                await self.runner.run(self.tenant_id, UUID(ids["run_id"]))
        await self.lanes.settle()
        return len(rows)

    async def next_attempt(self, task: str = "send_events") -> datetime | None:
        values = {"task": task, "tenant": str(self.tenant_id)}
        async with self.database.lookup() as connection:
            moments = list((await connection.execute(_WAITING, values)).scalars())
        return moments[0] if moments else None

    async def subscription(self, subscription_id: UUID) -> Subscription:
        async with self.database.transaction(self.tenant_id) as tx:
            found = await tx.subscriptions.get(subscription_id)
        assert found is not None
        return found

    async def deliveries(self, subscription_id: UUID) -> list[EventDelivery]:
        async with self.database.transaction(self.tenant_id) as tx:
            return [due.delivery for due in await tx.subscriptions.log(subscription_id, 100)]

    async def connect_n8n(self, url: str, **config: Any) -> None:
        secrets = {"secret": N8N_SECRET, "key": "clave-api", "header_value": "valor"}
        async with self.database.transaction(self.tenant_id) as tx:
            await tx.connections.put(ConnectionKind.N8N, {"url": url} | config, secrets, BOX)

    async def add_workflow(self, path: str, **values: Any) -> Workflow:
        known = {"name": f"Flujo {uuid4().hex[:6]}", "path": path}
        async with self.database.transaction(self.tenant_id) as tx:
            return await tx.workflows.add(**known | values)

    async def runs(self, workflow_id: UUID) -> list[WorkflowRun]:
        async with self.database.transaction(self.tenant_id) as tx:
            return list(await tx.workflows.runs(workflow_id, 50))

    async def begin_conversation(self) -> UUID:
        async with self.database.transaction(self.tenant_id) as tx:
            conversation = await tx.conversations.open(self.channel_id, f"visitor-{uuid4().hex}")
            return conversation.id


async def open_shop(database: Database, tenant_id: UUID, http: GuardedHttp, lanes: Lanes) -> Shop:
    async with database.transaction(tenant_id) as tx:
        channel = await tx.channels.add(ChannelKind.WEBCHAT, "web", "web", {}, None)
    return Shop(database, tenant_id, channel.id, http, lanes)
