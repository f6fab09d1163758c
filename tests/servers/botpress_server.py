"""A local stand-in for the webhook of a Botpress bot: real HTTP on loopback, faults on demand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.servers.loopback import served


@dataclass(frozen=True, slots=True)
class BotpressFault:
    """What goes wrong with one message. `is_accepted`: the bot shows it all the same."""

    status: int = 500
    is_accepted: bool = False
    is_dropped: bool = False
    hang_seconds: float = 0.0  # waits so long before it answers


@dataclass
class BotpressServer:
    """`received` are the secret and the body of each message taken; `faults` are used up one a message."""

    url: str = ""
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: deque[BotpressFault | None] = field(default_factory=deque)
    files: dict[str, bytes] = field(default_factory=dict)

    async def file(self, request: web.Request) -> web.Response:
        body = self.files.get(request.match_info["name"])
        return web.Response(status=404) if body is None else web.Response(body=body)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.is_accepted:
            self.received.append((request.headers.get("x-bp-secret", ""), body))
        if fault is None:
            return web.Response()
        await asyncio.sleep(fault.hang_seconds)
        if fault.is_dropped:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=fault.status)


@asynccontextmanager
async def botpress_server() -> AsyncIterator[BotpressServer]:
    server = BotpressServer()
    app = web.Application()
    app.router.add_post("/hook", server.take)
    app.router.add_get("/hook/files/{name}", server.file)
    async with served(app) as url:
        server.url = f"{url}/hook"
        yield server
