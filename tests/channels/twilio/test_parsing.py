"""What Twilio posts, in a table of payloads, and what we read in it."""

import json
from typing import Any
from uuid import UUID

import pytest

from channels.adapter import Attachment, ChannelAccess, InboundMessage, StatusUpdate, WebhookRequest
from channels.errors import BadPayload
from channels.twilio.whatsapp import TwilioWhatsApp
from data.content import MediaKind
from data.states import ChannelKind, Delivery
from tests.channels.shop import ACCOUNT, NUMBER, PAYLOADS, TOKEN, load, request

URL = "https://tienda.example/v1/webhooks/channels/1"
ACCESS = ChannelAccess(
    UUID(int=1),
    UUID(int=2),
    ChannelKind.TWILIO_WHATSAPP,
    NUMBER,
    {"account_sid": ACCOUNT},
    {"auth_token": TOKEN},
    URL,
)
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("status_")])
def test_an_inbound_payload_is_one_message_that_keeps_everything(name: str) -> None:
    payload = load(name)
    posted = request(payload["form"], URL)
    assert TwilioWhatsApp().verify(ACCESS, posted)
    parsed = TwilioWhatsApp().parse(ACCESS, posted)
    assert parsed.statuses == ()
    assert parsed.messages == [expected(payload)]


def expected(payload: dict[str, Any]) -> InboundMessage:
    fields = payload["message"]
    attachments = tuple(
        Attachment(**each | {"kind": MediaKind(each["kind"])}) for each in fields.get("attachments", [])
    )
    return InboundMessage(**fields | {"attachments": attachments}, raw=payload["form"])


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("status_")])
def test_a_status_payload_is_one_status_update(name: str) -> None:
    payload = load(name)
    parsed = TwilioWhatsApp().parse(ACCESS, request(payload["form"], URL, payload["query"]))
    assert parsed.messages == ()
    status = payload["status"]
    if status is None:
        assert parsed.statuses == []
        return
    own_id = UUID(status["message_id"]) if status["message_id"] else None
    assert parsed.statuses == [
        StatusUpdate(status["external_id"], Delivery(status["delivery"]), own_id, status["error"], status["is_billed"])
    ]


def test_a_json_body_is_read_like_a_form() -> None:
    payload = load("text")
    posted = WebhookRequest({"content-type": "application/json"}, json.dumps(payload["form"]).encode())
    assert TwilioWhatsApp().parse(ACCESS, posted).messages == [expected(payload)]


def test_what_a_json_body_has_not_is_nothing() -> None:
    form = load("text")["form"] | {"ButtonPayload": None, "ListId": None, "Latitude": None, "NumMedia": 0}
    posted = WebhookRequest({"content-type": "application/json"}, json.dumps(form | {"Body": None}).encode())
    [message] = TwilioWhatsApp().parse(ACCESS, posted).messages
    assert (message.text, message.choice, message.attachments) == ("[mensaje]", None, ())


@pytest.mark.parametrize("status", ["received", "Receiving"])
def test_a_message_that_says_it_was_received_is_a_message(status: str) -> None:
    payload = load("text")
    posted = request(payload["form"] | {"MessageStatus": status}, URL)
    [message] = TwilioWhatsApp().parse(ACCESS, posted).messages
    assert message.text == payload["message"]["text"]


@pytest.mark.parametrize("sender", ["+56987654321", "messenger:123456", "rcs:+56987654321"])
def test_what_did_not_come_by_whatsapp_is_for_people_to_look_at(sender: str) -> None:
    parsed = TwilioWhatsApp().parse(ACCESS, request(load("text")["form"] | {"From": sender}, URL))
    assert not parsed.messages
    assert [item.raw["From"] for item in parsed.quarantined] == [sender]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"AccountSid": "AC" + "f" * 32}, "account"),
        ({"AccountSid": ""}, "account"),
        ({"To": "whatsapp:+56233333333"}, "number"),
        ({"To": "+56222222222x"}, "number"),
        ({"MessageSid": "", "SmsMessageSid": "", "SmsSid": ""}, "MessageSid"),
        ({"From": "", "WaId": ""}, "sender"),
        ({"From": "whatsapp:", "WaId": ""}, "sender"),
        ({"MessageStatus": "delivered", "From": "whatsapp:+56233333333"}, "number"),
    ],
)
def test_a_payload_of_another_channel_is_refused(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(BadPayload, match=reason):
        TwilioWhatsApp().parse(ACCESS, request(load("text")["form"] | changes, URL))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"[" * 100_000),
        ("application/json", b"[]"),
        ("application/json", b"null"),
        ("application/json", b"\xff"),
        ("application/json", b"{"),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("application/x-www-form-urlencoded", b"Body=%FF"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"),
        ("", b""),
        ("application/x-www-form-urlencoded", b"MessageSid=&&&=&=;"),
    ],
)
def test_a_body_that_is_no_payload_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(BadPayload):
        TwilioWhatsApp().parse(ACCESS, WebhookRequest({"content-type": kind}, body))


@pytest.mark.parametrize("count", ["-1", "x", "²", "1e9", "99999999999999999999", "9" * 5_000])
def test_an_absurd_number_of_media_is_survived(count: str) -> None:
    form = load("text")["form"] | {"Body": "", "NumMedia": count}
    [message] = TwilioWhatsApp().parse(ACCESS, request(form, URL)).messages
    assert len(message.text) < 200


def test_the_number_of_someone_without_from_is_their_whatsapp_id() -> None:
    form = load("text")["form"] | {"From": ""}
    [message] = TwilioWhatsApp().parse(ACCESS, request(form, URL)).messages
    assert message.address == "whatsapp:+56987654321"


@pytest.mark.parametrize("sender", ["whatsapp: 56987654321", "whatsapp:56987654321", "whatsapp:+56 9 8765 4321"])
def test_a_number_is_one_person_however_it_is_written(sender: str) -> None:
    [message] = TwilioWhatsApp().parse(ACCESS, request(load("text")["form"] | {"From": sender}, URL)).messages
    assert message.address == "whatsapp:+56987654321"


def test_an_absurd_error_code_is_a_failure_all_the_same() -> None:
    payload = load("status_undelivered")
    form = payload["form"] | {"ErrorCode": "9" * 5_000}
    [status] = TwilioWhatsApp().parse(ACCESS, request(form, URL, payload["query"])).statuses
    assert status.delivery is Delivery.FAILED


@pytest.mark.parametrize(
    ("changes", "alias"),
    [
        ({"ExternalUserId": "CL.1349ABCxyz"}, "whatsapp:CL.1349ABCxyz"),
        ({"ExternalUserId": "whatsapp:CL.1349ABCxyz"}, "whatsapp:CL.1349ABCxyz"),
        ({"ExternalUserId": " "}, None),
        ({"ExternalUserId": "whatsapp:"}, None),
        ({"From": "whatsapp:CL.1349ABCxyz", "ExternalUserId": "CL.1349ABCxyz"}, None),
    ],
)
def test_the_id_beside_the_number_is_the_same_person(changes: dict[str, str], alias: str | None) -> None:
    [message] = TwilioWhatsApp().parse(ACCESS, request(load("text")["form"] | changes, URL)).messages
    assert message.alias == alias
