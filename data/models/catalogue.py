"""What a tenant sells, how much of it there is, the vectors that find it, and the imports that made it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SCHEMA, Base, Json, TenantRow, same_tenant_key
from data.states import ImportMode, ImportStatus


class Product(TenantRow):
    """A thing as the customer thinks of it; `key` tells rows of one product apart from others."""

    __tablename__ = "products"
    __table_args__ = (Index("uq_products_key", "tenant_id", "key", unique=True),)

    key: Mapped[str]
    name: Mapped[str]
    brand: Mapped[str | None]
    category: Mapped[str | None]
    description: Mapped[str | None]
    synonyms: Mapped[list[str]] = mapped_column(server_default="[]")
    image_url: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Variant(TenantRow):
    """What can be bought. `search_id` is its key in the FAISS index; SKUs are unique whatever their case."""

    __tablename__ = "variants"
    __table_args__ = (
        same_tenant_key("product_id", "products", ondelete="CASCADE"),
        CheckConstraint("price > 0", name="price_positive"),
        Index("uq_variants_sku", "tenant_id", text("lower(sku)"), unique=True),
        Index("ix_variants_search_id", "tenant_id", "search_id", unique=True),
    )

    product_id: Mapped[UUID]
    search_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    sku: Mapped[str]
    barcode: Mapped[str | None]
    options: Mapped[dict[str, str]] = mapped_column(server_default="{}")
    unit: Mapped[str | None]
    price: Mapped[Decimal]
    currency: Mapped[str]
    is_archived: Mapped[bool] = mapped_column(server_default="false")
    content_hash: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class StockLevel(Base):
    """`on_hand` NULL: the shop does not count this one. What can be sold is on_hand - reserved."""

    __tablename__ = "stock_levels"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "variant_id"],
            [f"{SCHEMA}.variants.tenant_id", f"{SCHEMA}.variants.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("on_hand >= 0 AND reserved >= 0", name="not_negative"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    on_hand: Mapped[int | None]
    reserved: Mapped[int] = mapped_column(server_default="0")


class VariantVector(Base):
    """A variant's embedding (little-endian float32), by embedder; stale when the hash differs."""

    __tablename__ = "variant_vectors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "variant_id"],
            [f"{SCHEMA}.variants.tenant_id", f"{SCHEMA}.variants.id"],
            ondelete="CASCADE",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    embedder: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    vector: Mapped[bytes]


class Import(TenantRow):
    """One file becoming catalogue. Counts are of rows; `errors` are row errors as the API shows them."""

    __tablename__ = "imports"

    source: Mapped[str] = mapped_column(server_default="csv")
    file_name: Mapped[str]
    file_path: Mapped[str]
    mode: Mapped[ImportMode]
    is_dry_run: Mapped[bool] = mapped_column(server_default="false")
    status: Mapped[ImportStatus] = mapped_column(server_default="pending")
    row_count: Mapped[int] = mapped_column(server_default="0")
    processed_count: Mapped[int] = mapped_column(server_default="0")
    created_count: Mapped[int] = mapped_column(server_default="0")
    updated_count: Mapped[int] = mapped_column(server_default="0")
    unchanged_count: Mapped[int] = mapped_column(server_default="0")
    archived_count: Mapped[int] = mapped_column(server_default="0")
    errors: Mapped[list[Json]] = mapped_column(server_default="[]")
    failure: Mapped[Json | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
