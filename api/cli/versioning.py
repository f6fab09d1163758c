"""`caserita catalogue`: earlier versions of a tenant's catalogue, and going back to one."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import put, put_json
from api.cli.failures import CommandFailed
from api.cli.running import find_tenant, run

if TYPE_CHECKING:
    from api.runtime import Runtime

app = typer.Typer(no_args_is_help=True, help="Las versiones anteriores del catálogo.")

_Tenant = Annotated[str, typer.Option(metavar="RUT", help="RUT del comercio.")]
_AsJson = Annotated[bool, typer.Option("--json", help="El resultado en líneas JSON.")]


@app.command()
def versions(tenant: _Tenant, as_json: _AsJson = False) -> None:
    """Muestra las versiones a las que se puede volver, la más nueva primero."""

    async def work(runtime: "Runtime") -> None:
        tenant_id = await find_tenant(runtime, tenant)
        async with runtime.database.transaction(tenant_id) as tx:
            found = await tx.versions.recent()
        for each in found:
            made = each.created_at.isoformat(timespec="seconds")
            counts = (each.created_count, each.updated_count, each.archived_count)
            if as_json:
                put_json(
                    {"version": each.version, "kind": each.kind.value, "note": each.note, "created_at": made}
                    | dict(zip(("created", "updated", "archived"), counts, strict=True))
                )
            else:
                put(f"{each.version}  {made}  {each.note}  ({counts[0]} nuevos, {counts[1]} con cambios, "
                    f"{counts[2]} archivados)")  # fmt: skip
        if not found and not as_json:
            put("Este catálogo todavía no tiene versiones: carga una planilla con caserita import.")

    run(work)


@app.command()
def restore(
    version: Annotated[
        int, typer.Argument(metavar="VERSION", help="El número que muestra caserita catalogue versions.")
    ],
    tenant: _Tenant,
    as_json: _AsJson = False,
) -> None:
    """Vuelve el catálogo a como lo dejó una versión; también eso se puede deshacer."""

    async def work(runtime: "Runtime") -> None:
        from data.errors import NotFound
        from ingestion.versions import restore_version

        tenant_id = await find_tenant(runtime, tenant)
        try:
            made = await restore_version(runtime.database, tenant_id, version)
        except NotFound:
            raise CommandFailed(
                f"No hay una versión {version} guardada; míralas con: caserita catalogue versions"
            ) from None
        if as_json:
            put_json({"version": made.version, "restored": version})
        else:
            put(f"El catálogo volvió a la versión {version}; es ahora la versión {made.version}.")

    run(work)
