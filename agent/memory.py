"""What the agent keeps of a conversation between turns: typed fields only, never free-text notes to itself."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from agent.order_data import OrderData, OrderField


class Pending(BaseModel):
    """A question the agent asked and waits for: which of `skus` (if only one: whether to add it), how many of
    `skus[0]` (`quantity` is what was offered), whether a person should answer, whether to cancel the order
    `reference`, whether to tell when `skus[0]` is back, or how to reach who wants to be contacted. `amount` is
    what was said where it is not as many of each of them ("2 kg"). `replaces` is the
    SKU of the cart line that the answer takes the place of."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["which", "how_many", "empty_cart", "human", "cancel_order", "waitlist", "lead"]
    skus: tuple[str, ...] = ()
    quantity: int | None = None
    amount: str = ""
    replaces: str | None = None
    reference: str | None = None


class Absent(BaseModel):
    """What there was none of, and whoever says "avísame" waits for: a SKU, or the words for what is not sold."""

    model_config = ConfigDict(frozen=True)

    sku: str | None = None
    wanted: str = Field(default="", max_length=200)
    quantity: int = Field(default=1, ge=1)


class Memory(BaseModel):
    """Stored as JSON on the conversation; unknown fields of an older or newer version are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shown: tuple[str, ...] = ()
    """SKUs last shown, in the order the shopper saw them: what "el segundo" counts in."""
    focus: str | None = None
    """The SKU last talked about: what "ese" and "ponle 3" mean."""
    pending: Pending | None = None
    waiting: tuple[str, ...] = ()
    """Wants of the same message still to be asked about, in the shopper's words: "2 cable"."""
    just_added: tuple[str, ...] = ()
    """SKUs the last turn put in the cart, one of each: "2 de esas" are then two, not three."""
    recent: tuple[str, ...] = ()
    """SKUs shown alone since the cart last grew, the newest last: "las dos cosas"."""
    query: str | None = None
    """The last search, so that "¿y en negro?" and "más barato" can refine it."""
    summary_id: UUID | None = None
    """The summary now waiting for a yes."""
    last_summary_id: UUID | None = None
    """The summary shown last, to say what a new one changes."""
    order_data: OrderData = OrderData()
    """What was said for the order being made."""
    asked: OrderField | None = None
    """The data of the order that the last reply asked for."""
    offered_last_place: bool = False
    """That reply asked whether it goes where the last order went."""
    declined_last_place: bool = False
    absent: Absent | None = None
    shop_topic: str = Field(default="", max_length=100)
    """The topic of the shop's own affairs asked about last, and its sides: "despacho:costo"."""
    order_reference: str | None = None
    lost_count: int = Field(default=0, ge=0)
    just_ordered: bool = False
    """The last turn placed an order: a second yes means that one."""
    has_greeted: bool = False
    last_reply: str = ""
