"""Chatwoot as the desk of our own conversations: shown once, replies to the shopper once, resolved: the agent's."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from channels.adapter import Attachment
from channels.outgoing.undelivered import fail
from data.content import MediaKind
from data.ownership import close, hand_back, hand_off
from data.states import Actor, ConversationStatus, MediaStatus, Sender
from tests.api.desk_place import SETTINGS, Place
from tests.api.service import Service, Store
from tests.servers.chatwoot_inbox import INBOX, PERSON, signed
from tests.servers.chatwoot_server import USER_TOKEN, ChatwootFault, ChatwootServer, chatwoot_server


@pytest.fixture
async def server() -> AsyncIterator[ChatwootServer]:
    async with chatwoot_server() as running:
        running.is_bot_inbox = False
        yield running


@pytest.fixture
async def place(service: Service, store: Store, owner: httpx.AsyncClient, server: ChatwootServer) -> Place:
    response = await owner.put("/v1/desk", json=SETTINGS | {"base_url": server.url})
    assert response.status_code == 200, response.text
    server.webhook_url = response.json()["webhook_url"]
    return Place(server, service, store, store.webchat_id)


@pytest.fixture
async def shown(place: Place) -> Place:
    """One that people have in front of them."""
    await place.says("hola")
    await place.settle()
    await place.says("quiero hablar con una persona")
    await place.settle()
    assert (await place.conversation()).status is ConversationStatus.HANDED_OFF
    return place


async def test_a_handoff_is_shown_with_what_was_said(shown: Place) -> None:
    [there] = shown.server.conversations.values()
    assert (there.status, there.team_id, there.labels) == ("open", 5, ["caserita"])
    assert there.contact["name"] == "Rosa"
    note, *_ = shown.server.said(there.number, private=True)
    assert "Motivo: " in note
    assert "Cliente: hola" in note
    assert "Cliente: quiero hablar" not in note, "it is shown as what it is: a message"
    assert shown.heard() == ["quiero hablar con una persona"]


async def test_replies_and_answers_go_both_ways_in_order_and_once(shown: Place) -> None:
    [number] = shown.server.conversations
    await shown.says("¿siguen ahí?")
    await shown.says("me urge")
    await shown.settle()
    shown.server.person_says(number, "Hola Rosa, soy **Marta**")
    shown.server.person_says(number, "la atiende Juan", private=True)
    await shown.server.flush(twice=True)
    await shown.settle()
    await shown.says("gracias")
    await shown.settle()
    assert shown.heard() == ["quiero hablar con una persona", "¿siguen ahí?", "me urge", "gracias"]
    assert await shown.got() == ["Hola Rosa, soy *Marta*"]
    conversation = await shown.conversation()
    async with shown.service.runtime.database.transaction(shown.store.tenant_id) as tx:
        handoff = await tx.conversations.current_handoff(conversation.id)
    assert handoff is not None
    assert handoff.taken_at is not None
    assert "Hola Rosa, soy *Marta*" not in str(shown.server.said(number, private=True)), "they know what they wrote"


async def test_resolving_gives_it_back_and_a_second_handoff_is_the_same_conversation(shown: Place) -> None:
    [number] = shown.server.conversations
    shown.server.assign(number, PERSON)
    shown.server.person_says(number, "Listo, quedó resuelto")
    shown.server.set_status(number, "resolved")
    await shown.settle()
    assert (await shown.conversation()).status is ConversationStatus.AUTOMATED
    await shown.says("¿tienen martillos?")
    await shown.settle()
    assert shown.server.conversations[number].status == "resolved", "the agent answers that"
    assert "¿tienen martillos?" not in shown.heard()
    await shown.says("quiero hablar con una persona")
    await shown.settle()
    assert list(shown.server.conversations) == [number]
    assert shown.server.conversations[number].status == "open"
    assert shown.server.conversations[number].assignee == PERSON, "not whose token opened it"
    notes = [note for note in shown.server.said(number, private=True) if "Motivo: " in note]
    assert len(notes) == 2
    assert "¿tienen martillos?" in notes[1]
    assert "Cliente: hola" not in notes[1], "that was told the first time"


async def test_a_long_reply_arrives_whole(shown: Place) -> None:
    [number] = shown.server.conversations
    written = " ".join(f"palabra{place}" for place in range(900))
    shown.server.person_says(number, written)
    await shown.settle()
    assert await shown.got() == [written]


async def test_given_back_in_words_it_is_resolved_there_too(shown: Place) -> None:
    [number] = shown.server.conversations
    shown.server.person_says(number, "/reanuda")
    await shown.settle()
    assert (await shown.conversation()).status is ConversationStatus.AUTOMATED
    assert shown.server.conversations[number].status == "resolved"
    shown.server.person_says(number, "/pausa")
    await shown.settle()
    assert (await shown.conversation()).status is ConversationStatus.HANDED_OFF
    assert shown.server.conversations[number].status == "open"
    assert await shown.got() == []


@pytest.mark.parametrize("at", ["contacts", "conversations", "messages", "labels", "assignments", "search"])
@pytest.mark.parametrize("fault", ["refused", "lost"])
async def test_whatever_fails_it_is_shown_once(place: Place, at: str, fault: str) -> None:
    is_lost = fault == "lost"
    await place.says("hola")
    place.server.faults.append(ChatwootFault(at, 500 if is_lost else 503, is_lost, is_dropped=is_lost))
    if at == "messages":  # and once more, among those of the shopper
        place.server.faults.append(ChatwootFault(at, 500, is_accepted=True))
    await place.change(hand_off)
    await place.settle()
    await place.says("¿siguen ahí?")
    await place.settle()
    [there] = place.server.conversations.values()
    assert len(place.server.contacts) == 1
    assert (there.status, there.team_id, there.labels) == ("open", 5, ["caserita"])
    assert place.heard() == ["hola", "¿siguen ahí?"]
    assert len(place.server.said(there.number, private=True)) == 1


async def test_an_older_desk_that_keeps_no_mark_of_ours_is_told_once(place: Place) -> None:
    place.server.is_old = True
    await place.says("hola")
    place.server.faults.extend(ChatwootFault("messages", 500, is_accepted=True, is_dropped=True) for _ in range(3))
    await place.change(hand_off)
    await place.says("¿siguen ahí?")
    await place.settle()
    [there] = place.server.conversations.values()
    assert place.heard() == ["hola", "¿siguen ahí?"]
    assert len(place.server.said(there.number, private=True)) == 1


async def test_a_desk_that_is_down_gets_it_all_later(place: Place) -> None:
    await place.says("hola")
    place.server.faults.extend(ChatwootFault("search", 503) for _ in range(4))
    await place.change(hand_off)
    await place.says("¿siguen ahí?")
    await place.settle()
    assert place.heard() == ["hola", "¿siguen ahí?"]


async def test_taken_back_by_us_it_is_resolved_there(shown: Place) -> None:
    [number] = shown.server.conversations
    for change, actor in ((hand_back, Actor.TIMEOUT), (hand_off, Actor.AGENT), (close, Actor.MEMBER)):
        await shown.change(change, actor)
        await shown.settle()
        expected = "open" if change is hand_off else "resolved"
        assert shown.server.conversations[number].status == expected


async def test_what_a_member_answers_here_is_seen_there(shown: Place) -> None:
    [number] = shown.server.conversations
    async with shown.service.client(shown.store.tokens[next(iter(shown.store.tokens))]) as client:
        await client.post(f"/v1/conversations/{shown.conversation_id}/messages", json={"text": "Ya va"})
    await shown.settle()
    assert any("Ya va" in note for note in shown.server.said(number, private=True))
    assert await shown.got() == ["Ya va"]


async def test_a_reply_that_did_not_arrive_is_told_where_it_was_written(shown: Place) -> None:
    [number] = shown.server.conversations
    shown.server.person_says(number, "Ya va")
    await shown.settle()
    [reply] = [message for message in await shown.messages() if message.sender is Sender.HUMAN]
    for _ in range(2):
        async with shown.service.runtime.database.transaction(shown.store.tenant_id) as tx:
            message = await tx.messages.get(reply.id, lock=True)
            assert message is not None
            await fail(tx, message, "window_closed", datetime.now(UTC))
        await shown.settle()
    [note] = [note for note in shown.server.said(number, private=True) if "24 horas" in note]
    assert "«Ya va»" in note


async def test_what_was_said_while_nobody_listened_is_read(shown: Place) -> None:
    [number] = shown.server.conversations
    shown.server.person_says(number, "¿Rosa?")
    shown.server.set_status(number, "resolved")
    shown.server.events.clear()
    for _ in range(2):
        await shown.service.runtime.desk_poller.poll(shown.store.tenant_id, datetime.now(UTC))
    assert await shown.got() == ["¿Rosa?"]
    assert (await shown.conversation()).status is ConversationStatus.AUTOMATED


async def test_one_that_was_deleted_there_is_made_again(shown: Place) -> None:
    shown.server.conversations.clear()
    await shown.says("¿siguen ahí?")
    await shown.settle()
    [there] = shown.server.conversations.values()
    assert there.status == "open"
    assert "¿siguen ahí?" in shown.heard()


async def test_whatever_becomes_of_its_contact_it_is_shown(shown: Place) -> None:
    [number] = shown.server.conversations
    shown.server.merge(shown.server.conversations[number].contact["id"], "Rosa Díaz")
    shown.server.person_says(number, "Hola Rosa")
    await shown.says("¿siguen ahí?")
    await shown.settle()
    assert shown.heard()[-1] == "¿siguen ahí?"
    assert await shown.got() == ["Hola Rosa"]
    shown.server.conversations.clear()
    await shown.says("¿aló?")
    await shown.settle()
    assert "¿aló?" in shown.heard()


async def test_events_of_another_inbox_or_of_nobodys_are_left(shown: Place, anyone: httpx.AsyncClient) -> None:
    [number] = shown.server.conversations
    shown.server.person_says(number, "Hola")
    event = shown.server.events.popleft()
    others = [
        event | {"conversation": event["conversation"] | {"inbox_id": INBOX + 1}},
        event | {"conversation": event["conversation"] | {"id": number + 1}},
        event | {"sender": {"type": "agent_bot", "id": 1}},
        event | {"content_attributes": {"automation_rule_id": 3}},
    ]
    for other in others:
        raw, headers = signed(other)
        assert (await anyone.post(shown.server.webhook_url, content=raw, headers=headers)).status_code == 200
    assert await shown.got() == []


async def test_only_chatwoot_is_believed(shown: Place, anyone: httpx.AsyncClient, other_store: Store) -> None:
    [number] = shown.server.conversations
    shown.server.person_says(number, "Hola")
    event = shown.server.events.popleft()
    url = shown.server.webhook_url
    cases = [
        (url, signed(event, "another"), 403),
        (url, signed(event, ""), 403),
        (url, signed(event, moment=1), 403),
        (url.replace(str(shown.store.tenant_id), str(other_store.tenant_id)), signed(event), 404),
        (url.replace(str(shown.store.tenant_id), "x"), signed(event), 404),
        (url, signed(b"[]"), 400),
        (url, signed(b'{"event":' + b"[" * 90_000), 400),
        (url, signed(b"{}" * 600_000), 413),
    ]
    for address, (raw, headers), status in cases:
        assert (await anyone.post(address, content=raw, headers=headers)).status_code == status
    assert await shown.got() == []


async def test_files_go_both_ways(shown: Place) -> None:
    [number] = shown.server.conversations
    await shown.says("[imagen]", attachments=[Attachment(MediaKind.IMAGE, "https://x.example/1.jpg")])
    runtime = shown.service.runtime
    async with runtime.database.transaction(shown.store.tenant_id) as tx:
        [sent] = [m for m in await tx.messages.history(shown.conversation_id, limit=9) if m.text == "[imagen]"]
        [media] = await tx.media.open(
            sent.id, [{"kind": MediaKind.IMAGE, "reference": "https://x.example/1.jpg", "filename": "a.jpg"}]
        )
        media.status, media.path, media.content_type = MediaStatus.STORED, str(media.id), "image/jpeg"
    path = runtime.media.path(media)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff\xd8\xff" + b"0" * 9)
    await shown.settle()
    [there] = shown.server.conversations.values()
    assert there.messages[-1]["attachments"][0]["file_size"] == 12
    photo = {"file_type": "image", "data_url": "https://chatwoot.example/f.jpg"}
    shown.server.person_says(number, "", attachments=[photo])
    shown.server.person_says(number, r"\[Oferta\] mira", attachments=[photo])
    await shown.settle()
    answers = (await shown.messages())[-2:]
    assert [answer.text for answer in answers] == ["", "[Oferta] mira"]
    assert [answer.payload["media"][0]["url"] for answer in answers] == ["https://chatwoot.example/f.jpg"] * 2


async def test_the_settings_keep_their_secrets(owner: httpx.AsyncClient, server: ChatwootServer) -> None:
    assert (await owner.get("/v1/desk")).status_code == 404
    refused = await owner.put("/v1/desk", json=SETTINGS | {"base_url": server.url, "token": None})
    assert refused.status_code == 422
    old = SETTINGS | {"base_url": server.url, "webhook_secret": None}
    made = (await owner.put("/v1/desk", json=old)).json()
    assert "?token=" in made["webhook_url"]
    seen = (await owner.get("/v1/desk")).json()
    assert "?token=" not in seen["webhook_url"]
    assert USER_TOKEN not in str(seen)
    kept = await owner.put("/v1/desk", json=old | {"token": None, "labels": []})
    assert (kept.status_code, kept.json()["labels"]) == (200, [])
    assert "?token=" not in kept.json()["webhook_url"], "the address that was pasted goes on being good"
    moved = await owner.put("/v1/desk", json=old | {"token": None, "base_url": "http://127.0.0.1:9"})
    assert moved.status_code == 422, "a token is not sent to an address it was not given for"
    inside = await owner.put("/v1/desk", json=old | {"base_url": "http://10.0.0.3"})
    assert inside.status_code == 422
    blank = await owner.put("/v1/desk", json=old | {"webhook_secret": " " * 20})
    assert blank.status_code == 422
    assert (await owner.delete("/v1/desk")).status_code == 204


@pytest.mark.parametrize(
    ("change", "code"),
    [({}, "ok"), ({"token": "of-nobody-in-that-place"}, "bad_credentials"), ({"inbox_id": 99}, "bad_channel")],
)
async def test_a_trial_says_what_is_wrong(
    owner: httpx.AsyncClient, server: ChatwootServer, change: dict[str, Any], code: str
) -> None:
    await owner.put("/v1/desk", json=SETTINGS | {"base_url": server.url} | change)
    trial = (await owner.post("/v1/desk/test")).json()
    assert (trial["code"], trial["is_working"]) == (code, code == "ok")


async def test_a_desk_connected_late_shows_what_people_have(
    service: Service, store: Store, owner: httpx.AsyncClient, server: ChatwootServer
) -> None:
    place = Place(server, service, store, store.webchat_id)
    await place.says("hola")
    await place.change(hand_off)
    await place.settle()
    assert server.conversations == {}
    response = await owner.put("/v1/desk", json=SETTINGS | {"base_url": server.url})
    server.webhook_url = response.json()["webhook_url"]
    await place.settle()
    assert place.heard() == ["hola"]


async def test_what_was_said_at_a_desk_before_it_was_connected_again_is_not_sent_again(
    shown: Place, owner: httpx.AsyncClient
) -> None:
    [number] = shown.server.conversations
    shown.server.is_single = True
    shown.server.person_says(number, "Hola Rosa")
    await shown.settle()
    shown.server.conversations[number].messages[-1]["created_at"] -= 60
    assert (await owner.delete("/v1/desk")).status_code == 204
    again = (await owner.put("/v1/desk", json=SETTINGS | {"base_url": shown.server.url})).json()
    shown.server.webhook_url = again["webhook_url"]
    await shown.settle()
    await shown.service.runtime.desk_poller.poll(shown.store.tenant_id, datetime.now(UTC))
    assert await shown.got() == ["Hola Rosa"]
    shown.server.person_says(number, "Sigo aquí")
    await shown.settle()
    assert await shown.got() == ["Hola Rosa", "Sigo aquí"]


async def test_another_desk_is_told_all_of_it_and_nobody_elses_conversation(
    shown: Place, owner: httpx.AsyncClient
) -> None:
    """Its conversations have the same numbers."""
    [number] = shown.server.conversations
    shown.server.person_says(number, "Hola Rosa")
    await shown.settle()
    async with chatwoot_server() as other:
        other.is_bot_inbox = False
        while max(other.conversations, default=0) < number:
            other.comes_in("Pedro")
        moved = (await owner.put("/v1/desk", json=SETTINGS | {"base_url": other.url})).json()
        shown.server, other.webhook_url = other, moved["webhook_url"]
        await shown.settle()
        *strangers, there = other.conversations.values()
        assert [stranger.messages for stranger in strangers] == [[] for _ in strangers]
        heard = [each["content"] for each in there.messages if each["message_type"] == 0]
        assert heard == ["quiero hablar con una persona"]
        assert "Marta: Hola Rosa" in other.said(there.number, private=True)
        other.person_says(there.number, "Sigo aquí")
        await shown.settle()
    assert await shown.got() == ["Hola Rosa", "Sigo aquí"]
