"""Earlier versions of the catalogue, and going back to one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Missing
from api.schemas import Limit, Moment, errors
from data.errors import NotFound
from data.models import CatalogueVersion
from data.states import VersionKind
from ingestion.versions import restore_version

router = APIRouter(prefix="/v1/catalogue", tags=["Catálogo"])


class VersionView(BaseModel):
    """Counts are of variants that this version created, changed or archived."""

    version: int
    kind: VersionKind
    import_id: UUID | None
    note: Annotated[str, Field(description="El archivo que se cargó, o lo que se hizo a mano.")]
    created: int
    updated: int
    archived: int
    created_at: Moment


class VersionList(BaseModel):
    versions: list[VersionView]


@router.get("/versions", summary="Ver las versiones del catálogo", responses=errors(401))
async def list_versions(principal: Viewer, runtime: RuntimeNeeded, limit: Limit = 50) -> VersionList:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        versions = await tx.versions.recent(limit)
    return VersionList(versions=[_view(version) for version in versions])


@router.post(
    "/versions/{version}/restore", summary="Volver a una versión del catálogo", responses=errors(401, 403, 404)
)
async def restore(
    version: Annotated[int, Path(ge=1, lt=2**63)], principal: Admin, runtime: RuntimeNeeded
) -> VersionView:
    try:
        return _view(await restore_version(runtime.database, principal.tenant_id, version))
    except NotFound:
        raise Missing("Esa versión ya no se guarda, o nunca existió.") from None


def _view(version: CatalogueVersion) -> VersionView:
    return VersionView(
        version=version.version,
        kind=version.kind,
        import_id=version.import_id,
        note=version.note,
        created=version.created_count,
        updated=version.updated_count,
        archived=version.archived_count,
        created_at=version.created_at,
    )
