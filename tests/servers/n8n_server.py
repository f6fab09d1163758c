"""A local stand-in for n8n: its webhooks and the part of its public API we read, over real HTTP on loopback."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import ClientSession, web

from tests.servers.loopback import served

KEY = "clave-api-de-n8n"
# What must never be seen on our side.
STACK = "Error: The requested webhook is not registered\n    at WebhookService (/usr/lib/node_modules/n8n/secreto.js:7)"

Mode = Literal["onReceived", "lastNode", "responseNode"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one call. `is_run`: the workflow ran all the same."""

    status: int = 0
    is_cut: bool = False
    wait_seconds: float = 0.0
    is_run: bool = False


@dataclass(slots=True)
class Flow:
    """A workflow with one Webhook node. `answer` is what its last node, or its Respond node, makes of a call;
    `secret` has it check our signature, as docs/n8n/caserita-workflow.json does; `answers_later` has it call back after
    its answer, once for an event, as docs/n8n/caserita-despues.json does."""

    id: str
    name: str
    path: str
    mode: Mode = "onReceived"
    answer: Any = field(default_factory=dict)
    status: int = 200
    secret: str = ""
    header: tuple[str, str] | None = None
    is_active: bool = True
    registered_at: float = 0.0
    fails: bool = False
    answers_later: bool = False
    seen: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Call:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class N8nServer:
    """`faults` are used up one a call, the oldest first; None lets one through."""

    def __init__(self) -> None:
        self.url = ""
        self.flows: list[Flow] = []
        self.calls: list[Call] = []
        self.runs: list[str] = []
        self.called = asyncio.Event()
        self.faults: deque[Fault | None] = deque()
        self.page_size = 100

    def add(self, path: str, **values: Any) -> Flow:
        flow = Flow(f"wf{len(self.flows)}", values.pop("name", path), path, **values)
        self.flows.append(flow)
        return flow

    def publish(self, flow: Flow) -> None:
        """Answered at once; the webhook is there a moment later."""
        flow.is_active, flow.registered_at = True, time.monotonic() + 0.2

    async def webhook(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(Call(path, headers, body))
        self.called.set()
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            await asyncio.sleep(fault.wait_seconds)
            if fault.is_run:
                self.runs.append(path)
            if fault.is_cut:
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            if fault.status:
                return web.Response(status=fault.status, text="Bad Gateway")
        flow = next((one for one in self.flows if one.path == path), None)
        is_there = flow is not None and flow.is_active and time.monotonic() >= flow.registered_at
        if flow is None or not is_there or request.method != "POST":
            return _not_registered(request.method, path)
        if flow.header is not None and headers.get(flow.header[0].lower()) != flow.header[1]:
            return web.Response(status=403, text="Authorization data is wrong!")
        try:
            json.loads(body)
        except ValueError:
            return web.json_response({"code": 422, "message": "Failed to parse request body"}, status=422)
        self.runs.append(path)
        answer = _answer(flow, headers, body)
        if flow.answers_later and answer.status == 200:
            await answer.prepare(request)
            await answer.write_eof()
            await _call_back(flow, json.loads(body))
        return answer

    async def workflows(self, request: web.Request) -> web.Response:
        if request.headers.get("x-n8n-api-key") != KEY:
            return web.json_response({"message": "Unauthorized"}, status=401)
        start = 0
        if cursor := request.query.get("cursor", ""):
            try:
                start = json.loads(base64.b64decode(cursor))["offset"]
            except (ValueError, KeyError):
                return web.json_response({"message": "An invalid cursor was provided"}, status=400)
        size = min(int(request.query.get("limit", "100")) or 100, self.page_size)
        page = self.flows[start : start + size]
        following = base64.b64encode(json.dumps({"limit": size, "offset": start + size}).encode()).decode()
        has_more = start + size < len(self.flows)
        return web.json_response(
            {"data": [_item(flow) for flow in page], "nextCursor": following if has_more else None}
        )

    async def healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})


def _answer(flow: Flow, headers: Mapping[str, str], body: bytes) -> web.Response:
    if flow.secret and not _is_signed(flow.secret, headers, body):
        return web.json_response({"error": "bad signature"}, status=401)
    if flow.mode == "onReceived":
        return web.json_response({"message": "Workflow was started"})
    if flow.fails:
        return web.json_response({"message": "Error in workflow"}, status=500)
    if flow.answer is None:
        return web.json_response({"code": 0, "message": "No item to return was found"}, status=500)
    return web.json_response(flow.answer, status=flow.status)


async def _call_back(flow: Flow, asked: Mapping[str, Any]) -> None:
    if asked["event_id"] in flow.seen:
        return
    flow.seen.add(asked["event_id"])
    body = json.dumps({"event_id": asked["event_id"], "status": "success", "reply": "Listo."}).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-N8N-Timestamp": timestamp,
        "X-N8N-Signature": _signature(flow.secret, timestamp, body),
    }
    async with ClientSession() as session, session.post(asked["callback_url"], data=body, headers=headers):
        pass


def _is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    timestamp = headers.get("x-caserita-timestamp", "")
    is_recent = timestamp.isdecimal() and abs(time.time() - int(timestamp)) < 300
    return is_recent and hmac.compare_digest(
        _signature(secret, timestamp, body), headers.get("x-caserita-signature", "")
    )


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    """Written again from the words of docs/n8n.md, not with the code under test."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _not_registered(method: str, path: str) -> web.Response:
    return web.json_response(
        {
            "code": 404,
            "message": f'The requested webhook "{method} {path}" is not registered.',
            "hint": "The workflow must be active for a production URL to run successfully.",
            "stacktrace": STACK,
        },
        status=404,
    )


def _item(flow: Flow) -> dict[str, Any]:
    """With everything in it, as n8n has it: credentials' ids too."""
    parameters = {"httpMethod": "POST", "path": flow.path, "responseMode": flow.mode, "options": {}}
    node = {
        "id": "1", "name": "Webhook", "type": "n8n-nodes-base.webhook", "typeVersion": 2.1, "parameters": parameters,
        "credentials": {"httpHeaderAuth": {"id": "cred-secreta", "name": "x"}},
    }  # fmt: skip
    return {
        "id": flow.id, "name": flow.name, "active": flow.is_active, "isArchived": False, "nodes": [node],
        "connections": {}, "settings": {}, "tags": [],
    }  # fmt: skip


@asynccontextmanager
async def n8n_server() -> AsyncIterator[N8nServer]:
    server = N8nServer()
    app = web.Application()
    app.router.add_get("/api/v1/workflows", server.workflows)
    app.router.add_get("/healthz", server.healthz)
    app.router.add_route("*", "/webhook/{path:.*}", server.webhook)
    async with served(app) as url:
        server.url = url
        yield server
