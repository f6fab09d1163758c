"""What the owner said about the columns of their files, remembered for the next file with the same headers."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from data.models import StoredMapping
from data.repositories.repository import Repository

# A shop has a few suppliers, each with their own list.
_MOST = 100


class MappingRepository(Repository):
    async def get(self, fingerprint: str) -> dict[str, Any] | None:
        stored = await self.session.get(StoredMapping, (self.tenant_id, fingerprint), populate_existing=True)
        return stored.columns if stored else None

    async def all(self) -> dict[str, dict[str, Any]]:
        """By fingerprint, the latest first."""
        statement = (
            select(StoredMapping.fingerprint, StoredMapping.columns)
            .where(StoredMapping.tenant_id == self.tenant_id)
            .order_by(StoredMapping.updated_at.desc())
            .limit(_MOST)
        )
        return dict((await self.session.execute(statement)).all())

    async def save(self, fingerprint: str, columns: dict[str, Any]) -> None:
        statement = insert(StoredMapping).values(
            tenant_id=self.tenant_id, fingerprint=fingerprint, columns=columns, updated_at=func.now()
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "fingerprint"],
                set_={"columns": statement.excluded.columns, "updated_at": statement.excluded.updated_at},
            )
        )
