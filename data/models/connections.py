"""A tenant's other systems: where they are, what opens them, how they are doing."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Json, TenantRow
from data.states import ConnectionKind


class Connection(TenantRow):
    """One of each kind. `config` may be shown, `secrets` is ciphertext (data.encryption); `state` is what we last saw
    of it: the outcome of trials, how far a sync has come."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("tenant_id", "kind"),)

    kind: Mapped[ConnectionKind]
    config: Mapped[Json] = mapped_column(server_default="{}")
    secrets: Mapped[bytes | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    state: Mapped[Json] = mapped_column(server_default="{}")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
