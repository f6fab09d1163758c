"""Meta: what its webhooks mean, and who may post them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.adapter import ChannelAccess, InboundMessage, Moved, WebhookRequest
from channels.errors import BadPayload
from channels.incoming.cleaning import clean_text
from channels.incoming.inbox import inbound_payload
from channels.meta.parsing import read_payload
from channels.meta.whatsapp import MetaWhatsApp
from data.states import ChannelKind, Delivery
from tests.servers.meta_server import APP_SECRET, NUMBER_ID, VERIFY_TOKEN, payload, signed

PAYLOADS = Path(__file__).parent.parent.parent / "payloads" / "meta"
MESSAGES = json.loads((PAYLOADS / "messages.json").read_text(encoding="utf-8"))
CONTACTS = [
    {"profile": {"name": "Rosa Pérez"}, "wa_id": "56987654321", "user_id": "CL.abc123"},
    {"profile": {"name": "Rosa oculta"}, "user_id": "CL.ENT.abc123"},
]
META = MetaWhatsApp()


def access(**secrets: str) -> ChannelAccess:
    kept = {"app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN} | secrets
    return ChannelAccess(uuid4(), uuid4(), ChannelKind.META_WHATSAPP, NUMBER_ID, {}, kept, "")


def request(body: Any, secret: str = APP_SECRET) -> WebhookRequest:
    raw, headers = signed(body, secret)
    return WebhookRequest(headers, raw)


def text(number: int) -> dict[str, Any]:
    return dict(MESSAGES["text"]["message"], id=f"wamid.{number}")


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_brings_what_it_says(name: str) -> None:
    case = MESSAGES[name]
    parsed = META.parse(access(), request(payload({"contacts": CONTACTS, "messages": [case["message"]]})))
    assert parsed.quarantined == []
    if case["expected"] is None:
        assert parsed.messages == []
        return
    [message] = parsed.messages
    found = _plain(message)
    assert {key: found[key] for key in case["expected"]} == case["expected"]
    assert message.raw == case["message"]


def _plain(message: InboundMessage) -> dict[str, Any]:
    names = (
        "external_id", "address", "alias", "text", "contact_name", "choice", "quoted_external_id", "quoted_sku",
        "quoted_text", "replaces",
    )  # fmt: skip
    return {name: getattr(message, name) for name in names} | {
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "ordered": [
            [product.sku, product.quantity, str(product.price) if product.price else None, product.currency]
            for product in message.ordered
        ],
        "attachments": [
            [file.kind.value, file.reference, file.content_type, file.filename] for file in message.attachments
        ],
    }


def test_every_item_of_a_batch_is_read_and_a_bad_one_set_aside() -> None:
    poison = {"from": "56987654321", "id": "wamid.bad", "timestamp": "1795180000", "type": "image", "image": "none"}
    entries = []
    for entry in range(3):
        changes: list[dict[str, Any]] = []
        for change in range(5):
            first = entry * 50 + change * 10
            messages = [text(first + number) for number in range(10)]
            if (entry, change) == (1, 2):
                messages[4] = poison
            status = {"id": f"wamid.s{first}", "status": "read", "timestamp": "1795180000", "recipient_id": "56"}
            changes.append({"contacts": CONTACTS, "messages": messages, "statuses": [status, {"status": "sent"}]})
        entries += payload(*changes)["entry"]
    parsed = META.parse(access(), request(payload() | {"entry": entries}))
    assert len({message.external_id for message in parsed.messages}) == 149
    assert len(parsed.statuses) == 15
    assert sorted(item.reason for item in parsed.quarantined) == ["an object is missing", *["id is missing"] * 15]


def test_another_numbers_messages_are_not_ours() -> None:
    both = payload({"messages": [text(1)]}, number_id="999")
    both["entry"] += payload({"messages": [text(2)]})["entry"]
    parsed = META.parse(access(), request(both))
    assert [message.external_id for message in parsed.messages] == ["wamid.2"]
    assert {number: len(items) for number, items in parsed.elsewhere.items()} == {"999": 1}


@pytest.mark.parametrize("metadata", [7, {}, {"phone_number_id": 7}, {"phone_number_id": "\x00"}])
def test_what_names_no_number_is_set_aside(metadata: Any) -> None:
    nobody = payload({"metadata": metadata, "messages": [text(1)]})
    parsed = META.parse(access(), request(nobody))
    assert (parsed.messages, [item.reason for item in parsed.quarantined]) == ([], ["of no number"])


@pytest.mark.parametrize(
    ("sender", "contacts", "address", "alias"),
    [
        ({"from": "56987654321"}, CONTACTS, "56987654321", "CL.abc123"),
        ({"from_user_id": "CL.abc123"}, CONTACTS, "56987654321", "CL.abc123"),
        ({}, CONTACTS[1:], "CL.ENT.abc123", None),
        ({"from": "56911111111"}, CONTACTS[1:], "56911111111", None),
    ],
)
def test_who_wrote_is_known_by_either_id(
    sender: dict[str, str], contacts: list[Any], address: str, alias: str | None
) -> None:
    message = {key: value for key, value in text(1).items() if key != "from"} | sender
    [found] = META.parse(access(), request(payload({"contacts": contacts, "messages": [message]}))).messages
    assert (found.address, found.alias) == (address, alias)


def test_nobody_is_guessed_among_several() -> None:
    message = {key: value for key, value in text(1).items() if key != "from"}
    parsed = META.parse(access(), request(payload({"contacts": CONTACTS, "messages": [message]})))
    assert (parsed.messages, [item.reason for item in parsed.quarantined]) == ([], ["the message has no sender"])


def test_a_deleted_message_is_withdrawn() -> None:
    gone = {"from": "56987654321", "id": "wamid.R", "type": "revoke", "revoke": {"original_message_id": "wamid.1"}}
    parsed = META.parse(access(), request(payload({"messages": [gone, gone | {"revoke": {}}]})))
    assert (parsed.messages, parsed.withdrawn) == ([], ["wamid.1"])
    assert [item.reason for item in parsed.quarantined] == ["original_message_id is missing"]


@pytest.mark.parametrize(
    ("message", "moved"),
    [
        ({"from": "569", "system": {"type": "user_changed_number", "wa_id": "568"}}, [Moved("569", "568")]),
        ({"system": {"type": "customer_changed_number", "customer": "569", "new_wa_id": "568"}}, [Moved("569", "568")]),
        ({"from_user_id": "CL.a", "system": {"type": "user_changed_user_id", "user_id": "CL.b"}},
         [Moved("CL.a", "CL.b")]),
        ({"from": "569", "system": {"type": "customer_identity_changed", "wa_id": "569"}}, []),
        ({"from": "569", "system": 7}, []),
    ],
)  # fmt: skip
def test_a_new_number_is_told(message: dict[str, Any], moved: list[Moved]) -> None:
    parsed = META.parse(access(), request(payload({"messages": [message | {"type": "system", "id": "wamid.S"}]})))
    assert (parsed.messages, parsed.moved, parsed.quarantined) == ([], moved, [])


def test_a_status_names_our_message_what_it_cost_and_what_went_wrong() -> None:
    ours = uuid4()
    statuses = [
        {"id": "wamid.1", "status": "delivered", "biz_opaque_callback_data": str(ours),
         "pricing": {"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular"}},
        {"id": "wamid.2", "status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]},
        {"id": "wamid.3", "status": "warning"},
    ]  # fmt: skip
    first, second = META.parse(access(), request(payload({"statuses": statuses}))).statuses
    assert (first.message_id, first.delivery, first.is_billed, first.billing_kind) == (
        ours, Delivery.DELIVERED, True, "utility",
    )  # fmt: skip
    assert (second.message_id, second.delivery, second.error) == (None, Delivery.FAILED, "window_closed")


def test_what_never_arrived_costs_nothing() -> None:
    statuses = [STATUS | {"status": status} for status in ("sent", "failed")]
    found = META.parse(access(), request(payload({"statuses": statuses}))).statuses
    assert [(status.is_billed, status.billing_kind) for status in found] == [(None, None)] * 2


def test_what_the_owner_writes_on_the_phone_is_an_echo() -> None:
    gone = ECHO | {"type": "revoke", "revoke": {"original_message_id": "wamid.0"}}
    parsed = META.parse(access(), request(payload({"message_echoes": [ECHO, gone]}, field_name="smb_message_echoes")))
    [found] = parsed.echoes
    assert (found.external_id, found.address, found.alias) == ("wamid.E", "56987654321", "CL.abc123")
    assert found.text == "yo le respondo"
    assert parsed.messages == []


def test_history_and_news_of_the_account_bring_nothing() -> None:
    for name in ("history", "account_update", "smb_app_state_sync", "message_template_status_update"):
        parsed = META.parse(access(), request(payload({"messages": [text(1)]}, field_name=name)))
        assert (parsed.messages, parsed.quarantined) == ([], [])


def test_the_signature_covers_the_bytes() -> None:
    body = payload({"messages": [text(1)]})
    escaped = json.dumps(body, ensure_ascii=True).encode()
    plain = json.dumps(body, ensure_ascii=False).encode()
    for raw in (escaped, plain):
        assert META.verify(access(), request(raw))
    _, headers = signed(escaped)
    assert not META.verify(access(), WebhookRequest(headers, plain))


def _mutations(raw: bytes, signature: str) -> Iterator[st.SearchStrategy[tuple[bytes, str]]]:
    places = st.integers(0, len(raw) - 1)
    yield st.tuples(places.map(lambda at: raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]), st.just(signature))
    yield st.tuples(places.map(lambda at: raw[:at]), st.just(signature))
    digits = st.integers(0, 63)
    yield st.tuples(
        st.just(raw),
        digits.map(lambda at: signature[: 7 + at] + "0123456789abcdef"[(int(signature[7 + at], 16) + 1) % 16]
                   + signature[8 + at :]),
    )  # fmt: skip
    yield st.tuples(st.just(raw), st.sampled_from(["", "sha256=", signature[7:], "sha1=" + signature[7:], "ñ"]))
    yield st.tuples(st.just(raw), st.text(max_size=80))


RAW, HEADERS = signed(payload({"messages": [text(1)]}))


@settings(max_examples=600)
@given(st.one_of(*_mutations(RAW, HEADERS["x-hub-signature-256"])))
def test_a_request_changed_anywhere_is_refused(changed: tuple[bytes, str]) -> None:
    raw, signature = changed
    assert not META.verify(access(), WebhookRequest({"x-hub-signature-256": signature}, raw))


def test_another_secret_or_none_is_refused() -> None:
    assert not META.verify(access(), request(RAW, "another"))
    assert not META.verify(access(app_secret=""), request(RAW, ""))
    assert not META.verify(access(), WebhookRequest({}, RAW))


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from _places(child, (*path, key))


def _put(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A copy of it with something else in one place."""
    if not path:
        return new
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = _put(value[path[0]], path[1:], new)
    return copied


JUNK: tuple[Any, ...] = (None, True, 7, 1e400, [], [7], [[]], [{}], {}, {"id": 7}, "", "\ud800\x00", "x" * 5_000)
ECHO = {"from": "56222222222", "to": "56987654321", "to_user_id": "CL.abc123", "id": "wamid.E",
        "timestamp": "1795180000", "type": "text", "text": {"body": "yo le respondo"}}  # fmt: skip
STATUS = {"id": "wamid.1", "status": "failed", "biz_opaque_callback_data": str(uuid4()), "errors": [{"code": 131047}],
          "pricing": {"billable": True, "category": "utility"}}  # fmt: skip
MOVED = {"from": "569", "id": "wamid.S", "type": "system", "system": {"type": "user_changed_number", "wa_id": "568"}}


@pytest.mark.parametrize("name", [*MESSAGES, "system", "echo", "status"])
def test_whatever_stands_anywhere_is_read_or_set_aside_and_the_good_items_are_kept(name: str) -> None:
    """One poisoned item would bring its whole batch back for days."""
    given: dict[str, Any] = {
        "system": {"messages": [MOVED]},
        "echo": {"message_echoes": [ECHO]},
        "status": {"statuses": [STATUS]},
    }
    value = given[name] if name in given else {"contacts": CONTACTS, "messages": [MESSAGES[name]["message"]]}
    [item] = [each for listed in ("messages", "message_echoes", "statuses") for each in value.get(listed, [])]
    [listed] = [each for each in ("messages", "message_echoes", "statuses") if each in value]
    bodies = [_put(payload(value), path, junk) for path in _places(payload(value)) if path for junk in JUNK]
    for body in bodies:
        try:
            parsed = read_payload(access(), body)
        except BadPayload:
            continue
        for message in parsed.messages:
            json.dumps(inbound_payload(message, clean_text(message.text), None), allow_nan=False)
    for path in _places(item):
        for junk in JUNK:
            batch = payload({**value, listed: [_put(item, path, junk)]}, {"messages": [text(7)]})
            assert "wamid.7" in [message.external_id for message in read_payload(access(), batch).messages]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (f"hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1158201444", "1158201444"),
        ("hub.mode=subscribe&hub.verify_token=another&hub.challenge=1", None),
        (f"hub.mode=unsubscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1", None),
        (f"hub.verify_token={VERIFY_TOKEN}&hub.challenge=1", None),
        (f"hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}", None),
        ("", None),
    ],
)
def test_the_handshake_answers_only_the_right_word(query: str, answer: str | None) -> None:
    assert META.answer_handshake(access(), WebhookRequest({}, b"", query)) == answer
    assert META.answer_handshake(access(verify_token=""), WebhookRequest({}, b"", query)) is None


def test_an_id_of_our_own_that_is_none_is_ignored() -> None:
    status = {"id": "wamid.1", "status": "sent", "biz_opaque_callback_data": "not-an-id"}
    [found] = META.parse(access(), request(payload({"statuses": [status]}))).statuses
    assert found.message_id is None
