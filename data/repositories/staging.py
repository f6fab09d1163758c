"""Rows of a file on their way into the catalogue: written in short transactions, read by one import alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from data.repositories.repository import Repository
from data.search.documents import SearchDocument


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A row of the file; rows of one `product_key` are variants of one product. A rejected row names its SKU only."""

    position: int
    row: int
    sku: str
    name: str | None = None
    brand: str | None = None
    category: str | None = None
    description: str | None = None
    barcode: str | None = None
    unit: str | None = None
    price: str | None = None
    stock: int | None = None
    synonyms: Sequence[str] = ()
    tags: Sequence[str] = ()
    image_url: str | None = None
    more_images: Sequence[str] = ()
    options: dict[str, str] | None = None
    product_key: str | None = None
    is_rejected: bool = False


# Arrays are unpacked faster than a JSON text of the same rows, and COPY is refused where row security holds.
_STAGE = text(
    """
    INSERT INTO app.import_rows (
        tenant_id, import_id, position, row, sku, name, brand, category, description, barcode, unit, price, stock,
        synonyms, tags, image_url, more_images, options, product_key, is_rejected)
    SELECT app.tenant(), :import_id, u.position, u.row, u.sku, u.name, u.brand, u.category, u.description, u.barcode,
        u.unit, u.price::numeric, u.stock, u.synonyms::jsonb, u.tags::jsonb, u.image_url, u.more_images::jsonb,
        u.options::jsonb, u.product_key, u.is_rejected
    FROM unnest(
        CAST(:position AS integer[]), CAST(:row AS integer[]), CAST(:sku AS text[]), CAST(:name AS text[]),
        CAST(:brand AS text[]), CAST(:category AS text[]), CAST(:description AS text[]), CAST(:barcode AS text[]),
        CAST(:unit AS text[]), CAST(:price AS text[]), CAST(:stock AS integer[]), CAST(:synonyms AS text[]),
        CAST(:tags AS text[]), CAST(:image_url AS text[]), CAST(:more_images AS text[]), CAST(:options AS text[]),
        CAST(:product_key AS text[]), CAST(:is_rejected AS boolean[])
    ) AS u (position, row, sku, name, brand, category, description, barcode, unit, price, stock, synonyms, tags,
        image_url, more_images, options, product_key, is_rejected)
    """
)
_PLAIN = (
    "position", "row", "sku", "name", "brand", "category", "description", "barcode", "unit", "price", "stock",
    "image_url", "product_key", "is_rejected",
)  # fmt: skip
_PACKED = ("synonyms", "tags", "more_images", "options")


class StagingRepository(Repository):
    async def add(self, import_id: UUID, rows: Sequence[StagedRow]) -> None:
        values: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in _PLAIN}
        values |= {name: [_packed(getattr(row, name), name) for row in rows] for name in _PACKED}
        await self.session.execute(_STAGE, values | {"import_id": import_id})

    async def clear(self, import_id: UUID) -> None:
        await self._delete("import_id = :import_id", import_id=import_id)

    async def clear_abandoned(self) -> None:
        """Rows of imports that were killed a day ago or more."""
        await self._delete("staged_at < now() - interval '1 day'")

    async def _delete(self, condition: str, **values: Any) -> None:
        for table in ("import_rows", "import_texts"):
            statement = f"DELETE FROM app.{table} WHERE tenant_id = app.tenant() AND {condition}"  # noqa: S608 - ours
            await self.session.execute(text(statement), values)

    async def unembedded(self, import_id: UUID, embedder: str, limit: int) -> dict[str, str]:
        """Texts the import will need and there is no vector of yet, by their content hash."""
        statement = text(
            """
            SELECT t.content_hash, t.document FROM app.import_texts t
            WHERE t.tenant_id = app.tenant() AND t.import_id = :import_id AND NOT EXISTS (
                SELECT FROM app.text_vectors v WHERE v.tenant_id = t.tenant_id AND v.embedder = :embedder
                    AND v.content_hash = t.content_hash)
            ORDER BY t.content_hash LIMIT :limit
            """
        )
        rows = await self.session.execute(statement, {"import_id": import_id, "embedder": embedder, "limit": limit})
        return {content_hash: _text(document) for content_hash, document in rows}

    async def text_count(self, import_id: UUID) -> int:
        statement = text("SELECT count(*) FROM app.import_texts WHERE tenant_id = app.tenant() AND import_id = :id")
        return int((await self.session.execute(statement, {"id": import_id})).scalar_one())


_EMPTY = {"synonyms": "[]", "tags": "[]", "more_images": "[]", "options": "{}"}


def _packed(value: Any, name: str) -> str:
    return json.dumps(value, ensure_ascii=False) if value else _EMPTY[name]


def _text(document: str | dict[str, Any]) -> str:
    fields = json.loads(document) if isinstance(document, str) else document
    return SearchDocument(id=0, sku="", **fields).text()
