"""What the agent keeps of a conversation between turns: typed fields only, never free-text notes to itself."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Pending(BaseModel):
    """A question the agent asked and waits for: which of `skus` (if only one: whether to add it), how many of
    `skus[0]` (`quantity` is what was offered), or whether a person should answer. `replaces` is the SKU of the cart
    line that the answer takes the place of."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["which", "how_many", "empty_cart", "human"]
    skus: tuple[str, ...] = ()
    quantity: int | None = None
    replaces: str | None = None


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
    query: str | None = None
    """The last search, so that "¿y en negro?" and "más barato" can refine it."""
    summary_id: UUID | None = None
    """The summary now waiting for a yes."""
    order_reference: str | None = None
    lost_count: int = Field(default=0, ge=0)
    just_ordered: bool = False
    """The last turn placed an order: a second yes means that one."""
    has_greeted: bool = False
    last_reply: str = ""
