"""What every table shares: naming, column types, the tenant column and its composite key."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "app"

Json = dict[str, Any]
BigInt = Annotated[int, mapped_column(BigInteger)]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


class Base(DeclarativeBase):
    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        },
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own class-level setting
        str: Text,
        UUID: Uuid,
        datetime: DateTime(timezone=True),
        Decimal: Numeric(14, 2),
        Json: JSONB,
        list[Json]: JSONB,
        list[str]: JSONB,
        dict[str, str]: JSONB,
        enum.StrEnum: Enum(
            enum.StrEnum,
            native_enum=False,
            create_constraint=False,
            length=20,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


class TenantRow(Base):
    """A row of one tenant: keyed by (tenant_id, id), so a child cannot point into another tenant."""

    __abstract__ = True

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[CreatedAt]


def same_tenant_key(column: str, table: str, **options: Any) -> ForeignKeyConstraint:
    """A foreign key to `table` that carries the tenant along."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{SCHEMA}.{table}.tenant_id", f"{SCHEMA}.{table}.id"], **options
    )
