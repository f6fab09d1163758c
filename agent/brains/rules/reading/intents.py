"""What a shopper may mean."""

from dataclasses import dataclass, field
from enum import StrEnum

from agent.brains.rules.reading.quantities import Quantity
from agent.brains.rules.reading.references import Reference
from data.search.filters import NO_FILTERS, Filters


class Kind(StrEnum):
    GREET = "greet"
    HOW_ARE_YOU = "how_are_you"
    THANK = "thank"
    BYE = "bye"
    LAUGH = "laugh"
    JOKE = "joke"
    INSULT = "insult"
    BOT = "bot"
    HUMAN = "human"
    HELP = "help"
    ATTACHMENT = "attachment"  # a photo or an audio without words
    SHOP = "shop"  # a question about the shop itself; `words` is the topic
    CATALOGUE = "catalogue"  # "¿qué venden?"
    MORE = "more"  # more of what was shown
    SIMILAR = "similar"  # something like what was talked about
    OPTIONS = "options"  # which sizes or colours there are; `option` is what they are called
    TOTAL = "total"  # "¿cuánto es?"
    ADVICE = "advice"  # "¿cuál me recomiendas?"
    ASIDE = "aside"  # for whom it is, who is writing: nothing to be done
    LATER = "later"  # never mind, or another day
    LOOKING = "looking"  # only looking
    DEAR = "dear"  # "está caro"
    SHOW = "show"  # look for something
    PRICE = "price"
    STOCK = "stock"
    BUY = "buy"
    ADD_MORE = "add_more"  # so many more of something in the cart
    SET = "set"  # exactly so many
    SCALE = "scale"  # "el doble": `quantity` times what is there
    REMOVE = "remove"
    KEEP = "keep"  # nothing else than this
    REPLACE = "replace"  # `words` out, `other` in
    EMPTY = "empty"
    CART = "cart"
    REPEAT = "repeat"  # an earlier order, once more
    CANCEL = "cancel"  # an order, not the cart
    ELSE = "else"  # "otra cosa"
    CHECKOUT = "checkout"
    STATUS = "status"
    NOTIFY = "notify"  # "avísame cuando llegue"
    YES = "yes"
    NO = "no"
    MENTION = "mention"  # words without a verb: a choice, a refinement, or something to look for


@dataclass(frozen=True, slots=True)
class Intent:
    """`words` are what it is about without quantity, filters and reference; `is_definite`: said with "el" or "la";
    `joins_previous`: only an "y" stands between it and the one before, which may be one name ("sal y pimienta");
    `is_verbless`: no verb of its own says what is wanted;
    `asked` is the whole piece it was read from."""

    kind: Kind
    words: str = ""
    quantity: Quantity | None = None
    filters: Filters = NO_FILTERS
    reference: Reference | None = None
    is_definite: bool = False
    is_question: bool = False
    is_correction: bool = False
    is_verbless: bool = False
    other: "Intent | None" = None
    joins_previous: bool = False
    sku: str | None = None
    option: str = ""
    asked: str = field(default="", compare=False)

    @property
    def count(self) -> int | None:
        return self.quantity.whole if self.quantity and self.quantity.unit is None else None

    @property
    def is_empty(self) -> bool:
        """Nothing is said about which product."""
        return not (self.words or self.filters or self.reference or self.sku)


PRODUCT_KINDS = frozenset(
    {Kind.SHOW, Kind.PRICE, Kind.STOCK, Kind.BUY, Kind.ADD_MORE, Kind.SET, Kind.SCALE, Kind.REMOVE, Kind.MENTION}
)
