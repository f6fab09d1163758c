"""The real service on loopback, and stores with members to call it as."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from api.passwords import hash_password
from api.runtime import Runtime
from api.server import make_config
from api.settings import Settings
from api.tenants import create_tenant
from api.tokens import MemberToken, issue_member_token
from connectors.tls import trusted
from data.database import Database
from data.encryption import KEY_BYTES, SecretBox
from data.states import Role
from tests.database import make_rut

JWT_SECRET = b"a secret of these tests, thirty-two bytes and more"
PASSWORD = "clave-de-prueba"
UPLOAD_LIMIT_MB = 2


@dataclass(frozen=True)
class Service:
    """`password_hash` is of PASSWORD: made once, for it is slow on purpose."""

    runtime: Runtime
    url: str
    password_hash: str

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, verify=trusted())


@dataclass(frozen=True)
class Store:
    """A tenant with a member of each role; `tokens` are by role."""

    tenant_id: UUID
    rut: str
    name: str
    email: str
    webchat_id: UUID
    members: Mapping[Role, UUID] = field(default_factory=dict)
    tokens: Mapping[Role, str] = field(default_factory=dict)


@asynccontextmanager
async def serve(database: Database, database_url: str, storage_dir: Path, **given: Any) -> AsyncIterator[Service]:
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # else asyncio keeps small writes back
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = Settings(storage_dir=storage_dir, public_base_url=url, upload_limit_mb=UPLOAD_LIMIT_MB, **given)
        runtime = Runtime(
            settings=settings,
            database_url=database_url,
            database=database,
            secrets=SecretBox([bytes(KEY_BYTES)]),
            jwt_secret=JWT_SECRET,
        )
        server = uvicorn.Server(make_config(runtime, last_seconds=1))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn tells it by this flag only
            await asyncio.sleep(0.01)
        try:
            yield Service(runtime, url, await hash_password(PASSWORD))
        finally:
            runtime.listener.close()
            server.should_exit = True
            await running


async def open_store(service: Service, name: str = "Tienda de prueba") -> Store:
    rut = make_rut()
    email = f"duena-{rut.lower()}@ejemplo.cl"
    tenant = await create_tenant(service.runtime, rut, name)
    members = {}
    async with service.runtime.database.transaction(tenant.id) as tx:
        for role in Role:
            signing_in = (email, service.password_hash) if role is Role.OWNER else (f"{role}@ejemplo.cl", "no sign-in")
            members[role] = (await tx.members.add(*signing_in, role)).id
    tokens = {
        role: issue_member_token(JWT_SECRET, MemberToken(member_id, tenant.id)) for role, member_id in members.items()
    }
    return Store(tenant.id, rut, name, email, tenant.webchat_id, members, tokens)


def error_of(response: httpx.Response) -> dict[str, Any]:
    """The error of an answer, after checking that the envelope is exactly as promised."""
    body = response.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["message"]
    return error
