"""The web chat's page and the API's reference; everything they load comes from here."""

from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from api.errors import Missing
from api.open_channels import OpenChannels
from api.pages import widget
from api.pages.reference import marked, read_reference
from api.runtime import Runtime
from data.states import ChannelKind

router = APIRouter(include_in_schema=False)
router.include_router(widget.router)

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["marked"] = marked
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}


@router.get("/")
async def open_first_chat(request: Request) -> HTMLResponse:
    """The web chat of the first store there is."""
    runtime: Runtime = request.app.state.runtime
    tenant_id = await runtime.directory.first_tenant()
    if tenant_id is None:
        return _page("empty.html")
    async with runtime.database.transaction(tenant_id) as tx:
        channels = await tx.channels.all()
    for channel in channels:
        if channel.kind is ChannelKind.WEBCHAT and channel.is_active:
            return await _chat(runtime, tenant_id, channel.id)
    return _page("empty.html")


@router.get("/c/{channel_id}")
async def open_chat(channel_id: str, request: Request) -> HTMLResponse:
    runtime: Runtime = request.app.state.runtime
    open_channels: OpenChannels = request.app.state.open_channels
    try:
        access = await open_channels.get(channel_id)
    except Missing:
        return _page("missing.html", 404)
    if access.kind is not ChannelKind.WEBCHAT:
        return _page("missing.html", 404)
    return await _chat(runtime, access.tenant_id, access.channel_id)


@router.get("/docs")
async def open_reference(request: Request) -> HTMLResponse:
    runtime: Runtime = request.app.state.runtime
    reference = read_reference(request.app.openapi())
    return _page("reference.html", reference=reference, base_url=runtime.settings.base_url)


@router.get("/favicon.ico")
async def get_icon() -> Response:
    return Response((_HERE / "static" / "icon.svg").read_bytes(), media_type="image/svg+xml")


def mount_static(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")


async def _chat(runtime: Runtime, tenant_id: UUID, channel_id: UUID) -> HTMLResponse:
    async with runtime.database.transaction(tenant_id) as tx:
        store_name = (await tx.tenants.get()).name
    return _page("chat.html", channel_id=channel_id, store_name=store_name)


def _page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status, _HEADERS)
