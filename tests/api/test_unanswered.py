"""Customers nobody answered are listed with the reason; conversations say who has them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from channels.adapter import InboundMessage
from channels.incoming.inbox import receive
from data.states import ConversationStatus, Delivery, Role, SetAside
from tests.api.service import Service, Store
from tests.api.shop import open_webchat


async def write(service: Service, store: Store, text: str, *, ago: timedelta = timedelta(minutes=5)) -> UUID:
    access = await open_webchat(service, store)
    message = InboundMessage(uuid4().hex, f"visitor-{uuid4().hex}", text)
    [received] = await receive(service.runtime.database, access, [message], now=datetime.now(UTC) - ago)
    return received.conversation_id


async def reasons(owner: httpx.AsyncClient, **params: int) -> dict[str, str]:
    response = await owner.get("/v1/unanswered", params=params)
    assert response.status_code == 200
    return {one["last_text"]: one["reason"] for one in response.json()["unanswered"]}


async def test_each_reason_is_told(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    names = ("lento", "humano", "lleno", "tarde", "recién", "cerrado", "respondido", "perdido", "esperando", "tomado")
    ids = {name: await write(service, store, name) for name in names if name != "recién"}
    await write(service, store, "recién", ago=timedelta(seconds=1))
    now = datetime.now(UTC)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        found = {name: await tx.conversations.get(each) for name, each in ids.items()}
        await tx.conversations.open_handoff(ids["humano"], "pidió", now)
        for name in ("esperando", "tomado"):  # the agent said that somebody will come
            found[name].answered_position = await tx.messages.newest_inbound_position(ids[name])
            await tx.conversations.open_handoff(ids[name], "pidió", now - timedelta(minutes=1))
        await tx.conversations.take_handoff(ids["tomado"], now)
        found["lleno"].quieted_at = now
        for name, reason in (("lleno", SetAside.FLOOD), ("tarde", SetAside.LATE)):
            [message] = await tx.messages.history(ids[name], limit=1)
            message.set_aside = reason
        found["cerrado"].status = ConversationStatus.CLOSED
        for name in ("respondido", "perdido"):
            found[name].answered_position = await tx.messages.newest_inbound_position(ids[name])
            reply = await tx.messages.add_outbound(found[name], text=f"{name}: listo", payload={}, now=now)
            await tx.messages.advance(reply.id, Delivery.FAILED if name == "perdido" else Delivery.SENT)
    assert await reasons(owner) == {
        "lento": "not_yet",
        "humano": "with_people",
        "esperando": "with_people",
        "lleno": "quieted",
        "tarde": "late",
        "perdido: listo": "not_delivered",
    }
    assert (await reasons(owner, min_seconds=0))["recién"] == "not_yet"
    [longest] = (await owner.get("/v1/unanswered", params={"limit": 1})).json()["unanswered"]
    assert longest["last_text"] == "lento"
    assert longest["reason_text"] and longest["message_count"] == 1


async def test_another_store_sees_none_of_it(service: Service, store: Store, other_store: Store) -> None:
    await write(service, store, "hola")
    async with service.client(other_store.tokens[Role.OWNER]) as stranger:
        assert (await stranger.get("/v1/unanswered")).json() == {"unanswered": []}


async def test_a_conversation_tells_who_has_it_and_since_when(service: Service, store: Store) -> None:
    path = f"/v1/conversations/{await write(service, store, 'hola')}"
    async with service.client(store.tokens[Role.SELLER]) as seller:
        assert (await seller.get(path)).json()["status_actor"] is None
        await seller.post(f"{path}/messages", json={"text": "Dime"})
        taken = (await seller.get(path)).json()
        assert (taken["status"], taken["status_actor"]) == ("handed_off", "member")
        assert taken["status_actor_name"] == "seller@ejemplo.cl"
        assert taken["messages"][-1]["author"] == "seller@ejemplo.cl"
        for _ in range(2):
            await seller.post(f"{path}/handback")
        assert (await seller.post(f"{path}/close")).json()["status"] == "closed"
        assert (await seller.post(f"{path}/close")).status_code == 409
        changes = (await seller.get(path)).json()["ownership"]
    assert [change["status"] for change in changes] == ["closed", "automated", "handed_off"]


async def test_reading_in_pages_leaves_out_nothing_that_came_late(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    access, now = await open_webchat(service, store), datetime.now(UTC)
    for minutes in (3, 1, 2, 5, 4):
        message = InboundMessage(uuid4().hex, "visitor", str(minutes), sent_at=now - timedelta(minutes=minutes))
        [received] = await receive(service.runtime.database, access, [message], now=now)
    path, seen, before = f"/v1/conversations/{received.conversation_id}", [], None
    for _ in range(5):
        params = {"limit": 2} | ({"before": before} if before else {})
        page = (await owner.get(path, params=params)).json()
        seen += [message["text"] for message in page["messages"]]
        before = page["previous"]
        if before is None:
            break
    assert sorted(seen) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("params", [{"limit": 0}, {"min_seconds": -1}, {"limit": "x"}])
async def test_what_cannot_be_asked_is_refused(owner: httpx.AsyncClient, params: dict[str, int]) -> None:
    assert (await owner.get("/v1/unanswered", params=params)).status_code == 422
