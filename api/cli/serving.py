"""`caserita serve`, `worker` and `migrate`: the processes that an installation runs."""

import errno
import shutil
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import put
from api.cli.failures import CommandFailed, load_settings
from api.cli.running import run
from api.settings import Settings

if TYPE_CHECKING:
    from api.demo import Demo
    from api.runtime import Runtime


def serve(
    host: Annotated[str | None, typer.Option(help="Dirección en la que escucha.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Puerto en el que escucha.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Con una tienda de demostración ya cargada.")] = False,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Sin los trabajos de fondo: los ejecuta `worker`.")
    ] = False,
) -> None:
    """Inicia el servicio: páginas, API, webhooks y los trabajos de fondo."""
    given = {"host": host, "port": port}
    settings = load_settings().model_copy(update={key: value for key, value in given.items() if value is not None})

    async def work(runtime: "Runtime") -> None:
        from api.demo import prepare_demo
        from api.server import serve_until_cancelled

        store = await prepare_demo(runtime) if demo else None

        def tell() -> None:
            put(f"Caserita atiende en {settings.base_url}")
            if store is not None:
                show_demo(store, settings.base_url)

        await serve_until_cancelled(runtime, listening, on_ready=tell, with_worker=not no_worker)

    with closing(_take_port(settings)) as listening:
        try:
            run(work, settings, is_service=True)
        except OSError as error:  # another process took the port while this one was starting
            if error.errno != errno.EADDRINUSE:
                raise
            raise CommandFailed(_port_sentence(error, settings)) from None


def worker() -> None:
    """Ejecuta trabajos de fondo, además de los que ejecuta serve."""

    async def work(runtime: "Runtime") -> None:
        from api.server import work_until_cancelled
        from api.worker import make_worker

        await work_until_cancelled(make_worker(runtime), lambda: put("Atendiendo trabajos. Ctrl+C para terminar."))

    run(work, is_service=True)


def migrate() -> None:
    """Lleva la base de datos al esquema de esta versión."""

    async def work(runtime: "Runtime") -> None:
        from data.migrate import head_revision

        put(f"La base de datos está en la versión {head_revision()}.")

    run(work)


def show_demo(store: "Demo", base_url: str) -> None:
    owner = f"{store.email}, clave {store.password}" if store.password else f"{store.email} (su clave no está aquí)"
    for label, value in (
        ("Chat web", f"{base_url}/"),
        ("API y documentación", f"{base_url}/docs"),
        ("Dueño de la tienda", owner),
        ("Chat en la terminal", f"{_command()} chat --tenant {store.rut}"),
    ):
        put(f"  {label + ':':<21} {value}")


def _command() -> str:
    """This command as it has to be typed here: in a checkout it is not on the PATH."""
    found = shutil.which("caserita")
    return "caserita" if found and Path(found).samefile(sys.argv[0]) else sys.argv[0]


def _take_port(settings: Settings) -> socket.socket:
    """The port, taken before anything else is started. Raises CommandFailed."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise CommandFailed(f"La dirección «{settings.host}» no existe; revisa HOST o --host.") from None
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise CommandFailed(_port_sentence(error, settings)) from None
    return taken


def _port_sentence(error: OSError, settings: Settings) -> str:
    sentences = {
        errno.EADDRINUSE: "El puerto {port} ya está en uso; elige otro con --port o detén lo que lo usa.",
        errno.EACCES: "No hay permiso para usar el puerto {port}; elige uno desde 1024 con --port.",
        errno.EADDRNOTAVAIL: "La dirección «{host}» no es de este equipo; revisa HOST o --host.",
    }
    sentence = sentences.get(error.errno or 0, "No se puede escuchar en {host}:{port} ({reason}).")
    return sentence.format(host=settings.host, port=settings.port, reason=error.strerror)
