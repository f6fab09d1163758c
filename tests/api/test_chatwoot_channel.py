"""Chatwoot as agent bot through the service's own doors: heard, answered, handed to people, given back."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from api.edge import Edge
from channels.outgoing.outbox import deliver
from data.errors import DatabaseUnavailable
from data.models import Conversation, Message
from data.ownership import By, hand_back, hand_off, say_in_between
from data.states import Actor, ConversationStatus, Delivery, Sender
from tests.api.own_jobs import run_jobs
from tests.api.service import Service, Store
from tests.servers.chatwoot_inbox import ACCOUNT, INBOX, PERSON, SECRET, signed
from tests.servers.chatwoot_server import BOT_TOKEN, ChatwootFault, ChatwootServer, chatwoot_server

PAYLOADS = Path(__file__).parent.parent / "payloads" / "chatwoot"
# An odd count: every kind of place meets every one of them.
WRONG: tuple[Any, ...] = (None, 2**70, [7], {"a": 1}, "x" * 90_000, -1.5, True, "a\x00b\ud800", 10**400)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something is in it, leaves and what holds them."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*at, name)
        yield from places(each, (*at, name))


def put(value: Any, place: tuple[Any, ...], wrong: Any) -> Any:
    """A copy with something else there; where there is no such place, as it was."""
    head, *rest = place
    if not isinstance(value, dict | list) or (isinstance(value, dict) and head not in value):
        return value
    copy = value.copy()
    copy[head] = put(copy[head], tuple(rest), wrong) if rest else wrong
    return copy


@dataclass
class Inbox:
    """A Chatwoot whose inbox we answer."""

    server: ChatwootServer
    service: Service
    store: Store

    async def settle(self) -> None:
        """Until nothing is left to do on either side."""
        for _ in range(12):
            await self.server.flush()
            if not await run_jobs(self.service.runtime, self.store.tenant_id) and not self.server.events:
                return
        raise AssertionError("it never ends")

    async def conversation(self) -> Conversation:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            return (await tx.conversations.recent())[0]

    async def messages(self) -> list[Message]:
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            found = await tx.conversations.recent()
            return [message for each in found for message in await tx.messages.history(each.id, limit=50)]

    async def change(self, change: Any, actor: Actor = Actor.AGENT, reason: str = "Pide una persona.") -> None:
        found = await self.conversation()
        async with self.service.runtime.database.transaction(self.store.tenant_id) as tx:
            conversation = await tx.conversations.get(found.id, lock=True)
            await change(tx, conversation, reason, By(actor), datetime.now(UTC))


def connection(server: ChatwootServer, **more: Any) -> dict[str, Any]:
    return {
        "kind": "chatwoot",
        "base_url": server.url,
        "account_id": ACCOUNT,
        "access_token": BOT_TOKEN,
        "webhook_secret": SECRET,
        "team_id": 5,
        "labels": ["derivado"],
    } | more


@pytest.fixture
async def server() -> AsyncIterator[ChatwootServer]:
    async with chatwoot_server() as running:
        yield running


@pytest.fixture
async def inbox(service: Service, store: Store, owner: httpx.AsyncClient, server: ChatwootServer) -> Inbox:
    response = await owner.post("/v1/channels", json=connection(server))
    assert response.status_code == 201, response.text
    server.webhook_url = response.json()["webhook_url"]
    assert "token" not in server.webhook_url
    return Inbox(server, service, store)


async def test_a_pending_message_is_answered_once_however_often_it_comes(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    assert set(await inbox.server.flush(twice=True)) == {200}
    await inbox.settle()
    assert len(inbox.server.said(asked.number)) == 1
    heard, answer = await inbox.messages()
    assert (heard.sender, answer.sender) == (Sender.CONTACT, Sender.AGENT)
    assert answer.external_id == str(inbox.server.conversations[asked.number].messages[-1]["id"])
    assert "pubsub_token" not in str(heard.payload)


@pytest.mark.parametrize("how", ["open", "assigned"])
async def test_what_people_hold_is_kept_and_not_answered(inbox: Inbox, how: str) -> None:
    asked = inbox.server.shopper_says("hola")
    inbox.server.events.clear()
    if how == "open":
        inbox.server.set_status(asked.number, "open")
    else:
        inbox.server.assign(asked.number, PERSON)
    inbox.server.events.clear()
    inbox.server.shopper_says("¿hay alguien?", asked.number)
    await inbox.settle()
    assert inbox.server.said(asked.number) == []
    assert [message.text for message in await inbox.messages()] == ["¿hay alguien?"]
    assert (await inbox.conversation()).status is ConversationStatus.HANDED_OFF


async def test_a_private_note_changes_nothing(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    inbox.server.person_says(asked.number, "ojo con este cliente", private=True)
    await inbox.settle()
    assert len(inbox.server.said(asked.number)) == 1
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED


async def test_a_person_who_answers_and_gives_it_back_at_once_has_done_so(inbox: Inbox) -> None:
    """As a macro does. What we were told of the first is heeded after the second."""
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.person_says(asked.number, "Va en camino")
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    inbox.server.set_status(asked.number, "pending")
    before, told = len(inbox.server.said(asked.number)), inbox.server.events.copy()
    inbox.server.events.clear()
    inbox.server.events.append(told.popleft())
    await inbox.server.flush()
    await run_jobs(inbox.service.runtime, inbox.store.tenant_id)
    inbox.server.events.extend(told)
    await inbox.settle()
    assert asked.status == "pending"
    assert len(inbox.server.said(asked.number)) > before


async def test_a_person_who_answers_silences_the_agent_and_is_known_to_it(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.person_says(asked.number, "Hola, soy Marta")
    await inbox.settle()
    inbox.server.shopper_says("gracias", asked.number)
    await inbox.settle()
    conversation = await inbox.conversation()
    assert (conversation.status_actor, conversation.status_actor_name) == (Actor.DESK, "Marta")
    assert inbox.server.conversations[asked.number].status == "open", "so that giving it back is a change"
    assert inbox.server.said(asked.number, private=True) == [], "she knows"
    assert [m.sender for m in await inbox.messages()][-2:] == [Sender.HUMAN, Sender.CONTACT]


async def test_handing_over_leaves_a_note_labels_a_team_and_opens_it(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    there = inbox.server.conversations[asked.number]
    there.labels = ["vip"]
    await inbox.change(hand_off)
    await inbox.settle()
    assert (there.status, there.labels, there.team_id) == ("open", ["vip", "derivado"], 5)
    [note] = inbox.server.said(asked.number, private=True)
    assert "Motivo: Pide una persona." in note
    conversation = await inbox.conversation()
    assert (conversation.status, conversation.status_actor) == (ConversationStatus.HANDED_OFF, Actor.AGENT)
    async with inbox.service.runtime.database.transaction(inbox.store.tenant_id) as tx:
        handoff = await tx.conversations.current_handoff(conversation.id)
    assert handoff is not None
    assert handoff.taken_at is None, "that it is open there is our own doing: nobody took it"


@pytest.mark.parametrize("at", ["messages", "labels", "assignments", "toggle_status"])
@pytest.mark.parametrize("is_accepted", [True, False])
async def test_whatever_fails_in_handing_over_it_is_done_once(inbox: Inbox, at: str, is_accepted: bool) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.faults.append(ChatwootFault(at, 503 if not is_accepted else 500, is_accepted, is_dropped=is_accepted))
    await inbox.change(hand_off)
    for _ in range(2):
        await inbox.settle()
    there = inbox.server.conversations[asked.number]
    assert (there.status, there.labels, there.team_id) == ("open", ["derivado"], 5)
    assert len(inbox.server.said(asked.number, private=True)) == 1


async def test_a_label_that_is_refused_keeps_nobody_waiting(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.faults.append(ChatwootFault("labels", 401))
    await inbox.change(hand_off)
    await inbox.settle()
    assert inbox.server.conversations[asked.number].status == "open"


async def test_given_back_it_answers_what_waits(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    before = len(inbox.server.said(asked.number))
    inbox.server.set_status(asked.number, "pending")
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED
    assert len(inbox.server.said(asked.number)) == before + 1


async def test_pending_but_still_someones_is_not_given_back(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.assign(asked.number, PERSON)
    inbox.server.set_status(asked.number, "pending")
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.HANDED_OFF
    inbox.server.assign(asked.number, None)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED


async def test_taken_back_by_us_it_is_pending_and_nobodys_there(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.assign(asked.number, PERSON)
    await inbox.settle()
    await inbox.change(hand_back, Actor.TIMEOUT, "Nadie la tomó a tiempo.")
    await inbox.settle()
    there = inbox.server.conversations[asked.number]
    assert (there.status, there.assignee) == ("pending", None)
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED


async def test_resolved_there_is_closed_here_and_the_next_word_begins_anew(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.set_status(asked.number, "resolved")
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.CLOSED
    inbox.server.shopper_says("otra cosa", asked.number)
    await inbox.settle()
    assert len(inbox.server.said(asked.number)) == 2


async def test_written_again_after_a_person_resolved_it_is_the_agents_and_nobodys(inbox: Inbox) -> None:
    """Chatwoot makes it pending and leaves its person: who would not see it."""
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.assign(asked.number, PERSON)
    inbox.server.set_status(asked.number, "open")
    inbox.server.set_status(asked.number, "resolved")
    await inbox.settle()
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    inbox.server.shopper_says("¿y sierras?", asked.number)
    inbox.server.events.rotate(-1)  # in any order
    await inbox.settle()
    assert (asked.status, asked.assignee) == ("pending", None)
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED
    assert len(inbox.server.said(asked.number)) > 1


async def test_what_waits_with_a_person_who_does_not_see_it_is_opened(inbox: Inbox) -> None:
    asked = inbox.server.comes_in()
    asked.assignee = PERSON
    inbox.server.shopper_says("¿hay alguien?", asked.number)
    await inbox.settle()
    assert (asked.status, asked.assignee) == ("open", PERSON)
    assert inbox.server.said(asked.number) == []


async def test_given_back_while_nobody_listened_it_is_answered_with_the_next_message(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    inbox.server.shopper_says("¿siguen ahí?", asked.number)
    await inbox.server.flush()
    assert (await inbox.conversation()).status is ConversationStatus.HANDED_OFF, "pending: nobody was told yet"
    await inbox.settle()
    before = len(inbox.server.said(asked.number))
    inbox.server.set_status(asked.number, "pending")
    inbox.server.events.clear()
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED
    assert len(inbox.server.said(asked.number)) > before


async def test_news_that_was_overtaken_is_none(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.set_status(asked.number, "open")
    late = list(inbox.server.events)
    inbox.server.set_status(asked.number, "pending")
    inbox.server.events.extend(late)
    await inbox.server.flush()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED


async def test_a_handoff_is_not_undone_by_its_own_labels(inbox: Inbox) -> None:
    """The label is written while it is still pending, and that is told."""
    inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    inbox.server.faults.append(ChatwootFault("toggle_status", 503))
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.HANDED_OFF


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"secret": "another"}, 403),
        ({"secret": ""}, 403),
        ({"late": 400}, 403),
        ({"late": -400}, 403),
    ],
)
async def test_a_request_that_is_not_chatwoots_leaves_nothing(
    inbox: Inbox, anyone: httpx.AsyncClient, change: dict[str, Any], status: int
) -> None:
    inbox.server.shopper_says("hola")
    event = inbox.server.events.popleft()
    moment = int(time.time()) - change["late"] if "late" in change else None
    raw, headers = signed(event, moment=moment, **{name: change[name] for name in change if name != "late"})
    assert (await anyone.post(inbox.server.webhook_url, content=raw, headers=headers)).status_code == status
    raw, headers = signed(event)
    changed = raw.replace(b"hola", b"hols")
    assert (await anyone.post(inbox.server.webhook_url, content=changed, headers=headers)).status_code == 403
    assert await inbox.messages() == []


async def test_bad_bodies_are_refused_or_kept_aside(inbox: Inbox, anyone: httpx.AsyncClient) -> None:
    bodies = [
        (b"[]", 400),
        (b'{"event":' + b"[" * 100_000, 400),
        (b"{}", 400),
        (b"{}" * 600_000, 413),
        (b'{"event":"message_created","message_type":"incoming"}', 200),
        (b'{"event":"message_created","message_type":["x"],"conversation":7}', 200),
        (b'{"event":"conversation_status_changed","id":"x","status":{}}', 200),
        (b'{"event":"webwidget_triggered"}', 200),
    ]
    for body, status in bodies:
        raw, headers = signed(body)
        response = await anyone.post(inbox.server.webhook_url, content=raw, headers=headers)
        assert response.status_code == status, body[:60]
    assert await inbox.messages() == []


async def test_whatever_is_wrong_in_an_event_it_is_kept_or_set_aside(
    inbox: Inbox, owner: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    """Each place of a message holds something else, in turn, at the bot's door and at the desk's."""
    recorded = json.loads((PAYLOADS / "message_created.json").read_text(encoding="utf-8"))
    person = {"message_type": "outgoing", "sender": PERSON, "attachments": [{"file_type": "image", "data_url": "x"}]}
    settings = {"base_url": inbox.server.url, "account_id": ACCOUNT, "inbox_id": INBOX, "token": "t" * 20}
    desk = (await owner.put("/v1/desk", json=settings | {"webhook_secret": SECRET})).json()["webhook_url"]
    for number, (place, wrong) in enumerate(zip(places(recorded | person), cycle(WRONG), strict=False)):
        for url, event in ((inbox.server.webhook_url, recorded), (desk, recorded | person)):
            raw, headers = signed(put(event | {"id": 5_000 + number}, place, wrong))
            answer = await anyone.post(url, content=raw, headers=headers)
            assert answer.status_code in (200, 400), (place, str(wrong)[:20])


async def test_an_older_chatwoot_brings_the_token_of_its_address(
    service: Service, store: Store, owner: httpx.AsyncClient, anyone: httpx.AsyncClient, server: ChatwootServer
) -> None:
    made = (await owner.post("/v1/channels", json=connection(server, webhook_secret=None))).json()
    server.webhook_url, server.is_old = made["webhook_url"], True
    address, _, token = made["webhook_url"].partition("?token=")
    assert len(token) >= 22, "128 bits"
    [listed] = [c for c in (await owner.get("/v1/channels")).json()["channels"] if c["id"] == made["id"]]
    assert listed["webhook_url"] == address
    inbox = Inbox(server, service, store)
    asked = server.shopper_says("hola")
    event = server.events[0]
    for query in ("", "?token=", f"?token={token[:-1]}"):
        raw, headers = signed(event, "")
        assert (await anyone.post(address + query, content=raw, headers=headers)).status_code == 403
    await inbox.settle()
    assert len(server.said(asked.number)) == 1
    await inbox.change(hand_off)
    await inbox.settle()
    assert asked.status == "open", "though its bots may neither look nor label"
    assert len(server.said(asked.number, private=True)) == 1
    server.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    server.set_status(asked.number, "pending")
    server.shopper_says("¿y sierras?", asked.number)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED, "it is told with the next message only"
    assert len(server.said(asked.number)) > 1


async def test_an_address_inside_the_house_is_refused(owner: httpx.AsyncClient, server: ChatwootServer) -> None:
    for url in ("http://10.0.0.7", "https://192.168.1.5", "ftp://x.example", "https://u:p@chatwoot.example"):
        response = await owner.post("/v1/channels", json=connection(server, base_url=url))
        assert response.status_code == 422, url


async def test_options_come_back_as_a_tap_or_as_their_title(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    found = await inbox.conversation()
    choices = [{"id": "sku:1", "title": "Martillo carpintero 16 oz"}, {"id": "sku:2", "title": "Sierra"}]
    async with inbox.service.runtime.database.transaction(inbox.store.tenant_id) as tx:
        conversation = await tx.conversations.get(found.id)
        await tx.messages.add_outbound(conversation, text="¿Cuál?", payload={"choices": choices}, now=datetime.now(UTC))
        [asking] = [m for m in await tx.messages.history(found.id, limit=9) if m.text == "¿Cuál?"]

    runtime = inbox.service.runtime
    await deliver(
        runtime.database, runtime.adapters, runtime.open_access, inbox.store.tenant_id, asking.id, datetime.now(UTC)
    )
    shown = inbox.server.conversations[asked.number].messages[-1]["content_attributes"]["items"]
    assert [item["value"] for item in shown] == ["sku:1", "sku:2"]
    assert all(len(item["title"]) <= 20 for item in shown)
    inbox.server.taps(asked.number, "Sierra")
    inbox.server.shopper_says(shown[0]["title"], asked.number)
    await inbox.server.flush()
    said = [m for m in await inbox.messages() if m.sender is Sender.CONTACT][1:]
    assert {m.text: m.payload["choice"] for m in said} == {"Sierra": "sku:2", shown[0]["title"]: "sku:1"}


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_long_reply_goes_in_parts_each_once(inbox: Inbox, is_lost: bool) -> None:
    """The first part's own webhook is not news of the others; where its answer was lost, it is what settles it."""
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    found, before = await inbox.conversation(), len(inbox.server.said(asked.number))
    words = " ".join(f"palabra{number}" for number in range(800))
    async with inbox.service.runtime.database.transaction(inbox.store.tenant_id) as tx:
        conversation = await tx.conversations.get(found.id, lock=True)
        await say_in_between(tx, conversation, words, datetime.now(UTC))
    if is_lost:
        inbox.server.faults.append(ChatwootFault("messages", is_accepted=True, is_dropped=True))
    await inbox.settle()
    parts = inbox.server.said(asked.number)[before:]
    assert len(parts) > 1
    assert " ".join(parts) == words
    message = (await inbox.messages())[-1]
    assert (message.delivery, len(message.part_ids)) == (Delivery.SENT, len(parts))


async def test_what_could_not_be_kept_is_asked_for_again() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise DatabaseUnavailable("refused")

    transport = httpx.ASGITransport(Edge(broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://caserita.example") as client:
        for path, status in (("webhooks/channels/x", 500), ("webhooks/desks/x", 500), ("orders", 503)):
            _, headers = signed({})
            assert (await client.post(f"/v1/{path}", headers=headers)).status_code == status
