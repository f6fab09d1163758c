"""One running service a session, fresh stores a test."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from data.database import Database
from data.states import Role
from tests.api.chatwoot import chatwoot, inbox
from tests.api.own_jobs import leave_behind
from tests.api.service import Service, Store, open_store, serve
from tests.api.visiting import begin_visit

__all__ = ["chatwoot", "inbox"]

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The other systems of these tests are on loopback.
NEAR = {"allowed_private_networks": "127.0.0.1/32"}


@pytest.fixture(scope="session")
async def service(
    database: Database, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    async with serve(database, database_url, tmp_path_factory.mktemp("service"), **NEAR) as running:
        yield running


@pytest.fixture
async def store(service: Service) -> Store:
    await leave_behind(service.runtime)
    return await open_store(service)


@pytest.fixture
async def other_store(service: Service) -> Store:
    return await open_store(service, "Otra tienda")


@pytest.fixture
async def anyone(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client() as client:
        yield client


@pytest.fixture
async def owner(service: Service, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(store.tokens[Role.OWNER]) as client:
        yield client


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def visitor(service: Service, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with begin_visit(service, store) as client:
        yield client
