"""Imports and what they leave: rows on their way in, what changed, the versions one can go back to."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SCHEMA, Base, Json, TenantRow, same_tenant_key
from data.states import ChangeKind, ImportMode, ImportPhase, ImportStatus, VersionKind


class Import(TenantRow):
    """One file becoming catalogue. Counts are of variants; `errors` are the first of `error_count`, as the API shows
    them."""

    __tablename__ = "imports"

    source: Mapped[str] = mapped_column(server_default="csv")
    file_name: Mapped[str]
    file_path: Mapped[str]
    mode: Mapped[ImportMode]
    is_dry_run: Mapped[bool] = mapped_column(server_default="false")
    status: Mapped[ImportStatus] = mapped_column(server_default="pending")
    phase: Mapped[ImportPhase | None]
    is_cancel_requested: Mapped[bool] = mapped_column(server_default="false")
    columns: Mapped[Json] = mapped_column(server_default="{}")
    row_count: Mapped[int] = mapped_column(server_default="0")
    processed_count: Mapped[int] = mapped_column(server_default="0")
    created_count: Mapped[int] = mapped_column(server_default="0")
    updated_count: Mapped[int] = mapped_column(server_default="0")
    unchanged_count: Mapped[int] = mapped_column(server_default="0")
    archived_count: Mapped[int] = mapped_column(server_default="0")
    change_count: Mapped[int] = mapped_column(server_default="0")
    error_count: Mapped[int] = mapped_column(server_default="0")
    errors: Mapped[list[Json]] = mapped_column(server_default="[]")
    warnings: Mapped[list[str]] = mapped_column(server_default="[]")
    failure: Mapped[Json | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ImportText(Base):
    """A text that an import will need a vector for."""

    __tablename__ = "import_texts"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own class-level setting

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[Json]
    staged_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ImportChange(Base):
    """What an import did to one variant, or in a dry run would do, as the owner is shown it."""

    __tablename__ = "import_changes"
    __table_args__ = (same_tenant_key("import_id", "imports", ondelete="CASCADE"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ChangeKind]
    sku: Mapped[str]
    name: Mapped[str]
    old_price: Mapped[Decimal | None]
    new_price: Mapped[Decimal | None]
    old_stock: Mapped[int | None]
    new_stock: Mapped[int | None]


class CatalogueVersion(Base):
    """A state of the catalogue that can be brought back, and what made it."""

    __tablename__ = "catalogue_versions"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[VersionKind]
    import_id: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(server_default="")
    created_count: Mapped[int] = mapped_column(server_default="0")
    updated_count: Mapped[int] = mapped_column(server_default="0")
    archived_count: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CatalogueChange(Base):
    """How a variant and its product were before this version changed them."""

    __tablename__ = "catalogue_changes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version"],
            [f"{SCHEMA}.catalogue_versions.tenant_id", f"{SCHEMA}.catalogue_versions.version"],
            ondelete="CASCADE",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    before: Mapped[Json]


class StoredMapping(Base):
    """What the owner said about the columns of files with these headers."""

    __tablename__ = "column_mappings"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    columns: Mapped[Json]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
