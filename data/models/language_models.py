"""What a tenant's language model is told, which one it is, and what it has cost."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Numeric, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SCHEMA, Base, BigInt, TenantRow, same_tenant_key

Cost = Numeric(16, 6)


class PromptVersion(TenantRow):
    """A part of the prompt as the shop wants it, everywhere or on one channel; the highest version counts. `text` None:
    back to the file."""

    __tablename__ = "prompt_versions"
    __table_args__ = (
        same_tenant_key("channel_id", "channels", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "name", "channel_id", "version", postgresql_nulls_not_distinct=True),
    )

    name: Mapped[str]
    channel_id: Mapped[UUID | None]
    version: Mapped[int]
    text: Mapped[str | None]
    author: Mapped[str] = mapped_column(server_default="")


class TenantModel(Base):
    """`setting` "" is the installation's model. `secrets` is ciphertext (data.encryption); `is_enabled` is read at each
    turn; `warned_month` is the month (its first day) whose spending was warned of."""

    __tablename__ = "tenant_models"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True)
    setting: Mapped[str] = mapped_column(server_default="")
    base_url: Mapped[str | None]
    secrets: Mapped[bytes | None]
    is_enabled: Mapped[bool] = mapped_column(server_default="true")
    most_usd_a_month: Mapped[Decimal | None]
    warned_month: Mapped[date | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class ModelUsage(Base):
    """A month (UTC, its first day) with one model; `unpriced_count` are calls whose price is not known."""

    __tablename__ = "model_usage"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    call_count: Mapped[int] = mapped_column(server_default="0")
    input_token_count: Mapped[BigInt] = mapped_column(server_default="0")
    output_token_count: Mapped[BigInt] = mapped_column(server_default="0")
    cost_usd: Mapped[Decimal] = mapped_column(Cost, server_default="0")
    unpriced_count: Mapped[int] = mapped_column(server_default="0")
