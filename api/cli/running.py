"""How a command runs: with a runtime opened and closed around it, and a clean end at Ctrl-C and SIGTERM."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING
from uuid import UUID

from api.cli.failures import CommandFailed, load_settings
from api.settings import Settings

if TYPE_CHECKING:
    from api.runtime import Runtime

INTERRUPTED = 130
TERMINATED = 143


def run(
    work: "Callable[[Runtime], Awaitable[None]]", settings: Settings | None = None, *, is_service: bool = False
) -> None:
    """Open a runtime, do the work, close it.

    Told to stop by a signal, a service has done what it should; any other command ends with 130 or 143.
    """
    loaded = settings or load_settings()
    from api.runtime import open_runtime
    from api.telemetry import configure

    configure(loaded.log_level)

    async def whole() -> None:
        async with open_runtime(loaded) as runtime:
            await work(runtime)

    exit_code = asyncio.run(until_told(whole()))
    if exit_code and not is_service:
        raise SystemExit(exit_code)


async def until_told(whole: Coroutine[None, None, None]) -> int:
    """0, or the exit code of the signal that cancelled it."""
    told: list[int] = []
    task = asyncio.create_task(whole)

    def stop(code: int) -> None:
        told.append(code)
        task.cancel()

    loop = asyncio.get_running_loop()
    for number, code in ((signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED)):
        loop.add_signal_handler(number, stop, code)
    try:
        await task
    except asyncio.CancelledError:
        if not told:
            raise
    return told[0] if told else 0


async def find_tenant(runtime: "Runtime", rut: str) -> UUID:
    """Raises BadRut, CommandFailed."""
    from api.rut import canonical_rut

    canonical = canonical_rut(rut)
    tenant_id = await runtime.directory.tenant_by_rut(canonical)
    if tenant_id is None:
        raise CommandFailed(f"No existe un comercio con RUT {canonical}; créalo con: caserita tenant create")
    return tenant_id
