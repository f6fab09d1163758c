"""What a tenant's desk, its Chatwoot, shows of our conversations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import BigInt, TenantRow, same_tenant_key


class DeskConversation(TenantRow):
    """A conversation of ours shown at the desk; `external_id` is what it is called there, once it was made.

    Messages after `shown_from` go there one by one while `is_shown`; those between `told_from` and it are told in a
    note. `attempt_count` is how often in a row the desk could not be reached."""

    __tablename__ = "desk_conversations"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "conversation_id"),
        Index(
            "ix_desk_conversations_external",
            "tenant_id",
            "external_id",
            postgresql_where=text("external_id IS NOT NULL"),
        ),
    )

    conversation_id: Mapped[UUID]
    external_id: Mapped[str | None]
    is_shown: Mapped[bool] = mapped_column(server_default="true")
    told_from: Mapped[BigInt] = mapped_column(server_default="0")
    shown_from: Mapped[BigInt] = mapped_column(server_default="0")
    attempt_count: Mapped[int] = mapped_column(server_default="0")


class DeskPost(TenantRow):
    """Something said at both places, once: `id` is that of our message, or of the hand-off that a note is about.

    `posting_at`: since when it may be there; `external_id` is what the desk calls it, "" where it took none."""

    __tablename__ = "desk_posts"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "conversation_id", "external_id"),
    )

    conversation_id: Mapped[UUID]
    external_id: Mapped[str | None]
    posting_at: Mapped[datetime | None]
