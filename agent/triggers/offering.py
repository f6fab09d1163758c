"""The tenant's workflows as one turn may start them: those on offer, once for one wish however often it is retaken."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from agent.context import OfferedWorkflow, WorkflowAnswer
from agent.triggers.running import WorkflowRunner
from agent.untrusted import clean
from data.database import Database
from data.models import Workflow
from data.states import RunOrigin, RunStatus

# The shopper waits for the turn.
CALL_SECONDS = 6.0
_REPLY_CHARACTERS = 1_000
_OWN = UUID("90a9d0a1-5a0b-4b0c-8d4c-0d7a3d1f5e21")


class TurnWorkflows:
    """See agent.context.Workflows. `position` is of the first message that the turn answers."""

    def __init__(
        self, database: Database, runner: WorkflowRunner, tenant_id: UUID, conversation_id: UUID, position: int
    ) -> None:
        self._database = database
        self._runner = runner
        self._tenant_id = tenant_id
        self._conversation_id = conversation_id
        self._position = position

    async def start(self, workflow_id: UUID, values: Mapping[str, Any]) -> WorkflowAnswer:
        async with self._database.transaction(self._tenant_id) as tx:
            workflow = await tx.workflows.get(workflow_id)
        if workflow is None or not (workflow.is_active and workflow.is_offered):
            return WorkflowAnswer(RunStatus.FAILED)
        wish = f"{self._conversation_id}/{self._position}/{workflow_id}/{json.dumps(values, sort_keys=True)}"
        result = await self._runner.start(
            self._tenant_id, workflow, RunOrigin.AGENT, values, run_id=uuid5(_OWN, wish),
            conversation_id=self._conversation_id, seconds=CALL_SECONDS,
        )  # fmt: skip
        return WorkflowAnswer(result.status, clean(result.reply, _REPLY_CHARACTERS))


def as_offered(workflow: Workflow) -> OfferedWorkflow:
    return OfferedWorkflow(
        workflow.id, workflow.name, workflow.description, workflow.input_schema, tuple(workflow.phrases)
    )
