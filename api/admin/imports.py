"""Uploading a spreadsheet, and watching it become the catalogue."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, Field

from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Missing, PayloadTooLarge
from api.schemas import Limit, Moment, errors
from data.models import Import
from data.states import ImportMode, ImportStatus

router = APIRouter(prefix="/v1/imports", tags=["Importaciones"])

MEBIBYTE = 1024 * 1024


class ImportView(BaseModel):
    """Counts are of variants; `processed_count` and `row_count` are of rows in the file."""

    id: UUID
    file_name: str
    mode: ImportMode
    dry_run: bool
    status: ImportStatus
    progress: Annotated[float, Field(ge=0, le=1)]
    processed_count: int
    row_count: int
    created: int
    updated: int
    unchanged: int
    archived: int
    error_count: int
    errors: Annotated[list[dict[str, Any]], Field(description="Por fila: row, column, code, message.")]
    failure: Annotated[dict[str, Any] | None, Field(description="Por qué no entró nada: code, message.")]
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class ImportList(BaseModel):
    imports: list[ImportView]


@router.post("", status_code=202, summary="Subir una planilla", responses=errors(401, 403, 413, 422))
async def create_import(
    principal: Admin,
    runtime: RuntimeNeeded,
    file: Annotated[UploadFile, File(description="CSV o XLSX, con una fila de títulos.")],
    mode: Annotated[
        ImportMode, Form(description="replace archiva lo que no viene en la planilla; update lo deja igual.")
    ] = ImportMode.REPLACE,
    dry_run: Annotated[bool, Form(description="Solo muestra qué cambiaría.")] = False,
) -> ImportView:
    limit = runtime.settings.upload_limit_mb
    if (file.size or 0) > limit * MEBIBYTE:
        raise PayloadTooLarge(f"La planilla pesa más de {limit} MB. Divídela en partes.", {"limit_mb": limit})
    path = await asyncio.to_thread(_set_aside, file.file)
    try:
        import_id = await runtime.imports.open(
            principal.tenant_id, path, file.filename or "", mode=mode, is_dry_run=dry_run
        )
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return await get_import(import_id, principal, runtime)


@router.get("", summary="Ver las importaciones", responses=errors(401))
async def list_imports(principal: Viewer, runtime: RuntimeNeeded, limit: Limit = 50) -> ImportList:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        records = await tx.imports.recent(limit)
    # Row errors may be thousands: the list counts them, the import itself shows them.
    return ImportList(imports=[_view(record).model_copy(update={"errors": []}) for record in records])


@router.get("/{import_id}", summary="Ver una importación", responses=errors(401, 404))
async def get_import(import_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> ImportView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        record = await tx.imports.get(import_id)
    if record is None:
        raise Missing("No encontramos esa importación.")
    return _view(record)


def _set_aside(upload: BinaryIO) -> Path:
    """The upload as a file of its own, which the import copies; the client's name for it is never used."""
    with tempfile.NamedTemporaryFile(prefix="caserita-upload-", delete=False) as file:
        shutil.copyfileobj(upload, file)
    return Path(file.name)


def _view(record: Import) -> ImportView:
    return ImportView(
        id=record.id,
        file_name=record.file_name,
        mode=record.mode,
        dry_run=record.is_dry_run,
        status=record.status,
        progress=progress_of(record.status, record.processed_count, record.row_count),
        processed_count=record.processed_count,
        row_count=record.row_count,
        created=record.created_count,
        updated=record.updated_count,
        unchanged=record.unchanged_count,
        archived=record.archived_count,
        error_count=len(record.errors),
        errors=record.errors,
        failure=record.failure,
        created_at=record.created_at,
        started_at=record.started_at,
        finished_at=record.finished_at,
    )


def progress_of(status: ImportStatus, processed: int, rows: int) -> float:
    """From 0 to 1; 1 only for what has ended."""
    if status in (ImportStatus.COMPLETED, ImportStatus.FAILED):
        return 1.0
    return round(min(processed / rows, 0.99), 3) if rows else 0.0
