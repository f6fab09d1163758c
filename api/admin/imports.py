"""Uploading a spreadsheet, and watching it become the catalogue."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.downloads import temporary_file
from api.errors import Conflict, Invalid, Missing, PayloadTooLarge
from api.runtime import Runtime
from api.schemas import Limit, Moment, Money, errors, money
from data.models import Import
from data.repositories.planning import Change
from data.states import ChangeKind, ImportMode, ImportPhase, ImportStatus
from ingestion.mapping import FIELD_NAMES, fingerprint

router = APIRouter(prefix="/v1/imports", tags=["Importaciones"])

MEBIBYTE = 1024 * 1024
# What a column may be; the ones after the field names take a name behind a colon.
TARGETS = FIELD_NAMES | {"option", "option named by", "units of", "ignore"}


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
    errors: Annotated[
        list[dict[str, Any]], Field(description="Por fila: row, column, code, message. Las primeras 5.000.")
    ]
    warnings: Annotated[list[str], Field(description="Lo que conviene revisar antes de dar por buena la carga.")]
    failure: Annotated[dict[str, Any] | None, Field(description="Por qué no entró nada: code, message.")]
    phase: Annotated[ImportPhase | None, Field(description="En qué va mientras se procesa.")]
    rows_per_second: float | None
    seconds_left: Annotated[int | None, Field(description="Estimado; nulo cuando aún no se sabe o ya terminó.")]
    headers: Annotated[list[str], Field(description="Los títulos de la planilla.")]
    columns: Annotated[dict[str, str], Field(description="Qué se entendió de cada título; sirve como `mapping`.")]
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class ImportList(BaseModel):
    imports: list[ImportView]


class ChangeView(BaseModel):
    """What changes in one variant; nulls where there was none before, or is none after."""

    kind: ChangeKind
    sku: str
    name: str
    old_price: Money | None
    new_price: Money | None
    old_stock: int | None
    new_stock: int | None


class ImportDetail(ImportView):
    """`changes` is one page: what changes, then what is archived, then what is new."""

    changes: list[ChangeView]
    changes_total: Annotated[int, Field(description="Cuántos cambios se guardaron para mirarlos.")]
    changes_next: Annotated[int | None, Field(description="Pásalo como `changes_after` para la página siguiente.")]


class MappingBody(BaseModel):
    """What the owner says once about the columns of a file."""

    headers: Annotated[list[str], Field(min_length=1, max_length=200, description="Los títulos, en orden.")]
    columns: Annotated[
        dict[str, str],
        Field(
            max_length=200,
            description='Título → qué es: "name", "price", "stock", "sku"…, "option:talla" o "ignore".',
            examples=[{"Valor c/IVA": "price", "Glosa": "name", "Bodega": "ignore"}],
        ),
    ]


@router.post("", status_code=202, summary="Subir una planilla", responses=errors(401, 403, 413, 422))
async def create_import(
    principal: Admin,
    runtime: RuntimeNeeded,
    file: Annotated[UploadFile, File(description="XLSX, XLS, ODS, CSV o TSV.")],
    mode: Annotated[
        ImportMode, Form(description="replace archiva lo que no viene en la planilla; update lo deja igual.")
    ] = ImportMode.REPLACE,
    dry_run: Annotated[bool, Form(description="Solo muestra qué cambiaría.")] = False,
    mapping: Annotated[
        str, Form(max_length=20_000, description="JSON: título → qué es. Se recuerda para la próxima vez.")
    ] = "",
) -> ImportView:
    override = _override(mapping)
    limit = runtime.settings.upload_limit_mb
    if (file.size or 0) > limit * MEBIBYTE:
        raise PayloadTooLarge(f"La planilla pesa más de {limit} MB. Divídela en partes.", {"limit_mb": limit})
    path = await asyncio.to_thread(_set_aside, file.file)
    try:
        import_id = await runtime.imports.open(
            principal.tenant_id, path, file.filename or "", mode=mode, is_dry_run=dry_run, override=override
        )
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return _view(await _record(runtime, principal.tenant_id, import_id))


@router.put("/mapping", status_code=204, summary="Recordar qué es cada columna", responses=errors(401, 403, 422))
async def remember_mapping(body: MappingBody, principal: Admin, runtime: RuntimeNeeded) -> None:
    checked_columns(body.columns)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await tx.mappings.save(fingerprint(tuple(body.headers)), body.columns)


@router.get("", summary="Ver las importaciones", responses=errors(401))
async def list_imports(principal: Viewer, runtime: RuntimeNeeded, limit: Limit = 50) -> ImportList:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        records = await tx.imports.recent(limit)
    # Row errors may be thousands: the list counts them, the import itself shows them.
    return ImportList(imports=[_view(record).model_copy(update={"errors": []}) for record in records])


@router.get("/{import_id}", summary="Ver una importación y lo que cambia", responses=errors(401, 404))
async def get_import(
    import_id: UUID,
    principal: Viewer,
    runtime: RuntimeNeeded,
    changes_limit: Limit = 50,
    changes_after: Annotated[int, Query(ge=0, description="El `changes_next` de la página anterior.")] = 0,
) -> ImportDetail:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        currency = (await tx.tenants.get()).currency
        changes = await tx.imports.changes(import_id, changes_limit, changes_after)
    record = await _record(runtime, principal.tenant_id, import_id)
    seen = changes_after + len(changes)
    return ImportDetail(
        **_view(record).model_dump(),
        changes=[_change(change, currency) for change in changes],
        changes_total=record.change_count,
        changes_next=seen if changes and seen < record.change_count else None,
    )


@router.post(
    "/{import_id}/cancel", status_code=202, summary="Cancelar una importación", responses=errors(401, 403, 404, 409)
)
async def cancel_import(import_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> ImportView:
    """It stops at the next batch; the catalogue stays as it was."""
    await _record(runtime, principal.tenant_id, import_id)
    if not await runtime.imports.cancel(principal.tenant_id, import_id):
        raise Conflict("Esa importación ya terminó.")
    return _view(await _record(runtime, principal.tenant_id, import_id))


@router.get(
    "/{import_id}/bad-rows.csv",
    summary="Bajar solo las filas con errores",
    response_class=FileResponse,
    responses=errors(401, 404) | {200: {"content": {"text/csv": {}}, "description": "Corrígela y súbela de nuevo."}},
)
async def get_bad_rows(import_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> FileResponse:
    record = await _record(runtime, principal.tenant_id, import_id)
    if not record.error_count:
        raise Missing("Esa importación no tiene filas con errores.")
    name = f"filas-con-errores-{str(import_id)[:8]}.csv"
    async with temporary_file(name, "text/csv; charset=utf-8") as answer:
        await runtime.imports.write_bad_rows(principal.tenant_id, record, Path(answer.path))
    return answer


async def _record(runtime: Runtime, tenant_id: UUID, import_id: UUID) -> Import:
    async with runtime.database.transaction(tenant_id) as tx:
        record = await tx.imports.get(import_id)
    if record is None:
        raise Missing("No encontramos esa importación.")
    return record


def _override(mapping: str) -> dict[str, str] | None:
    if not mapping.strip():
        return None
    try:
        columns = json.loads(mapping)
    except ValueError:
        columns = None
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        raise Invalid('El mapping debe ser JSON de título a campo, como {"Glosa": "name"}.', {"field": "mapping"})
    checked_columns(columns)
    return columns


def checked_columns(columns: Mapping[str, str]) -> None:
    """Raises Invalid for a target that is no field."""
    for header, target in columns.items():
        if target.partition(":")[0] not in TARGETS:
            raise Invalid(
                f"No sé qué es «{target[:60]}», lo que elegiste para «{header[:60]}».",
                {"field": header[:60], "accepted": sorted(TARGETS)},
            )


def _set_aside(upload: BinaryIO) -> Path:
    """The upload as a file of its own, which the import copies; the client's name for it is never used."""
    with tempfile.NamedTemporaryFile(prefix="caserita-upload-", delete=False) as file:
        shutil.copyfileobj(upload, file)
    return Path(file.name)


def _change(change: Change, currency: str) -> ChangeView:
    return ChangeView(
        kind=change.kind,
        sku=change.sku,
        name=change.name,
        old_price=None if change.old_price is None else money(change.old_price, currency),
        new_price=None if change.new_price is None else money(change.new_price, currency),
        old_stock=change.old_stock,
        new_stock=change.new_stock,
    )


def _view(record: Import) -> ImportView:
    pace = _rows_per_second(record)
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
        error_count=record.error_count,
        errors=record.errors,
        warnings=record.warnings,
        failure=record.failure,
        phase=record.phase,
        rows_per_second=pace and round(pace, 1),
        seconds_left=round((record.row_count - record.processed_count) / pace) if pace else None,
        headers=record.columns.get("headers", []),
        columns=record.columns.get("columns", {}),
        created_at=record.created_at,
        started_at=record.started_at,
        finished_at=record.finished_at,
    )


def _rows_per_second(record: Import) -> float | None:
    """While it runs."""
    if record.started_at is None or record.finished_at is not None or not record.processed_count:
        return None
    seconds = (datetime.now(UTC) - record.started_at).total_seconds()
    return record.processed_count / seconds if seconds > 0 else None


def progress_of(status: ImportStatus, processed: int, rows: int) -> float:
    """From 0 to 1; 1 only for what has ended."""
    if status in (ImportStatus.COMPLETED, ImportStatus.FAILED, ImportStatus.CANCELLED):
        return 1.0
    return round(min(processed / rows, 0.99), 3) if rows else 0.0
