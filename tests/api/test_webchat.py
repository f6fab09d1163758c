"""The web chat's protocol: nothing is lost, nothing is doubled, nobody reads another's."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from api.errors import TooManyRequests
from api.listener import Wakes
from api.rate_limits import STREAMS_OF_CALLER, STREAMS_OF_VISITOR, RateLimits
from api.webchat import MOST_AT_ONCE
from data.content import Card, Choice, MessageContent
from data.database import Database
from data.models import Conversation
from data.states import ConversationStatus, Sender
from tests.api.service import JWT_SECRET, Service, Store, error_of, open_store, serve
from tests.api.shop import add_product, answer

PATIENCE = 15


@pytest.fixture
async def visitor(service: Service, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with begin_visit(service, store) as client:
        yield client


@asynccontextmanager
async def begin_visit(service: Service, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose addresses begin at the store's web chat."""
    base = f"{service.url}/v1/webchat/{store.webchat_id}"
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE) as client:
        session = (await client.post("/session")).json()
        assert session["store_name"] == store.name
        client.headers["Authorization"] = f"Bearer {session['token']}"
        yield client


async def say(client: httpx.AsyncClient, text: str, client_id: str | None = None) -> httpx.Response:
    return await client.post("/messages", json={"text": text, "client_id": client_id or str(uuid4())})


async def history(client: httpx.AsyncClient, after: int = 0) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = (await client.get("/messages", params={"after": after})).json()["messages"]
    return messages


async def conversation_of(service: Service, store: Store) -> Conversation:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        (conversation,) = await tx.conversations.recent()
    return conversation


@asynccontextmanager
async def events(client: httpx.AsyncClient, last_event_id: int = 0) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """The stream's events as (name, data)."""
    headers = {"Last-Event-ID": str(last_event_id)}
    async with client.stream("GET", "/events", headers=headers, timeout=PATIENCE) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _read(response)


async def _read(response: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


async def next_message(stream: AsyncIterator[tuple[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        async for name, data in stream:
            if name == "message":
                message: dict[str, Any] = data
                return message
    raise AssertionError("the stream ended")


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


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 100_000, "x" * 4_000),
        ("🙏🙏🙏", "🙏🙏🙏"),
        ("\x00\x07\x1b[31mhola\u202e", "[31mhola"),
        ("\x00\x01", ""),
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
        {"text": "hola", "client_id": "1"},
        {"text": "hola"},
        {"client_id": str(uuid4())},
    ],
)
async def test_a_message_to_correct_is_refused(visitor: httpx.AsyncClient, body: dict[str, str]) -> None:
    response = await visitor.post("/messages", json=body)
    assert response.status_code == 422
    error_of(response)


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


@pytest.mark.parametrize("last_event_id", ["", "x", "-5", "²", "9" * 5_000])
async def test_a_strange_last_event_id_begins_at_the_beginning(visitor: httpx.AsyncClient, last_event_id: str) -> None:
    await say(visitor, "hola")
    headers = {b"Last-Event-ID": last_event_id.encode()}
    async with visitor.stream("GET", "/events", headers=headers) as response:
        assert (await next_message(_read(response)))["text"] == "hola"


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
            stream = _read(response)
            assert (await anext(stream))[0] == "state"
            service.runtime.listener.close()
            async with asyncio.timeout(PATIENCE):
                assert [event async for event in stream] == []


SHOP = "https://tienda.cl"
ELSEWHERE = "https://otra.cl"


async def allow(service: Service, store: Store, *origins: str) -> str:
    """The path of the store's chat, which those sites may show."""
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        channel = await tx.channels.get(store.webchat_id)
        assert channel is not None
        channel.config = channel.config | {"allowed_origins": list(origins)}
    return f"/v1/webchat/{store.webchat_id}"


@pytest.mark.parametrize("origin", [SHOP, "https://www.tienda.cl"])
async def test_an_allowed_site_reads_what_it_asks(
    service: Service, store: Store, anyone: httpx.AsyncClient, origin: str
) -> None:
    path = await allow(service, store, SHOP)
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = await anyone.options(f"{path}/messages", headers=asking)
    assert preflight.status_code == 204
    allowed = {name.strip().lower() for name in preflight.headers["access-control-allow-headers"].split(",")}
    assert allowed == {"authorization", "content-type", "last-event-id"}
    for response in (preflight, await anyone.get(path, headers={"Origin": origin})):
        assert response.headers["access-control-allow-origin"] == origin
        assert "Origin" in response.headers["vary"]
        assert "access-control-allow-credentials" not in response.headers
    refused = await anyone.get(f"{path}/messages", headers={"Origin": origin})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == origin  # the page is to know why


@pytest.mark.parametrize(
    "origin",
    [
        ELSEWHERE,
        "http://tienda.cl",
        "https://tienda.cl:8443",
        "https://tienda.cl.otra.cl",
        "https://a.tienda.cl",
        "null",
    ],
)
async def test_any_other_site_is_refused_before_anything_happens(
    service: Service, store: Store, anyone: httpx.AsyncClient, origin: str
) -> None:
    path = await allow(service, store, SHOP)
    for method, end in [("OPTIONS", "/messages"), ("GET", ""), ("POST", "/session"), ("GET", "/events")]:
        response = await anyone.request(method, path + end, headers={"Origin": origin})
        assert response.status_code == 403
        assert error_of(response)["code"] == "FORBIDDEN"
        assert "access-control-allow-origin" not in response.headers


async def test_without_a_list_only_the_own_page_shows_the_chat(
    service: Service, store: Store, anyone: httpx.AsyncClient
) -> None:
    path = f"/v1/webchat/{store.webchat_id}"
    assert (await anyone.post(f"{path}/session", headers={"Origin": service.url})).status_code == 201
    assert (await anyone.post(f"{path}/session", headers={"Origin": SHOP})).status_code == 403


async def test_a_token_serves_only_the_site_that_asked_for_it(
    service: Service, store: Store, anyone: httpx.AsyncClient
) -> None:
    path = await allow(service, store, SHOP, ELSEWHERE)
    session = (await anyone.post(f"{path}/session", headers={"Origin": SHOP})).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    statuses = {
        origin: (
            await anyone.get(f"{path}/messages", headers=bearer | ({"Origin": origin} if origin else {}))
        ).status_code
        for origin in (SHOP, ELSEWHERE, service.url, "")
    }
    assert statuses == {SHOP: 200, ELSEWHERE: 401, service.url: 401, "": 401}
    other = await anyone.post(f"{path}/session", headers=bearer | {"Origin": ELSEWHERE})
    assert other.json()["visitor_id"] != session["visitor_id"]


@pytest.mark.parametrize(("ended", "reads"), [(-timedelta(hours=1), True), (timedelta(days=29), False)])
async def test_a_visit_goes_on_for_a_month(
    service: Service, store: Store, visitor: httpx.AsyncClient, ended: timedelta, reads: bool
) -> None:
    await say(visitor, "hola")
    visitor.headers["Authorization"] = f"Bearer {ended_token(visitor, ended)}"
    assert ((await visitor.get("/messages")).status_code == 200) is reads
    session = (await visitor.post("/session")).json()
    visitor.headers["Authorization"] = f"Bearer {session['token']}"
    assert [message["text"] for message in await history(visitor)] == ["hola"]
    assert session["expires_in"] == 24 * 3600


async def test_a_visit_that_ended_a_month_ago_is_another(visitor: httpx.AsyncClient) -> None:
    await say(visitor, "hola")
    visitor.headers["Authorization"] = f"Bearer {ended_token(visitor, timedelta(days=31))}"
    session = (await visitor.post("/session")).json()
    visitor.headers["Authorization"] = f"Bearer {session['token']}"
    assert await history(visitor) == []


def ended_token(visitor: httpx.AsyncClient, ago: timedelta) -> str:
    """The visitor's own, as it is so long after its end."""
    token = visitor.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    end = datetime.now(UTC) - ago
    return jwt.encode(claims | {"iat": end - timedelta(days=1), "exp": end}, JWT_SECRET, "HS256")


async def test_the_chat_says_whose_it_is(service: Service, store: Store, anyone: httpx.AsyncClient) -> None:
    await add_product(service, store, "M-1", "Martillo de goma")
    await add_product(service, store, "M-2", "Alicate", on_hand=0)
    introduction = (await anyone.get(f"/v1/webchat/{store.webchat_id}")).json()
    assert introduction == {"store_name": store.name, "suggestions": ["¿Tienen martillo de goma?"]}


async def test_the_script_and_its_parts_load_from_any_site(anyone: httpx.AsyncClient) -> None:
    loader = await anyone.get("/widget.js", headers={"Origin": ELSEWHERE})
    assets = re.search(r"widget/[0-9a-f]{12}/", loader.text)
    assert assets is not None
    for name in ("main.js", "widget.css"):
        part = await anyone.get(f"/{assets[0]}{name}", headers={"Origin": ELSEWHERE})
        assert part.headers["access-control-allow-origin"] == "*"
        assert "immutable" in part.headers["cache-control"]
        plain = await anyone.get(f"/{assets[0]}{name}", headers={"Accept-Encoding": "identity"})
        assert (plain.text, "content-encoding" in plain.headers) == (part.text, False)
        old = await anyone.get(f"/widget/{'0' * 12}/{name}")
        assert (old.text, old.headers["cache-control"]) == (part.text, "no-cache")
    for strange in ("nada.js", "..%2Frouter.py", "%2e%2e/chat.css"):
        assert (await anyone.get(f"/{assets[0]}{strange}")).status_code == 404
