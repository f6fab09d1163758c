"""Goes back to an earlier version of a tenant's catalogue."""

from uuid import UUID

from data.database import Database
from data.models import CatalogueVersion
from data.stock_changes import tell_emptied


async def restore_version(database: Database, tenant_id: UUID, version: int) -> CatalogueVersion:
    """All of it or nothing, as a new version, so that this too can be undone.

    Raises NotFound when the version is not kept.
    """
    async with database.transaction(tenant_id, is_long=True) as tx:
        await tx.tenants.lock_catalogue()
        made = await tx.versions.restore(version, f"Se volvió a la versión {version}")
        await tx.versions.forget_old()
        await tx.events.add("catalogue.restored", version=made.version, restored_version=version)
        await tell_emptied(tx)
        await tx.tenants.bump_catalogue_version()
    return made
