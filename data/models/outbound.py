"""What carrying messages leaves behind: files that shoppers sent, what providers keep of ours, what was billed."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.content import MediaKind
from data.models.base import SCHEMA, Base, CreatedAt, TenantRow, same_tenant_key
from data.states import ChannelKind, MediaStatus


class Media(TenantRow):
    """A file a shopper sent. `path` is below the media folder; `reference` is what its channel fetches it by."""

    __tablename__ = "media"
    __table_args__ = (
        same_tenant_key("message_id", "messages", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "message_id", "place"),
    )

    message_id: Mapped[UUID]
    place: Mapped[int]
    kind: Mapped[MediaKind]
    reference: Mapped[str]
    status: Mapped[MediaStatus] = mapped_column(server_default="pending")
    error: Mapped[str | None]
    content_type: Mapped[str] = mapped_column(server_default="")
    filename: Mapped[str] = mapped_column(server_default="")
    path: Mapped[str | None]
    byte_count: Mapped[int | None]
    transcript: Mapped[str | None]


class ProviderContent(Base):
    """Something of ours that a provider keeps under its own id, found by what it is."""

    __tablename__ = "provider_contents"
    __table_args__ = (same_tenant_key("channel_id", "channels", ondelete="CASCADE"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel_id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str]
    created_at: Mapped[CreatedAt]


class UsageCount(Base):
    """How many messages went out in a month (UTC, its first day), and how many of them the provider billed."""

    __tablename__ = "usage_counts"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    channel_kind: Mapped[ChannelKind] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sent_count: Mapped[int] = mapped_column(server_default="0")
    billed_count: Mapped[int] = mapped_column(server_default="0")
