"""Imports: what was uploaded, how far it got, what came of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from data.models import Import, ImportChange
from data.repositories.planning import Change
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

    async def is_cancel_requested(self, import_id: UUID) -> bool:
        statement = select(Import.is_cancel_requested).where(Import.tenant_id == self.tenant_id, Import.id == import_id)
        return bool((await self.session.execute(statement)).scalar_one_or_none())

    async def changes(self, import_id: UUID, limit: int, after: int = 0) -> list[Change]:
        """As its plan listed them; pass how many were read already for the next ones."""
        statement = (
            select(
                ImportChange.kind,
                ImportChange.sku,
                ImportChange.name,
                ImportChange.old_price,
                ImportChange.new_price,
                ImportChange.old_stock,
                ImportChange.new_stock,
            )
            .where(
                ImportChange.tenant_id == self.tenant_id,
                ImportChange.import_id == import_id,
                ImportChange.position > after,
            )
            .order_by(ImportChange.position)
            .limit(limit)
        )
        return [Change(*row) for row in await self.session.execute(statement)]

    async def recent(self, limit: int = 50) -> Sequence[Import]:
        """Newest first."""
        statement = (
            select(Import)
            .where(Import.tenant_id == self.tenant_id)
            .order_by(Import.created_at.desc(), Import.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()
