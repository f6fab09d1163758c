"""What the health page says, and what happens to the rest while the database is away."""

import asyncio
from pathlib import Path

import httpx
import psycopg
from sqlalchemy import text

from data.database import Database
from tests.api.service import Service, Store, error_of, serve

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


async def test_health_names_its_parts(anyone: httpx.AsyncClient) -> None:
    response = await anyone.get("/health")
    body = response.json()
    assert response.status_code == 200
    assert body["version"]
    assert set(body["services"]) == {"database", "worker", "queue", "index"}
    assert body["services"]["database"] == "up"
    assert body["services"]["index"] == "up"


async def test_asking_for_health_makes_no_index(
    database: Database, database_url: str, tmp_path: Path, store: Store
) -> None:
    async with serve(database, database_url, tmp_path) as service, service.client() as client:
        assert (await client.get("/health")).json()["services"]["index"] == "up"
        assert service.runtime.indexes.held() == {}
        await service.runtime.indexes.get(store.tenant_id)
        assert set(service.runtime.indexes.held()) == {store.tenant_id}


async def test_the_first_store_is_found_alone(service: Service, store: Store, other_store: Store) -> None:
    first, *others = await service.runtime.directory.tenants()
    assert others
    assert await service.runtime.directory.first_tenant() == first.id


async def test_health_tells_whether_anyone_works(service: Service, anyone: httpx.AsyncClient) -> None:
    assert (await anyone.get("/health")).json()["services"]["worker"] == "down"
    async with service.runtime.database.lookup() as connection:
        await connection.execute(text("SELECT procrastinate_register_worker_v1()"))
    try:
        assert (await anyone.get("/health")).json()["services"]["worker"] == "up"
    finally:
        async with service.runtime.database.lookup() as connection:
            await connection.execute(text("DELETE FROM procrastinate_workers"))


async def test_a_process_is_alive_without_asking_the_database(tmp_path: Path) -> None:
    async with serve(Database(NOWHERE), NOWHERE, tmp_path) as service, service.client() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_without_a_database_everything_says_when_to_come_back(tmp_path: Path, store: Store) -> None:
    async with serve(Database(NOWHERE), NOWHERE, tmp_path) as service, service.client() as client:
        health = await client.get("/health")
        assert health.status_code == 503
        assert health.json()["status"] == "unhealthy"
        assert health.json()["services"]["database"] == "down"
        for path in ("/v1/users/me", f"/v1/webchat/{store.webchat_id}/messages", "/"):
            response = await client.get(path, headers={"Authorization": f"Bearer {next(iter(store.tokens.values()))}"})
            assert response.status_code == 503
            assert error_of(response)["code"] == "SERVICE_UNAVAILABLE"
            assert int(response.headers["retry-after"]) > 0


async def test_a_listener_that_lost_its_connection_listens_again(
    service: Service, store: Store, database_url: str
) -> None:
    own = "SELECT pid FROM pg_stat_activity WHERE application_name = 'caserita-listener'"
    async with (
        asyncio.timeout(30),
        await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection,
        service.runtime.listener.subscribe(store.webchat_id) as wakes,
    ):
        before: set[int] = set()
        while not before:
            before = {row[0] for row in await (await connection.execute(own)).fetchall()}
        for pid in before:
            await connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        after = before
        while not after - before:
            after = {row[0] for row in await (await connection.execute(own)).fetchall()}
            await asyncio.sleep(0.05)
        async with service.runtime.database.transaction(store.tenant_id) as tx:
            await tx.jobs.notify("messages", f"{store.tenant_id}/{store.webchat_id}")
        while not wakes.is_set:  # noqa: ASYNC110 - its own wait also ends by the clock
            await asyncio.sleep(0.01)
