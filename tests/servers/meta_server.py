"""A local stand-in for Meta's Cloud API: real HTTP on loopback, strict about what it takes, faults on demand."""

import asyncio
import hashlib
import hmac
import itertools
import json
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.servers.loopback import served

NUMBER_ID = "106540352242922"
ACCESS_TOKEN = "EAAlocal0token0of0a0test0server0000000000"
APP_SECRET = "0123456789abcdef0123456789abcdef"
VERIFY_TOKEN = "a-word-that-the-owner-chose"

_PHONE = re.compile(r"\+?[1-9]\d{7,14}")
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_TYPES = {"text", "interactive", "image", "video", "audio", "document", "sticker", "template"}


@dataclass(frozen=True, slots=True)
class MetaFault:
    """What goes wrong with one message. `is_accepted`: it is delivered all the same."""

    status: int = 500
    code: int | None = 131000
    is_accepted: bool = False
    is_dropped: bool = False
    hang_seconds: float = 0.0  # waits so long before it answers


@dataclass
class MetaServer:
    """`sent` are the messages taken, `ids` what each is called; `read` those marked as read; `faults` are used up one
    a message."""

    url: str = ""
    ids: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    read: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: deque[MetaFault | None] = field(default_factory=deque)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def post(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return _refuse(401, 190)
        body = await request.json()
        if body.get("status") == "read":
            self.read.append(body)
            return web.json_response({"success": True})
        if (mistake := _mistake(body)) is not None:
            return _refuse(400, 100, mistake)
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.is_accepted:
            self.sent.append(body)
            self.ids.append(f"wamid.{next(self.numbers):010d}")
        if fault is not None:
            await asyncio.sleep(fault.hang_seconds)
            if fault.is_dropped:
                assert request.transport is not None
                request.transport.close()
            return _refuse(fault.status, fault.code)
        to = body.get("to") or body.get("recipient")
        taken = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to}],
            "messages": [{"id": self.ids[-1], "message_status": "accepted"}],
        }
        return web.json_response(taken)

    async def file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if not _is_authorised(request):
            return _refuse(401, 190)
        if name not in self.files:
            return _refuse(404, 100)
        return web.json_response({"url": f"{self.url}/files/{name}", "mime_type": "image/jpeg", "id": name})

    async def download(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return web.Response(status=401)
        return web.Response(body=self.files[request.match_info["name"]], content_type="image/jpeg")


def _is_authorised(request: web.Request) -> bool:
    return request.headers.get("Authorization") == f"Bearer {ACCESS_TOKEN}"


def _mistake(body: dict[str, Any]) -> str | None:
    """What the Cloud API would not take: its own limits, which a client must keep."""
    kind = body.get("type")
    if body.get("messaging_product") != "whatsapp" or body.get("recipient_type") != "individual":
        return "messaging_product and recipient_type"
    if not (
        _PHONE.fullmatch(body.get("to", "")) or ("to" not in body and _USER_ID.fullmatch(body.get("recipient", "")))
    ):
        return "to or recipient"
    if kind not in _TYPES or not isinstance(body.get(kind), dict):
        return "type"
    part = body[kind]
    if kind == "text" and not 1 <= len(part.get("body", "")) <= 4096:
        return "text.body"
    if kind in ("image", "video", "document") and len(part.get("caption", "")) > 1024:
        return "caption"
    if kind == "template":
        return _template_mistake(part)
    return _interactive_mistake(part) if kind == "interactive" else None


def _template_mistake(template: dict[str, Any]) -> str | None:
    texts = [value["text"] for component in template.get("components", []) for value in component["parameters"]]
    if any(re.search(r"[\n\t]| {5,}", text) or not text for text in texts):
        return "a variable with line breaks, tabs or many spaces"
    return None if template.get("name") and template.get("language", {}).get("code") else "template"


def _interactive_mistake(interactive: dict[str, Any]) -> str | None:
    action = interactive.get("action", {})
    if not 1 <= len(interactive.get("body", {}).get("text", "")) <= 1024:
        return "interactive.body"
    if interactive["type"] == "button":
        replies = [button["reply"] for button in action.get("buttons", [])]
        is_right = 1 <= len(replies) <= 3 and all(1 <= len(each["title"]) <= 20 for each in replies)
        return None if is_right and _are_distinct(replies, 256) else "buttons"
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    is_right = 1 <= len(rows) <= 10 and all(
        1 <= len(row["title"]) <= 24 and len(row.get("description", "")) <= 72 for row in rows
    )
    return None if is_right and _are_distinct(rows, 200) and 1 <= len(action.get("button", "")) <= 20 else "rows"


def _are_distinct(replies: list[dict[str, Any]], limit: int) -> bool:
    ids = [reply["id"] for reply in replies]
    titles = [reply["title"].strip() for reply in replies]
    return (
        len(set(ids)) == len(ids) and len(set(titles)) == len(titles) and all(1 <= len(each) <= limit for each in ids)
    )


def _refuse(status: int, code: int | None, details: str = "") -> web.Response:
    if code is None:
        return web.Response(status=status, text="<html>Bad gateway</html>", content_type="text/html")
    error = {"message": f"(#{code}) refused", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return web.json_response({"error": error | {"error_data": {"details": details}}}, status=status)


def signed(body: Any, secret: str = APP_SECRET) -> tuple[bytes, dict[str, str]]:
    """A webhook as Meta posts it: its bytes, and the headers with their signature."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return raw, {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}


def payload(*changes: dict[str, Any], number_id: str = NUMBER_ID, field_name: str = "messages") -> dict[str, Any]:
    """One entry with these values, each a change of its own."""
    metadata = {"display_phone_number": "56222222222", "phone_number_id": number_id}
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "1",
                "changes": [
                    {"field": field_name, "value": {"messaging_product": "whatsapp", "metadata": metadata} | change}
                    for change in changes
                ],
            }
        ],
    }


@asynccontextmanager
async def meta_server() -> AsyncIterator[MetaServer]:
    server = MetaServer()
    app = web.Application()
    app.router.add_post(r"/v23.0/{number_id:\d+}/messages", server.post)
    app.router.add_get("/v23.0/{name}", server.file)
    app.router.add_get("/files/{name}", server.download)
    async with served(app) as url:
        server.url = url
        yield server
