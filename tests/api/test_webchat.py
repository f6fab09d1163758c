"""The web chat's protocol: nothing is lost, nothing is doubled, nobody reads another's."""

from uuid import uuid4

import httpx
import pytest

from tests.api.service import Service, Store, error_of
from tests.api.visiting import begin_visit, history, say


async def test_what_was_said_is_there_again_after_a_reload(visitor: httpx.AsyncClient) -> None:
    client_id = str(uuid4())
    assert (await say(visitor, "hola", client_id)).status_code == 202
    (message,) = await history(visitor)
    assert (message["sender"], message["text"], message["client_id"]) == ("contact", "hola", client_id)
    assert await history(visitor, after=message["position"]) == []


async def test_sending_the_same_message_twice_keeps_it_once(visitor: httpx.AsyncClient) -> None:
    client_id = str(uuid4())
    answers = [(await say(visitor, "hola", client_id)).json()["is_new"] for _ in range(3)]
    assert answers == [True, False, False]
    assert len(await history(visitor)) == 1


async def test_one_visitor_cannot_spend_anothers_message_id(service: Service, store: Store) -> None:
    client_id = str(uuid4())
    async with begin_visit(service, store) as first, begin_visit(service, store) as second:
        await say(first, "de una", client_id)
        await say(second, "de otra", client_id)
        assert [message["text"] for message in await history(first)] == ["de una"]
        assert [message["text"] for message in await history(second)] == ["de otra"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 100_000, "x" * 4_000),
        ("🙏🙏🙏", "🙏🙏🙏"),
        ("\x00\x07\x1b[31mhola\u202e", "[31mhola"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("á" * 100_000, "á" * 4_000),
    ],
)
async def test_any_text_is_taken_and_stored_safely(visitor: httpx.AsyncClient, text: str, kept: str) -> None:
    assert (await say(visitor, text)).status_code == 202
    assert [message["text"] for message in await history(visitor)] == [kept]


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x" * 100_001, "client_id": str(uuid4())},
        {"text": "", "client_id": str(uuid4())},
        {"text": "\x00\x01 \u200b\n", "client_id": str(uuid4())},
        {"text": "hola", "client_id": "1"},
        {"text": "hola", "client_id": str(uuid4()), "sender": "human"},
        {"text": "hola"},
        {"client_id": str(uuid4())},
    ],
)
async def test_a_message_to_correct_is_refused(visitor: httpx.AsyncClient, body: dict[str, str]) -> None:
    response = await visitor.post("/messages", json=body)
    assert response.status_code == 422
    error_of(response)
    assert await history(visitor) == []


async def test_a_body_of_megabytes_is_refused(visitor: httpx.AsyncClient) -> None:
    assert (await say(visitor, "x" * 2_000_000)).status_code == 413


async def test_a_flood_of_messages_is_slowed(visitor: httpx.AsyncClient) -> None:
    answers = [await say(visitor, "hola") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [202] * 60 + [429]
    assert error_of(answers[-1])["code"] == "RATE_LIMIT_EXCEEDED"
    assert answers[0].headers["x-ratelimit-limit"] == "60"


@pytest.mark.parametrize("position", ["-1", "x", str(2**70)])
async def test_a_position_that_is_none_is_refused(visitor: httpx.AsyncClient, position: str) -> None:
    assert (await visitor.get("/messages", params={"after": position})).status_code == 422
