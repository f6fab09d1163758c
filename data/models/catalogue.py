"""What a tenant sells, how much of it there is, and the vectors that find it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SCHEMA, Base, TenantRow, same_tenant_key


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
    tags: Mapped[list[str]] = mapped_column(server_default="[]")
    image_url: Mapped[str | None]
    more_images: Mapped[list[str]] = mapped_column(server_default="[]")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Variant(TenantRow):
    """What can be bought. `search_id` is its key in the FAISS index; SKUs are unique whatever their case.

    `indexed_version` is the catalogue version at which anything that searching depends on last changed.
    """

    __tablename__ = "variants"
    __table_args__ = (
        same_tenant_key("product_id", "products", ondelete="CASCADE"),
        CheckConstraint("price > 0", name="price_positive"),
        Index("uq_variants_sku", "tenant_id", text("lower(sku)"), unique=True),
        Index("ix_variants_product_id", "tenant_id", "product_id"),
        Index("ix_variants_search_id", "tenant_id", "search_id", unique=True),
        Index("ix_variants_indexed_version", "tenant_id", "indexed_version"),
    )

    # Its product's key has the tenant in it: to look the tenant up as well took an eighth of what an import writes.
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
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
    created_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    indexed_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
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


class TextVector(Base):
    """An embedding (little-endian float32) of what a variant is found by, kept by the fingerprint of that text."""

    __tablename__ = "text_vectors"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True)
    embedder: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes]
