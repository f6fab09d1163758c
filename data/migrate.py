"""Brings a database to the schema that this version of the code needs."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from data.database import APP_ROLE, CONNECTION_ERRORS, parse_url, unavailable
from data.errors import DatabaseUnavailable, Unavailability
from data.pgvector_schema import ensure_vectors
from data.service_login import ensure_login

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

# A server may be given the extension after the migration that looked for it.
_LACKS_VECTORS = text("""
    SELECT to_regclass('app.search_vectors') IS NULL
        AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')
""")


@cache
def head_revision() -> str:
    """The newest migration, by the number that its file name begins with: Alembic need not be loaded to know it."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def migrate(url: str, service_url: str | None = None) -> bool:
    """Run every migration that is missing, in one transaction, as the user named in `url`; False when none is.

    The login of `service_url` is made if there is none. Cheap when all is there, and the application's own role is
    enough then. Safe to call from several processes at once. Raises DatabaseUnavailable.
    """
    parsed = parse_url(url)
    engine = create_async_engine(parsed, connect_args={"timeout": 5}, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            is_current = await _revision(connection) == head_revision()
            lacks_vectors = is_current and bool((await connection.execute(_LACKS_VECTORS)).scalar())
        if not is_current:
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
        elif lacks_vectors:
            async with engine.begin() as connection:
                await connection.execute(text(ensure_vectors()))
        if service_url is not None:
            await ensure_login(url, service_url)
    except CONNECTION_ERRORS as error:
        raise unavailable(parsed, error) from error
    finally:
        await engine.dispose()
    return not is_current


async def _revision(connection: AsyncConnection) -> str | None:
    try:
        found: str | None = (await connection.execute(text("SELECT version_num FROM app.alembic_version"))).scalar()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _NO_TABLE:
            raise
        return None
    return found


_NO_TABLE = ("42P01", "3F000", "42501")  # no such table, no such schema, not for this user to read


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - half a second that most starts need not spend
    from alembic.util import CommandError  # noqa: PLC0415

    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        message = f"this version of Caserita does not know the database's schema: {error}"
        raise DatabaseUnavailable(message, Unavailability.NO_SCHEMA) from error
    connection.execute(text(f"GRANT SELECT ON app.alembic_version TO {APP_ROLE}"))


def alembic_config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
