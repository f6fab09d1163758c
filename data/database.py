"""The one place that opens connections and commits.

Every session belongs to one tenant: `set_config('app.tenant_id', …, true)` runs at the start of each
transaction, and row-level security shows nothing else. The service runs as the role `caserita_app`, which
owns nothing.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction

from data.errors import DatabaseUnavailable, Unavailability, UnsafeDatabaseRole
from data.intake import TAKE_IN, Intake
from data.transaction import Transaction

APP_ROLE = "caserita_app"
LOOKUP_ROLE = "caserita_lookup"
SEARCH_PATH = "app, jobs"
OLDEST_SERVER = 150000

_UNSAFE_ROLE = text(
    """
    SELECT rolsuper OR rolbypassrls OR EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'app' AND c.relowner = r.oid
    )
    FROM pg_roles r WHERE rolname = current_user
    """
)

# Parameters that managed databases put into their addresses and asyncpg does not take.
_LIBPQ_ONLY = {"channel_binding", "gssencmode", "connect_timeout", "application_name", "keepalives"}


def parse_url(url: str) -> URL:
    """A DATABASE_URL, in any of the usual spellings, for the asyncpg driver.

    Raises DatabaseUnavailable when it is not a PostgreSQL address.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # its own text may quote the password
        message = "DATABASE_URL is not a database address"
        raise DatabaseUnavailable(message, Unavailability.BAD_ADDRESS) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseUnavailable("DATABASE_URL must begin with postgresql://", Unavailability.BAD_ADDRESS)
    query = {("ssl" if key == "sslmode" else key): parsed.query[key] for key in parsed.query if key not in _LIBPQ_ONLY}
    return parsed.set(drivername="postgresql+asyncpg", query=query)


def libpq_url(url: str) -> str:
    """The same address for psycopg, which serves the job workers."""
    parsed = parse_url(url)
    query = {("sslmode" if key == "ssl" else key): value for key, value in parsed.query.items()}
    return parsed.set(drivername="postgresql", query=query).render_as_string(hide_password=False)


class Database:
    """A pool of connections as the application role.

    `url` may belong to the owner of the schema: each connection then assumes `caserita_app` as it starts,
    as a session default that RESET ROLE cannot undo.
    """

    def __init__(self, url: str, *, pool_size: int = 10, application_name: str = "caserita") -> None:
        self.url = parse_url(url)
        self.engine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,  # what shoppers write would be in the text of its errors
            pool_timeout=10,
            pool_pre_ping=False,
            pool_recycle=1800,
            connect_args={
                "timeout": 5,
                "server_settings": {
                    "role": APP_ROLE,
                    "search_path": SEARCH_PATH,
                    "application_name": application_name,
                    "jit": "off",
                },
            },
        )
        self._single_statements = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._sessions = async_sessionmaker(
            self.engine, class_=AsyncSession, sync_session_class=TenantSession, expire_on_commit=False
        )

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID) -> AsyncIterator[Transaction]:
        """One transaction that sees and writes this tenant's rows only; commits unless it raises."""
        async with self._sessions(info={"tenant_id": tenant_id}) as session, session.begin():
            yield Transaction(session, tenant_id)

    @asynccontextmanager
    async def lookup(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of no tenant, for the `app.find_*` functions: tenant tables are empty to it."""
        async with self.engine.begin() as connection:
            yield connection

    async def take_in(self, tenant_id: UUID, intake: Intake) -> tuple[UUID, UUID | None]:
        """The conversation and the new message (None for a second delivery), in one round trip instead of four.

        The statement is a transaction of its own: all of it is kept, or nothing.
        """
        async with self._single_statements.connect() as connection:
            row = (await connection.execute(TAKE_IN, intake.values(tenant_id))).one()
        return row.found_conversation, row.new_message

    async def check(self) -> None:
        """Refuse to run where isolation would not hold.

        Raises DatabaseUnavailable, UnsafeDatabaseRole.
        """
        try:
            async with self.lookup() as connection:
                version = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
                unsafe = (await connection.execute(_UNSAFE_ROLE)).scalar_one()
        except CONNECTION_ERRORS as error:
            raise unavailable(self.url, error) from error
        if version < OLDEST_SERVER:
            raise DatabaseUnavailable("Caserita needs PostgreSQL 15 or newer", Unavailability.TOO_OLD)
        if unsafe:
            raise UnsafeDatabaseRole

    async def close(self) -> None:
        await self.engine.dispose()


class TenantSession(Session):
    """A session that refuses to start a transaction without a tenant."""


@event.listens_for(TenantSession, "after_begin")
def _set_tenant(session: Session, transaction: SessionTransaction, connection: Any) -> None:
    if transaction.nested:
        return
    tenant_id = session.info["tenant_id"]
    connection.execute(text("SELECT set_config('app.tenant_id', :id, true)"), {"id": str(UUID(str(tenant_id)))})


# What connecting may raise; TypeError for a connection parameter that the driver does not know.
CONNECTION_ERRORS = (OSError, DBAPIError, TypeError)

_BY_TYPE: tuple[tuple[type[BaseException], Unavailability], ...] = (
    (socket.gaierror, Unavailability.NO_SUCH_HOST),
    (ConnectionRefusedError, Unavailability.REFUSED),
    (FileNotFoundError, Unavailability.REFUSED),
    (TimeoutError, Unavailability.NO_ANSWER),
    (TypeError, Unavailability.BAD_ADDRESS),
)
_BY_SQLSTATE = {
    "28P01": Unavailability.WRONG_PASSWORD,
    "28000": Unavailability.WRONG_PASSWORD,
    "3D000": Unavailability.NO_SUCH_DATABASE,
    "22023": Unavailability.NO_SCHEMA,  # the role that each connection assumes does not exist yet
}


def unavailable(url: URL, error: BaseException) -> DatabaseUnavailable:
    """What went wrong while connecting to `url`, without its password."""
    cause = getattr(error, "orig", None) or error
    detail = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    address = url.set(drivername="postgresql").render_as_string(hide_password=True)
    by_state = _BY_SQLSTATE.get(str(getattr(cause, "sqlstate", "")))
    by_type = next((reason for kind, reason in _BY_TYPE if isinstance(cause, kind)), Unavailability.OTHER)
    return DatabaseUnavailable(f"cannot use the database {address}: {detail}", by_state or by_type, address)
