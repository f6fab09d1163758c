"""The tenant's other systems."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from data.encryption import SecretBox
from data.models import Connection
from data.repositories.repository import Repository
from data.states import ConnectionKind


class ConnectionRepository(Repository):
    async def get(self, kind: ConnectionKind, *, lock: bool = False) -> Connection | None:
        statement = select(Connection).where(Connection.tenant_id == self.tenant_id, Connection.kind == kind)
        if lock:
            statement = statement.with_for_update()
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def active(self, kind: ConnectionKind) -> Connection | None:
        found = await self.get(kind)
        return found if found is not None and found.is_active else None

    async def put(
        self, kind: ConnectionKind, config: Mapping[str, Any], secrets: Mapping[str, str] | None, box: SecretBox
    ) -> Connection:
        """The connection of this kind, made or changed. `secrets` None leaves those it has."""
        made = insert(Connection).values(tenant_id=self.tenant_id, id=uuid4(), kind=kind)
        await self.session.execute(made.on_conflict_do_nothing())
        connection = await self.get(kind, lock=True)
        assert connection is not None
        connection.config = dict(config)
        connection.is_active = True
        if secrets is not None:
            connection.secrets = box.seal(dict(secrets), self.tenant_id, _place(connection.id))
        await self.session.flush()
        return connection

    async def note(self, kind: ConnectionKind, **values: Any) -> None:
        """Adds to its state; nothing where there is no such connection."""
        connection = await self.get(kind, lock=True)
        if connection is not None:
            connection.state = connection.state | values
            await self.session.flush()

    async def delete(self, kind: ConnectionKind) -> bool:
        statement = delete(Connection).where(Connection.tenant_id == self.tenant_id, Connection.kind == kind)
        return bool((await self.session.execute(statement.returning(Connection.id))).all())


def open_secrets(connection: Connection, box: SecretBox) -> dict[str, str]:
    """Raises data.encryption.SecretUnreadable."""
    return box.open(connection.secrets, connection.tenant_id, _place(connection.id)) if connection.secrets else {}


def _place(connection_id: UUID) -> str:
    return f"connections/{connection_id}"
