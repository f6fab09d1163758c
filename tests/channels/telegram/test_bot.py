"""Telegram: what its updates mean, what is sent, and what its refusals mean for us."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.adapter import Attachment, ChannelAccess, WebhookRequest
from channels.errors import BadPayload, SendError
from channels.telegram.bot import Telegram
from data.content import Card, Choice, Media, MediaKind, MessageContent
from data.states import ChannelKind
from tests.servers.telegram_server import TOKEN, TelegramFault, TelegramServer, telegram_server

UPDATES = json.loads(
    (Path(__file__).parent.parent.parent / "payloads" / "telegram" / "updates.json").read_text(encoding="utf-8")
)
SECRET = "a-secret-of-this-channel"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as running:
        yield running


@pytest.fixture
async def telegram(server: TelegramServer) -> AsyncIterator[Telegram]:
    adapter = Telegram(server.url, timeout_seconds=2)
    yield adapter
    await adapter.close()


def access(**secrets: str) -> ChannelAccess:
    kept = {"bot_token": TOKEN, "secret_token": SECRET} | secrets
    url = "https://tienda.example/v1/webhooks/channels/1"
    return ChannelAccess(uuid4(), uuid4(), ChannelKind.TELEGRAM, "123456789", {}, kept, url)


def posted(update: Any, secret: str = SECRET) -> WebhookRequest:
    return WebhookRequest({"x-telegram-bot-api-secret-token": secret}, json.dumps(update).encode())


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_brings_what_it_says(name: str) -> None:
    case = UPDATES[name]
    parsed = Telegram().parse(access(), posted(case["update"]))
    assert parsed.quarantined == ()
    if case["expected"] is None:
        assert parsed.messages == ()
        return
    [message] = parsed.messages
    found = {
        "external_id": message.external_id,
        "address": message.address,
        "text": message.text,
        "contact_name": message.contact_name,
        "choice": message.choice,
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "quoted_external_id": message.quoted_external_id,
        "attachments": [
            [file.kind.value, file.reference, file.content_type, file.filename] for file in message.attachments
        ],
    }
    assert {key: found[key] for key in case["expected"]} == case["expected"]


@pytest.mark.parametrize("secret", ["", "another", SECRET + "x", SECRET.upper()])
def test_another_secret_is_refused(secret: str) -> None:
    telegram = Telegram()
    assert telegram.verify(access(), posted({}, SECRET))
    assert not telegram.verify(access(), posted({}, secret))
    assert not telegram.verify(access(secret_token=""), posted({}, secret))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(["message", "callback_query", "edited_message", "poll"]),
    st.sampled_from(["chat", "from", "message_id", "text", "photo", "date", "data", "message", "location", ""]),
)
def test_whatever_is_posted_is_read_set_aside_or_refused(junk: Any, kind: str, place: str) -> None:
    update: dict[str, Any] = {"update_id": 1, kind: UPDATES["photo alone"]["update"]["message"] | {place: junk}}
    for each in (update, {"update_id": 1, kind: junk}, junk):
        try:
            parsed = Telegram().parse(access(), posted(each))
        except BadPayload:
            continue
        assert len(parsed.messages) + len(parsed.quarantined) <= 1


async def test_choices_are_buttons_and_come_back_by_their_id(telegram: Telegram, server: TelegramServer) -> None:
    content = MessageContent("¿Cuál?", (Choice("a", "Martillo *carpintero*"), Choice("b", "Clavos")))
    result = await telegram.send(access(), "5551", content, uuid4())
    assert result.external_id == "5551:100"
    [sent] = server.sent()
    assert sent["text"] == "¿Cuál?"
    assert sent["reply_markup"]["inline_keyboard"] == [
        [{"text": "Martillo ∗carpintero∗", "callback_data": "a"}],
        [{"text": "Clavos", "callback_data": "b"}],
    ]


async def test_bold_is_told_by_its_place_and_a_name_s_own_marks_are_none(
    telegram: Telegram, server: TelegramServer
) -> None:
    card = Card("CAB-1", "Cable 3*2 *rojo*", "$5.990", "quedan 3")
    content = MessageContent("👍 *Total: $5.990*\n1. *Cable 3*2 *rojo** a $5.990, 2 * 3 = 6", cards=(card,))
    await telegram.send(access(), "5551", content, uuid4())
    [sent] = server.sent()
    assert sent["text"] == "👍 Total: $5.990\n1. Cable 3*2 ∗rojo∗ a $5.990, 2 * 3 = 6"
    assert [(each["offset"], each["length"]) for each in sent["entities"]] == [(3, 13), (20, 16)]


@pytest.mark.parametrize("choice_id", ["a" * 65, "take:1:" + "Ñ" * 30])
async def test_a_choice_whose_id_is_too_long_for_a_button_is_a_numbered_line(
    telegram: Telegram, server: TelegramServer, choice_id: str
) -> None:
    content = MessageContent("¿Cuál?", (Choice(choice_id, "Martillo"), Choice("b", "Clavos")))
    result = await telegram.send(access(), "5551", content, uuid4())
    assert result.is_numbered
    assert "1. Martillo\n2. Clavos" in server.sent()[0]["text"]


async def test_a_picture_goes_with_its_words(telegram: Telegram, server: TelegramServer) -> None:
    content = MessageContent("Martillo $5.990", media=(Media(MediaKind.IMAGE, "https://fotos.example/m.jpg"),))
    await telegram.send(access(), "5551", content, uuid4())
    [(method, fields)] = server.calls
    assert method == "sendPhoto"
    assert (fields["photo"], fields["caption"]) == ("https://fotos.example/m.jpg", "Martillo $5.990")


async def test_a_picture_telegram_cannot_fetch_leaves_its_words_and_its_address(
    telegram: Telegram, server: TelegramServer
) -> None:
    server.faults.append(TelegramFault(400, "Bad Request: failed to get HTTP URL content"))
    content = MessageContent("Martillo $5.990", media=(Media(MediaKind.IMAGE, "https://fotos.example/m.jpg"),))
    await telegram.send(access(), "5551", content, uuid4())
    [sent] = server.sent()
    assert sent["text"] == "Martillo $5.990\n\nhttps://fotos.example/m.jpg"


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "uncertain"),
    [
        (TelegramFault(429, "Too Many Requests: retry after 7", 7), "rate_limited", True, False),
        (TelegramFault(403, "Forbidden: bot was blocked by the user"), "refused_by_contact", False, False),
        (TelegramFault(400, "Bad Request: chat not found"), "bad_content", False, False),
        (TelegramFault(500), "unknown", False, True),
        (TelegramFault(is_dropped=True, is_accepted=True), "unknown", False, True),
    ],
)
async def test_a_refusal_has_its_verdict(
    telegram: Telegram, server: TelegramServer, fault: TelegramFault, code: str, retryable: bool, uncertain: bool
) -> None:
    server.faults.append(fault)
    with pytest.raises(SendError) as caught:
        await telegram.send(access(), "5551", MessageContent("hola"), uuid4())
    error = caught.value
    assert (error.code, error.retryable, error.uncertain) == (code, retryable, uncertain)
    assert error.retry_after == fault.retry_after
    assert (
        TOKEN
        not in f"{error!r} {error} {error.__cause__!r} {error.__context__ if not error.__suppress_context__ else ''}"
    )


async def test_a_wrong_token_is_a_matter_for_the_owner(telegram: Telegram) -> None:
    with pytest.raises(SendError, match="bad_credentials"):
        await telegram.send(access(bot_token="1:x"), "5551", MessageContent("hola"), uuid4())


async def test_typing_is_shown_to_the_chat(telegram: Telegram, server: TelegramServer) -> None:
    await telegram.show_typing(access(), "5551", "tap:abc")
    assert server.calls == [("sendChatAction", {"chat_id": "5551", "action": "typing"})]


async def test_a_photo_is_fetched_and_a_large_one_refused(telegram: Telegram, server: TelegramServer) -> None:
    server.files["large"] = JPEG
    fetched = await telegram.fetch_media(access(), Attachment(MediaKind.IMAGE, "large"), 1000)
    assert (fetched.body, fetched.content_type) == (JPEG, "image/jpeg")
    with pytest.raises(SendError, match="too_large"):
        await telegram.fetch_media(access(), Attachment(MediaKind.IMAGE, "large"), 50)


async def test_telegram_is_told_the_address_and_the_secret(telegram: Telegram, server: TelegramServer) -> None:
    await telegram.register_webhook(access())
    [(method, fields)] = server.calls
    assert method == "setWebhook"
    assert (fields["url"], fields["secret_token"]) == (access().webhook_url, SECRET)
    assert fields["allowed_updates"] == ["message", "callback_query"]
