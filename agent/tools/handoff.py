"""Handing the conversation over to a person."""

from agent.facts import ReceiptKind
from agent.workspace import Workspace


def request_human(workspace: Workspace, reason: str) -> None:
    """From the end of this turn on people answer and the agent is silent. `reason` is for them to read."""
    workspace.handoff_reason = reason[:500]
    workspace.note(ReceiptKind.HANDOFF_OPENED)
