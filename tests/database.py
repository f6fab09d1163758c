"""The real embedded PostgreSQL for tests: one server a run, one fresh tenant a test."""

import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from stdnum.cl import rut

from data.database import Database
from data.embedded import start_embedded
from data.migrate import migrate

_numbers = itertools.count(secrets.randbelow(10_000_000) + 50_000_000)


def make_rut() -> str:
    """A valid RUT that no other test uses."""
    number = str(next(_numbers))
    return f"{number}-{rut.calc_check_digit(number)}"


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The owner's address of a server with an empty database."""
    folder: Path = tmp_path_factory.mktemp("storage")
    yield start_embedded(folder)


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """Migrated, connected as the role the service runs as."""
    await migrate(database_url)
    database = Database(database_url, pool_size=20)
    await database.check()
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
