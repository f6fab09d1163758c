"""What Meta's Cloud API posts, read: every message and status of every change of every entry, each by itself.

Facts: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from channels.adapter import (
    ChannelAccess,
    EchoMessage,
    InboundMessage,
    Moved,
    Parsed,
    Quarantined,
    StatusUpdate,
)
from channels.errors import BadPayload
from channels.meta.content import Content, Item, an_object, objects, text_of
from channels.meta.errors import verdict_of
from data.states import Delivery

# What was sent and never got there costs nothing, although the news of its sending name a price.
_PRICED = frozenset({Delivery.DELIVERED, Delivery.READ})
_DELIVERIES = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "played": Delivery.READ,
    "failed": Delivery.FAILED,
}
# Nothing in them asks for an answer.
_SILENT = frozenset({"reaction", "system", "request_welcome", "ephemeral", "revoke"})
_LATEST = 32_503_680_000  # the year 3000


@dataclass(slots=True)
class _Found:
    messages: list[InboundMessage] = field(default_factory=list)
    statuses: list[StatusUpdate] = field(default_factory=list)
    echoes: list[EchoMessage] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    elsewhere: dict[str, list[Quarantined]] = field(default_factory=dict)

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
    return Parsed(
        found.messages,
        found.statuses,
        found.echoes,
        quarantined=found.quarantined,
        withdrawn=found.withdrawn,
        moved=found.moved,
        elsewhere=found.elsewhere,
    )


def _read_change(access: ChannelAccess, change: Any, found: _Found) -> None:
    """Fields other than these two are news about the account, or history that was answered long ago."""
    field_name = change.get("field") if isinstance(change, Mapping) else None
    if field_name not in ("messages", "smb_message_echoes"):
        return
    value = change.get("value")
    number_id = text_of(value.get("metadata"), "phone_number_id") if isinstance(value, Mapping) else ""
    if not (number_id.isascii() and number_id.isdecimal()):
        found.quarantined.append(Quarantined("of no number", change))
    elif number_id != access.address:
        found.elsewhere.setdefault(number_id, []).append(Quarantined("of another number", change))
    else:
        _read_value(value, found)


def _read_value(value: Item, found: _Found) -> None:
    people = objects(value.get("contacts"))
    for message in _list(value, "messages", found):
        kind = text_of(message, "type")
        if kind == "revoke":
            found.keep(found.withdrawn, lambda item=message: _original(item, "revoke"), message)  # type: ignore[misc]  # mypy cannot type a lambda's default
        elif kind == "system":
            found.keep(found.moved, lambda item=message: _moved(item), message)  # type: ignore[misc]  # as above
        else:
            found.keep(found.messages, lambda item=message: _message(item, people), message)  # type: ignore[misc]  # as above
    for status in _list(value, "statuses", found):
        found.keep(found.statuses, lambda item=status: _status(item), status)  # type: ignore[misc]  # as above
    for echo in _list(value, "message_echoes", found):
        found.keep(found.echoes, lambda item=echo: _echo(item), echo)  # type: ignore[misc]  # as above


def _message(message: Any, people: Sequence[Item]) -> InboundMessage | None:
    """None for what wants no answer, and for what was written to a group: an answer would go to one of them."""
    message = an_object(message)
    kind = text_of(message, "type")
    if kind in _SILENT or message.get("group_id"):
        return None
    person = _person(message, people)
    number = text_of(message, "from") or text_of(person, "wa_id")
    user_id = text_of(message, "from_user_id") or text_of(person, "user_id")
    if not number and not user_id:
        raise BadPayload("the message has no sender")
    said, context = _said(message), _part(message, "context")
    content = Content.read(text_of(said, "type"), said)
    return InboundMessage(
        external_id=_needed(message, "id"),
        address=number or user_id,
        text=content.text,
        contact_name=text_of(person.get("profile"), "name", "username") or None,
        choice=content.choice or None,
        sent_at=_moment(message),
        attachments=content.attachments,
        quoted_external_id=text_of(context, "id") or None,
        quoted_sku=text_of(context.get("referred_product"), "product_retailer_id") or None,
        quoted_text=_advertised(message.get("referral")),
        ordered=content.ordered,
        alias=(user_id or None) if number and number != user_id else None,
        replaces=_original(message, kind) if kind == "edit" else None,
        raw=message,
    )


def _person(message: Item, people: Sequence[Item]) -> Item:
    """Who wrote, by either of the ids that people have; where the message names none, the one it came with."""
    ids = {text_of(message, "from"), text_of(message, "from_user_id")} - {""}
    found = [person for person in people if ids & {text_of(person, "wa_id"), text_of(person, "user_id")}]
    if not ids and len(people) == 1:
        found = [*people]
    return found[0] if found else {}


def _said(message: Item) -> Item:
    """The words that hold: those of an edited message are inside."""
    edit = message.get("edit")
    return an_object(an_object(edit).get("message")) if text_of(message, "type") == "edit" else message


def _original(message: Item, kind: str) -> str:
    return _needed(an_object(message.get(kind)), "original_message_id")


def _advertised(referral: Any) -> str | None:
    """What the advertisement said under which they wrote."""
    return ": ".join(text for text in (text_of(referral, "headline"), text_of(referral, "body")) if text) or None


def _moved(message: Item) -> Moved | None:
    """Someone who has another number, or another id, from now on; other news of the system are of no use to us."""
    system = message.get("system")
    new = text_of(system, "wa_id", "new_wa_id", "user_id")
    old = text_of(message, "from", "from_user_id") or text_of(system, "customer", "previous_user_id")
    is_move = "changed" in text_of(system, "type") and old and new and old != new
    return Moved(old, new) if is_move else None


def _status(status: Any) -> StatusUpdate | None:
    status = an_object(status)
    delivery = _DELIVERIES.get(text_of(status, "status"))
    if delivery is None:
        return None
    fault = next(iter(objects(status.get("errors"))), None)
    pricing = _part(status, "pricing") if delivery in _PRICED else {}
    is_billed = pricing.get("billable")
    return StatusUpdate(
        external_id=_needed(status, "id"),
        delivery=delivery,
        message_id=_own_id(status),
        error=verdict_of(0, fault).code if delivery is Delivery.FAILED else None,
        is_billed=is_billed if isinstance(is_billed, bool) else None,
        billing_kind=text_of(pricing, "category") or None,
    )


def _own_id(status: Item) -> UUID | None:
    """The id we sent along with the message; the signature covers it."""
    try:
        return UUID(text_of(status, "biz_opaque_callback_data"))
    except ValueError:
        return None


def _echo(echo: Any) -> EchoMessage | None:
    """What the owner wrote on the phone that shares the number with us."""
    echo = an_object(echo)
    kind = text_of(echo, "type")
    if kind in _SILENT or echo.get("group_id"):
        return None
    said, number, user_id = _said(echo), text_of(echo, "to"), text_of(echo, "to_user_id")
    return EchoMessage(
        external_id=_needed(echo, "id"),
        address=_needed(echo, "to", "to_user_id"),
        text=Content.read(text_of(said, "type"), said).text,
        sent_at=_moment(echo),
        raw=echo,
        alias=user_id if number and user_id else None,
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


def _part(item: Item, name: str) -> Item:
    """Empty where there is none: a message is not lost for what stands beside it."""
    value = item.get(name)
    return value if isinstance(value, Mapping) else {}


def _needed(item: Item, *names: str) -> str:
    if value := text_of(item, *names):
        return value
    raise BadPayload(f"{names[0]} is missing")
