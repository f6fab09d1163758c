"""A local stand-in for Telegram's Bot API: real HTTP on loopback, its rules on messages, faults on demand."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.servers.loopback import served

TOKEN = "123456789:AAF-local_bot_token_for_tests_0123456789"


@dataclass(frozen=True, slots=True)
class TelegramFault:
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    is_accepted: bool = False
    is_dropped: bool = False
    hang_seconds: float = 0.0  # waits so long before it answers


@dataclass
class TelegramServer:
    """`calls` are the methods asked for with their fields; `faults` are used up one a call, the oldest first."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: deque[TelegramFault | None] = field(default_factory=deque)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(100))

    def sent(self) -> list[dict[str, Any]]:
        return [fields for method, fields in self.calls if method.startswith("send") and method != "sendChatAction"]

    async def call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _refuse(401, "Unauthorized")
        method, fields = request.match_info["method"], await request.json()
        if (wrong := _mistake(method, fields)) is not None:
            return _refuse(400, f"Bad Request: {wrong}")
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.is_accepted:
            self.calls.append((method, fields))
        if fault is not None:
            await asyncio.sleep(fault.hang_seconds)
            if fault.is_dropped:
                assert request.transport is not None
                request.transport.close()
            return _refuse(fault.status, fault.description, fault.retry_after)
        return web.json_response({"ok": True, "result": self._result(method, fields)})

    def _result(self, method: str, fields: dict[str, Any]) -> Any:
        if method == "getFile":
            return {"file_id": fields["file_id"], "file_path": f"photos/{fields['file_id']}.jpg"}
        if method in ("setWebhook", "sendChatAction", "answerCallbackQuery"):
            return True
        return {"message_id": next(self.numbers), "chat": {"id": int(fields["chat_id"]), "type": "private"}, "date": 1}

    async def file(self, request: web.Request) -> web.StreamResponse:
        body = self.files.get(request.match_info["name"])
        if request.match_info["token"] != TOKEN or body is None:
            return _refuse(404, "Not Found")
        return web.Response(body=body, content_type="application/octet-stream")


def _mistake(method: str, fields: dict[str, Any]) -> str | None:
    """What Telegram would not take."""
    text = fields.get("text", "")
    if method == "sendMessage" and not 1 <= len(text.encode("utf-16-le")) // 2 <= 4096:
        return "message text is empty or too long"
    if len(fields.get("caption", "")) > 1024:
        return "message caption is too long"
    for row in fields.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            if not button["text"] or not 1 <= len(button["callback_data"].encode()) <= 64:
                return "BUTTON_DATA_INVALID"
    if method == "setWebhook" and not fields["url"].startswith("https://"):
        return "bad webhook: An HTTPS URL must be provided for webhook"
    return None


def _refuse(status: int, description: str, retry_after: int | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return web.json_response(body, status=status)


@asynccontextmanager
async def telegram_server() -> AsyncIterator[TelegramServer]:
    server = TelegramServer()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", server.call)
    app.router.add_get("/file/bot{token}/photos/{name}.jpg", server.file)
    async with served(app) as url:
        server.url = url
        yield server
