"""A model that fails in any way hands the turn over, and says why."""

import pytest

from agent.brains import BrainUnavailable
from agent.brains.llm import LlmBrain, make_chat_model
from tests.agent.catalogue import turn
from tests.servers.openai_server import OpenAIServer, Step, calls, says

FAULTS = [
    ("rate_limited", Step(status=429)),
    ("http_500", Step(status=500)),
    ("http_503", Step(status=503)),
    ("unauthorized", Step(status=401)),
    ("unknown_model", Step(status=404)),
    ("invalid_request", Step(status=400)),
    ("empty", Step(text="")),
    ("truncated", Step(text="El martillo cuesta", finish_reason="length")),
    ("content_filter", Step(text="", finish_reason="content_filter")),
    ("unreachable", Step(text="hola " * 1000, drops=True)),
    ("invalid_response", Step(raw=b'{"id": "chatcmpl-1", "choices": [{"index": 0, "mess')),
    ("invalid_response", Step(calls=[("add_to_cart", "[1, 2]")])),
    ("too_long", Step(text="a" * 100_000)),
    ("too_many_tokens", Step(text="hola", usage=(90_000, 1))),
]


@pytest.mark.parametrize(("reason", "fault"), FAULTS)
async def test_a_model_that_fails_hands_the_turn_over(
    server: OpenAIServer, brain: LlmBrain, reason: str, fault: Step
) -> None:
    server.play(fault)
    with pytest.raises(BrainUnavailable) as unavailable:
        await brain.think(turn())
    assert unavailable.value.reason == reason
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{}", b'"hola"', b"<html>busy</html>", b'{"choices": null}', b'{"choices": []}',
     b'{"choices": [{}]}', b'{"choices": [{"message": null}]}', b'{"error": {"message": "x"}}', b"[" * 100_000],
)  # fmt: skip
async def test_an_answer_that_is_no_completion_hands_the_turn_over(
    server: OpenAIServer, brain: LlmBrain, raw: bytes
) -> None:
    server.play(Step(raw=raw))
    with pytest.raises(BrainUnavailable) as unavailable:
        await brain.think(turn())
    assert unavailable.value.reason in {"invalid_response", "empty", "unreachable"}


async def test_a_refusal_hands_the_turn_over(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(Step(refusal="No puedo ayudar con eso."))
    with pytest.raises(BrainUnavailable) as unavailable:
        await brain.think(turn())
    assert unavailable.value.reason == "content_filter"


async def test_a_slow_model_hands_the_turn_over(server: OpenAIServer) -> None:
    model = make_chat_model("openai:slow", api_key="k", base_url=server.base_url)
    server.play(says("tarde", delay_seconds=5))
    with pytest.raises(BrainUnavailable) as unavailable:
        await LlmBrain(model, timeout_seconds=0.2).think(turn())
    assert unavailable.value.reason == "timeout"


async def test_the_deadline_is_for_the_whole_turn_not_for_each_request(server: OpenAIServer) -> None:
    model = make_chat_model("openai:slow", api_key="k", base_url=server.base_url, timeout_seconds=5)
    server.play(calls(("view_cart", {}), delay_seconds=0.3))
    with pytest.raises(BrainUnavailable) as unavailable:
        await LlmBrain(model, timeout_seconds=1).think(turn())
    assert unavailable.value.reason == "timeout"
    assert len(server.requests) > 1


async def test_a_client_that_times_out_by_itself_hands_the_turn_over(server: OpenAIServer) -> None:
    model = make_chat_model("openai:slow", api_key="k", base_url=server.base_url, timeout_seconds=0.2)
    server.play(says("tarde", delay_seconds=5))
    with pytest.raises(BrainUnavailable) as unavailable:
        await LlmBrain(model).think(turn())
    assert unavailable.value.reason == "timeout"


async def test_a_model_nobody_answers_for_hands_the_turn_over() -> None:
    model = make_chat_model("openai:gone", api_key="k", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(BrainUnavailable) as unavailable:
        await LlmBrain(model).think(turn())
    assert unavailable.value.reason == "unreachable"
