"""The desk of one turn: what it has read, and what it proposes to change when it commits."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from agent.context import CartLine, Catalogue, OrderSummary, TurnContext
from agent.facts import Facts, Receipt, ReceiptKind
from agent.memory import Memory
from data.content import MessageContent
from data.repositories.items import CatalogueItem


@dataclass(frozen=True, slots=True)
class Refusal:
    """An expected no, as data: the brain words it. `available` comes with the codes about stock."""

    code: str
    message: str
    available: int | None = None


@dataclass(frozen=True, slots=True)
class CartView:
    """The cart as it would be if this turn committed now. `changed` are lines whose price moved since quoted."""

    lines: tuple[CartLine, ...]
    total: Decimal
    currency: str
    changed: tuple[CartLine, ...] = ()


@dataclass(slots=True)
class Workspace:
    """Tools read and write this and nothing else; `agent.turn` writes it all in one transaction."""

    context: TurnContext
    catalogue: Catalogue
    lines: dict[str, CartLine] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    receipts: list[Receipt] = field(default_factory=list)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    shown: list[CatalogueItem] = field(default_factory=list)
    new_summary: OrderSummary | None = None
    order: OrderSummary | None = None
    handoff_reason: str | None = None
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def open(cls, context: TurnContext, catalogue: Catalogue) -> "Workspace":
        """A fresh desk: the cart and memory as they were when the turn began."""
        workspace = cls(context, catalogue, memory=context.memory.model_copy(update={"just_ordered": False}))
        for line in context.cart:
            workspace.lines[line.item.sku] = line
            workspace.facts.add_line(line.item, line.quantity)
        return workspace

    def remember(self, **fields: Any) -> None:
        self.memory = self.memory.model_copy(update=fields)

    def note(self, kind: ReceiptKind, **fields: Any) -> Receipt:
        receipt = Receipt(kind, **fields)
        self.receipts.append(receipt)
        return receipt

    def has_receipt(self, kind: ReceiptKind) -> bool:
        return any(receipt.kind is kind for receipt in self.receipts)

    def view_cart(self) -> CartView:
        lines = tuple(self.lines.values())
        changed = tuple(line for line in lines if line.quoted_price != line.item.unit_price)
        view = CartView(lines, sum((line.subtotal for line in lines), Decimal(0)), self.context.store.currency, changed)
        for line in lines:
            self.facts.add_line(line.item, line.quantity)
            self.facts.amounts.add(line.quoted_price)
        self.facts.amounts.add(view.total)
        return view

    def put(self, item: CatalogueItem, quantity: int) -> None:
        """Set a line to exactly this quantity, at today's price; the line keeps its place."""
        old = self.lines.get(item.sku)
        line = CartLine(item, quantity, item.unit_price)
        self.lines[item.sku] = replace(old, item=item, quantity=quantity, quoted_price=item.unit_price) if old else line


@dataclass(frozen=True, slots=True)
class Draft:
    """What a brain would say."""

    replies: tuple[MessageContent, ...]
    prompt_fingerprint: str | None = None
    input_token_count: int | None = None
    output_token_count: int | None = None
