"""The news that something ran out of stock: told once, by whatever took the last of it."""

from collections.abc import Sequence

from data.repositories.items import CatalogueItem
from data.transaction import Transaction

MOST_NAMED = 100
"""An import may empty a million: the event counts them all and names the first."""


async def tell_sold_out(tx: Transaction, items: Sequence[CatalogueItem]) -> None:
    """An order took the last of these."""
    await _tell(tx, items, len(items))


async def tell_emptied(tx: Transaction) -> None:
    """The version of the catalogue that this transaction is about to finish left these without stock."""
    ids, count = await tx.versions.emptied(MOST_NAMED)
    items = await tx.catalogue.by_variant_ids(ids)
    await _tell(tx, [items[variant_id] for variant_id in ids], count)


async def _tell(tx: Transaction, items: Sequence[CatalogueItem], count: int) -> None:
    if not count:
        return
    named = [
        {"variant_id": str(item.variant_id), "sku": item.sku, "product": item.title} for item in items[:MOST_NAMED]
    ]
    await tx.events.add("stock.out", count=count, variants=named)
