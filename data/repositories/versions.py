"""Versions of the catalogue: which there are, and going back to one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from data.errors import NotFound
from data.models import CatalogueVersion
from data.repositories import restoring_sql
from data.repositories.applying_sql import EMPTIED
from data.repositories.repository import Repository
from data.states import VersionKind

# So many imports and restores can be undone; edits by hand between them come along, up to so many in all.
KEPT = 10
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Emptied:
    """Variants that are out of stock now: the first by SKU, and how many they are."""

    first: Sequence[UUID]
    count: int


class VersionRepository(Repository):
    async def recent(self, limit: int = 50) -> Sequence[CatalogueVersion]:
        """Newest first; bringing one back undoes those above it."""
        statement = (
            select(CatalogueVersion)
            .where(CatalogueVersion.tenant_id == self.tenant_id)
            .order_by(CatalogueVersion.version.desc())
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def restore(self, version: int, note: str) -> CatalogueVersion:
        """Write the catalogue as that version left it, as a new version; lock it first and bump it after.

        Raises NotFound for a version that is not kept.
        """
        known = select(CatalogueVersion.version).where(
            CatalogueVersion.tenant_id == self.tenant_id, CatalogueVersion.version == version
        )
        if (await self.session.execute(known)).scalar_one_or_none() is None:
            raise NotFound("catalogue version")
        for statement in (*restoring_sql.TABLES, *restoring_sql.STEPS):
            clause = text(statement)
            values = {"version": version, "note": note}
            await self.session.execute(clause, {name: values[name] for name in clause.compile().params})
        return (await self.recent(1))[0]

    async def emptied(self, limit: int) -> Emptied | None:
        """What could be sold until the version being made; None when nothing ran out. Call before it is bumped."""
        rows = (await self.session.execute(text(EMPTIED), {"limit": limit})).all()
        return Emptied([row.id for row in rows], rows[0].total) if rows else None

    async def forget_old(self) -> None:
        """All but the last ten imports and restores, and the edits made since; of many edits the last two hundred."""
        await self.session.execute(
            text(
                """
                DELETE FROM app.catalogue_versions WHERE tenant_id = app.tenant() AND version < greatest(
                    (SELECT min(version) FROM (
                        SELECT version FROM app.catalogue_versions WHERE tenant_id = app.tenant() AND kind <> :edit
                        ORDER BY version DESC LIMIT :kept) kept),
                    (SELECT min(version) FROM (
                        SELECT version FROM app.catalogue_versions WHERE tenant_id = app.tenant()
                        ORDER BY version DESC LIMIT :most) newest))
                """
            ),
            {"edit": VersionKind.EDIT.value, "kept": KEPT, "most": MOST_KEPT},
        )
