"""What the model is told first: the shop's rules, then the turn as data."""

from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from agent.brains.llm.answers import Seen, as_cart, as_item
from agent.context import TurnContext
from agent.tools.cart import view_cart
from agent.tools.catalogue import get_products
from agent.tools.order_data import order_data
from agent.untrusted import clean, fenced, new_fence
from agent.wording import system_prompt
from agent.workspace import Workspace

MOST_HISTORY = 12
MOST_MESSAGES = 20
HISTORY_CHARACTERS = 500
MESSAGE_CHARACTERS = 2_000
BURST_CHARACTERS = 6_000


async def brief(seen: Seen, problems: tuple[str, ...]) -> tuple[list[BaseMessage], str]:
    """The first messages of the turn, and the fingerprint of the prompt files."""
    context = seen.workspace.context
    system, fingerprint = system_prompt(store=context.store)
    shown = await get_products(seen.workspace, seen.workspace.memory.shown[:10])
    seen.add(*shown, *(line.item for line in seen.workspace.lines.values()))
    data: dict[str, Any] = {
        "history": _history(context),
        "messages": _burst(context),
        "cart": as_cart(view_cart(seen.workspace)).data,
        "last_shown": [as_item(item) for item in shown],
        "summary_waiting": context.summary is not None,
        "order_data": _order_data(seen.workspace),
    }
    if quoted := [clean(message.quoted, HISTORY_CHARACTERS) for message in context.messages if message.quoted]:
        data["in_reply_to"] = quoted
    if context.workflows:
        data["workflows"] = [
            {"name": clean(one.name, 80), "description": clean(one.description, 500), "input": one.input_schema}
            for one in context.workflows
        ]
    if problems:
        data["problems_with_your_draft"] = [clean(problem, 300) for problem in problems[:10]]
    return [SystemMessage(system), HumanMessage(fenced(data, new_fence()))], fingerprint


def _order_data(workspace: Workspace) -> dict[str, Any]:
    """What the shop requires before a summary: what is known, and what the last message asked for."""
    settings, memory = workspace.context.order_settings, workspace.memory
    if not settings.asks:
        return {"required": []}
    known = {name: clean(value, 200) for name, value in order_data(workspace).known().items()}
    return {"required": list(settings.required), "known": known, "asked": memory.asked}


def _history(context: TurnContext) -> list[dict[str, str]]:
    return [
        {"from": utterance.sender.value, "text": clean(utterance.text, HISTORY_CHARACTERS)}
        for utterance in context.history[-MOST_HISTORY:]
    ]


def _burst(context: TurnContext) -> list[str]:
    """The newest are kept when there is too much."""
    kept: list[str] = []
    left = BURST_CHARACTERS
    for message in reversed(context.messages[-MOST_MESSAGES:]):
        text = clean(message.text, MESSAGE_CHARACTERS)
        if len(text) > left:
            break
        kept.insert(0, text)
        left -= len(text)
    return kept
