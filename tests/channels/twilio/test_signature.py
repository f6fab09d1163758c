"""A webhook is taken only when Twilio signed exactly this request for this channel."""

import json
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.adapter import ChannelAccess, WebhookRequest
from channels.twilio.whatsapp import TwilioWhatsApp
from data.states import ChannelKind
from tests.channels.shop import ACCOUNT, NUMBER, TOKEN
from tests.servers.twilio_server import body_hash, form_body, sign

URL = "https://tienda.example/v1/webhooks/channels/1"
PAIRS = [("Body", "¿tienen poleras? 50% + IVA & más 🙏"), ("From", "whatsapp:+56987654321"), ("ButtonText", "")]


def access(url: str = URL, **secrets: str) -> ChannelAccess:
    return ChannelAccess(
        UUID(int=1), UUID(int=2), ChannelKind.TWILIO_WHATSAPP, NUMBER, {"account_sid": ACCOUNT}, secrets, url
    )


def request(
    pairs: list[tuple[str, str]] = PAIRS,
    *,
    signature: str | None = None,
    query: str = "",
    body: bytes | None = None,
    content_type: str = "application/x-www-form-urlencoded",
    signed_with: str = "",
) -> WebhookRequest:
    if signature is None:
        signature = sign(f"{URL}?{query}" if query else URL, pairs, TOKEN)
    headers = {"content-type": content_type, "x-twilio-signature": signature}
    if signed_with:
        headers["x-twilio-webhooks-signature-settings"] = signed_with
    return WebhookRequest(headers, form_body(pairs) if body is None else body, query)


def is_taken(request: WebhookRequest, url: str = URL, **secrets: str) -> bool:
    return TwilioWhatsApp().verify(access(url, **(secrets or {"auth_token": TOKEN})), request)


@pytest.mark.parametrize(
    "good",
    [
        request(),
        request([]),
        request([*PAIRS, ("Extra", "")]),
        request([("Media", "b"), ("Media", "a"), ("Body", "x")]),
        request([("Media", "a"), ("Media", "a")]),
        request(query="message_id=8f2f0c86-6a54-4f5e-9b0a-3f8de1b3c001"),
        request(query="a=%C3%B1&b="),
        request(signature=sign("https://tienda.example:443/v1/webhooks/channels/1", PAIRS, TOKEN)),
        request(body=b"From=whatsapp%3A%2B56987654321&ButtonText=&Body=" + form_body(PAIRS)[5:].split(b"&")[0]),
        request(content_type="application/x-www-form-urlencoded; charset=utf-8"),
    ],
    ids=[
        "text",
        "no parameters",
        "blank",
        "repeated",
        "same twice",
        "query",
        "coded query",
        "port",
        "order",
        "charset",
    ],
)
def test_what_twilio_signed_is_taken(good: WebhookRequest) -> None:
    assert is_taken(good)


@pytest.mark.parametrize(
    "bad",
    [
        request(signature=""),
        request(signature=sign(URL, PAIRS, "another token")),
        request(signature=sign("https://otra.example/v1/webhooks/channels/1", PAIRS, TOKEN)),
        request(signature=sign("http://tienda.example/v1/webhooks/channels/1", PAIRS, TOKEN)),
        request(signature=sign(URL + "/", PAIRS, TOKEN)),
        request(signature=sign("https://tienda.example:8443/v1/webhooks/channels/1", PAIRS, TOKEN)),
        request(signature=sign(URL, [pair for pair in PAIRS if pair[1]], TOKEN)),
        request(signature=sign(URL, PAIRS, TOKEN) + "="),
        request(signature="ñ" * 28),
        request(query="message_id=1", signature=sign(URL, PAIRS, TOKEN)),
        request(signature=sign(URL, PAIRS, TOKEN), body=form_body(PAIRS) + b"&Body=more"),
        request(body=b"\xff\xfe"),
        request(body=b"Body=%FF"),
        request(body=b"&".join(b"a%d=1" % n for n in range(5000))),
        request(signature=sign(URL, PAIRS, TOKEN, "sha256")),
    ],
    ids=[
        "missing", "wrong token", "other host", "http", "slash", "other port", "blank left out", "longer",
        "not ascii", "query added", "parameter added", "not utf-8", "not utf-8 coded", "too many", "sha-256",
    ],
)  # fmt: skip
def test_anything_else_is_refused(bad: WebhookRequest) -> None:
    assert not is_taken(bad)


@settings(deadline=None)
@given(st.integers(0, len(form_body(PAIRS)) - 1), st.integers(1, 255))
def test_one_byte_changed_is_refused(place: int, difference: int) -> None:
    body = bytearray(form_body(PAIRS))
    body[place] ^= difference
    changed = bytes(body)
    same_meaning = changed.lower() == form_body(PAIRS).lower() and b"%" in changed[max(0, place - 2) : place + 1]
    taken = is_taken(request(signature=sign(URL, PAIRS, TOKEN), body=changed))
    assert not taken or same_meaning  # %C3 and %c3 are the same byte


@pytest.mark.parametrize("secrets", [{"other": "x"}, {"auth_token": ""}])
def test_a_channel_without_a_secret_takes_nothing(secrets: dict[str, str]) -> None:
    unsigned = sign(URL, PAIRS, "")
    assert not is_taken(request(signature=unsigned), **secrets)


def test_the_port_may_be_in_our_address_and_not_in_twilios() -> None:
    signature = sign("https://tienda.example/x", PAIRS, TOKEN)
    assert is_taken(request(signature=signature), "https://tienda.example:443/x")


JSON = json.dumps({"MessageSid": "SM1", "Body": "ñ"}).encode()


def json_request(body: bytes, query: str, signature: str = "") -> WebhookRequest:
    signature = signature or sign(f"{URL}?{query}" if query else URL, [], TOKEN)
    return request(query=query, signature=signature, body=body, content_type="application/json; charset=utf-8")


def test_a_json_body_is_taken_by_the_hash_in_its_signed_address() -> None:
    assert is_taken(json_request(JSON, f"bodySHA256={body_hash(JSON)}"))


@pytest.mark.parametrize(
    "bad",
    [
        json_request(JSON, ""),
        json_request(JSON, "bodySHA256="),
        json_request(JSON + b" ", f"bodySHA256={body_hash(JSON)}"),
        json_request(JSON, f"bodySHA256={body_hash(JSON)}", sign(URL, [], TOKEN)),
        json_request(b"\xff", f"bodySHA256={body_hash(JSON)}"),
    ],
    ids=["no hash", "blank hash", "changed", "hash not signed", "not utf-8"],
)
def test_another_json_body_is_refused(bad: WebhookRequest) -> None:
    assert not is_taken(bad)


def test_a_shared_key_signs_with_sha_256() -> None:
    signature = sign(URL, PAIRS, "shared", "sha256")
    posted = request(signature=signature, signed_with="key=webhooks_sharedkey_1,algorithm=HMAC_SHA256")
    assert is_taken(posted, auth_token=TOKEN, shared_key="shared")
    assert not is_taken(posted, auth_token="shared")
    assert not is_taken(request(signature=signature), auth_token=TOKEN, shared_key="shared")
    unheard_of = request(signature=signature, signed_with="algorithm=HMAC_MD5")
    assert not is_taken(unheard_of, auth_token=TOKEN, shared_key="shared")
