"""Carts, the summaries shown before an order, orders, and what shoppers wait for."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SCHEMA, Base, Json, TenantRow, same_tenant_key
from data.states import CartStatus, LeadKind, LeadStatus, OrderStatus, WaitlistStatus


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
    """The exact lines and total shown before an order; only a yes to this very one makes the order.

    `details` is the data of the order (agent.order_data.OrderData); `dispatch_cost` stands apart from the total,
    None where it is not known yet."""

    __tablename__ = "summaries"
    __table_args__ = (same_tenant_key("cart_id", "carts", ondelete="CASCADE"),)

    cart_id: Mapped[UUID]
    hash: Mapped[str]
    lines: Mapped[list[Json]]
    total: Mapped[Decimal]
    currency: Mapped[str]
    text: Mapped[str]
    expires_at: Mapped[datetime]
    details: Mapped[Json] = mapped_column(server_default="{}")
    dispatch_cost: Mapped[Decimal | None]


class Order(TenantRow):
    """`details` and `dispatch_cost` are as agreed, whatever the contact says later. `expires_at` is when the stock is
    given back if nobody confirmed by then; `stock_settled_at` when it was given back or left the shop: once.

    `external_reference`, `external_state`, `submitted_at` and `held_reason` are what the shop's own system says of
    it, or why it was not sent there."""

    __tablename__ = "orders"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        same_tenant_key("contact_id", "contacts"),
        same_tenant_key("cart_id", "carts"),
        same_tenant_key("summary_id", "summaries"),
        UniqueConstraint("tenant_id", "reference"),
        UniqueConstraint("tenant_id", "cart_id"),
        UniqueConstraint("tenant_id", "summary_id"),
        Index("ix_orders_contact", "tenant_id", "contact_id", "placed_at"),
        Index(
            "ix_orders_waiting",
            "tenant_id",
            "placed_at",
            postgresql_where=text("external_state IS NOT NULL AND submitted_at IS NULL"),
        ),
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
    details: Mapped[Json] = mapped_column(server_default="{}")
    dispatch_cost: Mapped[Decimal | None]
    expires_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None]
    stock_settled_at: Mapped[datetime | None]
    external_reference: Mapped[str | None]
    external_state: Mapped[Json | None]
    submitted_at: Mapped[datetime | None]
    held_reason: Mapped[str | None]


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
        Index("ix_order_lines_variant_id", "tenant_id", "variant_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    sku: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[Decimal]


class WaitlistEntry(TenantRow):
    """A contact to be told when there is something again: a variant, or words for what the shop does not sell."""

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        same_tenant_key("contact_id", "contacts", ondelete="CASCADE"),
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        same_tenant_key("variant_id", "variants"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index(
            "uq_waitlist_entries_waiting",
            "tenant_id",
            "contact_id",
            "variant_id",
            unique=True,
            postgresql_where=text("status = 'waiting'"),
        ),
        Index("ix_waitlist_entries_recent", "tenant_id", "created_at"),
    )

    contact_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    variant_id: Mapped[UUID | None]
    wanted: Mapped[str]
    quantity: Mapped[int] = mapped_column(server_default="1")
    status: Mapped[WaitlistStatus] = mapped_column(server_default="waiting")
    settled_at: Mapped[datetime | None]


class Lead(TenantRow):
    """Someone who wants the shop to get in touch; `moment` is when, in their words."""

    __tablename__ = "leads"
    __table_args__ = (
        same_tenant_key("contact_id", "contacts", ondelete="CASCADE"),
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        Index("ix_leads_recent", "tenant_id", "created_at"),
    )

    contact_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    kind: Mapped[LeadKind]
    status: Mapped[LeadStatus] = mapped_column(server_default="new")
    phone: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    moment: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
