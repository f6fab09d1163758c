"""The edge of every request: its id, its log line, its security headers, its size, and the last `except`.

Pure ASGI: a webhook is acknowledged within a few milliseconds, and each wrapped request object costs one.
"""

import asyncio
import time
from collections.abc import Mapping
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_of

log = structlog.get_logger("api.request")

SLOW_SECONDS = 1.0
DRAINED_AT_MOST = 256 * 1024 * 1024
DRAIN_SECONDS = 5.0
# How long a body may take: so much, and more for what came so far.
BODY_SECONDS = 20.0
SLOWEST_BYTES_A_SECOND = 8 * 1024

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}

# Chatwoot comes again after a 500; after a 503 it gives the conversation to people instead. It is told by its headers:
# older ones have no other than their client's.
_WEBHOOKS = "/v1/webhooks/"
_OF_CHATWOOT = "x-chatwoot-"
_CLIENTS_OF_CHATWOOT = ("rest-client", "ruby", "chatwoot")


class Edge:
    """Outermost. Nothing that goes wrong inside reaches the caller but through `problem_of`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid4().hex
        started = time.perf_counter()
        status, seconds = 0, 0.0

        async def stamped(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                if message["status"] == 503 and _is_of_chatwoot(scope):
                    message["status"] = 500
                status = message["status"]
                seconds = time.perf_counter() - started  # until the answer began: a stream may last for hours
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await self.app(scope, receive, stamped)
        except Exception as error:
            problem = problem_of(error)
            _log_failure(scope, request_id, problem.status, error)
            if status:
                raise  # the answer had begun: only breaking the connection tells the caller
            await problem.response()(scope, receive, stamped)
        _log(scope, request_id, status, seconds)


def _is_of_chatwoot(scope: Scope) -> bool:
    if not scope["path"].startswith(_WEBHOOKS):
        return False
    headers = Headers(scope=scope)
    agent = headers.get("user-agent", "").lower()
    return any(name.startswith(_OF_CHATWOOT) for name in headers) or agent.startswith(_CLIENTS_OF_CHATWOOT)


def _log_failure(scope: Scope, request_id: str, status: int, error: Exception) -> None:
    if status == 503:
        log.error("database_unavailable", request_id=request_id, error=type(error).__name__)
    else:
        log.error("request_failed", request_id=request_id, path=_path(scope), exc_info=error)


def _log(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    write = log.info if status >= 400 or seconds > SLOW_SECONDS else log.debug
    duration_ms = round(seconds * 1000, 1)
    write(
        "request",
        request_id=request_id,
        method=scope["method"],
        path=_path(scope),
        status=status,
        duration_ms=duration_ms,
    )


def _path(scope: Scope) -> str:
    """The route, not the address: ids and searches of people stay out of the log."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


class BodyLimit:
    """Refuses a body as soon as it is known to be too big, announced or not, and one that does not come."""

    def __init__(self, app: ASGIApp, default: int, by_prefix: Mapping[str, int]) -> None:
        self.app = app
        self._default = default
        self._by_prefix = dict(by_prefix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        limit = next(
            (size for start, size in self._by_prefix.items() if scope["path"].startswith(start)), self._default
        )
        if _announced(scope) > limit:
            await _drain(receive)
            await problem_of(HTTPException(413)).response()(scope, receive, send)
            return
        received, is_whole, began = 0, False, time.monotonic()

        async def counted() -> Message:
            nonlocal received, is_whole
            if is_whole:
                return await receive()  # only whether the caller hung up: that may take as long as the answer
            seconds = BODY_SECONDS + received / SLOWEST_BYTES_A_SECOND - (time.monotonic() - began)
            try:
                async with asyncio.timeout(max(seconds, 0)):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            received += len(message.get("body", b""))
            if received > limit:
                if message.get("more_body"):
                    await _drain(receive)
                raise HTTPException(413)  # the one kind that FastAPI's body parsing lets through
            is_whole = not message.get("more_body")
            return message

        await self.app(scope, counted, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _drain(receive: Receive) -> None:
    """Throw away what is still coming, for a while: a client that is still sending does not read the answer."""
    drained = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while drained < DRAINED_AT_MOST:
                message = await receive()
                drained += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
    except TimeoutError:
        return
