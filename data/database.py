"""The one place that opens connections and commits.

Every session belongs to one tenant: `set_config('app.tenant_id', …, true)` runs at the start of each
transaction, and row-level security shows nothing else. The service runs as the role `caserita_app`, which
owns nothing.
"""

import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction

from data.errors import DatabaseUnavailable, NotFound, Unavailability, UnsafeDatabaseRole
from data.intake import LAST_OUTBOUND, TAKE_IN, Intake
from data.models.base import Json
from data.transaction import Transaction

T = TypeVar("T")

APP_ROLE = "caserita_app"
LOOKUP_ROLE = "caserita_lookup"
# Whom the embedded server knows the service as: a member of APP_ROLE, and nothing else.
SERVICE_LOGIN = "caserita_service"
SEARCH_PATH = "app, jobs"
OLDEST_SERVER = 150000

# A session may return from its role to its login, and take any role that the login is a member of.
_UNSAFE = text(
    """
    SELECT r.rolname = current_user AS is_role,
        r.rolsuper OR r.rolbypassrls OR EXISTS (
            SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'app' AND r.oid IN (c.relowner, n.nspowner)
        ) AS is_owner,
        r.rolcreaterole OR EXISTS (
            SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
            WHERE m.member = r.oid AND g.rolname <> :app_role
        ) AS may_become_another
    FROM pg_roles r WHERE r.rolname IN (current_user, session_user)
    """
)

# No statement of a turn or a request takes so long: what does is stuck, and holds a connection others wait for.
# A turn that waits for the rows of a large import is tried again as its job.
TIMEOUTS = {"statement_timeout": "30s", "lock_timeout": "20s", "idle_in_transaction_session_timeout": "60s"}
_PATIENTLY = text("SELECT set_config('statement_timeout', '1h', true), set_config('lock_timeout', '1h', true)")

_AS_TENANT = text("SELECT set_config('app.tenant_id', :tenant_id, true)")
# What stands left of the LATERAL is known before what stands right of it is read.
_CATALOGUE_VERSION = text(
    """
    SELECT tenant.catalogue_version
    FROM (SELECT CASE WHEN set_config('app.tenant_id', :tenant_id, true) <> ''
                 THEN CAST(:tenant_id AS uuid) END AS id) AS own
    CROSS JOIN LATERAL (SELECT catalogue_version FROM tenants WHERE id = own.id LIMIT 1) AS tenant
    """
)

log = structlog.get_logger()

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


def as_service(url: str) -> str:
    """The same database through SERVICE_LOGIN, without a password."""
    service = parse_url(url).set(username=SERVICE_LOGIN, password=None)
    return service.set(drivername="postgresql").render_as_string(hide_password=False)


class Database:
    """A pool of connections as the application role, which each assumes as it starts.

    The login in `url` should be a member of that role and of no other: statements can return to the login.
    """

    def __init__(self, url: str, *, pool_size: int = 10, application_name: str = "caserita") -> None:
        self.url = parse_url(url)
        self.engine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,  # what shoppers write would be in the text of its errors
            pool_timeout=5,
            pool_recycle=1800,
            connect_args={
                "timeout": 5,
                "server_settings": {
                    "role": APP_ROLE,
                    "search_path": SEARCH_PATH,
                    "application_name": application_name,
                    "jit": "off",
                    **TIMEOUTS,
                },
            },
        )
        event.listen(self.engine.sync_engine.pool, "checkout", _replace_closed)
        event.listen(self.engine.sync_engine, "handle_error", _hide_value)
        self._single_statements = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._sessions = async_sessionmaker(
            self.engine, class_=AsyncSession, sync_session_class=TenantSession, expire_on_commit=False
        )

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID, *, is_long: bool = False) -> AsyncIterator[Transaction]:
        """One transaction that sees and writes this tenant's rows only; commits unless it raises.

        `is_long` is for work over a whole catalogue: its statements and locks may take an hour, not half a minute.
        """
        async with await _once_more(lambda: self._begun(tenant_id)) as session:
            if is_long:
                await session.execute(_PATIENTLY)
            yield Transaction(session, tenant_id)
            await session.commit()

    async def _begun(self, tenant_id: UUID) -> AsyncSession:
        session = self._sessions(info={"tenant_id": tenant_id})
        try:
            await session.connection()
        except BaseException:
            await session.close()
            raise
        return session

    @asynccontextmanager
    async def lookup(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of no tenant, for the `app.find_*` functions: tenant tables are empty to it."""
        async with self.engine.begin() as connection:
            yield connection

    async def find(self, statement: str, **values: object) -> Sequence[Any]:
        """The rows that one of the `app.find_*` functions answers with."""

        async def ask() -> Sequence[Any]:
            async with self._single_statements.connect() as connection:
                return (await connection.execute(text(statement), values)).all()

        return await _once_more(ask)

    async def last_outbound(self, tenant_id: UUID, channel_id: UUID, address: str) -> tuple[str, Json] | None:
        """Text and payload of what whoever writes from `address` was told last, in one round trip instead of four."""

        async def ask() -> tuple[str, Json] | None:
            values = {"tenant_id": str(tenant_id), "channel_id": channel_id, "address": address}
            async with self._single_statements.connect() as connection:
                row = (await connection.execute(LAST_OUTBOUND, values)).one_or_none()
            return (row.text, row.payload) if row else None

        return await _once_more(ask)

    async def catalogue_version(self, tenant_id: UUID) -> int:
        """Which every search asks first, in one round trip instead of four. Raises NotFound."""

        async def ask() -> int | None:
            async with self._single_statements.connect() as connection:
                found = await connection.execute(_CATALOGUE_VERSION, {"tenant_id": str(tenant_id)})
                return found.scalar_one_or_none()

        version = await _once_more(ask)
        if version is None:
            raise NotFound("tenant")
        return version

    async def take_in(self, tenant_id: UUID, intake: Intake) -> tuple[UUID, UUID | None]:
        """The conversation and the new message (None for a second delivery), in one round trip instead of four.

        The statement is a transaction of its own: all of it is kept, or nothing.
        """

        async def take() -> tuple[UUID, UUID | None]:
            async with self._single_statements.connect() as connection:
                row = (await connection.execute(TAKE_IN, intake.values(tenant_id))).one()
            return row.found_conversation, row.new_message

        # If it was kept and only the answer was lost, the second time finds what a second delivery finds.
        return await _once_more(take)

    async def check(self, *, needs_plain_login: bool = False) -> None:
        """Refuse to run where isolation would not hold.

        A login with more rights than `caserita_app` is refused with `needs_plain_login`, else warned of.
        Raises DatabaseUnavailable, UnsafeDatabaseRole.
        """
        try:
            async with self.lookup() as connection:
                version = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
                roles = (await connection.execute(_UNSAFE, {"app_role": APP_ROLE})).all()
        except CONNECTION_ERRORS as error:
            raise unavailable(self.url, error) from error
        if version < OLDEST_SERVER:
            raise DatabaseUnavailable("Caserita needs PostgreSQL 15 or newer", Unavailability.TOO_OLD)
        is_login_privileged = any(role.is_owner or role.may_become_another for role in roles)
        if any(role.is_role and role.is_owner for role in roles) or (is_login_privileged and needs_plain_login):
            raise UnsafeDatabaseRole
        if is_login_privileged:
            log.warning("database_login_is_privileged", login=self.url.username, remedy="set DATABASE_SERVICE_URL")

    async def close(self) -> None:
        await self.engine.dispose()


class TenantSession(Session):
    """A session that refuses to start a transaction without a tenant."""


@event.listens_for(TenantSession, "after_begin")
def _set_tenant(session: Session, transaction: SessionTransaction, connection: Any) -> None:
    if transaction.nested:
        return
    connection.execute(_AS_TENANT, {"tenant_id": str(UUID(str(session.info["tenant_id"])))})


async def _once_more(work: Callable[[], Awaitable[T]]) -> T:
    """Again, once, on another connection when this one turns out to be lost."""
    try:
        return await work()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return await work()


def _replace_closed(connection: Any, record: Any, proxy: Any) -> None:
    """The driver hears at once of a server that hung up: asking it costs nothing, where a ping is a round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


_VALUE = re.compile(r"(invalid input (?:for query argument|syntax for type) [^:]+: ).*", re.DOTALL)


def _hide_value(context: ExceptionContext) -> None:
    """Driver and server quote a value that they cannot take, and what shoppers write has no place in a log."""
    original = context.original_exception
    for error in (context.sqlalchemy_exception, original, original.__cause__):
        if error is not None:
            error.args = tuple(_VALUE.sub(r"\1…", each) if isinstance(each, str) else each for each in error.args)


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
