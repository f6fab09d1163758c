"""What Meta's Cloud API posts, read: every message and status of every change of every entry, each by itself.

Facts: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from channels.adapter import (
    Attachment,
    ChannelAccess,
    EchoMessage,
    InboundMessage,
    OrderedProduct,
    Parsed,
    Quarantined,
    StatusUpdate,
)
from channels.errors import BadPayload
from channels.meta.errors import META
from data.content import MediaKind
from data.states import Delivery

Item = Mapping[str, Any]

_DELIVERIES = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "played": Delivery.READ,
    "failed": Delivery.FAILED,
}
_FILES = {
    "image": (MediaKind.IMAGE, "[imagen]"),
    "video": (MediaKind.VIDEO, "[video]"),
    "audio": (MediaKind.AUDIO, "[audio]"),
    "voice": (MediaKind.AUDIO, "[audio]"),
    "document": (MediaKind.DOCUMENT, "[archivo]"),
    "sticker": (MediaKind.STICKER, "[sticker]"),
}
# Nothing in them asks for an answer.
_SILENT = frozenset({"reaction", "system", "request_welcome", "ephemeral"})
_UNREADABLE = "[mensaje]"
_MOST_UNITS = 1_000_000
_LATEST = 32_503_680_000  # the year 3000


@dataclass(slots=True)
class _Found:
    messages: list[InboundMessage] = field(default_factory=list)
    statuses: list[StatusUpdate] = field(default_factory=list)
    echoes: list[EchoMessage] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)

    def keep(self, into: list[Any], read: Callable[[], Any], raw: Any) -> None:
        """An item that cannot be read is set aside, and the others are not lost with it."""
        try:
            if (item := read()) is not None:
                into.append(item)
        except (BadPayload, ValueError) as error:
            self.quarantined.append(Quarantined(str(error), raw))


def read_payload(access: ChannelAccess, posted: Item) -> Parsed:
    """Raises BadPayload when it is no payload of WhatsApp at all."""
    if posted.get("object") != "whatsapp_business_account" or not isinstance(posted.get("entry"), list):
        raise BadPayload("no payload of WhatsApp")
    found = _Found()
    for entry in posted["entry"]:
        for change in _list(entry, "changes", found):
            _read_change(access, change, found)
    return Parsed(found.messages, found.statuses, found.echoes, (), found.quarantined)


def _read_change(access: ChannelAccess, change: Any, found: _Found) -> None:
    """Fields other than these two are news about the account, or history that was answered long ago."""
    field_name = change.get("field") if isinstance(change, Mapping) else None
    if field_name not in ("messages", "smb_message_echoes"):
        return
    value = change.get("value")
    metadata = value.get("metadata") if isinstance(value, Mapping) else None
    number_id = metadata.get("phone_number_id") if isinstance(metadata, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(metadata, Mapping) or str(number_id) != access.address:
        found.quarantined.append(Quarantined("of another number", change))
        return
    names = _Names(value.get("contacts"))
    for message in _list(value, "messages", found):
        found.keep(found.messages, lambda item=message: _message(item, names), message)  # type: ignore[misc]  # mypy cannot type a lambda's default
    for status in _list(value, "statuses", found):
        found.keep(found.statuses, lambda item=status: _status(item), status)  # type: ignore[misc]  # as above
    for echo in _list(value, "message_echoes", found):
        found.keep(found.echoes, lambda item=echo: _echo(item), echo)  # type: ignore[misc]  # as above


class _Names:
    """Who wrote, by either of the ids a person has."""

    def __init__(self, contacts: Any) -> None:
        self._people = [each for each in contacts if isinstance(each, Mapping)] if isinstance(contacts, list) else []

    def of(self, message: Item) -> str | None:
        ids = {_text(message, "from"), _text(message, "from_user_id")} - {""}
        for person in self._people:
            if ids & {_text(person, "wa_id"), _text(person, "user_id")}:
                profile = person.get("profile")
                return (_text(profile, "name", "username") or None) if isinstance(profile, Mapping) else None
        return None


def _message(message: Any, names: _Names) -> InboundMessage | None:
    message = _object(message)
    kind = _text(message, "type")
    if kind in _SILENT:
        return None
    context = message.get("context")
    context = context if isinstance(context, Mapping) else {}
    product = context.get("referred_product")
    address, alias = _sender(message)
    content = _Content.read(kind, message)
    return InboundMessage(
        external_id=_needed(message, "id"),
        address=address,
        text=content.text,
        contact_name=names.of(message),
        choice=content.choice or None,
        sent_at=_moment(message),
        attachments=content.attachments,
        quoted_external_id=_text(context, "id") or None,
        quoted_sku=_text(product, "product_retailer_id") or None if isinstance(product, Mapping) else None,
        ordered=content.ordered,
        alias=alias,
        raw=message,
    )


def _sender(message: Item) -> tuple[str, str | None]:
    """The number, and the business-scoped id beside it; that id alone of someone who hides the number."""
    number, user_id = _text(message, "from"), _text(message, "from_user_id")
    if not number and not user_id:
        raise BadPayload("the message has no sender")
    return (number, user_id or None) if number else (user_id, None)


@dataclass(frozen=True, slots=True)
class _Content:
    text: str
    choice: str = ""
    attachments: tuple[Attachment, ...] = ()
    ordered: tuple[OrderedProduct, ...] = ()

    @classmethod
    def read(cls, kind: str, message: Item) -> "_Content":
        """A kind that nobody knows yet is a message all the same: someone waits for an answer."""
        part = message.get(kind)
        if kind in _FILES:
            return _file(kind, _object(part))
        if kind == "contacts" and isinstance(part, list):
            return cls(_people(part))
        if kind in _READERS:
            return _READERS[kind](_object(part))
        return cls(_UNREADABLE)


def _file(kind: str, part: Item) -> _Content:
    media_kind, placeholder = _FILES[kind]
    file = Attachment(media_kind, _needed(part, "id"), _text(part, "mime_type"), _text(part, "filename"))
    return _Content(_text(part, "caption") or placeholder, attachments=(file,))


def _words(part: Item) -> _Content:
    return _Content(_text(part, "body"))


def _place(part: Item) -> _Content:
    latitude, longitude = part.get("latitude"), part.get("longitude")
    name = ", ".join(text for text in (_text(part, "name"), _text(part, "address")) if text)
    return _Content(f"[ubicación] {name} ({latitude}, {longitude})" if name else f"[ubicación] {latitude}, {longitude}")


def _people(cards: list[Any]) -> str:
    said = []
    for card in cards:
        if not isinstance(card, Mapping):
            continue
        name, phones = card.get("name"), card.get("phones")
        words = [_text(name, "formatted_name", "first_name")] if isinstance(name, Mapping) else []
        words += [_text(phone, "phone") for phone in phones if isinstance(phone, Mapping)] if phones else []
        said.append(" ".join(word for word in words if word))
    return f"[contacto] {'; '.join(said)}".strip()


def _tap(part: Item) -> _Content:
    """A reply button, a row of a list, or a form (WhatsApp Flows) that was filled in."""
    for name in ("button_reply", "list_reply"):
        reply = part.get(name)
        if isinstance(reply, Mapping):
            return _Content(_text(reply, "title") or _text(reply, "id"), _text(reply, "id"))
    form = part.get("nfm_reply")
    if isinstance(form, Mapping):
        return _Content(_text(form, "body") or _text(form, "name") or _UNREADABLE)
    return _Content(_UNREADABLE)


def _template_button(part: Item) -> _Content:
    return _Content(_text(part, "text"), _text(part, "payload"))


def _order(part: Item) -> _Content:
    """What each product cost in Meta's catalogue is left out: our rows say."""
    items = part.get("product_items")
    ordered = tuple(_product(_object(item)) for item in items) if isinstance(items, list) else ()
    return _Content(_text(part, "text"), ordered=ordered)


def _product(item: Item) -> OrderedProduct:
    quantity = item.get("quantity")
    if isinstance(quantity, str) and quantity.isdecimal():
        quantity = int(quantity)
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 < quantity <= _MOST_UNITS:
        raise BadPayload("a product without a quantity")
    return OrderedProduct(_needed(item, "product_retailer_id"), quantity)


_READERS: dict[str, Callable[[Item], _Content]] = {
    "text": _words,
    "location": _place,
    "interactive": _tap,
    "button": _template_button,
    "order": _order,
}


def _status(status: Any) -> StatusUpdate | None:
    status = _object(status)
    delivery = _DELIVERIES.get(_text(status, "status"))
    if delivery is None:
        return None
    errors, pricing = status.get("errors"), status.get("pricing")
    code = errors[0].get("code") if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else None
    is_billed = pricing.get("billable") if isinstance(pricing, Mapping) else None
    return StatusUpdate(
        external_id=_needed(status, "id"),
        delivery=delivery,
        message_id=_own_id(status),
        error=META.of(0, code if isinstance(code, int) else None).code if delivery is Delivery.FAILED else None,
        is_billed=is_billed if isinstance(is_billed, bool) else None,
        billing_kind=_text(pricing, "category") or None if isinstance(pricing, Mapping) else None,
    )


def _own_id(status: Item) -> UUID | None:
    """The id we sent along with the message; the signature covers it."""
    try:
        return UUID(_text(status, "biz_opaque_callback_data"))
    except ValueError:
        return None


def _echo(echo: Any) -> EchoMessage | None:
    """What the owner wrote on the phone that shares the number with us."""
    echo = _object(echo)
    kind = _text(echo, "type")
    if kind in _SILENT:
        return None
    return EchoMessage(
        external_id=_needed(echo, "id"),
        address=_needed(echo, "to", "to_user_id"),
        text=_Content.read(kind, echo).text,
        sent_at=_moment(echo),
        raw=echo,
    )


def _moment(item: Item) -> datetime | None:
    """Seconds since 1970, in a string."""
    value = item.get("timestamp")
    seconds = int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value
    is_time = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < _LATEST
    return datetime.fromtimestamp(seconds, UTC) if is_time else None  # type: ignore[arg-type]  # seen to be a number


def _list(holder: Any, name: str, found: _Found) -> Iterator[Any]:
    """Nothing where there is none; what is no list is set aside."""
    values = holder.get(name) if isinstance(holder, Mapping) else None
    if isinstance(values, list):
        yield from values
    elif values is not None or not isinstance(holder, Mapping):
        found.quarantined.append(Quarantined(f"{name} is no list", holder))


def _needed(item: Item, *names: str) -> str:
    if value := _text(item, *names):
        return value
    raise BadPayload(f"{names[0]} is missing")


def _text(item: Item, *names: str) -> str:
    return next((value for name in names if isinstance(value := item.get(name), str) and value), "")


def _object(value: Any) -> Item:
    if not isinstance(value, Mapping):
        raise BadPayload("an object is missing")
    return value
