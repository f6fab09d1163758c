"""The two brains behind one protocol: both propose through the same tools, code decides."""

from typing import Protocol
from uuid import UUID

from agent.context import ModelChoice
from agent.workspace import Draft, Workspace
from data.states import BrainKind


class BrainUnavailable(Exception):
    """The brain could not answer: no model, an error, out of time or budget. Another one takes the turn."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Brain(Protocol):
    kind: BrainKind

    async def think(self, workspace: Workspace, problems: tuple[str, ...] = ()) -> Draft:
        """Read the context, use the tools, and word the replies.

        `problems` is what the guardrails found in this brain's last draft of the same turn.
        Raises BrainUnavailable.
        """
        ...


class TenantModels(Protocol):
    """The brains of tenants that chose a model of their own."""

    def brain(self, tenant_id: UUID, choice: ModelChoice) -> Brain:
        """Raises BrainUnavailable."""
        ...
