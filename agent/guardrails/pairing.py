"""A price beside a product must be that product's own, not that of another one read in the same turn."""

import re
from collections.abc import Iterator
from decimal import Decimal

from agent.guardrails.figures import Says, figures
from agent.guardrails.known import plain
from agent.workspace import Workspace
from data.repositories.items import CatalogueItem

_SEGMENT = re.compile(r"[^\n]+")
# What an amount beside one product may also be.
_SUMS = re.compile(r"\b(?:total|subtotal|suman?|todo|carrito|pedido)\b")


def pairing_problems(text: str, workspace: Workspace, told: frozenset[Decimal] = frozenset()) -> Iterator[str]:
    """Looks only at lines that name one product and one amount; `text` as `known.plain` reads it; the shop's
    own answers may set `told` amounts beside it."""
    items = {item.sku: item for item in (*workspace.shown, *(line.item for line in workspace.lines.values()))}
    names = {sku: _ways_to_name(item, items) for sku, item in items.items()}
    for segment in _SEGMENT.findall(text):
        named = [
            sku for sku in items if any(re.search(rf"(?<!\w){re.escape(way)}(?!\w)", segment) for way in names[sku])
        ]
        bare = _without(segment, [way for sku in named for way in names[sku]])
        amounts = {figure.value for figure in figures(bare) if figure.says is Says.MONEY and figure.value}
        if len(amounts) != 1 or len(named) != 1 or _SUMS.search(segment):
            continue
        (amount,), item = amounts, items[named[0]]
        if amount not in told and not _is_own(amount, item, workspace):
            yield f"The amount {str(amount)!r} is not the price of {item.title!r}."


def _without(segment: str, names: list[str]) -> str:
    """ "Mouse 7200 dpi": the numbers of a name are no amounts."""
    for name in sorted(names, key=len, reverse=True):
        segment = segment.replace(name, " ")
    return segment


def _ways_to_name(item: CatalogueItem, items: dict[str, CatalogueItem]) -> list[str]:
    """Its name counts only when no sibling shares it or contains it."""
    name = plain(item.name)
    is_alone = sum(name in plain(other.title) for other in items.values()) == 1
    return [plain(item.sku), plain(item.title), *([name] if is_alone else [])]


def _is_own(amount: Decimal, item: CatalogueItem, workspace: Workspace) -> bool:
    """Its price, what was quoted before, or what several of it cost."""
    line = workspace.lines.get(item.sku)
    if line and amount in {line.quoted_price, line.quoted_price * line.quantity}:
        return True
    return amount == item.unit_price or (item.unit_price > 0 and amount % item.unit_price == 0)
