"""Finding the tenant before it is known: by RUT, by channel id, by a member's e-mail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from data.database import Database
from data.states import ConnectionKind, Role


@dataclass(frozen=True, slots=True)
class TenantEntry:
    id: UUID
    rut: str
    name: str


@dataclass(frozen=True, slots=True)
class MemberEntry:
    tenant_id: UUID
    rut: str
    member_id: UUID
    role: Role
    password_hash: str


class Directory:
    """The only questions that may be asked without a tenant; the database answers them through functions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tenants(self) -> list[TenantEntry]:
        return [TenantEntry(*row) for row in await self._database.find("SELECT id, rut, name FROM app.find_tenants()")]

    async def first_tenant(self) -> UUID | None:
        """The one that was opened first."""
        return await self._one("SELECT id FROM app.find_tenants() LIMIT 1")

    async def connected_tenants(self, kind: ConnectionKind) -> list[UUID]:
        """Those with an active connection of this kind."""
        rows = await self._database.find("SELECT tenant_id FROM app.find_connections(:kind)", kind=kind.value)
        return [row[0] for row in rows]

    async def late_tenants(self, since: datetime) -> list[UUID]:
        """Those with events or workflow runs that were due before."""
        return [row[0] for row in await self._database.find("SELECT tenant_id FROM app.find_late(:since)", since=since)]

    async def tenant_by_run(self, run_id: UUID) -> UUID | None:
        """Whose workflow run this is."""
        return await self._one("SELECT tenant_id FROM app.find_run(:key)", key=run_id)

    async def tenant_by_rut(self, rut: str) -> UUID | None:
        """`rut` in canonical form ("76543210-3")."""
        return await self._one("SELECT id FROM app.find_tenant(:key)", key=rut)

    async def tenant_by_channel(self, channel_id: UUID) -> UUID | None:
        """None for an unknown channel, and for one that is switched off."""
        return await self._one("SELECT tenant_id FROM app.find_channel(:key)", key=channel_id)

    async def members(self, email: str) -> list[MemberEntry]:
        """Every membership of this address, in any tenant."""
        statement = "SELECT tenant_id, rut, member_id, role, password_hash FROM app.find_members(:email)"
        rows = await self._database.find(statement, email=email)
        return [MemberEntry(row[0], row[1], row[2], Role(row[3]), row[4]) for row in rows]

    async def _one(self, statement: str, **values: object) -> UUID | None:
        rows = await self._database.find(statement, **values)
        return rows[0][0] if rows else None
