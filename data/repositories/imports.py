"""Imports: what was uploaded, how far it got, what came of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from data.models import Import
from data.repositories.repository import Repository


class ImportRepository(Repository):
    async def add(self, record: Import) -> Import:
        self.session.add(record)
        await self.session.flush()
        return record

    async def get(self, import_id: UUID) -> Import | None:
        return await self.session.get(Import, (self.tenant_id, import_id), populate_existing=True)

    async def set(self, import_id: UUID, **columns: Any) -> None:
        await self.session.execute(
            update(Import).where(Import.tenant_id == self.tenant_id, Import.id == import_id).values(**columns)
        )

    async def recent(self, limit: int = 50) -> Sequence[Import]:
        """Newest first."""
        statement = (
            select(Import)
            .where(Import.tenant_id == self.tenant_id)
            .order_by(Import.created_at.desc(), Import.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()
