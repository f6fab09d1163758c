"""The web chat's news: all of it, once, in its order, to whom it concerns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.errors import TooManyRequests
from api.listener import Wakes
from api.rate_limits import STREAMS_OF_CALLER, STREAMS_OF_VISITOR, RateLimits
from api.webchat import MOST_AT_ONCE
from data.content import Card, Choice, MessageContent
from data.database import Database
from data.states import ConversationStatus, Sender
from tests.api.service import Service, Store, error_of, open_store, serve
from tests.api.shop import answer
from tests.api.visiting import PATIENCE, begin_visit, conversation_of, events, next_message, read_events, say


async def test_an_answer_arrives_on_the_stream_with_its_cards_and_choices(
    service: Service, store: Store, visitor: httpx.AsyncClient
) -> None:
    await say(visitor, "hola")
    content = MessageContent(
        "Mira:", (Choice("yes", "Sí"),), (Card("A-1", "Alicate", "$5.990", "quedan 3", "https://fotos.example/a.jpg"),)
    )
    async with events(visitor) as stream:
        first = await next_message(stream)
        await answer(service, store, (await conversation_of(service, store)).id, content)
        second = await next_message(stream)
    assert (first["sender"], second["sender"]) == ("contact", "agent")
    assert first["position"] < second["position"]
    assert second["choices"] == [{"id": "yes", "title": "Sí", "description": ""}]
    assert second["cards"][0]["price"] == "$5.990"


async def test_a_stream_opened_before_the_first_message_carries_it(
    service: Service, store: Store, visitor: httpx.AsyncClient
) -> None:
    async with events(visitor) as stream:
        assert await anext(stream) == ("state", {"status": "automated", "is_typing": False})
        await say(visitor, "hola")
        assert (await next_message(stream))["text"] == "hola"
        await answer(service, store, (await conversation_of(service, store)).id, MessageContent("¡Hola!"))
        assert (await next_message(stream))["text"] == "¡Hola!"


async def test_a_stream_resumes_after_the_last_event_without_loss_or_double(
    service: Service, store: Store, visitor: httpx.AsyncClient
) -> None:
    await say(visitor, "0")
    conversation_id = (await conversation_of(service, store)).id
    seen: list[str] = []
    position = 0

    async def write() -> None:
        for number in range(1, 40):
            await answer(service, store, conversation_id, MessageContent(str(number)))

    writing = asyncio.create_task(write())
    while len(seen) < 40:
        async with events(visitor, position) as stream:
            for _ in range(min(7, 40 - len(seen))):
                message = await next_message(stream)
                seen.append(message["text"])
                position = message["position"]
    await writing
    assert seen == [str(number) for number in range(40)]


async def test_the_stream_tells_that_an_answer_is_coming_and_who_gives_it(
    service: Service, store: Store, visitor: httpx.AsyncClient
) -> None:
    async def next_state(stream: AsyncIterator[tuple[str, Any]]) -> tuple[str, bool]:
        async with asyncio.timeout(PATIENCE):
            async for name, data in stream:
                if name == "state":
                    return data["status"], data["is_typing"]
        raise AssertionError("the stream ended")

    await say(visitor, "hola")
    conversation_id = (await conversation_of(service, store)).id
    async with events(visitor) as stream:
        assert await next_state(stream) == ("automated", True)
        await answer(service, store, conversation_id, MessageContent("¡Hola!"))
        assert await next_state(stream) == ("automated", False)
        async with service.runtime.database.transaction(store.tenant_id) as tx:
            conversation = await tx.conversations.get(conversation_id, lock=True)
            conversation.status = ConversationStatus.HANDED_OFF
            await tx.jobs.notify("messages", f"{store.tenant_id}/{conversation_id}")
        assert await next_state(stream) == ("handed_off", False)


@pytest.mark.parametrize("last_event_id", ["", "x", "-5", "²", "9" * 5_000])
async def test_a_strange_last_event_id_begins_at_the_beginning(visitor: httpx.AsyncClient, last_event_id: str) -> None:
    await say(visitor, "hola")
    headers = {b"Last-Event-ID": last_event_id.encode()}
    async with visitor.stream("GET", "/events", headers=headers) as response:
        assert (await next_message(read_events(response)))["text"] == "hola"


async def test_a_last_event_id_past_every_position_is_no_mistake(visitor: httpx.AsyncClient) -> None:
    async with events(visitor, 10**18 * 9) as stream:
        assert (await anext(stream))[0] == "state"


async def fill(service: Service, store: Store, count: int) -> list[str]:
    """The visitor's one message and so many answers."""
    conversation = await conversation_of(service, store)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        for number in range(count):
            await tx.messages.add_outbound(
                conversation, text=str(number), payload={}, now=conversation.created_at, sender=Sender.AGENT
            )
    return ["hola", *(str(number) for number in range(count))]


async def test_a_long_history_is_read_on_from_the_beginning(
    service: Service, store: Store, visitor: httpx.AsyncClient
) -> None:
    await say(visitor, "hola")
    said = await fill(service, store, MOST_AT_ONCE + 20)
    first = (await visitor.get("/messages")).json()
    rest = (await visitor.get("/messages", params={"after": first["messages"][-1]["position"]})).json()
    assert [message["text"] for page in (first, rest) for message in page["messages"]] == said
    assert (len(first["messages"]), first["has_more"], rest["has_more"]) == (MOST_AT_ONCE, True, False)


async def test_a_stream_that_was_away_for_long_misses_nothing(
    service: Service, store: Store, visitor: httpx.AsyncClient
) -> None:
    await say(visitor, "hola")
    said = await fill(service, store, MOST_AT_ONCE * 2)
    async with events(visitor) as stream:
        assert [(await next_message(stream))["text"] for _ in said] == said


async def test_a_visitor_opens_a_few_streams_at_once(service: Service, store: Store) -> None:
    async with begin_visit(service, store) as visitor, begin_visit(service, store) as other, AsyncExitStack() as opened:
        streams = [await opened.enter_async_context(events(visitor)) for _ in range(STREAMS_OF_VISITOR)]
        assert [(await anext(stream))[0] for stream in streams] == ["state"] * STREAMS_OF_VISITOR
        refused = await visitor.get("/events")
        assert refused.status_code == 429
        assert error_of(refused)["code"] == "RATE_LIMIT_EXCEEDED"
        assert int(refused.headers["retry-after"]) > 0
        async with events(other) as stream:
            assert (await anext(stream))[0] == "state"
        await opened.aclose()
        async with asyncio.timeout(PATIENCE):
            while await status_of_stream(visitor) == 429:  # noqa: ASYNC110 - the service tells nobody who has left
                await asyncio.sleep(0.02)


async def status_of_stream(client: httpx.AsyncClient) -> int:
    async with client.stream("GET", "/events") as response:
        return response.status_code


async def test_a_caller_opens_so_many_streams_whoever_they_visit_as() -> None:
    limits = RateLimits()
    with ExitStack() as opened:
        for number in range(STREAMS_OF_CALLER):
            opened.enter_context(limits.stream(f"visitor {number}", "a caller"))
        with pytest.raises(TooManyRequests), limits.stream("one more", "a caller"):
            pass
        with limits.stream("one more", "another caller"):
            pass
    with limits.stream("one more", "a caller"):
        pass


async def test_only_the_beginning_of_a_conversation_wakes_who_has_none(service: Service, store: Store) -> None:
    listener = service.runtime.listener
    tenant_id, known, new = store.tenant_id, uuid4(), uuid4()

    async def announce(conversation_id: UUID) -> None:
        async with service.runtime.database.transaction(tenant_id) as tx:
            await tx.jobs.notify("messages", f"{tenant_id}/{conversation_id}")

    async with (
        asyncio.timeout(PATIENCE),
        listener.subscribe(known) as of_known,
        listener.subscribe(new) as of_new,
    ):
        await announce(known)
        await until_set(of_known)
        async with listener.subscribe(tenant_id) as of_tenant:
            await of_known.wait()
            await announce(known)
            await until_set(of_known)
            assert not of_tenant.is_set
            await announce(new)
            await until_set(of_new)
            assert of_tenant.is_set


async def until_set(wakes: Wakes) -> None:
    while not wakes.is_set:  # noqa: ASYNC110 - its own wait also ends by the clock
        await asyncio.sleep(0.01)


async def test_a_service_that_ends_ends_its_streams(database: Database, database_url: str, tmp_path: Path) -> None:
    async with serve(database, database_url, tmp_path) as service:
        store = await open_store(service)
        async with begin_visit(service, store) as client, client.stream("GET", "/events") as response:
            stream = read_events(response)
            assert (await anext(stream))[0] == "state"
            service.runtime.listener.close()
            async with asyncio.timeout(PATIENCE):
                assert [event async for event in stream] == []
