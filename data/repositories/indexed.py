"""What the search indexes are built from: the words of every variant, and its vector where one is kept."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, any_, exists, func, literal, select

from data.models import Product, StockLevel, TextVector, Variant
from data.repositories.repository import Repository
from data.search.documents import SearchDocument
from data.search.wish import Wish

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class IndexedVariant:
    """`vector` (little-endian float32) is None when none was kept for this embedder and these words."""

    document: SearchDocument
    content_hash: str
    vector: bytes | None


class IndexedRepository(Repository):
    async def variants(self, embedder: str) -> AsyncIterator[Sequence[IndexedVariant]]:
        """All that can be found now, in batches, by search id."""
        result = await self.session.stream(self._select(embedder).where(~Variant.is_archived))
        async for rows in result.partitions(_BATCH):
            yield [_indexed(row) for row in rows]

    async def changed_since(self, version: int, embedder: str) -> list[IndexedVariant]:
        """What can be found now, and by other words than at that version of the catalogue (or not at all then)."""
        statement = self._select(embedder).where(Variant.indexed_version > version, ~Variant.is_archived)
        return [_indexed(row) for row in await self.session.execute(statement)]

    async def gone_since(self, version: int) -> list[int]:
        """Search ids of what was archived since."""
        statement = select(Variant.search_id).where(
            Variant.tenant_id == self.tenant_id, Variant.indexed_version > version, Variant.is_archived
        )
        return list((await self.session.execute(statement)).scalars())

    async def narrowed(self, ids: Sequence[int] | None, wish: Wish, limit: int) -> list[int]:
        """Search ids within a wish's prices and stock, by price if it asks for an order; of `ids`, or of all."""
        statement = (
            select(Variant.search_id)
            .outerjoin(StockLevel, (StockLevel.tenant_id == Variant.tenant_id) & (StockLevel.variant_id == Variant.id))
            .where(Variant.tenant_id == self.tenant_id, ~Variant.is_archived)
        )
        if ids is not None:
            statement = statement.where(Variant.search_id == any_(literal(list(ids), ARRAY(BigInteger()))))
        if wish.min_price is not None:
            statement = statement.where(Variant.price >= wish.min_price)
        if wish.max_price is not None:
            statement = statement.where(Variant.price <= wish.max_price)
        if wish.in_stock:
            statement = statement.where(StockLevel.on_hand.is_(None) | (StockLevel.on_hand > StockLevel.reserved))
        order = {"cheapest": Variant.price.asc(), "dearest": Variant.price.desc()}.get(wish.sort)
        first = (order,) if order is not None else ()
        statement = statement.order_by(*first, Variant.search_id).limit(limit)
        return list((await self.session.execute(statement)).scalars())

    async def unembedded(self, embedder: str, limit: int) -> dict[str, SearchDocument]:
        """What can be found now and has no vector of this embedder, by the fingerprint of its words."""
        statement = self._select(embedder).where(~Variant.is_archived, TextVector.vector.is_(None)).limit(limit)
        rows = [_indexed(row) for row in await self.session.execute(statement)]
        return {row.content_hash: row.document for row in rows}

    async def unembedded_count(self, embedder: str) -> int:
        """How many texts have no vector of this embedder."""
        has_vector = exists().where(
            TextVector.tenant_id == self.tenant_id,
            TextVector.content_hash == Variant.content_hash,
            TextVector.embedder == embedder,
        )
        statement = select(func.count(Variant.content_hash.distinct())).where(
            Variant.tenant_id == self.tenant_id, ~Variant.is_archived, ~has_vector
        )
        return (await self.session.execute(statement)).scalar_one()

    def _select(self, embedder: str) -> Select[*tuple[Any, ...]]:
        return (
            select(
                Variant.search_id,
                Variant.sku,
                Variant.barcode,
                Variant.options,
                Variant.content_hash,
                Product.name,
                Product.brand,
                Product.category,
                Product.description,
                Product.synonyms,
                Product.tags,
                TextVector.vector,
            )
            .join(Product, (Product.tenant_id == Variant.tenant_id) & (Product.id == Variant.product_id))
            .outerjoin(
                TextVector,
                (TextVector.tenant_id == Variant.tenant_id)
                & (TextVector.content_hash == Variant.content_hash)
                & (TextVector.embedder == embedder),
            )
            .where(Variant.tenant_id == self.tenant_id)
            .order_by(Variant.search_id)
        )


def _indexed(row: Any) -> IndexedVariant:
    document = SearchDocument(
        id=row.search_id,
        sku=row.sku,
        name=row.name,
        barcode=row.barcode,
        brand=row.brand,
        category=row.category,
        description=row.description,
        options=row.options,
        synonyms=(*row.synonyms, *row.tags),
    )
    return IndexedVariant(document, row.content_hash, row.vector)
