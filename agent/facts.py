"""The true things a turn has read: what a reply may say, and the receipts for what was done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from data.repositories.items import CatalogueItem


class ReceiptKind(StrEnum):
    CART_CHANGED = "cart_changed"
    SUMMARY_SHOWN = "summary_shown"
    ORDER_PLACED = "order_placed"
    HANDOFF_OPENED = "handoff_opened"
    QUESTION_KEPT = "question_kept"
    ORDER_CANCELLED = "order_cancelled"
    WAITLIST_JOINED = "waitlist_joined"
    LEAD_RECORDED = "lead_recorded"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A tool's record that an action really is part of this turn."""

    kind: ReceiptKind
    sku: str | None = None
    quantity: int | None = None
    reference: str | None = None


@dataclass(slots=True)
class Facts:
    """Amounts of money, whole counts (stock, quantities) and texts with digits of their own (names, SKUs,
    references) that tools returned in this turn. `names` are those of products; `cited` are the shop's own answers,
    each with its question."""

    amounts: set[Decimal] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    cited: dict[str, str] = field(default_factory=dict)

    def add_item(self, item: CatalogueItem) -> None:
        self.amounts.add(item.unit_price)
        if item.available is not None:
            self.counts.add(item.available)
        self.names |= {item.name, item.title}
        self.add_texts([item.sku, item.name, item.title, item.brand, item.unit, *item.options.values()])

    def add_line(self, item: CatalogueItem, quantity: int) -> None:
        self.add_item(item)
        self.counts.add(quantity)
        self.amounts.add(item.unit_price * quantity)

    def add_texts(self, texts: Iterable[str | None]) -> None:
        self.texts.update(text for text in texts if text)

    def cite(self, question: str, answer: str) -> None:
        """The shop's own answer to a question: what it says may be said."""
        self.cited[answer] = question
