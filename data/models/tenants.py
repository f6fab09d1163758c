"""Tenants, the people with access to them, and the channels they answer on."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, BigInt, CreatedAt, Json, TenantRow
from data.states import ChannelKind, Role


class Tenant(Base):
    """One business. `settings` holds what its owner may change (tone, instructions…)."""

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    rut: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    currency: Mapped[str] = mapped_column(server_default="CLP")
    timezone: Mapped[str] = mapped_column(server_default="America/Santiago")
    settings: Mapped[Json] = mapped_column(server_default="{}")
    catalogue_version: Mapped[BigInt] = mapped_column(server_default="0")
    knowledge_version: Mapped[BigInt] = mapped_column(server_default="0")
    last_order_number: Mapped[BigInt] = mapped_column(server_default="0")
    created_at: Mapped[CreatedAt]


class Member(TenantRow):
    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)

    email: Mapped[str] = mapped_column(index=True)
    password_hash: Mapped[str]
    role: Mapped[Role]


class Channel(TenantRow):
    """A connected address. `secrets` is ciphertext (data.encryption), never readable in a dump; `fetched_until` is how
    far its provider's own list of messages was read."""

    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "address"), UniqueConstraint("id"))

    kind: Mapped[ChannelKind]
    name: Mapped[str]
    address: Mapped[str]
    config: Mapped[Json] = mapped_column(server_default="{}")
    secrets: Mapped[bytes | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    fetched_until: Mapped[datetime | None]
