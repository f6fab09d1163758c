"""A local stand-in for Odoo: both its protocols over real HTTP on loopback, with faults on demand."""

import asyncio
import json
import xmlrpc.client
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from defusedxml.xmlrpc import DefusedExpatParser

from tests.servers.loopback import served
from tests.servers.odoo_models import OdooError
from tests.servers.odoo_shop import OF_MODELS, OdooShop

DATABASE = "tienda"
LOGIN = "caserita@tienda.example"
KEY = "0123456789abcdef0123456789abcdef01234567"
# What must never be seen on our side.
TRACEBACK = 'Traceback (most recent call last):\n  File "/usr/lib/odoo/service.py", line 7, in secreto\n'


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one call. `is_done`: it was committed all the same, and nobody is told. `body` comes
    instead of the answer, as a 200 where there is no status; `drips`: a byte at a time, without end."""

    is_done: bool = False
    status: int = 0
    is_cut: bool = False
    wait_seconds: float = 0.0
    body: bytes = b""
    media_type: str = "text/html"
    drips: bool = False


TIMEOUT_AFTER_COMMIT = Fault(is_done=True, wait_seconds=60.0, is_cut=True)
CUT_AFTER_COMMIT = Fault(is_done=True, is_cut=True)
CUT_BEFORE = Fault(is_cut=True)
BAD_GATEWAY_AFTER_COMMIT = Fault(is_done=True, status=502)
UNAVAILABLE = Fault(status=503)


class OdooServer:
    """`faults` are used up one a call, the oldest first; None lets a call through. `chaos` is asked when they are used
    up, with the model and the method."""

    def __init__(self, shop: OdooShop) -> None:
        self.shop = shop
        self.url = ""
        self.calls: list[tuple[str, str]] = []
        self.faults: deque[Fault | None] = deque()
        self.chaos: Callable[[str, str], Fault | None] = lambda model, method: None

    async def version(self, request: web.Request) -> web.Response:
        if self.shop.version < 19:
            return _html(404)
        return web.json_response({"version_info": [self.shop.version, 0, 0, "final", 0, ""], "version": "19.0"})

    async def json2(self, request: web.Request) -> web.StreamResponse:
        if self.shop.version < 19 or request.headers.get("x-odoo-database", DATABASE) != DATABASE:
            return _html(404)
        if request.content_type != "application/json":
            return _html(415)
        if request.headers.get("authorization") != f"bearer {KEY}":
            return _json_error(OdooError("werkzeug.exceptions.Unauthorized", 3, 401, "Invalid apikey"))
        try:
            body = json.loads(await request.read())
        except ValueError:
            return _json_error(OdooError("werkzeug.exceptions.BadRequest", 1, 400))
        arguments = body if isinstance(body, dict) else {}
        model, method = request.match_info["model"], request.match_info["method"]
        ids = arguments.pop("ids", None)
        if ids is not None and method in OF_MODELS:
            return _json_error(OdooError("werkzeug.exceptions.UnprocessableEntity", 1, 422))

        def run() -> web.StreamResponse:
            try:
                return web.json_response(self.shop.call(model, method, ids, arguments))
            except OdooError as error:
                return _json_error(error)

        return await self._answer(request, model, method, run)

    async def xmlrpc_common(self, request: web.Request) -> web.StreamResponse:
        arguments, method = _parsed(await request.read())
        if method == "version":
            version = self.shop.version
            return _xml(({"server_version": f"{version}.0", "server_version_info": [version, 0, 0, "final", 0, ""]},))
        database, login, key, _ = arguments
        if database != DATABASE:
            return _xml(xmlrpc.client.Fault(1, f'{TRACEBACK}psycopg2.OperationalError: database "x" does not exist'))
        return _xml((7 if (login, key) == (LOGIN, KEY) else False,))

    async def xmlrpc_object(self, request: web.Request) -> web.StreamResponse:
        values, _ = _parsed(await request.read())
        database, user_id, key, model, method, positional, *named = values
        if (database, user_id, key) != (DATABASE, 7, KEY):
            return _xml(xmlrpc.client.Fault(3, "Access Denied"))

        def run() -> web.StreamResponse:
            try:
                arguments = named[0] if named else {}
                if method == "create":
                    if not positional:
                        raise OdooError("builtins.IndexError", 1, 500, "list index out of range")
                    arguments, positional[:] = arguments | {"vals_list": positional[0]}, []
                ids = positional[0] if positional else None
                value = self.shop.call(model, method, ids, arguments)
            except OdooError as error:
                return _xml(xmlrpc.client.Fault(error.fault, f"{TRACEBACK}{error.name}: {error.message}"))
            if value is None:  # after all of it was committed
                text = "TypeError: cannot marshal None unless allow_none is enabled"
                return _xml(xmlrpc.client.Fault(1, TRACEBACK + text))
            return _xml((value,))

        return await self._answer(request, model, method, run)

    async def _answer(
        self, request: web.Request, model: str, method: str, run: Callable[[], web.StreamResponse]
    ) -> web.StreamResponse:
        self.calls.append((model, method))
        fault = self.faults.popleft() if self.faults else self.chaos(model, method)
        if fault is None:
            return run()
        if fault.drips:
            return await _drip(request)
        answer = run() if fault.is_done or not (fault.is_cut or fault.status or fault.body) else None
        if fault.wait_seconds:
            await asyncio.sleep(fault.wait_seconds)
        if fault.is_cut and request.transport is not None:
            request.transport.abort()
        if fault.body:
            return web.Response(status=fault.status or 200, body=fault.body, content_type=fault.media_type)
        return _html(fault.status) if fault.status else (answer or _html(500))


async def _drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


def _html(status: int) -> web.Response:
    return web.Response(status=status, text="<!DOCTYPE html><title>No</title>", content_type="text/html")


def _json_error(error: OdooError) -> web.Response:
    body = {"name": error.name, "message": error.message, "arguments": [], "context": {}, "debug": TRACEBACK}
    return web.json_response(body, status=error.status)


def _xml(value: tuple[Any, ...] | xmlrpc.client.Fault) -> web.Response:
    text = xmlrpc.client.dumps(value, methodresponse=True)
    return web.Response(text=text, content_type="text/xml")


def _parsed(body: bytes) -> tuple[tuple[Any, ...], str | None]:
    target = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(target)
    parser.feed(body)
    parser.close()
    return target.close(), target.getmethodname()


@asynccontextmanager
async def odoo_server(version: int = 19, shop: OdooShop | None = None) -> AsyncIterator[OdooServer]:
    """A server on a free port of loopback, with an empty shop."""
    server = OdooServer(shop or OdooShop(version))
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_get("/web/version", server.version)
    app.router.add_post("/json/2/{model}/{method}", server.json2)
    app.router.add_post("/xmlrpc/2/common", server.xmlrpc_common)
    app.router.add_post("/xmlrpc/2/object", server.xmlrpc_object)
    async with served(app) as url:
        server.url = url
        yield server
