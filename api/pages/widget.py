"""The web chat's script and what it loads: small files under a name that changes with them, kept for ever."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from api.errors import Missing

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent / "static" / "widget"
_LOADER = "loader.js"
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
# Any site may load them: they say nothing. Which may read a chat is decided in api.origins.
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}
_FOR_A_WHILE = "public, max-age=300"
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    kind: str
    body: bytes
    packed: bytes

    def response(self, accepted: str, cache: str) -> Response:
        is_packed = "gzip" in accepted
        headers = _HEADERS | {"Cache-Control": cache} | ({"Content-Encoding": "gzip"} if is_packed else {})
        return Response(self.packed if is_packed else self.body, media_type=self.kind, headers=headers)


def _read(folder: Path) -> tuple[str, Mapping[str, Asset]]:
    """What names this edition, and its files by name."""
    bodies = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _KINDS}
    edition = sha256(b"".join(bodies.values())).hexdigest()[:12]
    bodies[_LOADER] = bodies[_LOADER].replace(b"__ASSETS__", f"widget/{edition}/".encode())
    return edition, {
        name: Asset(_KINDS[Path(name).suffix], body, gzip.compress(body, mtime=0)) for name, body in bodies.items()
    }


EDITION, _ASSETS = _read(_FOLDER)


@router.get("/widget.js")
async def get_loader(accept_encoding: Annotated[str, Header()] = "") -> Response:
    return _ASSETS[_LOADER].response(accept_encoding, _FOR_A_WHILE)


@router.get("/widget/{edition}/{name}")
async def get_asset(edition: str, name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Also under an edition that is gone, which a browser may still name for a few minutes."""
    if name not in _ASSETS:
        raise Missing
    return _ASSETS[name].response(accept_encoding, _FOR_EVER if edition == EDITION else "no-cache")
