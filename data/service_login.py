"""Makes the login that the service connects with, so that a database needs no preparation by hand."""

import psycopg
from psycopg import sql

from data.database import APP_ROLE, libpq_url, parse_url, unavailable
from data.errors import DatabaseUnavailable, Unavailability

# Any number, the same in every process: two that start together make the login one after the other.
_LOCK = 7_654_322


async def ensure_login(owner_url: str, service_url: str) -> None:
    """Make the login named in `service_url`, with its password, unless there is one: that is left as it is.

    It becomes a member of `caserita_app` and of nothing else. Raises DatabaseUnavailable.
    """
    service = parse_url(service_url)
    if not service.username:
        raise DatabaseUnavailable("DATABASE_SERVICE_URL names no user", Unavailability.BAD_ADDRESS)
    try:
        async with await psycopg.AsyncConnection.connect(libpq_url(owner_url), connect_timeout=5) as connection:
            if await _exists(connection, service.username):
                return
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if not await _exists(connection, service.username):
                await _create(connection, service.username, str(service.password or ""))
    except psycopg.Error as error:
        raise unavailable(parse_url(owner_url), error) from error


async def _exists(connection: psycopg.AsyncConnection, name: str) -> bool:
    found = await connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
    return await found.fetchone() is not None


async def _create(connection: psycopg.AsyncConnection, name: str, password: str) -> None:
    login = sql.Identifier(name)
    await connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(login))
    if password:
        # Hashed here: the server's log may keep the statement.
        kept = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        await connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, sql.Literal(kept)))
    await connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP_ROLE), login))
