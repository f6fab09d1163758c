"""What an outbound message carries besides its text: the shape of `messages.payload`, which the agent writes
and the channels render."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer the shopper can tap. `id` comes back as the message's payload, `title` as its text."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Card:
    """One product as shown: `price` and `stock` are already worded for the shopper."""

    sku: str
    title: str
    price: str
    stock: str
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class MessageContent:
    """A message to a shopper. `text` alone says everything; choices and cards only make it nicer."""

    text: str
    choices: tuple[Choice, ...] = field(default=())
    cards: tuple[Card, ...] = field(default=())

    def payload(self) -> dict[str, Any]:
        return {
            "choices": [asdict(choice) for choice in self.choices],
            "cards": [asdict(card) for card in self.cards],
        }

    @classmethod
    def from_row(cls, text: str, payload: dict[str, Any]) -> "MessageContent":
        return cls(
            text,
            tuple(Choice(**choice) for choice in payload.get("choices", [])),
            tuple(Card(**card) for card in payload.get("cards", [])),
        )
