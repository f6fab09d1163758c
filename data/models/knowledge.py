"""What a tenant knows about itself, and what it was asked that nobody had told it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import TenantRow, same_tenant_key
from data.states import SuggestionStatus


class KnowledgeEntry(TenantRow):
    """A question and its answer in the owner's words; `key` are the question's own words, one entry each.

    `wordings` are other ways of asking it, `source` the file it came in. `search_id` is its key in the index.
    """

    __tablename__ = "knowledge_entries"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    search_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    key: Mapped[str]
    topic: Mapped[str] = mapped_column(server_default="")
    question: Mapped[str]
    answer: Mapped[str]
    wordings: Mapped[list[str]] = mapped_column(server_default="[]")
    source: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    content_hash: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class UnansweredQuestion(TenantRow):
    """A suggestion for the owner. `words` are those that matter, in one form: like questions are one row."""

    __tablename__ = "unanswered_questions"
    __table_args__ = (
        same_tenant_key("conversation_id", "conversations", ondelete="SET NULL (conversation_id)"),
        same_tenant_key("entry_id", "knowledge_entries", ondelete="SET NULL (entry_id)"),
        Index("ix_unanswered_questions_last_asked_at", "tenant_id", "status", "last_asked_at"),
    )

    words: Mapped[str]
    example: Mapped[str]
    topic: Mapped[str] = mapped_column(server_default="")
    count: Mapped[int] = mapped_column(server_default="1")
    status: Mapped[SuggestionStatus]
    conversation_id: Mapped[UUID | None]
    entry_id: Mapped[UUID | None]
    last_asked_at: Mapped[datetime]
