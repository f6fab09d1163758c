"""The llm brain inside the graph: what it gets wrong is tried once more, then answered by the rules brain."""

from typing import cast

import pytest

from agent.brains.llm import LlmBrain, make_chat_model
from agent.brains.rules.brain import RulesBrain
from agent.graph import build_graph
from agent.guardrails import check_draft
from agent.state import Brains, TurnState, first_state
from agent.workspace import Workspace
from data.states import BrainKind
from tests.agent.catalogue import turn
from tests.servers.openai_server import OpenAIServer, Step, calls, says


async def take(workspace: Workspace, llm: LlmBrain) -> TurnState:
    return cast(TurnState, await build_graph().ainvoke(first_state(workspace), context=Brains(RulesBrain(), llm)))


def said(state: TurnState) -> str:
    assert state["draft"] is not None
    assert check_draft(state["draft"], state["workspace"]) == ()
    return "\n".join(reply.text for reply in state["draft"].replies)


async def test_a_good_answer_leaves_as_it_is(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("search_products", {"query": "martillo"})), says("Tenemos el Martillo a {{price:MAR-016}}."))
    state = await take(turn("tienen martillos?"), brain)
    assert state["brain"] is BrainKind.LLM
    assert said(state) == "Tenemos el Martillo a $12.990."


async def test_a_lie_is_told_back_and_the_second_answer_leaves(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(
        calls(("add_to_cart", {"sku": "MAR-016", "quantity": 2})),
        says("Agregué 2 martillos a $1."),
        calls(("add_to_cart", {"sku": "MAR-016", "quantity": 2})),
        says("Agregué 2 martillos. Tu total es {{total}}."),
    )
    state = await take(turn("dame 2 martillos"), brain)
    assert state["brain"] is BrainKind.LLM
    assert said(state) == "Agregué 2 martillos. Tu total es $25.980."
    assert {sku: line.quantity for sku, line in state["workspace"].lines.items()} == {"MAR-016": 2}
    assert "$1" in server.requests[2]["messages"][1]["content"]


async def test_a_model_that_goes_on_lying_is_replaced_in_the_same_turn(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("add_to_cart", {"sku": "TAL-500", "quantity": 2})), says("Pedido confirmado por $1."))
    state = await take(turn("tienen martillos?"), brain)
    assert state["brain"] is BrainKind.RULES
    assert "12.990" in said(state)
    assert state["workspace"].lines == {}
    assert state["workspace"].order is None
    assert state["all_problems"]


@pytest.mark.parametrize(
    "fault",
    [
        Step(status=429),
        Step(status=500),
        Step(text="a medias", drops=True),
        Step(raw=b'{"choices": [{'),
        Step(text=""),
        Step(text="b" * 100_000),
        Step(calls=[("view_cart", {})]),
        Step(calls=[("add_to_cart", {"sku": "MAR-016", "quantity": 1})]),
        Step(calls=[("add_to_cart", "{")]),
        Step(calls=[("nada", {})]),
        Step(text="tarde", delay_seconds=3),
    ],
)
async def test_whatever_fails_the_turn_is_answered_once_and_nothing_is_doubled(
    server: OpenAIServer, fault: Step
) -> None:
    model = make_chat_model("openai:test-model", api_key="k", base_url=server.base_url)
    server.play(fault)
    state = await take(turn("dame 2 martillos"), LlmBrain(model, timeout_seconds=1))
    assert state["brain"] is BrainKind.RULES
    assert state["fallback_reason"]
    assert said(state)
    assert {sku: line.quantity for sku, line in state["workspace"].lines.items()} == {"MAR-016": 2}
