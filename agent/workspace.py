"""The desk of one turn: what it has read, and what it proposes to change when it commits."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from agent.context import (
    CartLine,
    Catalogue,
    Knowledge,
    NothingKnown,
    OrderSummary,
    PlacedOrder,
    Prices,
    TurnContext,
    Workflows,
)
from agent.facts import Facts, Receipt, ReceiptKind
from agent.memory import Memory
from data.content import MessageContent
from data.repositories.items import CatalogueItem
from data.states import LeadKind, Sender


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


@dataclass(frozen=True, slots=True)
class Wait:
    """A place on the waitlist: for a variant, or for words of what is not sold."""

    wanted: str
    quantity: int = 1
    variant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LeadWish:
    """A wish to be contacted; `moment` is when, in the shopper's words."""

    kind: LeadKind
    phone: str = ""
    email: str = ""
    moment: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShopQuestion:
    """A question about the shop that no knowledge entry answered."""

    text: str
    topic: str = ""


@dataclass(slots=True)
class Workspace:
    """Tools read and write this and nothing else; `agent.turn` writes it all in one transaction."""

    context: TurnContext
    catalogue: Catalogue
    knowledge: Knowledge = field(default_factory=NothingKnown)
    lines: dict[str, CartLine] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    receipts: list[Receipt] = field(default_factory=list)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    model_calls: list[dict[str, Any]] = field(default_factory=list)
    shown: list[CatalogueItem] = field(default_factory=list)
    new_summary: OrderSummary | None = None
    order: OrderSummary | None = None
    question: str = ""
    """What code has to ask in this turn's reply, word for word."""
    told_orders: dict[str, PlacedOrder] = field(default_factory=dict)
    cancelled: PlacedOrder | None = None
    waits: list[Wait] = field(default_factory=list)
    lead: LeadWish | None = None
    handoff_reason: str | None = None
    unanswered: list[ShopQuestion] = field(default_factory=list)
    # What the shopper is told of their cart before the answer: see agent.cart_news.
    news: list[str] = field(default_factory=list)
    workflows: Workflows | None = None
    prices: Prices | None = None
    workflow_starts: int = 0
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def open(
        cls,
        context: TurnContext,
        catalogue: Catalogue,
        knowledge: Knowledge | None = None,
        workflows: Workflows | None = None,
        prices: Prices | None = None,
    ) -> "Workspace":
        """A fresh desk: the cart and memory as they were when the turn began."""
        memory = context.memory.model_copy(update={"just_ordered": False})
        workspace = cls(context, catalogue, knowledge or NothingKnown(), memory=memory, workflows=workflows)
        workspace.prices = prices
        for line in context.cart:
            workspace.lines[line.item.sku] = line
            workspace.facts.add_line(line.item, line.quantity)
        return workspace

    def afresh(self) -> "Workspace":
        """The desk as this turn found it."""
        return Workspace.open(self.context, self.catalogue, self.knowledge, self.workflows, self.prices)

    def remember(self, **fields: Any) -> None:
        self.memory = self.memory.model_copy(update=fields)

    def said_by_contact(self) -> str:
        """All that the shopper wrote, as far as the turn knows."""
        earlier = [one.text for one in self.context.history if one.sender is Sender.CONTACT]
        return "\n".join([*earlier, self.context.text])

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
