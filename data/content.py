"""What an outbound message carries besides its text: the shape of `messages.payload`, which the agent writes
and the channels render."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer the shopper can tap. `id` comes back as the message's payload, `title` as its text;
    `description` is shown where a channel has lists."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One product as shown: `price` and `stock` are already worded for the shopper."""

    sku: str
    title: str
    price: str
    stock: str
    image_url: str | None = None


class MediaKind(StrEnum):
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class Media:
    """A file by its public address."""

    kind: MediaKind
    url: str
    caption: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A text the provider has approved: all that may be said outside the service window.

    `name` is what the provider calls it (Twilio: ContentSid); `variables` are in its own order.
    """

    name: str
    language: str = "es"
    variables: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class MessageContent:
    """A message to a shopper. `text` alone says everything; the rest only makes it nicer.

    With a `template` the provider words it, and `text` is what people here read. `purpose` says what a message is
    for that the store begins by itself ("order_update"), "" an answer. `is_verbatim`: a person wrote the text, whose
    *marks* are meant.
    """

    text: str
    choices: tuple[Choice, ...] = field(default=())
    cards: tuple[Card, ...] = field(default=())
    media: tuple[Media, ...] = field(default=())
    template: Template | None = None
    purpose: str = ""
    is_verbatim: bool = False

    def payload(self) -> dict[str, Any]:
        """What the row keeps beside the text; empty parts are left out."""
        payload: dict[str, Any] = {
            "choices": [_filled(choice) for choice in self.choices],
            "cards": [asdict(card) for card in self.cards],
        }
        if self.media:
            payload["media"] = [asdict(media) for media in self.media]
        if self.template:
            payload["template"] = asdict(self.template)
        if self.purpose:
            payload["purpose"] = self.purpose
        if self.is_verbatim:
            payload["is_verbatim"] = True
        return payload

    @classmethod
    def from_row(cls, text: str, payload: dict[str, Any]) -> "MessageContent":
        return cls(
            text,
            tuple(Choice(**choice) for choice in payload.get("choices", [])),
            tuple(Card(**card) for card in payload.get("cards", [])),
            tuple(Media(**media | {"kind": MediaKind(media["kind"])}) for media in payload.get("media", [])),
            _template(payload.get("template")),
            payload.get("purpose", ""),
            payload.get("is_verbatim", False),
        )


def _filled(choice: Choice) -> dict[str, str]:
    return {name: value for name, value in asdict(choice).items() if value or name != "description"}


def _template(row: dict[str, Any] | None) -> Template | None:
    return Template(row["name"], row["language"], tuple(row["variables"])) if row else None
