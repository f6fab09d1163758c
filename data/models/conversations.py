"""Contacts and what is said with them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import BigInt, Json, TenantRow, same_tenant_key
from data.states import Actor, BrainKind, ConversationStatus, Delivery, Sender, SetAside


class Contact(TenantRow):
    """`order_data` is what their last order was made with (agent.order_data.OrderData, as JSON).

    `opted_out_at`: since when nobody may write to them unasked.
    """

    __tablename__ = "contacts"

    name: Mapped[str | None]
    order_data: Mapped[Json] = mapped_column(server_default="{}")
    opted_out_at: Mapped[datetime | None]


class ContactAddress(TenantRow):
    """Where a contact is on a channel, kept as the provider writes it."""

    __tablename__ = "contact_addresses"
    __table_args__ = (
        same_tenant_key("contact_id", "contacts", ondelete="CASCADE"),
        same_tenant_key("channel_id", "channels", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "channel_id", "address"),
    )

    contact_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    address: Mapped[str]


class Conversation(TenantRow):
    """`memory` is what the agent keeps between turns (agent.memory.Memory, as JSON);
    `answered_position` is the last inbound message a turn has answered.

    `status_since`, `status_actor`, `status_actor_name` and `status_reason` say when, by whom and why the status is what
    it is; OwnershipChange keeps those before. `owner_as_of` is the moment of the channel's last word on it. While
    `quieted_at` is set, a flood or a loop is being sat out. `burst_began_at` is when the first message came of those
    one turn now waits for."""

    __tablename__ = "conversations"
    __table_args__ = (
        same_tenant_key("contact_id", "contacts", ondelete="CASCADE"),
        same_tenant_key("channel_id", "channels", ondelete="CASCADE"),
        Index(
            "uq_conversations_open",
            "tenant_id",
            "channel_id",
            "contact_id",
            unique=True,
            postgresql_where=text("status <> 'closed'"),
        ),
        Index("ix_conversations_recent", "tenant_id", "last_message_at"),
    )

    contact_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    address: Mapped[str]
    status: Mapped[ConversationStatus] = mapped_column(server_default="automated")
    memory: Mapped[Json] = mapped_column(server_default="{}")
    answered_position: Mapped[BigInt] = mapped_column(server_default="0")
    last_inbound_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    status_since: Mapped[datetime | None]
    status_actor: Mapped[Actor | None]
    status_actor_name: Mapped[str | None]
    status_reason: Mapped[str | None]
    owner_as_of: Mapped[datetime | None]
    burst_began_at: Mapped[datetime | None]
    quieted_at: Mapped[datetime | None]


class Message(TenantRow):
    """One inbound or outbound message; `payload` keeps all the provider sent (inbound) or what to render
    (outbound: choices, cards).

    `position` is the order in which we heard and said them; `said_at`, by the provider's clock where it tells, the
    order in which they were meant. A message with `set_aside` wants no answer.
    """

    __tablename__ = "messages"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        same_tenant_key("channel_id", "channels", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "channel_id", "external_id"),
        Index("ix_messages_conversation", "tenant_id", "conversation_id", "position"),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    conversation_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    sender: Mapped[Sender]
    text: Mapped[str]
    payload: Mapped[Json] = mapped_column(server_default="{}")
    external_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    said_at: Mapped[datetime] = mapped_column(server_default=func.now())
    set_aside: Mapped[SetAside | None]
    delivery: Mapped[Delivery | None]
    delivery_error: Mapped[str | None]
    attempt_count: Mapped[int] = mapped_column(server_default="0")
    attempted_at: Mapped[datetime | None]
    part_count: Mapped[int] = mapped_column(server_default="1", default=1)
    part_ids: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    doubted_at: Mapped[datetime | None]
    absence_count: Mapped[int] = mapped_column(server_default="0", default=0)
    is_billed: Mapped[bool | None]
    billing_kind: Mapped[str | None]
    turn_id: Mapped[UUID | None]


class Turn(TenantRow):
    """One run of the agent: which brain, what it did and why, for «¿por qué dijo eso?».

    `found` is what was searched and with which scores; `model_calls` each call of a model with its tokens and cost
    (None: nobody knows the price), also those whose answer was not used."""

    __tablename__ = "turns"
    __table_args__ = (same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),)

    conversation_id: Mapped[UUID]
    brain: Mapped[BrainKind]
    fallback_reason: Mapped[str | None]
    started_at: Mapped[datetime]
    duration_ms: Mapped[Decimal]
    first_position: Mapped[BigInt]
    last_position: Mapped[BigInt]
    shown: Mapped[list[Json]] = mapped_column(server_default="[]")
    receipts: Mapped[list[Json]] = mapped_column(server_default="[]")
    tool_calls: Mapped[list[Json]] = mapped_column(server_default="[]")
    guardrail_problems: Mapped[list[str]] = mapped_column(server_default="[]")
    prompt_fingerprint: Mapped[str | None]
    input_token_count: Mapped[int | None]
    output_token_count: Mapped[int | None]
    cost_usd: Mapped[Decimal | None] = mapped_column(Numeric(16, 6))
    model_calls: Mapped[list[Json]] = mapped_column(server_default="[]")
    found: Mapped[list[Json]] = mapped_column(server_default="[]")


class Handoff(TenantRow):
    """A period in which people answer: `taken_at` is when the first one did, `timed_out_at` when nobody had."""

    __tablename__ = "handoffs"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        Index(
            "uq_handoffs_open",
            "tenant_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    conversation_id: Mapped[UUID]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    timed_out_at: Mapped[datetime | None]


class OwnershipChange(TenantRow):
    """Who answers a conversation from `changed_at` on, and who decided so and why. Never rewritten."""

    __tablename__ = "ownership_changes"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        Index("ix_ownership_changes_conversation", "tenant_id", "conversation_id", "changed_at"),
    )

    conversation_id: Mapped[UUID]
    status: Mapped[ConversationStatus]
    actor: Mapped[Actor]
    actor_name: Mapped[str | None]
    reason: Mapped[str]
    changed_at: Mapped[datetime]


class QuarantinedItem(TenantRow):
    """A part of a provider's request that could not be read; the rest of it was."""

    __tablename__ = "quarantined_items"
    __table_args__ = (
        same_tenant_key("channel_id", "channels", ondelete="CASCADE"),
        Index("ix_quarantined_items_recent", "tenant_id", "created_at"),
    )

    channel_id: Mapped[UUID]
    reason: Mapped[str]
    raw: Mapped[Json]
