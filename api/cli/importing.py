"""`caserita import`: a spreadsheet into a tenant's catalogue, with its row errors."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import put_json
from api.cli.failures import CommandFailed
from api.cli.import_report import show_outcome
from api.cli.running import find_tenant, run
from data.states import ImportMode

if TYPE_CHECKING:
    from decimal import Decimal
    from uuid import UUID

    from api.runtime import Runtime
    from data.repositories.planning import Change
    from ingestion.errors import RowError
    from ingestion.outcome import ImportOutcome


@dataclass(frozen=True, slots=True)
class Upload:
    """What was asked for on the command line."""

    file: Path
    mode: ImportMode
    override: dict[str, str] | None
    is_dry_run: bool


def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="ARCHIVO", help="Planilla de Excel (.xlsx, .xls), LibreOffice (.ods) o texto (.csv, .tsv)."
        ),
    ],
    tenant: Annotated[str, typer.Option(metavar="RUT", help="RUT del comercio.")],
    mode: Annotated[
        ImportMode, typer.Option(help="replace: lo que no viene en la planilla se archiva; update: queda como está.")
    ] = ImportMode.REPLACE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Solo muestra lo que cambiaría.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMNA=CAMPO", help="Qué es una columna; se recuerda. Ej.: --map Glosa=name"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="El resultado en una línea JSON.")] = False,
) -> None:
    """Carga la planilla de un comercio en su catálogo."""
    require_file(file)
    upload = Upload(file, mode, _override(columns or []), dry_run)

    async def work(runtime: "Runtime") -> None:
        tenant_id = await find_tenant(runtime, tenant)
        outcome = await _import(runtime, tenant_id, upload)
        if as_json:
            put_json(_row(outcome, is_dry_run=dry_run))
        else:
            show_outcome(outcome, is_dry_run=dry_run)
        if outcome.failure is not None:
            raise CommandFailed(f"No se cargó {file.name}: {outcome.failure.message}")

    run(work)


def require_file(file: Path) -> None:
    """Raises CommandFailed."""
    try:
        if file.is_dir():
            raise CommandFailed(f"{file} es una carpeta; indica una planilla (.xlsx, .xls, .ods, .csv, .tsv).")
        with file.open("rb"):
            return
    except FileNotFoundError:
        raise CommandFailed(f"No existe el archivo {file}.") from None
    except (OSError, ValueError) as error:
        raise CommandFailed(f"No se puede leer el archivo {file} ({getattr(error, 'strerror', error)}).") from None


async def _import(runtime: "Runtime", tenant_id: "UUID", upload: Upload) -> "ImportOutcome":
    imports, file = runtime.imports, upload.file
    with _progress_bar() as on_progress:
        if upload.is_dry_run:
            return await imports.preview(tenant_id, file, file.name, upload.mode, upload.override, on_progress)
        import_id = await imports.open(
            tenant_id, file, file.name, mode=upload.mode, enqueue=False, override=upload.override
        )
        try:
            return await imports.run(tenant_id, import_id, on_progress)
        except asyncio.CancelledError:  # Ctrl-C
            await imports.abandon(tenant_id, import_id)
            raise


def _override(columns: list[str]) -> dict[str, str] | None:
    """Raises CommandFailed."""
    pairs = [column.rpartition("=") for column in columns]
    for column, (header, sign, target) in zip(columns, pairs, strict=True):
        if not (header and sign and target):
            raise CommandFailed(f"No entiendo --map {column}: escribe COLUMNA=CAMPO, por ejemplo --map Glosa=name")
    return {header.strip(): target.strip() for header, _, target in pairs} or None


@contextmanager
def _progress_bar() -> Iterator[Callable[[int, int], None]]:
    """On standard error, and only where a person watches."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("Cargando"), BarColumn(), MofNCompleteColumn(), TextColumn("filas"),
        TaskProgressColumn(show_speed=True), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _row(outcome: "ImportOutcome", *, is_dry_run: bool) -> dict[str, Any]:
    """A dry run adds what would change; scripts read the other keys in both."""
    errors = [_error_row(error) for error in outcome.errors]
    if outcome.failure is not None:
        return {"error": {"code": outcome.failure.code, "message": outcome.failure.message}, "errors": errors}
    row = {
        "created": outcome.created,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "archived": outcome.archived,
        "errors": errors,
    }
    if outcome.error_count > len(errors):
        row["error_count"] = outcome.error_count
    if is_dry_run:
        row |= {
            "warnings": list(outcome.warnings),
            "changes": [_change_row(change) for change in outcome.changes],
        }
    return row


def _error_row(error: "RowError") -> dict[str, Any]:
    return {"row": error.row, "column": error.column, "code": error.code, "message": error.message}


def _change_row(change: "Change") -> dict[str, Any]:
    def money(amount: "Decimal | None") -> str | None:
        return None if amount is None else f"{amount.normalize():f}"

    return {
        "kind": change.kind.value,
        "sku": change.sku,
        "name": change.name,
        "old_price": money(change.old_price),
        "new_price": money(change.new_price),
        "old_stock": change.old_stock,
        "new_stock": change.new_stock,
    }
