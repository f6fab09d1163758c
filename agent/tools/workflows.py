"""Starting what the shop automated: its own workflows, by name, with the input they ask for."""

import re
from collections.abc import Mapping
from typing import Any

from agent.context import OfferedWorkflow, WorkflowAnswer
from agent.tools.order_data import own_phone
from agent.triggers.answers import unknown_amounts
from agent.triggers.inputs import Filler, InputInvalid, check_input, fill_input, read_schema
from agent.workspace import Refusal, Workspace
from data.accents import unaccented
from data.states import RunStatus

MOST_STARTS = 2
_STARTED = frozenset({RunStatus.SUCCEEDED, RunStatus.WAITING, RunStatus.PENDING})


async def start_workflow(workspace: Workspace, name: str, values: Mapping[str, Any]) -> WorkflowAnswer | Refusal:
    """Refuses UNKNOWN_WORKFLOW, INVALID_INPUT, TOO_MANY, NOT_STARTED, UNKNOWN_AMOUNT (it names a price of its own)."""
    wanted = next((one for one in workspace.context.workflows if unaccented(one.name) == unaccented(name)), None)
    if wanted is None or workspace.workflows is None:
        return Refusal("UNKNOWN_WORKFLOW", "La tienda no tiene un flujo así.")
    if workspace.workflow_starts >= MOST_STARTS:
        return Refusal("TOO_MANY", f"Se inician hasta {MOST_STARTS} flujos a la vez.")
    try:
        checked = full_input(workspace, wanted, values)
    except InputInvalid as wrong:
        return Refusal("INVALID_INPUT", wrong.sentence)
    workspace.workflow_starts += 1
    answer = await workspace.workflows.start(wanted.id, checked)
    if answer.status not in _STARTED:
        return Refusal("NOT_STARTED", "El flujo no se pudo iniciar.")
    if unknown_amounts(answer.reply, workspace.facts.amounts):
        return Refusal("UNKNOWN_AMOUNT", "El flujo contestó con un monto que la tienda no tiene registrado.")
    if answer.reply:
        workspace.facts.cite(wanted.description or wanted.name, answer.reply)
    return answer


def triggered_by_words(workspace: Workspace) -> OfferedWorkflow | None:
    """The workflow whose trigger words the shopper wrote, if all that it asks for is known."""
    said = f" {_words(workspace.context.text)} "
    for workflow in workspace.context.workflows:
        if any(f" {words} " in said for phrase in workflow.phrases if (words := _words(phrase))):
            try:
                full_input(workspace, workflow, {})
            except InputInvalid:
                continue
            return workflow
    return None


def full_input(workspace: Workspace, workflow: OfferedWorkflow, values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises InputInvalid."""
    schema = read_schema(workflow.input_schema)
    return check_input(schema, fill_input(schema, _known(workspace), values))


def _known(workspace: Workspace) -> dict[Filler, str]:
    context = workspace.context
    latest = context.orders[0].reference if context.orders else ""
    return {
        "message": context.text,
        "name": context.known_data.name or context.contact_name or "",
        "phone": context.known_data.phone or own_phone(workspace),
        "email": context.known_data.email,
        "reference": latest,
    }


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unaccented(text)))
