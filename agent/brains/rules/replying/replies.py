"""Builds one reply out of parts: each a wording from prompts/es/replies.toml with its values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.tools.catalogue import show_products
from agent.wording import price_of, say
from agent.workspace import Workspace
from data.content import Card, Choice, MessageContent
from data.repositories.items import CatalogueItem

MOST_SHOWN = 3
MOST_CHOICES = 3
MOST_VARIANTS = 10  # WhatsApp's lists have so many rows
NOT_ECHOED = "ese producto"
_WORDED_WITHOUT = frozenset({"cart.not_there"})


@dataclass(slots=True)
class Part:
    key: str
    values: dict[str, Any]


@dataclass(slots=True)
class Reply:
    """What the turn will say, gathered while it acts; `render` puts it in the order a person would."""

    workspace: Workspace
    opening: list[Part] = field(default_factory=list)
    notices: list[Part] = field(default_factory=list)
    heads: list[Part] = field(default_factory=list)
    closing: list[Part] = field(default_factory=list)
    shows_cart: bool = False
    cart_heading: str | None = None
    listed: list[CatalogueItem] = field(default_factory=list)
    listing: Part | None = None
    choices: list[Choice] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    rest: str = ""
    footer: str = ""
    hint: str = ""
    asks: bool = False
    keeps_list: bool = False
    echoes: bool = True

    def open(self, key: str, **values: Any) -> None:
        self.opening.append(Part(key, values))

    def tell(self, key: str, **values: Any) -> None:
        part = Part(key, values)
        if part not in self.notices:
            self.notices.append(part)

    def untell(self, key: str, *, item: CatalogueItem) -> None:
        """Take back what was told of an item in this very turn."""
        self.notices = [part for part in self.notices if (part.key, part.values.get("item")) != (key, item)]

    def head(self, key: str, **values: Any) -> None:
        """What stands right above the list."""
        self.heads.append(Part(key, values))

    def close(self, key: str, **values: Any) -> None:
        self.closing = [Part(key, values)]

    def offer(self, identifier: str, title: str) -> None:
        if len(self.choices) < MOST_CHOICES and all(choice.id != identifier for choice in self.choices):
            whole = " ".join(title.split())  # each channel cuts it to its own size
            self.workspace.facts.add_texts([whole])
            self.choices.append(Choice(identifier, whole))

    def offer_variants(self, items: Sequence[CatalogueItem], quantity: int | None) -> None:
        """More of one product than are listed: each may be tapped, with its price and stock."""
        self.choices.clear()
        for item in items[:MOST_VARIANTS]:
            self.workspace.facts.add_item(item)
            said = f"{price_of(item)}, {say('products.stock', item=item)}"
            self.choices.append(Choice(f"take:{quantity or 1}:{item.sku}", item.title, said))

    def list_items(self, items: Sequence[CatalogueItem], question: str, **values: Any) -> None:
        """Show up to three products and ask about them; the first list of a turn stays."""
        if self.listing is None:
            self.listed = list(items[:MOST_SHOWN])
            self.listing = Part(question, values)

    def drop_list(self) -> None:
        self.listing, self.listed, self.rest = None, [], ""
        self.heads.clear()
        self.choices.clear()

    def relist(self, items: Sequence[CatalogueItem], question: str, **values: Any) -> None:
        self.listing = None
        self.choices.clear()
        self.list_items(items, question, **values)

    @property
    def is_empty(self) -> bool:
        return not (
            self.opening or self.notices or self.heads or self.closing or self.shows_cart or self.listing or self.raw
        )

    def render(self) -> MessageContent:
        """One message; worded otherwise when it would repeat the last one to the letter."""
        last = self.workspace.context.memory.last_reply
        text = self._text({})
        if text == last:
            text = self._text({part.key: self._say(part, "") for part in self._parts()})
        if text == last:
            text = f"{say('again', avoid=last, store=self.workspace.context.store)}\n{text}"
        self.workspace.remember(last_reply=text)
        return MessageContent(text, tuple(self.choices), tuple(self._card(item) for item in self.listed))

    def _parts(self) -> list[Part]:
        return [*self.opening, *self.notices, *self.heads, *([self.listing] if self.listing else []), *self.closing]

    def _text(self, avoid: dict[str, str]) -> str:
        def said(part: Part) -> str:
            return self._say(part, avoid.get(part.key, ""))

        lines = [" ".join(said(part) for part in self.opening)] if self.opening else []
        lines.extend(said(part) for part in self.notices)
        if self.shows_cart:
            lines.append(self._cart())
        lines.extend(self.raw)
        lines.extend(said(part) for part in self.heads)
        if self.listed:
            self._record_shown()
            lines.append(self._list())
        if self.listing:
            lines.append(self._say(Part("products.rest", {"rest": self.rest}), "") if self.rest else "")
            lines.append(said(self.listing))
        if self.later:
            lines.append(self._say(Part("talk.later", {"said": ", ".join(self.later)}), ""))
        if not self.listing:
            lines.extend(said(part) for part in self.closing)
        lines.extend(self._say(Part(key, {}), "") for key in (self.hint, self.footer) if key)
        return "\n".join(dict.fromkeys(line for line in lines if line))

    def _record_shown(self) -> None:
        """What was asked about one of a list leaves the list to be counted in."""
        show_products(self.workspace, self.listed)
        if self.keeps_list:
            self.workspace.remember(shown=self.workspace.context.memory.shown)

    def _say(self, part: Part, avoid: str) -> str:
        values = dict(part.values)
        if "said" in values and not (self.echoes and (values["said"] or part.key in _WORDED_WITHOUT)):
            values["said"] = NOT_ECHOED
        return say(part.key, avoid=avoid, **{"store": self.workspace.context.store, **values})

    def _cart(self) -> str:
        view = self.workspace.view_cart()
        if not view.lines:
            return say("cart.empty", store=self.workspace.context.store)
        return say("cart.lines", store=self.workspace.context.store, cart=view, heading=self.cart_heading)

    def _list(self) -> str:
        self.workspace.facts.counts.update(range(1, len(self.listed) + 1))
        return say("products.list", items=self.listed, currency=self.workspace.context.store.currency)

    def _card(self, item: CatalogueItem) -> Card:
        stock = say("products.stock", item=item)
        return Card(item.sku, item.title, price_of(item), stock, item.image_url)
