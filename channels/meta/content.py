"""What one message of the Cloud API says, whatever its type: its words, a tapped button, files, products picked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from channels.adapter import Attachment, OrderedProduct
from channels.errors import BadPayload
from data.content import MediaKind

Item = Mapping[str, Any]

UNREADABLE = "[mensaje]"
_FORM = "[formulario]"
_PICKED = "[pedido]"
_SKU_SHOWN = 40
_FILES = {
    "image": (MediaKind.IMAGE, "[imagen]"),
    "video": (MediaKind.VIDEO, "[video]"),
    "audio": (MediaKind.AUDIO, "[audio]"),
    "voice": (MediaKind.AUDIO, "[audio]"),
    "document": (MediaKind.DOCUMENT, "[archivo]"),
    "sticker": (MediaKind.STICKER, "[sticker]"),
}
_MOST_UNITS = 1_000_000
_MOST_DIGITS = 30
_MOST_FORM = 20_000


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    choice: str = ""
    attachments: tuple[Attachment, ...] = ()
    ordered: tuple[OrderedProduct, ...] = ()

    @classmethod
    def read(cls, kind: str, message: Item) -> "Content":
        """A kind that nobody knows yet is a message all the same: someone waits for an answer."""
        part = message.get(kind)
        if kind in _FILES:
            return _file(kind, an_object(part))
        if kind == "contacts" and isinstance(part, list):
            return cls(_people(part))
        if kind in _READERS:
            return _READERS[kind](an_object(part))
        return cls(UNREADABLE)


def text_of(item: Any, *names: str) -> str:
    """The first of these that is a text with something in it."""
    if not isinstance(item, Mapping):
        return ""
    return next((value for name in names if isinstance(value := item.get(name), str) and value), "")


def an_object(value: Any) -> Item:
    """Raises BadPayload."""
    if not isinstance(value, Mapping):
        raise BadPayload("an object is missing")
    return value


def objects(value: Any) -> list[Item]:
    """Those of a list that are objects; none where there is no list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _file(kind: str, part: Item) -> Content:
    """One that Meta itself could not fetch has no id: that it was sent is known all the same."""
    media_kind, placeholder = _FILES[kind]
    reference = text_of(part, "id")
    file = Attachment(media_kind, reference, text_of(part, "mime_type"), text_of(part, "filename"))
    return Content(text_of(part, "caption") or placeholder, attachments=(file,) if reference else ())


def _words(part: Item) -> Content:
    return Content(text_of(part, "body"))


def _place(part: Item) -> Content:
    latitude, longitude = part.get("latitude"), part.get("longitude")
    name = ", ".join(text for text in (text_of(part, "name"), text_of(part, "address")) if text)
    return Content(f"[ubicación] {name} ({latitude}, {longitude})" if name else f"[ubicación] {latitude}, {longitude}")


def _people(cards: list[Any]) -> str:
    said = []
    for card in objects(cards):
        words = [text_of(card.get("name"), "formatted_name", "first_name")]
        words += [text_of(phone, "phone") for phone in objects(card.get("phones"))]
        said.append(" ".join(word for word in words if word))
    return f"[contacto] {'; '.join(said)}".strip()


def _tap(part: Item) -> Content:
    """A reply button, a row of a list, or a form (WhatsApp Flows) that was filled in."""
    for name in ("button_reply", "list_reply"):
        reply = part.get(name)
        if isinstance(reply, Mapping):
            return Content(text_of(reply, "title", "id"), text_of(reply, "id"))
    form = part.get("nfm_reply")
    return Content(_form(form) if isinstance(form, Mapping) else UNREADABLE)


def _form(form: Item) -> str:
    """What was answered, by the names that its maker gave the fields; the token is between Meta and that maker."""
    try:
        answers = json.loads(text_of(form, "response_json")[:_MOST_FORM])
    except (ValueError, RecursionError):
        answers = None
    fields = answers.items() if isinstance(answers, Mapping) else ()
    said = [
        f"{name}: {value}" for name, value in fields if name != "flow_token" and isinstance(value, str | int | float)
    ]
    return f"{_FORM} {'; '.join(said)}".strip()


def _template_button(part: Item) -> Content:
    return Content(text_of(part, "text"), text_of(part, "payload"))


def _order(part: Item) -> Content:
    """A product that cannot be read leaves the others as they are. What was picked is said too, after the shopper's
    own words, for the people who read along."""
    ordered = tuple(found for item in objects(part.get("product_items")) if (found := _product(item)) is not None)
    picked = ", ".join(f"{product.quantity} × {product.sku[:_SKU_SHOWN]}" for product in ordered)
    said = (text_of(part, "text").strip(), f"{_PICKED} {picked}" if picked else "")
    return Content("\n".join(text for text in said if text) or UNREADABLE, ordered=ordered)


def _product(item: Item) -> OrderedProduct | None:
    sku, quantity = text_of(item, "product_retailer_id"), _whole(item.get("quantity"))
    if not sku or quantity < 1:
        return None
    price = _amount(item.get("item_price"))
    return OrderedProduct(sku, min(quantity, _MOST_UNITS), price, text_of(item, "currency") if price else "")


def _whole(value: Any) -> int:
    """0 for what is no count."""
    amount = _amount(value)
    return int(amount) if amount is not None and amount == amount.to_integral_value() else 0


def _amount(value: Any) -> Decimal | None:
    """A positive number, as one or as a text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value)[:_MOST_DIGITS])
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < Decimal(10) ** 12 else None


_READERS: dict[str, Callable[[Item], Content]] = {
    "text": _words,
    "location": _place,
    "interactive": _tap,
    "button": _template_button,
    "order": _order,
}
