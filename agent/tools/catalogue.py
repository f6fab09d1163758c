"""Finding and showing products."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.workspace import Refusal, Workspace
from data.repositories.items import CatalogueItem
from data.search.filters import Sort
from data.search.options import offers

CANDIDATE_COUNT = 50


@dataclass(frozen=True, slots=True)
class Found:
    """`items` match the words and every filter, in stock first; `excluded` match the words but not a filter.
    Both empty: the store does not have such a thing. `total` counts all that `items` was cut from."""

    items: tuple[CatalogueItem, ...]
    excluded: tuple[CatalogueItem, ...]
    total: int


async def search_products(
    workspace: Workspace,
    query: str,
    *,
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
    options: Sequence[str] = (),
    in_stock_only: bool = False,
    sort: Sort = "relevance",
    limit: int = 3,
) -> Found:
    """`options` are wanted values such as "negro", "M" or "42"; each must be one of the variant's options or
    a word of its name. Prices are inclusive. Does not show anything: see `show_products`."""
    candidates = await workspace.catalogue.search(query, CANDIDATE_COUNT)

    def fits(item: CatalogueItem) -> bool:
        return (
            (min_price is None or item.unit_price >= min_price)
            and (max_price is None or item.unit_price <= max_price)
            and (not in_stock_only or item.has(1))
            and all(has_option(item, wanted) for wanted in options)
        )

    fitting = [item for item in candidates if fits(item)]
    if sort != "relevance":
        fitting.sort(key=lambda item: item.unit_price, reverse=sort == "dearest")
    fitting.sort(key=lambda item: not item.has(1))
    fitting_skus = {item.sku for item in fitting}
    excluded = [item for item in candidates if item.sku not in fitting_skus]
    for item in [*fitting[:limit], *excluded[:limit]]:
        workspace.facts.add_item(item)
    workspace.facts.counts.add(len(fitting))
    return Found(tuple(fitting[:limit]), tuple(excluded[:limit]), len(fitting))


async def get_product(workspace: Workspace, sku: str) -> CatalogueItem | Refusal:
    found = await workspace.catalogue.by_skus([sku])
    item = next(iter(found.values()), None)
    if item is None:
        return Refusal("UNKNOWN_SKU", f"No hay ningún producto con el código {sku}.")
    workspace.facts.add_item(item)
    return item


async def get_products(workspace: Workspace, skus: Sequence[str]) -> list[CatalogueItem]:
    """Those that still exist, in the order asked."""
    found = {sku.casefold(): item for sku, item in (await workspace.catalogue.by_skus(skus)).items()}
    items = [found[sku.casefold()] for sku in skus if sku.casefold() in found]
    for item in items:
        workspace.facts.add_item(item)
    return items


def show_products(workspace: Workspace, items: Sequence[CatalogueItem]) -> None:
    """Record that the reply lists these, in this order: "el segundo" will count in it."""
    for item in items:
        workspace.facts.add_item(item)
    workspace.shown = list(items)
    workspace.remember(
        shown=tuple(item.sku for item in items),
        focus=items[0].sku if len(items) == 1 else workspace.memory.focus,
    )


def has_option(item: CatalogueItem, wanted: str) -> bool:
    """Whether a wanted size, colour or measure is this variant's, whatever its gender, number or accents."""
    return offers(item.name, item.options, wanted)
