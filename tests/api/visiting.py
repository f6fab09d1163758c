"""A visitor of a store's web chat: what they send, and what they are told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from connectors.tls import trusted
from data.models import Conversation
from tests.api.service import Service, Store

PATIENCE = 15


@asynccontextmanager
async def begin_visit(service: Service, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose addresses begin at the store's web chat."""
    base = f"{service.url}/v1/webchat/{store.webchat_id}"
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE, verify=trusted()) as client:
        session = (await client.post("/session")).json()
        assert session["store_name"] == store.name
        client.headers["Authorization"] = f"Bearer {session['token']}"
        yield client


async def say(client: httpx.AsyncClient, text: str, client_id: str | None = None) -> httpx.Response:
    return await client.post("/messages", json={"text": text, "client_id": client_id or str(uuid4())})


async def history(client: httpx.AsyncClient, after: int = 0) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = (await client.get("/messages", params={"after": after})).json()["messages"]
    return messages


async def conversation_of(service: Service, store: Store) -> Conversation:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        (conversation,) = await tx.conversations.recent()
    return conversation


@asynccontextmanager
async def events(client: httpx.AsyncClient, last_event_id: int = 0) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """The stream's events as (name, data)."""
    headers = {"Last-Event-ID": str(last_event_id)}
    async with client.stream("GET", "/events", headers=headers, timeout=PATIENCE) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield read_events(response)


async def read_events(response: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


async def next_message(stream: AsyncIterator[tuple[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        async for name, data in stream:
            if name == "message":
                message: dict[str, Any] = data
                return message
    raise AssertionError("the stream ended")
