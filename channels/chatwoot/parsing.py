"""What Chatwoot posts to its agent bot, read: messages, and who holds the conversation.

Facts: https://developers.chatwoot.com and its source; a conversation's `id` is the number its API wants.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from channels.adapter import (
    Attachment,
    EchoMessage,
    InboundMessage,
    OwnershipChange,
    Parsed,
    Quarantined,
    StatusUpdate,
)
from channels.errors import BadPayload
from data.content import MediaKind
from data.states import Actor, ConversationStatus, Delivery

Item = Mapping[str, Any]

# Which of our messages it is, in what Chatwoot repeats of it.
OWN_ID = "caserita_message_id"
_PENDING = "pending"
# Of what may change in a conversation, what says who holds it.
_OF_OWNERSHIP = frozenset({"status", "assignee_id", "assignee", "assignee_agent_bot_id"})
# Webhooks name the kind of a message, lists number it.
_DIRECTIONS = {"incoming": "incoming", "outgoing": "outgoing", 0: "incoming", 1: "outgoing"}
_OF_A_CONVERSATION = frozenset(
    {
        "conversation_opened",
        "conversation_resolved",
        "conversation_status_changed",
        "conversation_updated",
    }
)
_STATUSES = {
    "open": ConversationStatus.HANDED_OFF,
    "snoozed": ConversationStatus.HANDED_OFF,
    "resolved": ConversationStatus.CLOSED,
    _PENDING: ConversationStatus.AUTOMATED,
}
_FILES = {
    "image": (MediaKind.IMAGE, "[imagen]"),
    "audio": (MediaKind.AUDIO, "[audio]"),
    "video": (MediaKind.VIDEO, "[video]"),
    "file": (MediaKind.DOCUMENT, "[archivo]"),
}
_SAID = {"location": "[ubicación]", "contact": "[contacto]"}


def read_event(event: Item) -> Parsed:
    """Private notes, activities, other kinds of event and what we wrote ourselves bring no message."""
    name = event.get("event")
    if not isinstance(name, str):
        raise BadPayload("no event of Chatwoot")
    try:
        if name == "message_created":
            return _read_message(event)
        if name == "message_updated":
            return _read_update(event)
        if name in _OF_A_CONVERSATION:
            return Parsed(ownership=_read_change(event))
    except (BadPayload, ValueError) as error:
        return Parsed(quarantined=[Quarantined(str(error), dict(event))])
    return Parsed()


def _read_message(message: Item) -> Parsed:
    kind = message.get("message_type")
    direction = _DIRECTIONS.get(kind) if isinstance(kind, str | int) else None
    if message.get("private") is True or direction is None:
        return Parsed()
    conversation = _object(message.get("conversation"))
    if direction == "incoming":
        return Parsed(messages=[_inbound(message, conversation)], ownership=_held(conversation))
    sender = message.get("sender")
    if (isinstance(sender, Mapping) and sender.get("type") == "agent_bot") or own_id(message) is not None:
        return Parsed(statuses=_statuses(message, Delivery.SENT))
    return Parsed() if _is_automatic(message) else Parsed(echoes=[_echo(message, conversation)])


def _is_automatic(message: Item) -> bool:
    """A rule or a campaign of Chatwoot's wrote it, or Chatwoot's own assistant: nobody who takes over."""
    sender = message.get("sender")
    kind = _text(sender, "type") if isinstance(sender, Mapping) else ""
    places = [message.get(name) for name in ("content_attributes", "additional_attributes")]
    marks = {str(name) for place in places if isinstance(place, Mapping) for name, value in place.items() if value}
    return kind not in ("", "user") or bool(marks & {"automation_rule_id", "campaign_id"})


def _inbound(message: Item, conversation: Item) -> InboundMessage:
    files = [file for each in _list(message, "attachments") if (file := _file(each))]
    sender = message.get("sender")
    return InboundMessage(
        external_id=str(_number(message, "id")),
        address=str(_number(conversation, "id")),
        text=_text(message, "content") or _without_words(message),
        contact_name=_text(sender, "name") or None if isinstance(sender, Mapping) else None,
        sent_at=_moment(message.get("created_at")),
        attachments=files,
        quoted_external_id=_quoted(message),
        raw=_without_secrets(message),
    )


def _read_update(message: Item) -> Parsed:
    """A tapped option does not come as a message: ours comes back with what was chosen in it. So does one that the
    shopper's own app did not take."""
    attributes = message.get("content_attributes")
    if message.get("private") is True or not isinstance(attributes, Mapping):
        return Parsed()
    if error := _text(attributes, "external_error"):
        return Parsed(statuses=_statuses(message, Delivery.FAILED, error))
    chosen = _list(attributes, "submitted_values")
    if not chosen:
        return Parsed()
    conversation, option = _object(message.get("conversation")), _object(chosen[0])
    number = _number(message, "id")
    tapped = InboundMessage(
        external_id=f"{number}:chosen",
        address=str(_number(conversation, "id")),
        text=_text(option, "title") or _text(option, "value"),
        choice=_text(option, "value") or None,
        sent_at=_moment(message.get("updated_at")),
        quoted_external_id=str(number),
        raw=_without_secrets(message),
    )
    return Parsed(messages=[tapped], ownership=_held(conversation))


def _read_change(event: Item) -> list[OwnershipChange]:
    """Pending is news only when it has just become so, or lost its person: labels change too, while we hand it over."""
    told = event.get("changed_attributes")
    changed = (
        {str(name) for each in told if isinstance(each, Mapping) for name in each} if isinstance(told, list) else None
    )
    if event.get("event") == "conversation_updated" and not (changed or set()) & _OF_OWNERSHIP:
        return []
    changes = _ownership(event)
    is_change = event.get("event") != "conversation_status_changed" or not changed or "status" in changed
    return changes if is_change else []


def _held(conversation: Item) -> list[OwnershipChange]:
    """People hold what is open or assigned to one of them. Pending, it may have been given back without our hearing of
    it: older servers do not tell bots."""
    changes = (replace(change, is_noticed=True) for change in _ownership(conversation))
    return [change for change in changes if change.status is not ConversationStatus.CLOSED]


def _ownership(conversation: Item) -> list[OwnershipChange]:
    address = str(_number(conversation, "id"))
    status = _STATUSES.get(_text(conversation, "status"))
    if status is None:
        return []
    person, as_of = _assignee(conversation), _moment(conversation.get("updated_at"))
    if status is ConversationStatus.AUTOMATED and person is not None:
        reason = f"Chatwoot la asignó a {person}."
        return [OwnershipChange(address, ConversationStatus.HANDED_OFF, reason, as_of, is_left_over=True)]
    reason = {
        ConversationStatus.HANDED_OFF: f"La tiene {person} en Chatwoot." if person else "Abierta en Chatwoot.",
        ConversationStatus.CLOSED: "Resuelta en Chatwoot.",
        ConversationStatus.AUTOMATED: "Devuelta desde Chatwoot.",
    }[status]
    return [OwnershipChange(address, status, reason, as_of)]


def _assignee(conversation: Item) -> str | None:
    """The person it is assigned to; bots do not count."""
    meta = conversation.get("meta")
    if not isinstance(meta, Mapping) or str(meta.get("assignee_type", "")) == "AgentBot":
        return None
    person = meta.get("assignee")
    return _text(person, "name") or "una persona" if isinstance(person, Mapping) and person else None


def _echo(message: Item, conversation: Item) -> EchoMessage:
    sender = message.get("sender")
    return EchoMessage(
        external_id=str(_number(message, "id")),
        address=str(_number(conversation, "id")),
        text=_text(message, "content") or _without_words(message),
        author=_text(sender, "name") or None if isinstance(sender, Mapping) else None,
        sent_at=_moment(message.get("created_at")),
        raw=_without_secrets(message),
        attachments=[file for each in _list(message, "attachments") if (file := _file(each))],
        actor=Actor.DESK,
        is_unopened=conversation.get("status") == _PENDING,
    )


def _statuses(message: Item, delivery: Delivery, error: str | None = None) -> list[StatusUpdate]:
    """Chatwoot has a message of ours: news when the answer to its sending was lost."""
    our_id = own_id(message)
    return [StatusUpdate(str(_number(message, "id")), delivery, our_id, error)] if our_id else []


def own_id(message: Item) -> UUID | None:
    """Which of ours it is, by what we had Chatwoot keep with it."""
    attributes = message.get("content_attributes")
    places = (message, attributes if isinstance(attributes, Mapping) else {})
    for place in places:
        for name in (OWN_ID, "echo_id"):
            try:
                return UUID(_text(place, name))
            except ValueError:
                continue
    return None


def _file(attachment: Any) -> Attachment | None:
    if not isinstance(attachment, Mapping):
        return None
    kind = _FILES.get(_text(attachment, "file_type"))
    url = _text(attachment, "data_url")
    return Attachment(kind[0], url, _text(attachment, "content_type")) if kind and url else None


def _without_words(message: Item) -> str:
    return " ".join(_named(each) for each in _list(message, "attachments") if isinstance(each, Mapping))


def _named(attachment: Item) -> str:
    """What it is in words; of a place and of somebody's card, all that there is."""
    kind = _text(attachment, "file_type")
    if kind not in _SAID:
        return _FILES.get(kind, (None, "[archivo]"))[1]
    place = [str(attachment[name]) for name in ("coordinates_lat", "coordinates_long") if name in attachment]
    said = (_SAID[kind], _text(attachment, "fallback_title"), ", ".join(place))
    return " ".join(part for part in said if part)


def _quoted(message: Item) -> str | None:
    attributes = message.get("content_attributes")
    number = attributes.get("in_reply_to") if isinstance(attributes, Mapping) else None
    return str(number) if isinstance(number, int) else None


def _without_secrets(message: Item) -> Item:
    """`pubsub_token` lets anyone listen to the contact's conversation."""
    conversation = message.get("conversation")
    inbox = conversation.get("contact_inbox") if isinstance(conversation, Mapping) else None
    if not isinstance(conversation, Mapping) or not isinstance(inbox, Mapping):
        return message
    kept = {name: value for name, value in inbox.items() if name != "pubsub_token"}
    return {**message, "conversation": {**conversation, "contact_inbox": kept}}


def _moment(value: Any) -> datetime | None:
    """Webhooks write a time out, lists give the seconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 32_503_680_000:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(values: Item, name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadPayload(f"{name} is no number")
    return value


def _text(values: Item, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _list(values: Item, name: str) -> list[Any]:
    value = values.get(name)
    return value if isinstance(value, list) else []


def _object(value: Any) -> Item:
    if not isinstance(value, Mapping):
        raise BadPayload("an object is missing")
    return value
