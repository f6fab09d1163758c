"""What the tenant sells: reading items, writing products and variants."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CollectionAggregate,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    any_,
    case,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.types import TypeEngine

from data.errors import NotFound, OutOfStock
from data.models import Base, Product, StockLevel, Tenant, Variant
from data.repositories.bulk import chunks, recordset
from data.repositories.items import CatalogueItem
from data.repositories.repository import Repository

# Sold more than there is (a recount after orders) is none left; NULL stays NULL: not counted.
_AVAILABLE = case(
    (StockLevel.on_hand.is_not(None), func.greatest(StockLevel.on_hand - StockLevel.reserved, 0)), else_=None
)
# The options that not every variant on sale of one product has alike.
_TELLING = literal_column(
    """
    (SELECT coalesce(jsonb_agg(told.key), '[]') FROM (
        SELECT o.key FROM app.variants s CROSS JOIN LATERAL jsonb_each_text(s.options) o
        WHERE s.tenant_id = app.variants.tenant_id AND s.product_id = app.variants.product_id AND NOT s.is_archived
        GROUP BY o.key HAVING count(DISTINCT o.value) > 1 OR count(*) < (
            SELECT count(*) FROM app.variants s WHERE s.tenant_id = app.variants.tenant_id
                AND s.product_id = app.variants.product_id AND NOT s.is_archived)
    ) told)
    """,
    JSONB,
)


@dataclass(frozen=True, slots=True)
class ExportedVariant:
    """All that an owner's spreadsheet says of a variant."""

    sku: str
    name: str
    brand: str | None
    category: str | None
    description: str | None
    price: Decimal
    on_hand: int | None
    barcode: str | None
    unit: str | None
    synonyms: Sequence[str]
    tags: Sequence[str]
    image_url: str | None
    more_images: Sequence[str]
    options: Mapping[str, str]
    product_key: str


class CatalogueRepository(Repository):
    async def by_search_ids(self, ids: Sequence[int]) -> dict[int, CatalogueItem]:
        """Archived ones are left out."""
        rows = await self._items(
            self._select().where(Variant.search_id == _any(ids, BigInteger()), ~Variant.is_archived)
        )
        return {item.search_id: item for item in rows}

    async def by_skus(self, skus: Sequence[str]) -> dict[str, CatalogueItem]:
        """Keyed by the SKU as written in the catalogue, whatever the case asked; archived ones are left out."""
        wanted = [sku.lower() for sku in skus]
        rows = await self._items(
            self._select().where(func.lower(Variant.sku) == _any(wanted, Text()), ~Variant.is_archived)
        )
        return {item.sku: item for item in rows}

    async def by_variant_ids(self, ids: Sequence[UUID]) -> dict[UUID, CatalogueItem]:
        """Archived ones included, and marked so."""
        return {
            item.variant_id: item for item in await self._items(self._select().where(Variant.id == _any(ids, Uuid())))
        }

    async def page(self, limit: int, after_sku: str | None = None, *, archived: bool = False) -> list[CatalogueItem]:
        """By SKU, in lower case; pass the last SKU of a page for the next."""
        statement = self._select().where(Variant.is_archived == archived)
        if after_sku is not None:
            statement = statement.where(func.lower(Variant.sku) > after_sku.lower())
        return await self._items(statement.order_by(func.lower(Variant.sku)).limit(limit))

    async def exported(self) -> AsyncIterator[list[ExportedVariant]]:
        """What is on sale, in batches, the variants of a product together."""
        statement = (
            select(
                Variant.sku, Product.name, Product.brand, Product.category, Product.description, Variant.price,
                StockLevel.on_hand, Variant.barcode, Variant.unit, Product.synonyms, Product.tags,
                Product.image_url, Product.more_images, Variant.options, Product.key.label("product_key"),
            )
            .join(Product, (Product.tenant_id == Variant.tenant_id) & (Product.id == Variant.product_id))
            .outerjoin(StockLevel, (StockLevel.tenant_id == Variant.tenant_id) & (StockLevel.variant_id == Variant.id))
            .where(Variant.tenant_id == self.tenant_id, ~Variant.is_archived)
            .order_by(Product.key, Variant.search_id)
        )  # fmt: skip
        result = await self.session.stream(statement)
        async for rows in result.partitions(2_000):
            yield [ExportedVariant(**row._mapping) for row in rows]

    async def option_names(self) -> list[str]:
        """Of what is on sale."""
        statement = (
            select(func.jsonb_object_keys(Variant.options).label("name"))
            .where(Variant.tenant_id == self.tenant_id, ~Variant.is_archived)
            .distinct()
            .order_by("name")
        )
        return list((await self.session.execute(statement)).scalars())

    async def count(self, *, archived: bool = False) -> int:
        is_wanted = Variant.is_archived == archived
        statement = select(func.count()).where(Variant.tenant_id == self.tenant_id, is_wanted)
        return (await self.session.execute(statement)).scalar_one()

    def _select(self) -> Select[*tuple[Any, ...]]:
        return (
            select(
                Variant.id,
                Variant.product_id,
                Variant.search_id,
                Variant.sku,
                Product.name,
                Product.brand,
                Product.category,
                Product.description,
                Variant.options,
                Variant.unit,
                Variant.price,
                Variant.currency,
                _AVAILABLE,
                Product.image_url,
                Variant.is_archived,
                _TELLING,
                Product.synonyms,
            )
            .join(Product, (Product.tenant_id == Variant.tenant_id) & (Product.id == Variant.product_id))
            .outerjoin(StockLevel, (StockLevel.tenant_id == Variant.tenant_id) & (StockLevel.variant_id == Variant.id))
            .where(Variant.tenant_id == self.tenant_id)
        )

    async def _items(self, statement: Select[*tuple[Any, ...]]) -> list[CatalogueItem]:
        rows = (await self.session.execute(statement)).all()
        return [
            CatalogueItem(*(*columns, frozenset(telling), (), tuple(synonyms))) for *columns, telling, synonyms in rows
        ]

    # Writing, as imports do.

    async def upsert_products(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, UUID]:
        """Rows are columns of Product without tenant, unique by `key`; returns key -> id."""
        ids: dict[str, UUID] = {}
        for chunk in chunks([{"id": uuid4(), **row} for row in rows]):
            statement = self._insert(Product, chunk)
            changed = {name: statement.excluded[name] for name in chunk[0] if name not in ("id", "key")}
            upsert = statement.on_conflict_do_update(index_elements=["tenant_id", "key"], set_=changed)
            for product_id, key in await self.session.execute(upsert.returning(Product.id, Product.key)):
                ids[key] = product_id
        return ids

    async def insert_variants(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows are columns of Variant with `id`, without tenant."""
        for chunk in chunks(rows):
            await self.session.execute(
                self._insert(Variant, chunk, created_version=self._next_version, indexed_version=self._next_version)
            )

    async def update_variants(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows are `id` and the columns that change, the same in each. Raises NotFound for an unknown id."""
        for chunk in chunks(rows):
            new = recordset(Variant, chunk)
            statement = (
                update(Variant)
                .where(Variant.tenant_id == self.tenant_id, Variant.id == new.c.id)
                .values(
                    {name: new.c[name] for name in chunk[0] if name != "id"} | {"indexed_version": self._next_version}
                )
                .returning(Variant.id)
                .execution_options(synchronize_session=False)
            )
            if len((await self.session.execute(statement)).all()) != len(chunk):
                raise NotFound("variant")

    def _insert(self, model: type[Base], rows: Sequence[Mapping[str, Any]], **same: ScalarSelect[int]) -> Insert:
        """`same` are columns with one value in every row."""
        new = recordset(model, rows)
        tenant = literal(self.tenant_id, Uuid()).label("tenant_id")
        return insert(model).from_select(
            ["tenant_id", *same, *rows[0]], select(tenant, *same.values(), *new.c), include_defaults=False
        )

    @property
    def _next_version(self) -> ScalarSelect[int]:
        """The version that a writer makes: all of them end with `tenants.bump_catalogue_version`."""
        return select(Tenant.catalogue_version + 1).where(Tenant.id == self.tenant_id).scalar_subquery()

    async def archive(self, variant_ids: Sequence[UUID]) -> None:
        await self.session.execute(
            update(Variant)
            .where(Variant.tenant_id == self.tenant_id, Variant.id == _any(variant_ids, Uuid()))
            .values(is_archived=True, indexed_version=self._next_version)
        )

    async def set_stock(self, levels: Sequence[tuple[UUID, int | None]]) -> None:
        """What is on hand, by variant; what is reserved stays."""
        for chunk in chunks(levels):
            statement = self._insert(
                StockLevel, [{"variant_id": variant_id, "on_hand": on_hand} for variant_id, on_hand in chunk]
            )
            await self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["tenant_id", "variant_id"], set_={"on_hand": statement.excluded.on_hand}
                )
            )

    async def take_stock(self, variant_id: UUID, sku: str, quantity: int) -> int | None:
        """Reserve units for an order, or raise OutOfStock: two shoppers cannot take the last one.

        Returns how many are left; None where they are not counted.
        """
        statement = (
            update(StockLevel)
            .where(
                StockLevel.tenant_id == self.tenant_id,
                StockLevel.variant_id == variant_id,
                (StockLevel.on_hand.is_(None)) | (StockLevel.on_hand - StockLevel.reserved >= quantity),
            )
            .values(reserved=StockLevel.reserved + quantity)
            .returning(StockLevel.variant_id, (StockLevel.on_hand - StockLevel.reserved).label("left"))
        )
        taken = (await self.session.execute(statement)).one_or_none()
        if taken is None:
            left = select(func.coalesce(StockLevel.on_hand - StockLevel.reserved, 0)).where(
                StockLevel.tenant_id == self.tenant_id, StockLevel.variant_id == variant_id
            )
            raise OutOfStock(sku, (await self.session.execute(left)).scalar_one_or_none() or 0)
        left_now: int | None = taken.left
        return left_now

    async def return_stock(self, variant_id: UUID, quantity: int) -> None:
        """Units of an order that is not to be: anyone may buy them again. Called once for each order."""
        await self._settle(variant_id, {"reserved": StockLevel.reserved - quantity})

    async def ship_stock(self, variant_id: UUID, quantity: int) -> None:
        """Units of an order that left the shop: neither reserved nor on hand any more."""
        left = func.greatest(StockLevel.on_hand - quantity, 0)
        on_hand = case((StockLevel.on_hand.is_(None), None), else_=left)  # greatest() takes no notice of NULL
        await self._settle(variant_id, {"reserved": StockLevel.reserved - quantity, "on_hand": on_hand})

    async def _settle(self, variant_id: UUID, values: Mapping[str, Any]) -> None:
        await self.session.execute(
            update(StockLevel)
            .where(StockLevel.tenant_id == self.tenant_id, StockLevel.variant_id == variant_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _any(values: Sequence[Any], kind: TypeEngine[Any]) -> CollectionAggregate[Any]:
    """One array parameter, however many values: a list of parameters would end at 32,767."""
    return any_(literal(list(values), ARRAY(kind)))
