"""A server without the extension is migrated all the same, and says so where it matters."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from data.database import Database, parse_url
from data.errors import DatabaseUnavailable
from data.migrate import migrate
from data.pgvector_schema import ensure_vectors
from data.pgvectors import check_pgvector


async def test_without_the_extension_nothing_is_made_and_the_setting_is_refused(
    database_url: str, database: Database
) -> None:
    owner = create_async_engine(parse_url(database_url), isolation_level="AUTOCOMMIT")
    async with owner.connect() as connection:
        await connection.execute(text("CREATE DATABASE without_vectors"))
    bare = parse_url(database_url).set(database="without_vectors")
    engine = create_async_engine(bare)
    async with engine.connect() as connection:  # as on a server whose files lack it
        await connection.execute(text("CREATE SCHEMA app"))
        statement = ensure_vectors().replace("name = 'vector'", "name = 'no_such_extension'")
        await connection.execute(text(statement))
        assert (await connection.execute(text("SELECT to_regclass('app.search_vectors')"))).scalar() is None
        await connection.rollback()
    other = Database(str(bare.render_as_string(hide_password=False)), pool_size=1)
    with pytest.raises(DatabaseUnavailable, match="VECTORS=pgvector needs the extension"):
        await check_pgvector(other)
    await other.close()
    await engine.dispose()
    await owner.dispose()
    await check_pgvector(database)


async def test_the_table_is_made_when_the_extension_comes_later(database_url: str, service_url: str) -> None:
    owner = create_async_engine(parse_url(database_url))
    async with owner.begin() as connection:
        await connection.execute(text("CREATE TABLE app.set_aside AS TABLE app.search_vectors"))
        await connection.execute(text("DROP TABLE app.search_vectors"))
    assert not await migrate(database_url)
    async with owner.begin() as connection:
        await connection.execute(text("INSERT INTO app.search_vectors SELECT * FROM app.set_aside"))
        await connection.execute(text("DROP TABLE app.set_aside"))
    await owner.dispose()
