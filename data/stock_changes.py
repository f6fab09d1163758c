"""The news that something ran out of stock: told once, by whatever took the last of it."""

from collections.abc import Sequence

from data.repositories.items import CatalogueItem
from data.transaction import Transaction

MOST_NAMED = 100
"""An import may empty a million: the event counts them all and names the first."""


async def tell_sold_out(tx: Transaction, items: Sequence[CatalogueItem]) -> None:
    """An order took the last of these."""
    if items:
        await _tell(tx, items, len(items))


async def tell_emptied(tx: Transaction) -> None:
    """The version of the catalogue that this transaction is about to finish left these without stock."""
    emptied = await tx.versions.emptied(MOST_NAMED)
    if emptied is not None:
        items = await tx.catalogue.by_variant_ids(emptied.first)
        await _tell(tx, [items[variant_id] for variant_id in emptied.first], emptied.count)


async def _tell(tx: Transaction, items: Sequence[CatalogueItem], count: int) -> None:
    named = [{"variant_id": str(each.variant_id), "sku": each.sku, "product": each.title} for each in items]
    await tx.events.add("stock.out", count=count, variants=named)
