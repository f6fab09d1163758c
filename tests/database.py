"""The real embedded PostgreSQL for tests: one server a run, one fresh tenant a test."""

import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from stdnum.cl import rut

from data.database import Database, as_service
from data.embedded import start_embedded
from data.migrate import migrate

_numbers = itertools.count(secrets.randbelow(10_000_000) + 50_000_000)


def make_rut() -> str:
    """A valid RUT that no other test uses."""
    number = str(next(_numbers))
    return f"{number}-{rut.calc_check_digit(number)}"


def start_hasty(storage: Path) -> str:
    """The embedded server, which does not wait for the disk: what it holds outlives any process, not the machine."""
    url = start_embedded(storage)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The owner's address of a server with an empty database."""
    folder: Path = tmp_path_factory.mktemp("storage")
    yield start_hasty(folder)


@pytest.fixture(scope="session")
async def service_url(database_url: str) -> str:
    """The same database, migrated, as the service reaches it."""
    url = as_service(database_url)
    await migrate(database_url, url)
    return url


@pytest.fixture(scope="session")
async def database(service_url: str) -> AsyncIterator[Database]:
    """Connected as the login and the role the service runs as."""
    database = Database(service_url, pool_size=20)
    await database.check(needs_plain_login=True)
    yield database
    await database.close()


@pytest.fixture
async def tenant_id(database: Database) -> UUID:
    return await make_tenant(database)


@pytest.fixture
async def other_tenant_id(database: Database) -> UUID:
    return await make_tenant(database)


async def make_tenant(database: Database, name: str = "Tienda de prueba") -> UUID:
    new_id = uuid4()
    async with database.transaction(new_id) as tx:
        await tx.tenants.create(make_rut(), name)
    return new_id
