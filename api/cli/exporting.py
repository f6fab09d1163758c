"""`caserita export`: a tenant's catalogue as a spreadsheet that can be imported again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import put
from api.cli.failures import CommandFailed
from api.cli.running import find_tenant, run

if TYPE_CHECKING:
    from api.runtime import Runtime


def export(
    file: Annotated[Path, typer.Argument(metavar="ARCHIVO", help="Dónde escribirlo: .csv o .xlsx.")],
    tenant: Annotated[str, typer.Option(metavar="RUT", help="RUT del comercio.")],
) -> None:
    """Escribe el catálogo de un comercio como planilla; se puede editar y volver a cargar."""
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise CommandFailed(f"{file.name} debe terminar en .csv o .xlsx.")

    async def work(runtime: "Runtime") -> None:
        from ingestion.exporting import export_catalogue

        tenant_id = await find_tenant(runtime, tenant)
        try:
            count = await export_catalogue(runtime.database, tenant_id, file)
        except OSError as error:
            raise CommandFailed(f"No se puede escribir {file} ({error.strerror or error}).") from None
        put(f"{count} productos en {file}.")

    run(work)
