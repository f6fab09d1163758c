"""One turn of the rules brain: what was understood, what is known, and the reply being built."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent
from agent.brains.rules.replying.echoing import echoed
from agent.brains.rules.replying.replies import Reply
from agent.context import CartLine
from agent.memory import Memory, Pending
from agent.tools.catalogue import get_products
from agent.workspace import Workspace
from data.repositories.items import CatalogueItem

MOST_ECHOED = 80


@dataclass(slots=True)
class Turn:
    """`before` is the memory as the turn began; `spelt` gives a folded word as the shopper wrote it;
    `replaces` is the line that what is asked about takes the place of;
    `is_late_answer`: a want that waited was answered before the open question; `wants_to_close`: the reply ends
    with the summary, or with what has to be asked before it."""

    workspace: Workspace
    reply: Reply
    intents: list[Intent]
    spelt: dict[str, str]
    before: Memory
    is_lost: bool = False
    is_half_lost: bool = False
    added: list[CatalogueItem] = field(default_factory=list)
    is_late_answer: bool = False
    told_of_shop: bool = False
    wants_to_close: bool = False
    replaces: str | None = None
    _seen: list[CatalogueItem] | None = None

    @property
    def memory(self) -> Memory:
        return self.workspace.memory

    @property
    def lines(self) -> list[CartLine]:
        return list(self.workspace.lines.values())

    @property
    def pending(self) -> Pending | None:
        return self.before.pending

    @property
    def wants_products(self) -> bool:
        """Whether something is asked for in this very message."""
        return any(intent.kind in PRODUCT_KINDS and not intent.is_empty for intent in self.intents)

    def echo(self, words: str) -> str:
        """The shopper's words with their accents, if they are few and name something; never an amount."""
        said = echoed(words.split(), self.spelt)
        if len(said) > MOST_ECHOED:
            return "eso que buscas"
        self.workspace.facts.add_texts([said])
        return said

    def ask(self, kind: str, items: Sequence[CatalogueItem] = (), quantity: int | None = None) -> None:
        """Remember the question this reply asks; only one is open at a time."""
        skus = tuple(item.sku for item in items)
        fields = {"kind": kind, "skus": skus, "quantity": quantity, "replaces": self.replaces}
        self.workspace.remember(pending=Pending.model_validate(fields))
        if kind != "human":
            self.workspace.remember(asked=None)

    async def seen(self) -> list[CatalogueItem]:
        """What the last list showed, in its order."""
        if self._seen is None:
            self._seen = await get_products(self.workspace, self.before.shown)
        return self._seen

    async def candidates(self) -> list[CatalogueItem]:
        """What a short answer may point at: the open question's products, then those shown."""
        skus = self.before.pending.skus if self.before.pending else ()
        return await get_products(self.workspace, tuple(dict.fromkeys((*self.before.shown, *skus))))

    async def focus(self) -> CatalogueItem | None:
        """The product last talked about, or the only one there is to talk about."""
        sku = self.memory.focus or (self.before.shown[0] if len(self.before.shown) == 1 else None)
        if sku is None and len(self.workspace.lines) == 1:
            return self.lines[0].item
        found = await get_products(self.workspace, (sku,)) if sku else []
        return found[0] if found else None

    def count(self, number: int | None) -> None:
        """Let the reply say a quantity the shopper gave."""
        if number is not None:
            self.workspace.facts.counts.add(number)
