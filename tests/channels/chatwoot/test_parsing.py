"""What Chatwoot posts to its agent bot, and what it means."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from channels.adapter import Parsed
from channels.chatwoot.parsing import OWN_ID, read_event
from channels.errors import BadPayload
from data.content import MediaKind
from data.states import Actor, ConversationStatus, Delivery

PAYLOADS = Path(__file__).parent.parent.parent / "payloads" / "chatwoot"
OWN = str(uuid4())
PERSON = {"id": 4, "name": "Marta", "email": "marta@ejemplo.cl", "type": "user"}
BOT = {"id": 9, "name": "Caserita", "type": "agent_bot"}


def event(name: str, conversation: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    if conversation:
        loaded["conversation"] |= conversation
    return loaded | changes


def message(conversation: dict[str, Any] | None = None, **changes: Any) -> Parsed:
    return read_event(event("message_created", conversation, **changes))


def status(**changes: Any) -> list[ConversationStatus]:
    return [change.status for change in read_event(event("conversation_status_changed", **changes)).ownership]


def held(assignee: dict[str, Any] | None) -> dict[str, Any]:
    return {"assignee": assignee, "assignee_type": "User" if assignee else None}


def test_a_message_of_a_shopper() -> None:
    parsed = message()
    [read] = parsed.messages
    assert (read.external_id, read.address, read.contact_name) == ("1201", "42", "Rosa Díaz")
    assert read.text == "hola, ¿tienen martillos?"
    assert read.sent_at == datetime(2026, 11, 20, 15, 4, 5, tzinfo=UTC)
    assert "kJ9x" not in str(read.raw)
    assert (parsed.echoes, parsed.statuses) == ((), ())
    assert [(change.status, change.is_noticed) for change in parsed.ownership] == [(ConversationStatus.AUTOMATED, True)]


@pytest.mark.parametrize(
    "conversation",
    [{"status": "open"}, {"status": "snoozed"}, {"meta": held(PERSON)}, {"status": "open", "meta": held(PERSON)}],
)
def test_a_message_that_people_answer(conversation: dict[str, Any]) -> None:
    parsed = message(conversation)
    assert len(parsed.messages) == 1
    assert [change.status for change in parsed.ownership] == [ConversationStatus.HANDED_OFF]


@pytest.mark.parametrize(
    "changes",
    [
        {"private": True, "message_type": "outgoing", "sender": PERSON},
        {"private": True},
        {"message_type": "activity"},
        {"message_type": "template"},
        {"message_type": 2},
        {"message_type": None},
        {"message_type": ["incoming"]},
        {"message_type": "outgoing", "sender": BOT},
        {"message_type": "outgoing", "sender": {"type": "captain_assistant", "name": "C"}},
        {"message_type": "outgoing", "sender": None, "content_attributes": {"automation_rule_id": 3}},
        {"message_type": "outgoing", "sender": None, "additional_attributes": {"campaign_id": 3}},
        {"event": "webwidget_triggered"},
        {"event": "message_updated"},
        {"event": "inbox_created"},
    ],
)
def test_what_is_no_message_for_us(changes: dict[str, Any]) -> None:
    parsed = message(**changes)
    assert not any((parsed.messages, parsed.echoes, parsed.statuses, parsed.ownership, parsed.quarantined))


@pytest.mark.parametrize("sender", [PERSON, None])
def test_what_a_person_wrote(sender: dict[str, Any] | None) -> None:
    photo = {"file_type": "image", "data_url": "https://chatwoot.example/a.jpg"}
    [echo] = message(message_type="outgoing", sender=sender, content="Hola", attachments=[photo]).echoes
    assert (echo.external_id, echo.address, echo.text, echo.actor) == ("1201", "42", "Hola", Actor.DESK)
    assert echo.author == (sender["name"] if sender else None)
    assert echo.attachments[0].reference == "https://chatwoot.example/a.jpg"


@pytest.mark.parametrize("where", [{"content_attributes": {OWN_ID: OWN}}, {"echo_id": OWN}])
def test_ours_comes_back_as_the_proof_that_it_arrived(where: dict[str, Any]) -> None:
    parsed = message(message_type="outgoing", sender=BOT, **where)
    [update] = parsed.statuses
    assert (update.external_id, str(update.message_id), update.delivery) == ("1201", OWN, Delivery.SENT)
    assert parsed.echoes == ()


def test_ours_that_the_shoppers_app_did_not_take() -> None:
    attributes = {OWN_ID: OWN, "external_error": "131047: Re-engagement message"}
    [update] = message(
        event="message_updated", message_type="outgoing", sender=BOT, content_attributes=attributes
    ).statuses
    assert (update.delivery, update.error) == (Delivery.FAILED, "131047: Re-engagement message")


def test_a_tapped_option() -> None:
    chosen = {"items": [], "submitted_values": [{"title": "Sierra", "value": "sku:2"}]}
    [read] = message(event="message_updated", message_type="outgoing", sender=BOT, content_attributes=chosen).messages
    assert (read.text, read.choice, read.external_id) == ("Sierra", "sku:2", "1201:chosen")


@pytest.mark.parametrize(
    ("attachment", "text", "kind"),
    [
        ({"file_type": "image", "data_url": "https://c.example/a.jpg"}, "[imagen]", MediaKind.IMAGE),
        ({"file_type": "audio", "data_url": "https://c.example/a.ogg"}, "[audio]", MediaKind.AUDIO),
        ({"file_type": "file", "data_url": "https://c.example/a.pdf"}, "[archivo]", MediaKind.DOCUMENT),
        ({"file_type": "location", "coordinates_lat": -33.4, "coordinates_long": -70.6}, "-33.4, -70.6", None),
        ({"file_type": "contact", "fallback_title": "+56912345678"}, "[contacto] +56912345678", None),
        ({"file_type": "ig_reel", "data_url": "https://c.example/r.mp4"}, "[archivo]", None),
        ("x", "", None),
    ],
)
def test_files_and_places(attachment: Any, text: str, kind: MediaKind | None) -> None:
    [read] = message(content=None, attachments=[attachment]).messages
    assert text in read.text
    assert [file.kind for file in read.attachments] == ([kind] if kind else [])


def test_a_quoted_message() -> None:
    [read] = message(content_attributes={"in_reply_to": 1199}).messages
    assert read.quoted_external_id == "1199"


@pytest.mark.parametrize(
    ("changes", "statuses"),
    [
        ({}, [ConversationStatus.HANDED_OFF]),
        ({"status": "snoozed"}, [ConversationStatus.HANDED_OFF]),
        ({"status": "resolved"}, [ConversationStatus.CLOSED]),
        ({"status": "pending"}, [ConversationStatus.AUTOMATED]),
        ({"status": "pending", "changed_attributes": None}, [ConversationStatus.AUTOMATED]),
        ({"status": "pending", "meta": held(PERSON)}, [ConversationStatus.HANDED_OFF]),
        ({"status": "new-in-2027"}, []),
        ({"event": "conversation_updated", "changed_attributes": [{"label_list": {}}], "status": "pending"}, []),
        ({"event": "conversation_updated", "changed_attributes": None, "status": "pending"}, []),
        (
            {"event": "conversation_updated", "changed_attributes": [{"assignee_id": {}}], "status": "pending"},
            [ConversationStatus.AUTOMATED],
        ),
        (
            {"event": "conversation_updated", "changed_attributes": [{"assignee_id": {}}], "meta": held(PERSON)},
            [ConversationStatus.HANDED_OFF],
        ),
    ],
)
def test_who_holds_the_conversation(changes: dict[str, Any], statuses: list[ConversationStatus]) -> None:
    assert status(**changes) == statuses


def test_a_change_says_of_when_it_is() -> None:
    [change] = read_event(event("conversation_status_changed")).ownership
    assert change.as_of == datetime.fromtimestamp(1795187100.5, UTC)


@pytest.mark.parametrize(
    "changes", [{"id": "x"}, {"id": True}, {"conversation": None}, {"conversation": {"id": "42"}}, {"id": None}]
)
def test_what_cannot_be_read_is_kept_aside(changes: dict[str, Any]) -> None:
    parsed = read_event(event("message_created") | changes)
    assert len(parsed.quarantined) == 1
    assert parsed.messages == ()


@pytest.mark.parametrize("body", [{}, {"event": 7}, {"event": None}, {"event": {}}, {"event": [[]]}])
def test_what_is_no_event_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        read_event(body)


@pytest.mark.parametrize("moment", ["2026-11-20 15:04:05 UTC", "2026-11-20T15:04:05Z", 1795187045, "yesterday", -1, {}])
def test_times_as_chatwoot_writes_them(moment: Any) -> None:
    [read] = message(created_at=moment).messages
    expected = datetime(2026, 11, 20, 15, 4, 5, tzinfo=UTC) if moment not in ("yesterday", -1, {}) else None
    assert read.sent_at == expected
