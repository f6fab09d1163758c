"""Which sites may show a web chat: its own page, and those its channel names; any other is refused before it reads."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Forbidden, Missing, problem_of
from api.open_channels import OpenChannels
from api.tokens import OWN_PAGE

PREFIX = "/v1/webchat/"
_REFUSED = "Este sitio no puede mostrar este chat: falta agregarlo a los sitios del canal."
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "7200",
}
_READABLE = "Retry-After, X-Request-Id"


def place_of(headers: Mapping[str, str], base_url: str) -> str:
    """`OWN_PAGE`, or the origin of the other site that asks. A browser names none when a page reads from its own."""
    origin = headers.get("origin", "").lower()
    # Behind a proxy the scheme is not known here: the host tells.
    own = {headers.get("host", "").lower(), urlsplit(base_url).netloc.lower()} - {""}
    return OWN_PAGE if not origin or origin.partition("://")[2] in own else origin


def is_allowed(place: str, config: Mapping[str, Any]) -> bool:
    """`https://www.tienda.cl` is allowed with `https://tienda.cl`, and the other way round: owners name one."""
    return place == OWN_PAGE or _bare(place) in {_bare(origin) for origin in config.get("allowed_origins") or ()}


def _bare(origin: str) -> str:
    return origin.replace("://www.", "://", 1)


class WebchatOrigins:
    """Answers a browser that asks whether a site may (CORS), and refuses what comes from one that may not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        state = scope["app"].state
        headers = Headers(scope=scope)
        place = place_of(headers, state.runtime.settings.base_url)
        if place == OWN_PAGE:
            await self.app(scope, receive, send)
            return
        try:
            await _require_allowed(state.open_channels, scope["path"], place)
        except Forbidden as error:
            await problem_of(error).response()(scope, receive, send)
            return
        except Missing:
            pass  # said by the route, and so that any page can read it: its visitors are told that the chat ended
        shared = {"Access-Control-Allow-Origin": headers["origin"], "Vary": "Origin"}
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=shared | _PREFLIGHT)(scope, receive, send)
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.update(shared)
                answered["Access-Control-Expose-Headers"] = _READABLE
            await send(message)

        await self.app(scope, receive, readable)


async def _require_allowed(open_channels: OpenChannels, path: str, place: str) -> None:
    """Raises Missing and Forbidden."""
    access = await open_channels.get(path.removeprefix(PREFIX).partition("/")[0])
    if not is_allowed(place, access.config):
        raise Forbidden(_REFUSED)
