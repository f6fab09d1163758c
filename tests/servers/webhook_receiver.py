"""A local subscriber: real HTTP on loopback, every request kept, answers on demand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

from tests.servers.loopback import served


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_seconds: float = 0.0
    is_cut: bool = False
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """As a receiver reads it. Raises standardwebhooks' own errors."""
        return Webhook(secret).verify(self.body, dict(self.headers))


class WebhookReceiver:
    """`responses` are used up one a request, the oldest first; then `usual` is."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[Received] = []
        self.responses: deque[Response] = deque()
        self.usual = Response()
        self.arrived = asyncio.Event()

    async def wait_for(self, count: int) -> None:
        """Until so many requests have come."""
        while len(self.received) < count:
            self.arrived.clear()
            await self.arrived.wait()

    async def receive(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.path, headers, await request.read()))
        self.arrived.set()
        response = self.responses.popleft() if self.responses else self.usual
        await asyncio.sleep(response.hang_seconds)
        if response.is_cut:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=response.status, headers=response.headers, body=response.body or None)


@asynccontextmanager
async def webhook_receiver(host: str = "127.0.0.1") -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.receive)
    async with served(app, host) as url:
        receiver.url = url
        yield receiver
