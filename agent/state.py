"""What travels along the graph in one turn."""

from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import TypedDict

from agent.brains import Brain
from agent.context import Opening
from agent.workspace import Draft, Workspace
from data.models.base import Json
from data.states import BrainKind


class TurnState(TypedDict):
    """`problems` is what the guardrails found in the last draft; `fallback_reason` why the model did not answer;
    `llm_deadline` (event loop time) when the model must have answered, all tries of this turn together."""

    workspace: Workspace
    draft: Draft | None
    brain: BrainKind
    attempt_count: int
    problems: tuple[str, ...]
    all_problems: tuple[str, ...]
    fallback_reason: str | None
    llm_deadline: float


def first_state(workspace: Workspace, llm_deadline: float = inf, fallback_reason: str | None = None) -> TurnState:
    """Before anyone has thought."""
    return {
        "workspace": workspace,
        "draft": None,
        "brain": BrainKind.RULES,
        "attempt_count": 0,
        "problems": (),
        "all_problems": (),
        "fallback_reason": fallback_reason,
        "llm_deadline": llm_deadline,
    }


@dataclass(frozen=True, slots=True)
class Brains:
    """The graph's run-time context: who can think. Without `llm` the rules brain takes every turn."""

    rules: Brain
    llm: Brain | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the graph proposes, and how it came to it."""

    state: TurnState
    opening: Opening
    started_at: datetime
    duration_ms: float
    found: list[Json] = field(default_factory=list)
