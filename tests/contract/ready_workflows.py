"""The workflows of docs/n8n, in a real n8n for the time of a run with a secret of their own."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

READY = Path(__file__).parents[2] / "docs/n8n"
HEADER = ("X-Clave", "la-buena")


@dataclass(frozen=True, slots=True)
class Paths:
    """Of the workflow that answers at once, of the one that answers later, and of one that asks for a header."""

    now: str
    later: str
    guarded: str


@asynccontextmanager
async def ready_workflows(url: str, key: str, secret: str) -> AsyncIterator[Paths]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"{url}/api/v1", headers={"X-N8N-API-KEY": key}, timeout=30.0)
        )
        signing = await stack.enter_async_context(_credential(api, "crypto", {"hmacSecret": secret}))
        header = await stack.enter_async_context(
            _credential(api, "httpHeaderAuth", dict(zip(("name", "value"), HEADER, strict=True)))
        )
        paths = [
            await stack.enter_async_context(_published(api, url, workflow, credentials))
            for workflow, credentials in (
                (json.loads((READY / "caserita-workflow.json").read_text("utf-8")), {"crypto": signing}),
                (json.loads((READY / "caserita-despues.json").read_text("utf-8")), {"crypto": signing}),
                (_GUARDED, {"httpHeaderAuth": header}),
            )
        ]
        yield Paths(*paths)


@asynccontextmanager
async def _credential(api: httpx.AsyncClient, kind: str, data: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    name = f"Contrato {uuid4().hex}"
    made = _told(await api.post("/credentials", json={"name": name, "type": kind, "data": data}), "credential:create")
    try:
        yield {"id": made["id"], "name": name}
    finally:
        _told(await api.delete(f"/credentials/{made['id']}"), "credential:delete")


@asynccontextmanager
async def _published(
    api: httpx.AsyncClient, url: str, workflow: dict[str, Any], credentials: dict[str, dict[str, str]]
) -> AsyncIterator[str]:
    """The path of its webhook, once that answers: publishing it is answered before it is there."""
    path = f"contrato-{uuid4().hex}"
    values = {**workflow, "name": f"{workflow['name']} ({path})", "nodes": _nodes(workflow, path, credentials)}
    made = _told(await api.post("/workflows", json=values), "workflow:create")
    try:
        _told(await api.post(f"/workflows/{made['id']}/activate"), "workflow:activate")
        await _once_it_is_not(httpx.codes.NOT_FOUND, lambda: api.post(f"{url}/webhook/{path}", json={}))
        yield f"/webhook/{path}"
    finally:
        # What is published, or not yet unpublished, is not deleted.
        await api.post(f"/workflows/{made['id']}/deactivate")
        deleted = await _once_it_is_not(httpx.codes.CONFLICT, lambda: api.delete(f"/workflows/{made['id']}"))
        _told(deleted, "workflow:delete")


async def _once_it_is_not(status: httpx.codes, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    for _ in range(100):
        answer = await ask()
        if answer.status_code != status:
            break
        await asyncio.sleep(0.1)
    return answer


def _nodes(workflow: dict[str, Any], path: str, credentials: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = json.loads(json.dumps(workflow["nodes"]))
    for node in nodes:
        if "webhookId" in node:
            node["webhookId"] = str(uuid4())
            node["parameters"]["path"] = path
        if "credentials" in node:
            node["credentials"] = {kind: credentials[kind] for kind in node["credentials"]}
    return nodes


def _told(answer: httpx.Response, scope: str) -> dict[str, Any]:
    if answer.status_code == httpx.codes.FORBIDDEN:
        pytest.fail(
            f"N8N_KEY may not {scope}: the run publishes its own workflows. Give the key workflow:list, :create, "
            ":activate, :deactivate and :delete, credential:create and :delete."
        )
    assert answer.status_code == httpx.codes.OK, answer.text
    document: dict[str, Any] = answer.json()
    return document


_GUARDED: dict[str, Any] = {
    "name": "Caserita: con encabezado",
    "nodes": [
        {
            "id": "1", "name": "Webhook", "type": "n8n-nodes-base.webhook", "typeVersion": 2.1, "position": [0, 0],
            "webhookId": "", "credentials": {"httpHeaderAuth": {}},
            "parameters": {
                "httpMethod": "POST", "path": "", "authentication": "headerAuth", "responseMode": "onReceived",
                "options": {},
            },
        }
    ],
    "connections": {},
    "settings": {"executionOrder": "v1"},
}  # fmt: skip
