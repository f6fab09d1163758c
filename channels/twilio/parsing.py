"""What Twilio posts, read: a form or JSON, an inbound message with all it carries, or a status.

Facts: https://www.twilio.com/docs/messaging/guides/webhook-request.
"""

from datetime import datetime
from functools import lru_cache
from json import dumps
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.access import whatsapp_address
from channels.adapter import (
    Attachment,
    ChannelAccess,
    InboundMessage,
    Parsed,
    Quarantined,
    StatusUpdate,
    WebhookRequest,
)
from channels.errors import BadPayload
from channels.incoming.reading import read_json
from channels.twilio.errors import TWILIO
from data.content import MediaKind
from data.states import Delivery

_MOST_PARAMETERS = 500
_MOST_MEDIA = 10
_MOST_DIGITS = 9

# Twilio has the message in each of the first five: only how far it got differs.
DELIVERIES = {
    "accepted": Delivery.SENT,
    "scheduled": Delivery.SENT,
    "queued": Delivery.SENT,
    "sending": Delivery.SENT,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}
# What Twilio says of a message that came to us.
_INBOUND = frozenset({"receiving", "received"})
# By media type and by MessageType: what stands for a message that has no words.
_PLACEHOLDERS = {
    "image": "[imagen]",
    "audio": "[audio]",
    "video": "[video]",
    "application": "[archivo]",
    "document": "[archivo]",
    "sticker": "[sticker]",
    "text/vcard": "[contacto]",
    "text/x-vcard": "[contacto]",
    "contacts": "[contacto]",
}
_KINDS = {"image": MediaKind.IMAGE, "audio": MediaKind.AUDIO, "video": MediaKind.VIDEO}


class Parameters(dict[str, list[str]]):
    """A form as posted: every value of every name, blanks too; `getall` is what Twilio's validator reads."""

    def getall(self, name: str) -> list[str]:
        return self.get(name, [])

    def first(self, *names: str) -> str:
        """The first of these names that has a value."""
        return next((value for name in names for value in self.get(name, []) if value.strip()), "")

    def flat(self) -> dict[str, Any]:
        return {name: values[0] if len(values) == 1 else values for name, values in self.items()}


def is_json(request: WebhookRequest) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def read_parameters(request: WebhookRequest) -> Parameters:
    """Raises BadPayload for JSON that is no object of parameters, ValueError for a form that is none."""
    if not is_json(request):
        return _form(request.body)
    values = read_json(request.body)
    return Parameters({name: [_as_posted(value)] for name, value in values.items()})


def _as_posted(value: object) -> str:
    """As a form would have it."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value)


@lru_cache(maxsize=4)  # verifying and parsing read the same body, one after the other
def _form(body: bytes) -> Parameters:
    text = body.decode("utf-8")
    return Parameters(parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS))


def parse(access: ChannelAccess, request: WebhookRequest) -> Parsed:
    """Raises BadPayload."""
    try:
        parameters = read_parameters(request)
    except ValueError as error:
        raise BadPayload("the body is not a form") from error
    if parameters.first("AccountSid") != access.config.get("account_sid"):
        raise BadPayload("the message is of another Twilio account")
    external_id = parameters.first("MessageSid", "SmsMessageSid", "SmsSid")
    if not external_id:
        raise BadPayload("the message has no MessageSid")
    if parameters.get("MessageStatus", ["received"])[0].lower() not in _INBOUND:
        return Parsed(statuses=_statuses(access, request, parameters, external_id))
    if whatsapp_address(parameters.first("To")) != whatsapp_address(access.address):
        raise BadPayload("the message is to another number")
    if _is_by_another_way(parameters.first("From")):
        return Parsed(quarantined=[Quarantined("the message did not come by WhatsApp", parameters.flat())])
    return Parsed(messages=[inbound(parameters, external_id)])


def inbound(parameters: Parameters, external_id: str, sent_at: datetime | None = None) -> InboundMessage:
    address = _sender(parameters)
    return InboundMessage(
        external_id=external_id,
        address=address,
        text=_text(parameters),
        contact_name=parameters.first("ProfileName") or None,
        choice=parameters.first("ButtonPayload", "ListId") or None,
        sent_at=sent_at,
        attachments=_attachments(parameters),
        quoted_external_id=parameters.first("OriginalRepliedMessageSid") or None,
        alias=_alias(parameters, address),
        raw=parameters.flat(),
    )


def _is_by_another_way(sender: str) -> bool:
    """A text message to the same number, say: an answer by WhatsApp would go nowhere."""
    return bool(sender.strip()) and not sender.strip().startswith("whatsapp:")


def _alias(parameters: Parameters, address: str) -> str | None:
    """The business-scoped id beside the number: who hides the number later is still the same person."""
    user_id = parameters.first("ExternalUserId").strip()
    alias = whatsapp_address(user_id) if user_id.removeprefix("whatsapp:") else None
    return alias if alias != address else None


def _sender(parameters: Parameters) -> str:
    """`From` as Twilio writes it: a number, or the business-scoped id of someone who hides theirs."""
    for name in ("From", "WaId", "ExternalUserId"):
        value = parameters.first(name).strip()
        if value.removeprefix("whatsapp:"):
            return whatsapp_address(value)
    raise BadPayload("the message has no sender")


def _text(parameters: Parameters) -> str:
    body = parameters.first("Body", "ButtonText", "ListTitle")
    return body or _place(parameters) or _without_words(parameters)


def _place(parameters: Parameters) -> str:
    latitude, longitude = parameters.first("Latitude"), parameters.first("Longitude")
    if not latitude or not longitude:
        return ""
    name = ", ".join(value for value in (parameters.first("Label"), parameters.first("Address")) if value)
    return f"[ubicación] {name} ({latitude}, {longitude})" if name else f"[ubicación] {latitude}, {longitude}"


def _attachments(parameters: Parameters) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(_kind(parameters, place), url, parameters.first(f"MediaContentType{place}").lower())
        for place in range(_media_count(parameters))
        if (url := parameters.first(f"MediaUrl{place}"))
    )


def _media_count(parameters: Parameters) -> int:
    return min(_whole(parameters.first("NumMedia")) or 0, _MOST_MEDIA)


def _whole(digits: str) -> int | None:
    """None for what is no number, or far longer than any of Twilio's (Python refuses to read those at all)."""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def _kind(parameters: Parameters, place: int) -> MediaKind:
    if parameters.first("MessageType").lower() == "sticker":
        return MediaKind.STICKER
    family = parameters.first(f"MediaContentType{place}").lower().partition("/")[0]
    return _KINDS.get(family, MediaKind.DOCUMENT)


def _without_words(parameters: Parameters) -> str:
    """What kind of thing came without words, such as "[imagen]"; "[mensaje]" when nothing says."""
    types = [parameters.first(f"MediaContentType{place}").lower() for place in range(_media_count(parameters))]
    if not types:
        return _PLACEHOLDERS.get(parameters.first("MessageType").lower(), "[mensaje]")
    return " ".join(_PLACEHOLDERS.get(name) or _PLACEHOLDERS.get(name.partition("/")[0], "[archivo]") for name in types)


def _statuses(
    access: ChannelAccess, request: WebhookRequest, parameters: Parameters, external_id: str
) -> list[StatusUpdate]:
    sender = parameters.first("From")
    if sender and whatsapp_address(sender) != whatsapp_address(access.address):
        raise BadPayload("the status is of another number")
    delivery = DELIVERIES.get(parameters.first("MessageStatus").lower())
    if delivery is None:
        return []
    error = TWILIO.of(0, _whole(parameters.first("ErrorCode"))).code if delivery is Delivery.FAILED else None
    is_billed = True if delivery in (Delivery.DELIVERED, Delivery.READ) else None
    return [StatusUpdate(external_id, delivery, _own_id(request), error, is_billed)]


def _own_id(request: WebhookRequest) -> UUID | None:
    """The id we put into the callback's address; the signature covers it."""
    for value in parse_qs(request.query).get("message_id", []):
        try:
            return UUID(value)
        except ValueError:
            continue
    return None
