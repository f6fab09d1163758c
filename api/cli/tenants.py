"""`caserita tenant …` and `caserita demo`: the stores of this installation."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import put, put_json
from api.cli.failures import CommandFailed
from api.cli.running import run
from api.cli.serving import show_demo

if TYPE_CHECKING:
    from api.runtime import Runtime

app = typer.Typer(help="Los comercios de esta instalación.", no_args_is_help=True)


@app.command()
def create(
    rut: Annotated[str, typer.Option(help="RUT del comercio, por ejemplo 76543210-3.")],
    name: Annotated[str, typer.Option(help="Cómo lo conocen sus clientes.")],
    owner_email: Annotated[
        str | None, typer.Option("--owner", metavar="CORREO", help="Crea también a su dueño, con una clave al azar.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="El resultado en una línea JSON.")] = False,
) -> None:
    """Crea un comercio."""

    async def work(runtime: "Runtime") -> None:
        import secrets

        from api.rut import canonical_rut
        from api.tenants import create_tenant
        from data.errors import AlreadyExists

        canonical = canonical_rut(rut)
        password = secrets.token_urlsafe(12) if owner_email else None
        try:
            tenant = await create_tenant(runtime, canonical, name, owner_email, password)
        except AlreadyExists:
            raise CommandFailed(f"Ya existe un comercio con RUT {canonical}.") from None
        row = {"id": str(tenant.id), "rut": tenant.rut, "name": tenant.name}
        owner = {"owner": {"email": owner_email, "password": password}} if owner_email else {}
        if as_json:
            put_json(row | owner)
            return
        put(f"Comercio creado: {tenant.name}, RUT {tenant.rut}.")
        if owner_email:
            put(f"Su dueño entra con {owner_email} y la clave {password} (guárdala: no se vuelve a mostrar).")

    run(work)


@app.command("list")
def list_tenants(
    as_json: Annotated[bool, typer.Option("--json", help="Una línea JSON por comercio.")] = False,
) -> None:
    """Muestra los comercios."""

    async def work(runtime: "Runtime") -> None:
        entries = await runtime.directory.tenants()
        for entry in entries:
            if as_json:
                put_json({"id": str(entry.id), "rut": entry.rut, "name": entry.name})
            else:
                put(f"{entry.rut:<12} {entry.name}")
        if not entries and not as_json:
            put("Todavía no hay comercios; crea uno con: caserita tenant create")

    run(work)


def demo() -> None:
    """Crea la tienda de demostración, si falta, y dice cómo entrar en ella."""

    async def work(runtime: "Runtime") -> None:
        from api.demo import prepare_demo

        show_demo(await prepare_demo(runtime), runtime.settings.base_url)

    run(work)
