"""Botpress: a bot that hands its shopper over is heard by its secret and answered at its webhook."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from channels.adapter import Attachment, ChannelAccess, WebhookRequest
from channels.botpress import Botpress
from channels.errors import BadPayload, SendError
from connectors.http import GuardedHttp, parse_networks
from data.content import Choice, MediaKind, MessageContent
from data.states import ChannelKind
from tests.servers.botpress_server import BotpressFault, BotpressServer, botpress_server

SECRET = "a-secret-of-this-channel"
SIGNAL: dict[str, Any] = {
    "type": "message_created",
    "data": {
        "id": "msg_1",
        "conversationId": "conv_1",
        "userId": "user_1",
        "createdAt": "2026-11-20T15:00:00.000Z",
        "isBot": False,
        "payload": {"type": "text", "text": "tienen martillos?"},
    },
}
LOCATION = "[ubicación] Matta 1 -33.4, -70.6"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100
PLAIN = {"conversationId": "conv_1", "messageId": "msg_1", "text": "tienen martillos?", "userName": "Rosa"}


@pytest.fixture
async def receiver() -> AsyncIterator[BotpressServer]:
    async with botpress_server() as running:
        yield running


@pytest.fixture
async def botpress() -> AsyncIterator[Botpress]:
    http = GuardedHttp(parse_networks("127.0.0.1"))
    yield Botpress(http)
    await http.close()


def access(reply_url: str = "", **secrets: str) -> ChannelAccess:
    kept = {"secret_key": SECRET, "reply_secret": "bp-secret"} | secrets
    return ChannelAccess(uuid4(), uuid4(), ChannelKind.BOTPRESS, "bot", {"reply_url": reply_url}, kept, "")


def posted(body: Any, secret: str = SECRET) -> WebhookRequest:
    return WebhookRequest({"x-secret-key": secret}, json.dumps(body).encode())


@pytest.mark.parametrize("body", [SIGNAL, PLAIN, SIGNAL["data"]], ids=["signal", "plain", "data alone"])
def test_what_the_shopper_said_is_heard(botpress: Botpress, body: Any) -> None:
    [message] = botpress.parse(access(), posted(body)).messages
    assert (message.external_id, message.address, message.text) == ("msg_1", "conv_1", "tienen martillos?")


def test_what_the_bot_itself_said_is_not_answered(botpress: Botpress) -> None:
    own = SIGNAL | {"data": SIGNAL["data"] | {"isBot": True}}
    assert botpress.parse(access(), posted(own)).messages == ()
    assert botpress.parse(access(), posted({"type": "event_created", "data": {}})).messages == ()


@pytest.mark.parametrize(
    ("payload", "text", "kinds"),
    [
        ({"type": "image", "imageUrl": "https://files.example/a.png"}, "[imagen]", ["image"]),
        ({"type": "audio", "audioUrl": "https://files.example/a.ogg", "title": "nota"}, "nota", ["audio"]),
        ({"type": "location", "latitude": -33.4, "longitude": -70.6, "address": "Matta 1"}, LOCATION, []),
        ({"type": "markdown", "markdown": "hola"}, "hola", []),
        ({"type": "bloc", "items": []}, "[mensaje]", []),
    ],
)
def test_what_has_no_words_is_told_as_what_it_is(
    botpress: Botpress, payload: dict[str, Any], text: str, kinds: list[str]
) -> None:
    [message] = botpress.parse(access(), posted(SIGNAL | {"data": SIGNAL["data"] | {"payload": payload}})).messages
    assert (message.text, [file.kind.value for file in message.attachments]) == (text, kinds)


async def test_a_shopper_s_file_is_fetched_from_where_the_bot_keeps_it(
    botpress: Botpress, receiver: BotpressServer
) -> None:
    receiver.files["foto"] = JPEG
    photo = Attachment(MediaKind.IMAGE, f"{receiver.url}/files/foto")
    fetched = await botpress.fetch_media(access(), photo, 1000)
    assert (fetched.body, fetched.content_type) == (JPEG, "image/jpeg")
    inside = Attachment(MediaKind.IMAGE, "http://169.254.169.254/latest")
    missing = Attachment(MediaKind.IMAGE, f"{receiver.url}/files/otra")
    for attachment, limit, code in (
        (photo, 50, "too_large"),
        (inside, 1000, "refused_address"),
        (missing, 9, "refused"),
    ):
        with pytest.raises(SendError, match=code):
            await botpress.fetch_media(access(), attachment, limit)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        {},
        {"conversationId": "c"},
        {"type": "message_created", "data": []},
        PLAIN | {"text": " "},
        PLAIN | {"text": ["a"]},
    ],
)
def test_what_is_no_message_is_refused(botpress: Botpress, body: Any) -> None:
    with pytest.raises(BadPayload):
        botpress.parse(access(), posted(body))


@pytest.mark.parametrize("secret", ["", "another", SECRET + "x"])
def test_another_secret_is_refused(botpress: Botpress, secret: str) -> None:
    assert botpress.verify(access(), posted(PLAIN))
    assert not botpress.verify(access(), posted(PLAIN, secret))
    assert not botpress.verify(access(secret_key=""), posted(PLAIN, secret))


async def test_an_answer_goes_to_the_bot_with_its_choices(botpress: Botpress, receiver: BotpressServer) -> None:
    message_id = uuid4()
    content = MessageContent("¿Cuál?", (Choice("a", "Martillo"), Choice("b", "Clavos")))
    result = await botpress.send(access(receiver.url), "conv_1", content, message_id)
    [(secret, body)] = receiver.received
    assert secret == "bp-secret"
    assert (body["conversationId"], body["messageId"], body["text"]) == ("conv_1", str(message_id), "¿Cuál?")
    assert body["choices"] == [{"label": "Martillo", "value": "a"}, {"label": "Clavos", "value": "b"}]
    assert result.external_id == str(message_id)


@pytest.mark.parametrize(
    ("status", "code", "uncertain"),
    [
        (429, "rate_limited", False),
        (403, "bad_credentials", False),
        (502, "unknown", True),
        (422, "bad_content", False),
    ],
)
async def test_a_refusal_has_its_verdict(
    botpress: Botpress, receiver: BotpressServer, status: int, code: str, uncertain: bool
) -> None:
    receiver.faults.append(BotpressFault(status))
    with pytest.raises(SendError) as caught:
        await botpress.send(access(receiver.url), "conv_1", MessageContent("hola"), uuid4())
    assert (caught.value.code, caught.value.uncertain) == (code, uncertain)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "https://10.0.0.1/hook", "https://127.0.0.2/hook"])
async def test_an_address_within_is_never_called(botpress: Botpress, url: str) -> None:
    with pytest.raises(SendError, match="bad_channel"):
        await botpress.send(access(url), "conv_1", MessageContent("hola"), uuid4())
