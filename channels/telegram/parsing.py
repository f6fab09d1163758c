"""What Telegram posts, read: one update, with a message or a tapped button.

Facts: https://core.telegram.org/bots/api#update.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from channels.adapter import Attachment, InboundMessage, Parsed, Quarantined
from channels.errors import BadPayload
from data.content import MediaKind

# Where a message has its file, and what stands for one without words.
_FILES: Sequence[tuple[str, MediaKind, str]] = (
    ("photo", MediaKind.IMAGE, "[imagen]"),
    ("voice", MediaKind.AUDIO, "[audio]"),
    ("audio", MediaKind.AUDIO, "[audio]"),
    ("video", MediaKind.VIDEO, "[video]"),
    ("video_note", MediaKind.VIDEO, "[video]"),
    ("animation", MediaKind.VIDEO, "[video]"),
    ("sticker", MediaKind.STICKER, "[sticker]"),
    ("document", MediaKind.DOCUMENT, "[archivo]"),
)
# What a shopper says without words, and where its own words are.
_WORDLESS: Sequence[tuple[str, str, str]] = (
    ("dice", "emoji", ""),
    ("poll", "question", "[encuesta]"),
    ("checklist", "title", "[lista]"),
    ("story", "", "[historia]"),
    ("game", "title", "[juego]"),
    ("paid_media", "", "[mensaje]"),
    ("invoice", "title", "[mensaje]"),
)
_SAID = {"text", "location", "venue", "contact", *(name for name, *_ in (*_FILES, *_WORDLESS))}
# A button says only that a conversation begins.
_GREETING = "Hola"
_LATEST = 32_503_680_000  # the year 3000


def read_update(update: Mapping[str, Any]) -> Parsed:
    """Updates of groups, of other bots and of kinds nobody asked for bring nothing, as what Telegram tells of the
    chat itself (a message was pinned, writing was allowed). Raises BadPayload."""
    if not isinstance(update.get("update_id"), int):
        raise BadPayload("the update has no id")
    try:
        if "message" in update:
            return _read_message(_object(update["message"]))
        if "callback_query" in update:
            return _read_tap(_object(update["callback_query"]))
    except (BadPayload, ValueError) as error:
        return Parsed(quarantined=[Quarantined(str(error), dict(update))])
    return Parsed()


def _read_message(message: Mapping[str, Any]) -> Parsed:
    chat, sender = _object(message.get("chat")), _object(message.get("from") or {})
    if chat.get("type") != "private" or sender.get("is_bot"):
        return Parsed()
    chat_id = _number(chat, "id")
    message_id = _number(message, "message_id")
    found = _attachment(message)
    text = _text(message, found[1] if found else _wordless(message))
    if not text:
        if message.keys() & _SAID:
            raise BadPayload("what the message says cannot be read")
        return Parsed()
    return Parsed(
        messages=[
            InboundMessage(
                external_id=message_key(chat_id, message_id),
                address=str(chat_id),
                text=text,
                contact_name=_name(sender),
                sent_at=_moment(message),
                attachments=(found[0],) if found else (),
                quoted_external_id=_quoted(chat_id, message),
                raw=message,
            )
        ]
    )


def _read_tap(tap: Mapping[str, Any]) -> Parsed:
    """A tapped button comes with the message it was under; it has no time of its own."""
    message = _object(tap.get("message"))
    chat = _object(message.get("chat"))
    choice = _text_of(tap, "data")
    if chat.get("type") != "private" or not choice:
        return Parsed()
    chat_id = _number(chat, "id")
    key = _text_of(tap, "id")
    if not key:
        raise BadPayload("the tap has no id")
    return Parsed(
        messages=[
            InboundMessage(
                external_id=f"tap:{key}",
                address=str(chat_id),
                text=_title_of(message, choice),
                contact_name=_name(_object(tap.get("from") or {})),
                choice=choice,
                quoted_external_id=message_key(chat_id, _number(message, "message_id")),
                raw=tap,
            )
        ]
    )


def message_key(chat_id: int | str, message_id: int) -> str:
    """Telegram counts messages within each chat."""
    return f"{chat_id}:{message_id}"


def _text(message: Mapping[str, Any], placeholder: str) -> str:
    words = _text_of(message, "text") or _text_of(message, "caption")
    if words.split("@")[0].split(" ")[0] == "/start":
        return _GREETING
    return words or _place(message) or _contact(message) or placeholder


def _place(message: Mapping[str, Any]) -> str:
    venue = _object(message.get("venue") or {})
    location = _object(venue.get("location") or message.get("location") or {})
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return ""
    name = ", ".join(text for text in (_text_of(venue, "title"), _text_of(venue, "address")) if text)
    return f"[ubicación] {name} ({latitude}, {longitude})" if name else f"[ubicación] {latitude}, {longitude}"


def _contact(message: Mapping[str, Any]) -> str:
    card = _object(message.get("contact") or {})
    said = " ".join(text for text in (_name(card), _text_of(card, "phone_number")) if text)
    return f"[contacto] {said}" if said else ""


def _attachment(message: Mapping[str, Any]) -> tuple[Attachment, str] | None:
    for name, kind, placeholder in _FILES:
        found = message.get(name)
        if isinstance(found, list):  # one photo in several sizes, the largest last
            found = found[-1] if found else None
        if isinstance(found, Mapping) and (reference := _text_of(found, "file_id")):
            kept = Attachment(kind, reference, _text_of(found, "mime_type"), _text_of(found, "file_name"))
            return kept, f"{placeholder} {_text_of(found, 'emoji')}".strip() if name == "sticker" else placeholder
    return None


def _wordless(message: Mapping[str, Any]) -> str:
    for name, words, placeholder in _WORDLESS:
        if isinstance(said := message.get(name), Mapping):
            return f"{placeholder} {_text_of(said, words)}".strip()
    return ""


def _quoted(chat_id: int, message: Mapping[str, Any]) -> str | None:
    quoted = message.get("reply_to_message")
    if not isinstance(quoted, Mapping) or not isinstance(quoted.get("message_id"), int):
        return None
    return message_key(chat_id, quoted["message_id"])


def _title_of(message: Mapping[str, Any], choice: str) -> str:
    """What the tapped button said; its id where the keyboard is not there any more."""
    rows = _object(message.get("reply_markup") or {}).get("inline_keyboard")
    buttons = [button for row in rows if isinstance(row, list) for button in row] if isinstance(rows, list) else []
    titles = (
        _text_of(button, "text")
        for button in buttons
        if isinstance(button, Mapping) and button.get("callback_data") == choice
    )
    return next(titles, "") or choice


def _name(person: Mapping[str, Any]) -> str | None:
    full = " ".join(text for text in (_text_of(person, "first_name"), _text_of(person, "last_name")) if text)
    return full or _text_of(person, "username") or None


def _moment(message: Mapping[str, Any]) -> datetime | None:
    seconds = message.get("date")
    is_time = isinstance(seconds, int) and 0 < seconds < _LATEST
    return datetime.fromtimestamp(seconds, UTC) if is_time else None  # type: ignore[arg-type]  # seen to be a number


def _text_of(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _number(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadPayload(f"{name} is no number")
    return value


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadPayload("an object is missing")
    return value
