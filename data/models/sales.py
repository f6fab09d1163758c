"""Carts, the summaries shown before an order, and orders."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SCHEMA, Base, Json, TenantRow, same_tenant_key
from data.states import CartStatus, OrderStatus


class Cart(TenantRow):
    __tablename__ = "carts"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        Index(
            "uq_carts_open",
            "tenant_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
    )

    conversation_id: Mapped[UUID]
    status: Mapped[CartStatus] = mapped_column(server_default="open")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class CartLine(Base):
    """`unit_price` is the price as last quoted to the shopper; the table of variants decides."""

    __tablename__ = "cart_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "cart_id"], [f"{SCHEMA}.carts.tenant_id", f"{SCHEMA}.carts.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "variant_id"], [f"{SCHEMA}.variants.tenant_id", f"{SCHEMA}.variants.id"]),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    cart_id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    quantity: Mapped[int]
    unit_price: Mapped[Decimal]


class Summary(TenantRow):
    """The exact lines and total shown before an order; only a yes to this very one makes the order."""

    __tablename__ = "summaries"
    __table_args__ = (same_tenant_key("cart_id", "carts", ondelete="CASCADE"),)

    cart_id: Mapped[UUID]
    hash: Mapped[str]
    lines: Mapped[list[Json]]
    total: Mapped[Decimal]
    currency: Mapped[str]
    text: Mapped[str]
    expires_at: Mapped[datetime]


class Order(TenantRow):
    __tablename__ = "orders"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        same_tenant_key("contact_id", "contacts"),
        same_tenant_key("cart_id", "carts"),
        same_tenant_key("summary_id", "summaries"),
        UniqueConstraint("tenant_id", "reference"),
        UniqueConstraint("tenant_id", "cart_id"),
        UniqueConstraint("tenant_id", "summary_id"),
    )

    reference: Mapped[str]
    conversation_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    cart_id: Mapped[UUID]
    summary_id: Mapped[UUID]
    status: Mapped[OrderStatus] = mapped_column(server_default="placed")
    total: Mapped[Decimal]
    currency: Mapped[str]
    placed_at: Mapped[datetime]


class OrderLine(Base):
    __tablename__ = "order_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            [f"{SCHEMA}.orders.tenant_id", f"{SCHEMA}.orders.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["tenant_id", "variant_id"], [f"{SCHEMA}.variants.tenant_id", f"{SCHEMA}.variants.id"]),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    sku: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[Decimal]
