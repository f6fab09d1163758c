"""A shop's own site, on an origin of its own, that shows the chat by one line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from tests.api.service import Service, Store

# What a careful site allows: the chat asks for no more than its script and its connection.
POLICY = "default-src 'self'; script-src {service}; connect-src {service}; img-src 'self' https:; style-src 'self'"
# Shops' themes hide what is empty, and to them the chat is.
STYLE = """html { font-size: 62.5% } button { text-transform: uppercase; display: none !important } div { float: left }
div:empty { display: none } body > * { filter: brightness(1); direction: rtl !important }"""
PAGE = """<!doctype html><html lang="es"><head><meta charset="utf-8"><link rel="stylesheet" href="/site.css">
<meta name="viewport" content="width=device-width"><title>Mi tienda</title></head>
<body><h1>Mi tienda</h1><a href="#pie">Pie</a>{line}</body></html>"""


@dataclass
class Site:
    """`line` is what its owner pasted."""

    url: str
    line: str = ""


@asynccontextmanager
async def serve_site(service: Service, store: Store) -> AsyncIterator[Site]:
    async def get_page(request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": POLICY.format(service=service.url)}
        return web.Response(text=PAGE.format(line=site.line), content_type="text/html", headers=headers)

    async def get_style(request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css")

    async def get_icon(request: web.Request) -> web.Response:
        return web.Response(status=204)

    application = web.Application()
    application.add_routes([web.get("/", get_page), web.get("/site.css", get_style), web.get("/favicon.ico", get_icon)])
    runner = web.AppRunner(application)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    port = runner.addresses[0][1]
    site = Site(f"http://127.0.0.1:{port}")
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        channel = await tx.channels.get(store.webchat_id)
        assert channel is not None
        channel.config = channel.config | {"allowed_origins": [site.url]}
    try:
        yield site
    finally:
        await runner.cleanup()
