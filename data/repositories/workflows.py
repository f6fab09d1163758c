"""The tenant's workflows, and their runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from data.errors import AlreadyExists
from data.jobs import JobName, JobQueue
from data.models import Workflow, WorkflowRun
from data.repositories.repository import Repository
from data.states import RunOrigin, RunStatus

MOST_OFFERED = 20


class WorkflowRepository(Repository):
    async def add(self, **values: Any) -> Workflow:
        """Raises AlreadyExists: names tell workflows apart."""
        workflow = Workflow(tenant_id=self.tenant_id, id=uuid4(), **values)
        await self.insert(workflow, AlreadyExists("workflow"))
        await self.session.refresh(workflow)
        return workflow

    async def all(self) -> Sequence[Workflow]:
        statement = select(Workflow).where(Workflow.tenant_id == self.tenant_id).order_by(Workflow.name)
        return (await self.session.execute(statement)).scalars().all()

    async def offered(self) -> Sequence[Workflow]:
        """Those a conversation may start: by the agent's choice, or by the owner's words."""
        statement = (
            select(Workflow)
            .where(Workflow.tenant_id == self.tenant_id, Workflow.is_active, Workflow.is_offered)
            .order_by(Workflow.name)
            .limit(MOST_OFFERED)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def get(self, workflow_id: UUID, *, lock: bool = False) -> Workflow | None:
        statement = select(Workflow).where(Workflow.tenant_id == self.tenant_id, Workflow.id == workflow_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def find(self, name: str) -> Workflow | None:
        """By its name, or by its id in n8n."""
        statement = (
            select(Workflow)
            .where(
                Workflow.tenant_id == self.tenant_id,
                (Workflow.name == name) | (Workflow.external_id == name),
            )
            .order_by(Workflow.name != name)
            .limit(1)
        )
        return (await self.session.execute(statement)).scalars().first()

    async def delete(self, workflow_id: UUID) -> bool:
        statement = delete(Workflow).where(Workflow.tenant_id == self.tenant_id, Workflow.id == workflow_id)
        return bool((await self.session.execute(statement.returning(Workflow.id))).all())

    async def begin(
        self,
        workflow_id: UUID,
        origin: RunOrigin,
        values: Mapping[str, Any],
        *,
        run_id: UUID,
        lease_until: datetime,
        conversation_id: UUID | None = None,
    ) -> tuple[WorkflowRun, bool]:
        """The run of this id, and whether it is a new one: the same wish asked twice is one run."""
        made = insert(WorkflowRun).values(
            tenant_id=self.tenant_id, id=run_id, workflow_id=workflow_id, origin=origin, input=dict(values),
            conversation_id=conversation_id, next_attempt_at=lease_until,
        )  # fmt: skip
        result = await self.session.execute(made.on_conflict_do_nothing().returning(WorkflowRun.id))
        is_new = result.scalar_one_or_none() is not None
        run = await self.lock_run(run_id)
        assert run is not None
        return run, is_new

    async def run(self, run_id: UUID) -> WorkflowRun | None:
        return await self.session.get(WorkflowRun, (self.tenant_id, run_id))

    async def lock_run(self, run_id: UUID) -> WorkflowRun | None:
        statement = select(WorkflowRun).where(WorkflowRun.tenant_id == self.tenant_id, WorkflowRun.id == run_id)
        statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def claim(self, run_id: UUID, now: datetime, lease: timedelta) -> WorkflowRun | None:
        """None when it is not due, or somebody has it in hand."""
        run = await self.lock_run(run_id)
        if run is None or run.status is not RunStatus.PENDING:
            return None
        if run.next_attempt_at is not None and run.next_attempt_at > now:
            return None
        run.next_attempt_at = now + lease
        await self.session.flush()
        return run

    async def try_again(self, run: WorkflowRun, when: datetime) -> None:
        run.next_attempt_at = when
        await JobQueue(self.session).defer(
            JobName.RUN_WORKFLOW, lock=f"run:{run.id}:{run.attempt_count}", scheduled_at=when, run_id=run.id
        )

    async def late(self, since: datetime) -> list[UUID]:
        """Runs that were due before."""
        statement = select(WorkflowRun.id).where(
            WorkflowRun.tenant_id == self.tenant_id,
            WorkflowRun.status == RunStatus.PENDING,
            WorkflowRun.next_attempt_at < since,
        )
        return list((await self.session.execute(statement)).scalars())

    async def runs(self, workflow_id: UUID, limit: int) -> Sequence[WorkflowRun]:
        """Newest first."""
        statement = (
            select(WorkflowRun)
            .where(WorkflowRun.tenant_id == self.tenant_id, WorkflowRun.workflow_id == workflow_id)
            .order_by(WorkflowRun.created_at.desc(), WorkflowRun.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()
