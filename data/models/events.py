"""What happened, in the past tense, for whoever wants to know."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Json, TenantRow


class Event(TenantRow):
    __tablename__ = "events"
    __table_args__ = (Index("ix_events_recent", "tenant_id", "created_at"),)

    name: Mapped[str]
    payload: Mapped[Json] = mapped_column(server_default="{}")
