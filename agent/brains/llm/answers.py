"""What a model is told back: allow-listed fields only, with money already written out."""

from dataclasses import dataclass, field
from typing import Any

from agent.context import PlacedOrder
from agent.tools.orders import external_words
from agent.untrusted import clean
from agent.workspace import CartView, Refusal, Workspace
from data.money import spoken
from data.repositories.items import CatalogueItem

_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """`outcome` is kept with the call: "ok" or the code of what went wrong."""

    outcome: str
    data: dict[str, Any]


@dataclass(slots=True)
class Seen:
    """The turn's workspace, and the items the model has been told of in it, by folded SKU."""

    workspace: Workspace
    items: dict[str, CatalogueItem] = field(default_factory=dict)

    def add(self, *items: CatalogueItem) -> None:
        for item in items:
            self.items[item.sku.casefold()] = item

    def find(self, sku: str) -> CatalogueItem | None:
        return self.items.get(sku.casefold()) or next(
            (line.item for key, line in self.workspace.lines.items() if key.casefold() == sku.casefold()), None
        )


def as_item(item: CatalogueItem) -> dict[str, Any]:
    """`stock` null: the store does not count it."""
    return {
        "sku": item.sku,
        "name": clean(item.title, _NAME_CHARACTERS),
        "price": spoken(item.unit_price, item.currency),
        "stock": item.available,
        "options": {clean(name, 50): clean(value, 50) for name, value in item.options.items()},
        "unit": clean(item.unit, 50) if item.unit else None,
    }


def as_cart(view: CartView) -> Answer:
    lines = [
        {
            "sku": line.item.sku,
            "name": clean(line.item.title, _NAME_CHARACTERS),
            "quantity": line.quantity,
            "price": spoken(line.item.unit_price, view.currency),
            "subtotal": spoken(line.subtotal, view.currency),
        }
        for line in view.lines
    ]
    return Answer("ok", {"lines": lines, "total": spoken(view.total, view.currency)})


def as_refusal(refusal: Refusal) -> Answer:
    data = {"refused": refusal.code, "message": clean(refusal.message, _NAME_CHARACTERS * 2)}
    return Answer(refusal.code, data | ({"available": refusal.available} if refusal.available is not None else {}))


def as_order(order: PlacedOrder) -> dict[str, Any]:
    """An order of this contact as its rows say."""
    return {
        "reference": order.reference,
        "status": order.status.value,
        "lines": [{"name": clean(line.name, _NAME_CHARACTERS), "quantity": line.quantity} for line in order.lines],
        "total": spoken(order.total, order.currency),
        "external": {name: clean(value, _NAME_CHARACTERS) for name, value in external_words(order).items() if value},
    }
