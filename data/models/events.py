"""What happened, in the past tense, for whoever wants to know; who wants to, and what became of telling them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Json, TenantRow, same_tenant_key
from data.states import EventDeliveryStatus, RunOrigin, RunStatus


class Event(TenantRow):
    """`payload` is what its cause knew; `document` what receivers are told, made when the first of them is."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_recent", "tenant_id", "created_at"),)

    name: Mapped[str]
    payload: Mapped[Json] = mapped_column(server_default="{}")
    document: Mapped[Json | None]


class Subscription(TenantRow):
    """A URL that wants to hear of events. `secrets` is ciphertext: what signs, and what signed until yesterday.

    Paused (`is_active` false) it hears later of what happens; disabled it does not. `failing_since` is when the first
    attempt failed after the last that did not.
    """

    __tablename__ = "subscriptions"

    url: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    event_names: Mapped[list[str]]
    secrets: Mapped[bytes]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    failing_since: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class EventDelivery(TenantRow):
    """One event for one subscription. `next_attempt_at` of one in hand is when it counts as lost."""

    __tablename__ = "event_deliveries"
    __table_args__ = (
        same_tenant_key("subscription_id", "subscriptions", ondelete="CASCADE"),
        same_tenant_key("event_id", "events", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "subscription_id", "event_id"),
        Index(
            "ix_event_deliveries_due", "tenant_id", "subscription_id", "next_attempt_at",
            postgresql_where=text("status = 'pending'"),
        ),
    )  # fmt: skip

    subscription_id: Mapped[UUID]
    event_id: Mapped[UUID]
    status: Mapped[EventDeliveryStatus] = mapped_column(server_default="pending")
    attempt_count: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[list[Json]] = mapped_column(server_default="[]")


class Workflow(TenantRow):
    """A workflow of the tenant's n8n that may be started, as its owner described it. `path` is under the connection's
    URL. `fault` is what the owner has to put right before it works."""

    __tablename__ = "workflows"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    path: Mapped[str]
    external_id: Mapped[str | None]
    input_schema: Mapped[Json] = mapped_column(server_default="{}")
    event_names: Mapped[list[str]] = mapped_column(server_default="[]")
    phrases: Mapped[list[str]] = mapped_column(server_default="[]")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    is_offered: Mapped[bool] = mapped_column(server_default="false")
    fault: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class WorkflowRun(TenantRow):
    """One start of a workflow: its id is what n8n is told each time, so that it can know a repetition."""

    __tablename__ = "workflow_runs"
    __table_args__ = (
        same_tenant_key("workflow_id", "workflows", ondelete="CASCADE"),
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "workflow_id", "event_id"),
        Index("ix_workflow_runs_recent", "tenant_id", "workflow_id", "created_at"),
        Index("ix_workflow_runs_due", "tenant_id", "next_attempt_at", postgresql_where=text("status = 'pending'")),
    )

    workflow_id: Mapped[UUID]
    origin: Mapped[RunOrigin]
    event_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]
    input: Mapped[Json] = mapped_column(server_default="{}")
    status: Mapped[RunStatus] = mapped_column(server_default="pending")
    attempt_count: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime | None]
    answer: Mapped[Json | None]
    error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
