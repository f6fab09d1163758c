"""What became of a cart while its shopper was away: told once, at their next turn, by code alone."""

from collections.abc import Iterator
from dataclasses import replace

from agent.context import CartLine
from agent.wording import say
from agent.workspace import Draft, Workspace

# Of a long list the first are told, and that there is more.
MOST_TOLD = 8


def catch_up(workspace: Workspace) -> None:
    """Bring the cart to what can be had now, at today's prices, and note what the shopper is to be told of it."""
    told = [sentence for line in workspace.context.cart for sentence in _news(workspace, line)]
    told = [*(_gone(workspace, line) for line in workspace.context.gone), *told]
    store = workspace.context.store
    workspace.news = told if len(told) <= MOST_TOLD else [*told[:MOST_TOLD], say("news.more", store=store)]


def settle_prices(workspace: Workspace) -> None:
    """What the cart costs now was just said in other words."""
    for sku, line in workspace.lines.items():
        workspace.lines[sku] = replace(line, quoted_price=line.item.unit_price)


def with_news(draft: Draft, workspace: Workspace) -> Draft:
    """The news stand before the answer. Made from rows, they need no second look; what they say is among the facts."""
    if not workspace.news or workspace.order is not None:
        return draft
    first, *rest = draft.replies
    text = "\n".join([*workspace.news, "", first.text])
    return replace(draft, replies=(replace(first, text=text), *rest))


def _news(workspace: Workspace, line: CartLine) -> Iterator[str]:
    item, store = line.item, workspace.context.store
    if not item.has(1):
        del workspace.lines[item.sku]
        yield _gone(workspace, line)
        return
    workspace.facts.amounts.add(line.quoted_price)
    if line.quoted_price != item.unit_price:
        workspace.lines[item.sku] = replace(line, quoted_price=item.unit_price)
        yield say("news.price", store=store, item=item, before=line.quoted_price)
    if not item.has(line.quantity):
        assert item.available is not None
        workspace.put(item, item.available)
        workspace.facts.add_line(item, item.available)
        yield say("news.less", store=store, item=item)


def _gone(workspace: Workspace, line: CartLine) -> str:
    workspace.facts.add_line(line.item, line.quantity)
    return say("news.gone", store=workspace.context.store, item=line.item)
