"""Chatwoot as agent bot through the service's own doors: heard and answered, once."""

from datetime import UTC, datetime

import httpx
import pytest

from channels.outgoing.outbox import deliver
from data.ownership import hand_off, say_in_between
from data.states import ConversationStatus, Delivery, Sender
from tests.api.chatwoot import Inbox, connection
from tests.api.service import Service, Store
from tests.servers.chatwoot_inbox import PERSON, signed
from tests.servers.chatwoot_server import ChatwootFault, ChatwootServer


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


async def test_an_older_chatwoot_brings_the_token_of_its_address(
    service: Service, store: Store, owner: httpx.AsyncClient, anyone: httpx.AsyncClient, chatwoot: ChatwootServer
) -> None:
    made = (await owner.post("/v1/channels", json=connection(chatwoot, webhook_secret=None))).json()
    chatwoot.webhook_url, chatwoot.is_old = made["webhook_url"], True
    address, _, token = made["webhook_url"].partition("?token=")
    assert len(token) >= 22, "128 bits"
    [listed] = [c for c in (await owner.get("/v1/channels")).json()["channels"] if c["id"] == made["id"]]
    assert listed["webhook_url"] == address
    inbox = Inbox(chatwoot, service, store)
    asked = chatwoot.shopper_says("hola")
    event = chatwoot.events[0]
    for query in ("", "?token=", f"?token={token[:-1]}"):
        raw, headers = signed(event, "")
        assert (await anyone.post(address + query, content=raw, headers=headers)).status_code == 403
    await inbox.settle()
    assert len(chatwoot.said(asked.number)) == 1
    await inbox.change(hand_off)
    await inbox.settle()
    assert asked.status == "open", "though its bots may neither look nor label"
    assert len(chatwoot.said(asked.number, private=True)) == 1
    chatwoot.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    chatwoot.set_status(asked.number, "pending")
    chatwoot.shopper_says("¿y sierras?", asked.number)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED, "it is told with the next message only"
    assert len(chatwoot.said(asked.number)) > 1


async def test_an_address_inside_the_house_is_refused(owner: httpx.AsyncClient, chatwoot: ChatwootServer) -> None:
    for url in ("http://10.0.0.7", "https://192.168.1.5", "ftp://x.example", "https://u:p@chatwoot.example"):
        response = await owner.post("/v1/channels", json=connection(chatwoot, base_url=url))
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
