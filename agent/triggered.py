"""A shopper wrote words that the owner ties to a workflow: it starts, by code alone, and its answer is the reply."""

from agent.context import OfferedWorkflow
from agent.tools.handoff import request_human
from agent.tools.workflows import start_workflow
from agent.wording import say
from agent.workspace import Draft, Refusal, Workspace
from data.content import MessageContent
from data.states import RunStatus


async def start_triggered(workspace: Workspace, workflow: OfferedWorkflow) -> Draft:
    """What cannot be started, or answers what may not be said, is for a person."""
    answer = await start_workflow(workspace, workflow.name, {})
    store = workspace.context.store
    if isinstance(answer, Refusal):
        request_human(workspace, f"Flujo «{workflow.name}»: {answer.message}")
        text = say("workflow.failed", store=store, avoid=workspace.memory.last_reply)
    elif answer.reply:
        text = answer.reply
    else:
        is_done = answer.status is RunStatus.SUCCEEDED
        text = say("workflow.done" if is_done else "workflow.started", store=store)
    workspace.remember(pending=None, last_reply=text)
    return Draft((MessageContent(text),))
