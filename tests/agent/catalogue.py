"""A small shop in memory: the agent's catalogue without a database, and the turns that are played in it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from uuid import uuid4

from agent.context import (
    CartLine,
    Catalogue,
    InboundText,
    OrderSummary,
    StoreProfile,
    TurnContext,
    Utterance,
)
from agent.memory import Memory
from agent.workspace import Workspace
from data.repositories.items import CatalogueItem

_ids = count(1)


def item(
    sku: str,
    name: str,
    price: str | int,
    available: int | None = 10,
    *,
    options: Mapping[str, str] | None = None,
    unit: str | None = None,
    brand: str | None = None,
    description: str | None = None,
) -> CatalogueItem:
    return CatalogueItem(
        variant_id=uuid4(),
        product_id=uuid4(),
        search_id=next(_ids),
        sku=sku,
        name=name,
        brand=brand,
        category=None,
        description=description,
        options=options or {},
        unit=unit,
        unit_price=Decimal(price),
        currency="CLP",
        available=available,
    )


class ListCatalogue:
    """Finds an item when all words of the query begin a word of it."""

    def __init__(self, items: Sequence[CatalogueItem]) -> None:
        self._items = {one.sku.casefold(): one for one in items}

    async def search(self, query: str, limit: int) -> Sequence[CatalogueItem]:
        wanted = _words(query)
        return [
            one
            for one in self._items.values()
            if wanted and all(any(word.startswith(want) for word in _words(_text(one))) for want in wanted)
        ][:limit]

    async def similar(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        """Those that share the first word of its name."""
        one = self._items.get(sku.casefold())
        kind = _words(one.name)[:1] if one else None
        return [other for other in self._items.values() if other is not one and _words(other.name)[:1] == kind][:limit]

    async def bought_with(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        return []

    async def by_skus(self, skus: Sequence[str]) -> dict[str, CatalogueItem]:
        found = (self._items.get(sku.casefold()) for sku in skus)
        return {one.sku: one for one in found if one is not None}


def _text(one: CatalogueItem) -> str:
    return " ".join([one.sku, one.name, one.brand or "", *one.options.values()])


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return [re.sub(r"(es|s)$", "", word) for word in re.findall(r"\w+", plain)]


HAMMER = item("MAR-016", "Martillo carpintero 16 oz", 12990, 3, brand="Redline")
DRILL = item("TAL-500", "Taladro percutor 500W", 45990, 2)
CABLE = item("CAB-25", "Cable eléctrico 2,5 mm", 990, None, unit="metro")
SOLD_OUT = item("SIE-001", "Sierra circular", 59990, 0)
BLACK_SHIRT = item("POL-N-M", "Polera básica", 7990, 5, options={"color": "negro", "talla": "M"})
WHITE_SHIRT = item("POL-B-42", "Polera básica", 8990, 5, options={"color": "blanco", "talla": "42"})
SHOP = (HAMMER, DRILL, CABLE, SOLD_OUT, BLACK_SHIRT, WHITE_SHIRT)


def turn(
    *texts: str,
    cart: Sequence[tuple[CatalogueItem, int]] = (),
    history: Sequence[Utterance] = (),
    memory: Memory | None = None,
    summary: OrderSummary | None = None,
    store: StoreProfile | None = None,
    catalogue: Catalogue | None = None,
) -> Workspace:
    """A fresh workspace for a shopper who wrote `texts`."""
    lines = tuple(CartLine(one, quantity, one.unit_price) for one, quantity in cart)
    context = TurnContext(
        tenant_id=uuid4(),
        conversation_id=uuid4(),
        contact_id=uuid4(),
        contact_name=None,
        store=store or StoreProfile("Ferretería El Clavo"),
        messages=tuple(InboundText(text) for text in texts or ("hola",)),
        history=tuple(history),
        memory=memory or Memory(),
        cart=lines,
        summary=summary,
        now=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
    )
    return Workspace.open(context, catalogue or ListCatalogue(SHOP))
