"""The throwaway stores that scenarios are played in: made from a spreadsheet, or copied from a tenant's catalogue."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from stdnum.cl import rut

from agent.order_data import OrderSettings
from api.runtime import Runtime
from channels.access import create_channel
from channels.adapter import ChannelAccess
from data.database import Database
from data.repositories.items import CatalogueItem
from data.repositories.knowledge import EntryContent
from data.states import ChannelKind
from data.transaction import Transaction
from ingestion.errors import SpreadsheetError
from ingestion.knowledge.imports import import_knowledge

# "shops/ropa.knowledge.md" is what the shop of "shops/ropa.csv" tells of itself.
KNOWLEDGE = ".knowledge"
_PAGE = 2_000
# More than any order reserves: see Store.change.
_PLENTY = 10**6


class StoreFileError(Exception):
    """A spreadsheet that does not become a catalogue; the message says why, in Spanish."""


@dataclass(slots=True)
class Store:
    """A tenant of its own; `originals` is its catalogue as it was made, `told` the answers its shop has written."""

    tenant_id: UUID
    access: ChannelAccess
    originals: Mapping[str, CatalogueItem]
    told: Sequence[str]

    @property
    def variant_ids(self) -> dict[str, UUID]:
        return {sku: item.variant_id for sku, item in self.originals.items()}

    async def rows(self, tx: Transaction) -> dict[str, CatalogueItem]:
        """The catalogue as it is now."""
        return await read_catalogue(tx)

    async def change(
        self, database: Database, sku: str, *, price: int | Decimal | None = None, stock: int | None = None
    ) -> None:
        """`stock` is what can be sold from now on, whatever is reserved."""
        variant_id = self.originals[sku].variant_id
        async with database.transaction(self.tenant_id) as tx:
            if price is not None:
                await tx.tenants.lock_catalogue()
                await tx.catalogue.update_variants([{"id": variant_id, "price": Decimal(price)}])
                await tx.tenants.bump_catalogue_version()
            if stock is not None:
                # Only what is on hand can be set: with plenty of it, what is missing from it is reserved.
                await tx.catalogue.set_stock([(variant_id, _PLENTY)])
                available = (await tx.catalogue.by_variant_ids([variant_id]))[variant_id].available
                assert available is not None
                await tx.catalogue.set_stock([(variant_id, _PLENTY - available + stock)])

    async def ask(self, database: Database, settings: OrderSettings) -> None:
        """What is asked from now on before an order is taken."""
        async with database.transaction(self.tenant_id) as tx:
            tenant = await tx.tenants.get()
            orders = settings.model_dump(mode="json")
            if tenant.settings.get("orders") != orders:
                tenant.settings = tenant.settings | {"orders": orders}

    async def restore(self, database: Database, now: Mapping[str, CatalogueItem]) -> None:
        """Put back every price and stock that a scenario, its orders included, has changed since."""
        for sku, before in self.originals.items():
            price = before.unit_price if now[sku].unit_price != before.unit_price else None
            stock = before.available if now[sku].available != before.available else None
            if price is not None or stock is not None:
                await self.change(database, sku, price=price, stock=stock)


async def open_store(runtime: Runtime, file: Path) -> Store:
    """A new tenant with the spreadsheet as its catalogue, and the knowledge beside it. Raises StoreFileError."""
    tenant_id = await _make_tenant(runtime, file.stem.replace("_", " ").capitalize())
    import_id = await runtime.imports.open(tenant_id, file, file.name, enqueue=False)
    outcome = await runtime.imports.run(tenant_id, import_id)
    if outcome.failure is not None:
        raise StoreFileError(f"{file}: {outcome.failure.message}")
    if outcome.errors:
        error = outcome.errors[0]
        raise StoreFileError(f"{file}, fila {error.row}: {error.message}")
    for knowledge in sorted(file.parent.glob(f"{file.stem}{KNOWLEDGE}.*")):
        await _tell(runtime, tenant_id, knowledge)
    return await _store(runtime, tenant_id)


async def _tell(runtime: Runtime, tenant_id: UUID, file: Path) -> None:
    """Raises StoreFileError."""
    try:
        told = await import_knowledge(runtime.database, tenant_id, file, file.name)
    except SpreadsheetError as refused:
        raise StoreFileError(f"{file}: {refused.message}") from refused
    if told.errors:
        raise StoreFileError(f"{file}, {told.unit} {told.errors[0].row}: {told.errors[0].message}")


async def copy_store(origin: Database, origin_id: UUID, runtime: Runtime) -> Store:
    """A new tenant that sells what another one sells, at its prices; nothing that is played here reaches the other."""
    async with origin.transaction(origin_id) as tx:
        tenant = await tx.tenants.get()
        told = await tx.knowledge.all()
        items = list((await read_catalogue(tx)).values())
        documents = {
            row.document.sku: row async for batch in tx.indexed.variants(runtime.indexes.embedder.name) for row in batch
        }
    tenant_id = await _make_tenant(runtime, tenant.name)
    async with runtime.database.transaction(tenant_id) as tx:
        copied = await tx.tenants.get()
        copied.settings, copied.currency, copied.timezone = tenant.settings, tenant.currency, tenant.timezone
        for entry in told:
            wordings = tuple(entry.wordings)
            await tx.knowledge.add(EntryContent(entry.question, entry.answer, entry.topic, wordings, entry.source))
        await tx.tenants.lock_catalogue()
        products = {item.product_id: _product_row(item, documents[item.sku].document.synonyms) for item in items}
        ids = await tx.catalogue.upsert_products(list(products.values()))
        variants: list[dict[str, Any]] = [
            {
                "id": uuid4(),
                "product_id": ids[str(item.product_id)],
                "sku": item.sku,
                "barcode": documents[item.sku].document.barcode,
                "options": dict(item.options),
                "unit": item.unit,
                "price": item.unit_price,
                "currency": item.currency,
                "is_archived": False,
                "content_hash": documents[item.sku].content_hash,
            }
            for item in items
        ]
        await tx.catalogue.insert_variants(variants)
        await tx.catalogue.set_stock([(row["id"], item.available) for row, item in zip(variants, items, strict=True)])
        await tx.tenants.bump_catalogue_version()
    return await _store(runtime, tenant_id)


def _product_row(item: CatalogueItem, synonyms: tuple[str, ...]) -> dict[str, Any]:
    return {
        "key": str(item.product_id),
        "name": item.name,
        "brand": item.brand,
        "category": item.category,
        "description": item.description,
        "synonyms": list(synonyms),
        "tags": [],
        "image_url": item.image_url,
    }


async def _make_tenant(runtime: Runtime, name: str) -> UUID:
    tenant_id = uuid4()
    number = str(60_000_000 + secrets.randbelow(10_000_000))
    async with runtime.database.transaction(tenant_id) as tx:
        await tx.tenants.create(f"{number}-{rut.calc_check_digit(number)}", name)
    return tenant_id


async def _store(runtime: Runtime, tenant_id: UUID) -> Store:
    async with runtime.database.transaction(tenant_id) as tx:
        channel = await create_channel(tx, runtime.secrets, ChannelKind.WEBCHAT, "Evaluación", "web", {}, {})
        originals = await read_catalogue(tx)
        told = [entry.answer for entry in await tx.knowledge.all()]
    return Store(tenant_id, runtime.open_access(channel), originals, told)


async def read_catalogue(tx: Transaction) -> dict[str, CatalogueItem]:
    items: dict[str, CatalogueItem] = {}
    page = await tx.catalogue.page(_PAGE)
    while page:
        items |= {item.sku: item for item in page}
        page = await tx.catalogue.page(_PAGE, page[-1].sku) if len(page) == _PAGE else []
    return items
