"""Changes that people make by hand, one product at a time, each a version of the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text, update

from data.errors import AlreadyExists, NotFound
from data.models import Product, StockLevel, Variant
from data.repositories import applying_sql
from data.repositories.catalogue import CatalogueRepository
from data.repositories.repository import Repository
from data.states import VersionKind


@dataclass(frozen=True, slots=True)
class EditedVariant:
    """All that can be changed of a variant. `indexed_version`: when it was last changed in a way that searches see."""

    id: UUID
    sku: str
    barcode: str | None
    options: Mapping[str, str]
    unit: str | None
    price: Decimal
    currency: str
    on_hand: int | None
    is_archived: bool
    indexed_version: int


class EditRepository(Repository):
    """`begin` first, in a transaction that ends with `tenants.bump_catalogue_version`."""

    async def begin(self, note: str, *, created: int = 0, updated: int = 0, archived: int = 0) -> None:
        """Open the version that this transaction makes, of so many variants; lock the catalogue before."""
        values = {"kind": VersionKind.EDIT.value, "import_id": None, "note": note}
        counts = {"created": created, "updated": updated, "archived": archived}
        await self.session.execute(text(applying_sql.NEW_VERSION), values | counts)

    async def product(self, product_id: UUID) -> Product:
        """Raises NotFound."""
        found = await self.session.get(Product, (self.tenant_id, product_id), populate_existing=True)
        if found is None:
            raise NotFound("product")
        return found

    async def variant_ids(self, product_id: UUID) -> list[UUID]:
        """On sale or archived."""
        statement = select(Variant.id).where(Variant.tenant_id == self.tenant_id, Variant.product_id == product_id)
        return list((await self.session.execute(statement)).scalars())

    async def variants(self, product_id: UUID) -> list[EditedVariant]:
        """On sale or archived, as they were added."""
        columns = [getattr(Variant, name) for name in EditedVariant.__slots__ if name != "on_hand"]
        statement = (
            select(*columns, StockLevel.on_hand)
            .outerjoin(StockLevel, (StockLevel.tenant_id == Variant.tenant_id) & (StockLevel.variant_id == Variant.id))
            .where(Variant.tenant_id == self.tenant_id, Variant.product_id == product_id)
            .order_by(Variant.search_id)
        )
        return [EditedVariant(**row._mapping) for row in await self.session.execute(statement)]

    async def remember(self, variant_ids: Sequence[UUID]) -> None:
        """Note how these are now, before they are changed."""
        statement = applying_sql.REMEMBER.format(chosen="v.id = ANY(CAST(:ids AS uuid[]))")
        await self.session.execute(text(statement), {"ids": list(variant_ids)})

    async def add_product(self, columns: dict[str, Any], sku: str) -> UUID:
        """Known by its first SKU, as one from a file is."""
        key = sku.lower()
        taken = select(Product.id).where(Product.tenant_id == self.tenant_id, Product.key == key)
        if (await self.session.execute(taken)).scalar_one_or_none() is not None:
            key = f"{key}#{uuid4()}"
        product = Product(tenant_id=self.tenant_id, id=uuid4(), key=key, **columns)
        self.session.add(product)
        await self.session.flush()
        return product.id

    async def set_product(self, product_id: UUID, columns: dict[str, Any]) -> None:
        if columns:
            await self.session.execute(
                update(Product).where(Product.tenant_id == self.tenant_id, Product.id == product_id).values(**columns)
            )

    async def add_variant(self, product_id: UUID, columns: dict[str, Any], stock: int | None) -> UUID:
        """An archived variant of this SKU comes back as this one. Raises AlreadyExists when it is on sale."""
        known = select(Variant).where(Variant.tenant_id == self.tenant_id, text("lower(variants.sku) = lower(:sku)"))
        found = (await self.session.execute(known, {"sku": columns["sku"]})).scalar_one_or_none()
        if found is not None and not found.is_archived:
            raise AlreadyExists(f"SKU {columns['sku']}")
        catalogue = CatalogueRepository(self.session)
        row = {"product_id": product_id, "content_hash": "", "is_archived": False} | columns
        if found is not None:
            variant_id = found.id
            await self.remember([variant_id])
            await catalogue.update_variants([{"id": variant_id} | row])
        else:
            variant_id = uuid4()
            await catalogue.insert_variants([{"id": variant_id} | row])
        await catalogue.set_stock([(variant_id, stock)])
        return variant_id

    async def belongs(self, product_id: UUID, variant_id: UUID) -> None:
        """Raises NotFound unless the variant is on sale and of this product."""
        found = await self.session.get(Variant, (self.tenant_id, variant_id), populate_existing=True)
        if found is None or found.product_id != product_id or found.is_archived:
            raise NotFound("variant")

    async def refingerprint(self, product_id: UUID) -> None:
        """After a change of what its variants are found by."""
        statement = applying_sql.REFINGERPRINT.format(chosen="p.id = :product_id")
        await self.session.execute(text(statement), {"product_id": product_id})
