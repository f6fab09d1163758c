"""All that one turn knows before it thinks: read in one short transaction, then never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from agent.memory import Memory
from agent.order_data import NO_DATA, NO_SETTINGS, OrderData, OrderSettings
from data.models.base import Json
from data.repositories.items import CatalogueItem
from data.states import OrderStatus, RunStatus, Sender


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """The tenant as its shoppers know it; tone and instructions are the owner's own words."""

    name: str
    currency: str = "CLP"
    timezone: str = "America/Santiago"
    tone: str = "cercano"
    instructions: str = ""
    rut: str = ""
    prompts: tuple[tuple[str, str], ...] = ()
    """The parts of a model's prompt that the shop wrote itself, by name."""


@dataclass(frozen=True, slots=True)
class OrderedItem:
    """A product picked in the channel's own catalogue, and what it cost there."""

    sku: str
    quantity: int
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class InboundText:
    """One unanswered message. `choice` is the id of the button that was tapped, if one was; `quoted` what the message
    it answers said, `ordered` what was picked in the channel's catalogue."""

    text: str
    choice: str | None = None
    quoted: str = ""
    ordered: tuple[OrderedItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Utterance:
    sender: Sender
    text: str


@dataclass(frozen=True, slots=True)
class CartLine:
    """`quoted_price` is what the shopper last saw; `item.unit_price` is what it costs now."""

    item: CatalogueItem
    quantity: int
    quoted_price: Decimal

    @property
    def subtotal(self) -> Decimal:
        return self.item.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """`list_price` is the catalogue's, where the shop's own system makes this shopper another."""

    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    list_price: Decimal | None = None

    @property
    def listed(self) -> Decimal:
        return self.unit_price if self.list_price is None else self.list_price


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """Exactly what the shopper was shown; a yes is to this hash and to no other."""

    id: UUID
    hash: str
    lines: tuple[SummaryLine, ...]
    total: Decimal
    currency: str
    text: str
    expires_at: datetime
    data: OrderData = NO_DATA
    dispatch_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order of this contact, as its rows say now; `external` is what the shop's own system adds."""

    id: UUID
    reference: str
    status: OrderStatus
    lines: tuple[SummaryLine, ...]
    total: Decimal
    currency: str
    placed_at: datetime
    data: OrderData = NO_DATA
    dispatch_cost: Decimal | None = None
    expires_at: datetime | None = None
    external: Json | None = None


@dataclass(frozen=True, slots=True)
class OfferedWorkflow:
    """A workflow of the shop's own that a conversation may start, as its owner described it."""

    id: UUID
    name: str
    description: str
    input_schema: Json
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkflowAnswer:
    """`reply` is what it said at once, cleaned; WAITING or PENDING: it may say something later."""

    status: RunStatus
    reply: str = ""


class Workflows(Protocol):
    """Starting the shop's own workflows in a turn."""

    async def start(self, workflow_id: UUID, values: Mapping[str, Any]) -> WorkflowAnswer:
        """The same wish in the same turn is one start."""
        ...


@dataclass(frozen=True, slots=True)
class TurnContext:
    """`messages` is the burst to answer, oldest first; `history` what was said before it. `summary` waits for a yes;
    `last_summary` is the one shown last, whatever was said since. `orders` are the contact's, newest first;
    `known_data` is what the last of them was made with. `gone` were in the cart, and are not sold any more."""

    tenant_id: UUID
    conversation_id: UUID
    contact_id: UUID
    contact_name: str | None
    store: StoreProfile
    messages: tuple[InboundText, ...]
    history: tuple[Utterance, ...]
    memory: Memory
    cart: tuple[CartLine, ...]
    summary: OrderSummary | None
    now: datetime
    gone: tuple[CartLine, ...] = ()
    address: str = ""
    order_settings: OrderSettings = NO_SETTINGS
    known_data: OrderData = NO_DATA
    last_summary: OrderSummary | None = None
    orders: tuple[PlacedOrder, ...] = ()
    workflows: tuple[OfferedWorkflow, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.messages)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model a tenant uses, as its rows say now: `setting` "" is the installation's. `off` says why none may be
    asked: "switched_off", or "budget"."""

    setting: str = ""
    base_url: str | None = None
    sealed_key: bytes | None = None
    off: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A turn's context, and which inbound messages it answers."""

    context: TurnContext
    first_position: int
    last_position: int
    model: ModelChoice = ModelChoice()


@dataclass(frozen=True, slots=True)
class ShopAnswer:
    """A knowledge entry that answers a question: the owner's words, cleaned."""

    id: UUID
    topic: str
    question: str
    answer: str
    score: float


class Knowledge(Protocol):
    """What the shop has told of itself: hours, address, dispatch, payment, whatever its owner added."""

    async def search(self, question: str, limit: int) -> Sequence[ShopAnswer]:
        """Those that answer it, best first; none when the shop has not told."""
        ...


class Prices(Protocol):
    """What a cart costs, where that is not its products' own prices."""

    async def quote(self, context: TurnContext, lines: Sequence[CartLine], data: OrderData) -> Mapping[str, Decimal]:
        """By SKU, what one unit of so many costs this shopper; only where it is another price than the catalogue's.
        Nothing where whoever knows cannot be asked in time."""
        ...


class NothingKnown:
    """The knowledge of a shop that has told nothing."""

    async def search(self, question: str, limit: int) -> Sequence[ShopAnswer]:
        return ()


class Catalogue(Protocol):
    """How a turn finds things; price and stock are read from their rows at each call."""

    async def search(self, query: str, limit: int) -> Sequence[CatalogueItem]:
        """Relevant items only, best first; nothing relevant is an empty list."""
        ...

    async def similar(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        """Others most like it, sold out or not; none for an unknown SKU."""
        ...

    async def bought_with(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        """What was most often ordered together with it; none while there is no history."""
        ...

    async def by_skus(self, skus: Sequence[str]) -> dict[str, CatalogueItem]:
        """Keyed by the SKU as the catalogue writes it; unknown and archived ones are left out.
        SKUs are compared whatever their case."""
        ...
