"""`caserita import`: a spreadsheet into a tenant's catalogue, with its row errors."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import complain, put, put_json
from api.cli.failures import CommandFailed
from api.cli.running import find_tenant, run
from data.states import ImportMode

if TYPE_CHECKING:
    from uuid import UUID

    from api.runtime import Runtime
    from ingestion.errors import RowError
    from ingestion.imports import ImportOutcome

MOST_ERRORS_SHOWN = 20


def import_file(
    file: Annotated[Path, typer.Argument(metavar="ARCHIVO", help="Planilla CSV o Excel (.xlsx).")],
    tenant: Annotated[str, typer.Option(metavar="RUT", help="RUT del comercio.")],
    mode: Annotated[
        ImportMode, typer.Option(help="replace: lo que no viene en la planilla se archiva; update: queda como está.")
    ] = ImportMode.REPLACE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Solo muestra lo que cambiaría.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="El resultado en una línea JSON.")] = False,
) -> None:
    """Carga la planilla de un comercio en su catálogo."""
    _require_file(file)

    async def work(runtime: "Runtime") -> None:
        tenant_id = await find_tenant(runtime, tenant)
        outcome = await _import(runtime, tenant_id, file, mode, is_dry_run=dry_run)
        if as_json:
            put_json(_row(outcome))
        else:
            _show(outcome, is_dry_run=dry_run)
        if outcome.failure is not None:
            raise CommandFailed(f"No se cargó {file.name}: {outcome.failure.message}")

    run(work)


def _require_file(file: Path) -> None:
    """Raises CommandFailed."""
    try:
        if file.is_dir():
            raise CommandFailed(f"{file} es una carpeta; indica una planilla CSV o Excel.")
        with file.open("rb"):
            return
    except FileNotFoundError:
        raise CommandFailed(f"No existe el archivo {file}.") from None
    except (OSError, ValueError) as error:
        raise CommandFailed(f"No se puede leer el archivo {file} ({getattr(error, 'strerror', error)}).") from None


async def _import(
    runtime: "Runtime", tenant_id: "UUID", file: Path, mode: ImportMode, *, is_dry_run: bool
) -> "ImportOutcome":
    if is_dry_run:
        return await runtime.imports.preview(tenant_id, file, file.name, mode)
    import_id = await runtime.imports.open(tenant_id, file, file.name, mode=mode, enqueue=False)
    with _progress_bar() as on_progress:
        return await runtime.imports.run(tenant_id, import_id, on_progress)


@contextmanager
def _progress_bar() -> Iterator[Callable[[int, int], None]]:
    """On standard error, and only where a person watches."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Cargando"), BarColumn(), MofNCompleteColumn(), TextColumn("filas"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _row(outcome: "ImportOutcome") -> dict[str, Any]:
    errors = [_error_row(error) for error in outcome.errors]
    if outcome.failure is not None:
        return {"error": {"code": outcome.failure.code, "message": outcome.failure.message}, "errors": errors}
    return {
        "created": outcome.created,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "archived": outcome.archived,
        "errors": errors,
    }


def _error_row(error: "RowError") -> dict[str, Any]:
    return {"row": error.row, "column": error.column, "code": error.code, "message": error.message}


def _show(outcome: "ImportOutcome", *, is_dry_run: bool) -> None:
    if outcome.errors:
        _show_errors(outcome)
    for warning in outcome.warnings:
        complain(warning)
    if outcome.failure is None:
        title = "Cambiaría (todavía no se guardó nada)" if is_dry_run else "Catálogo al día"
        put(
            f"{title}: {outcome.created} nuevos, {outcome.updated} con cambios, {outcome.unchanged} iguales, "
            f"{outcome.archived} archivados, {len(outcome.errors)} errores."
        )


def _show_errors(outcome: "ImportOutcome") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Fila", "Columna", "Qué corregir", title="Filas que no entraron")
    for error in outcome.errors[:MOST_ERRORS_SHOWN]:
        table.add_row(str(error.row), Text(error.column), Text(error.message))
    Console().print(table)
    if (more := len(outcome.errors) - MOST_ERRORS_SHOWN) > 0:
        put(f"… y {more} más; con --json salen todas.")
