"""The steps of the graph: each takes the state and returns the part it changes."""

import asyncio
from typing import Any, Literal

from langgraph.runtime import Runtime

from agent.brains import Brain, BrainUnavailable
from agent.cart_news import catch_up, settle_prices
from agent.confirmation import Answer, answer_to_cancelling, answer_to_summary, is_courtesy, read_answer
from agent.guardrails import check_draft
from agent.handoff import asks_for_human
from agent.ordered import take_ordered
from agent.ordering import answer_cancel, answer_no, answer_yes
from agent.state import Brains, TurnState
from agent.tools.handoff import request_human
from agent.tools.workflows import triggered_by_words
from agent.triggered import start_triggered
from agent.wording import say
from agent.workspace import Draft, Workspace
from data.content import MessageContent
from data.states import BrainKind, Sender

MOST_LLM_ATTEMPTS = 2


async def route(
    state: TurnState, runtime: Runtime[Brains]
) -> Literal["confirm", "human", "ordered", "triggered", "llm", "rules"]:
    context = state["workspace"].context
    if asks_for_human(message.text for message in context.messages):
        return "human"
    if any(message.ordered for message in context.messages):
        return "ordered"
    if _answer(state["workspace"]) is not Answer.NEITHER:
        return "confirm"
    if triggered_by_words(state["workspace"]) is not None:
        return "triggered"
    return "llm" if runtime.context.llm else "rules"


def _answer(workspace: Workspace) -> Answer:
    """A yes or no counts when it is the whole burst: said in several messages, or tapped and thanked for."""
    messages = workspace.context.messages
    if not any(message.choice for message in messages):
        return _answer_of(workspace, "\n".join(message.text for message in messages), None)
    answers = {
        _answer_of(workspace, message.text, message.choice)
        for message in messages
        if message.choice or not is_courtesy(message.text)
    }
    return answers.pop() if len(answers) == 1 else Answer.NEITHER


def _answer_of(workspace: Workspace, text: str, choice: str | None) -> Answer:
    """There must be something to say yes to: a summary just shown, whether to cancel an order, or an order just placed
    (then it is said that it is)."""
    context = workspace.context
    if context.summary is not None:
        is_pickup = context.summary.data.fulfilment == "pickup"
        return answer_to_summary(text, choice, context.summary.id, is_pickup=is_pickup)
    if _asked_to_cancel(workspace):
        return answer_to_cancelling(text, choice)
    has_just_ordered = context.memory.order_reference is not None and context.memory.just_ordered
    is_yes = read_answer(text, choice) is Answer.YES
    return Answer.YES if has_just_ordered and is_yes else Answer.NEITHER


def _asked_to_cancel(workspace: Workspace) -> bool:
    pending = workspace.context.memory.pending
    if pending is None or pending.kind != "cancel_order" or not pending.reference:
        return False
    last = workspace.context.history[-1] if workspace.context.history else None
    return last is not None and last.sender is Sender.AGENT and pending.reference in last.text


async def confirm(state: TurnState) -> dict[str, Any]:
    workspace = state["workspace"]
    if workspace.context.summary is None and _asked_to_cancel(workspace):
        reply = answer_cancel(workspace, agrees=_answer(workspace) is Answer.YES)
        return {"draft": Draft((reply,)), "brain": BrainKind.RULES}
    if _answer(workspace) is not Answer.YES:
        return {"draft": Draft((await answer_no(workspace),)), "brain": BrainKind.RULES}
    if workspace.context.summary is not None:
        # What changed since the summary is said by comparing with it.
        workspace = workspace.afresh()
    reply = await answer_yes(workspace)
    settle_prices(workspace)
    return {"workspace": workspace, "draft": Draft((reply,)), "brain": BrainKind.RULES}


async def human(state: TurnState) -> dict[str, Any]:
    workspace = state["workspace"]
    request_human(workspace, f"Lo pidió: «{workspace.context.text[:200]}»")
    text = say("handoff.opened", store=workspace.context.store, avoid=workspace.memory.last_reply)
    workspace.remember(last_reply=text)
    return {"draft": Draft((MessageContent(text),)), "brain": BrainKind.RULES}


async def ordered(state: TurnState, runtime: Runtime[Brains]) -> dict[str, Any]:
    return {"draft": await take_ordered(state["workspace"], runtime.context.rules), "brain": BrainKind.RULES}


async def triggered(state: TurnState) -> dict[str, Any]:
    workflow = triggered_by_words(state["workspace"])
    assert workflow is not None
    return {"draft": await start_triggered(state["workspace"], workflow), "brain": BrainKind.RULES}


async def llm(state: TurnState, runtime: Runtime[Brains]) -> dict[str, Any]:
    brain = runtime.context.llm
    assert brain is not None
    try:
        async with asyncio.timeout_at(state["llm_deadline"]):
            return await _think(brain, state)
    except BrainUnavailable as unavailable:
        return {"draft": None, "fallback_reason": unavailable.reason}
    except TimeoutError:
        return {"draft": None, "fallback_reason": "timeout"}


async def after_llm(state: TurnState) -> Literal["check", "rules"]:
    return "rules" if state["draft"] is None else "check"


async def rules(state: TurnState, runtime: Runtime[Brains]) -> dict[str, Any]:
    refused = "refused" if state["brain"] is BrainKind.LLM and state["problems"] else None
    return await _think(runtime.context.rules, state) | {"fallback_reason": state["fallback_reason"] or refused}


async def _think(brain: Brain, state: TurnState) -> dict[str, Any]:
    """Each try starts from a clean desk: what a refused draft did to the cart is forgotten with it."""
    workspace = _clean_desk(state)
    workspace.tool_calls = state["workspace"].tool_calls
    draft = await brain.think(workspace, state["problems"])
    attempts = state["attempt_count"] + 1
    return {"workspace": workspace, "draft": draft, "brain": brain.kind, "attempt_count": attempts}


def _clean_desk(state: TurnState) -> Workspace:
    desk = state["workspace"]
    workspace = desk.afresh()
    catch_up(workspace)
    workspace.model_calls = desk.model_calls
    return workspace


async def check(state: TurnState) -> dict[str, Any]:
    assert state["draft"] is not None
    problems = check_draft(state["draft"], state["workspace"])
    return {"problems": problems, "all_problems": state["all_problems"] + problems}


async def after_check(state: TurnState, runtime: Runtime[Brains]) -> Literal["llm", "rules", "template", "__end__"]:
    if not state["problems"]:
        return "__end__"
    if state["brain"] is BrainKind.RULES:
        return "template"
    return "llm" if state["attempt_count"] < MOST_LLM_ATTEMPTS else "rules"


async def template(state: TurnState) -> dict[str, Any]:
    """Say only what is in the cart, and let people look at it: a reply that cannot be trusted does not leave."""
    workspace = _clean_desk(state)
    request_human(workspace, f"Respuesta retenida: {'; '.join(state['problems'])}")
    text = say("handoff.withheld", store=workspace.context.store)
    return {"workspace": workspace, "draft": Draft((MessageContent(text),)), "brain": BrainKind.RULES}
