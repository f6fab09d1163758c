"""Row-level security in the database itself: every table has it, and no login or statement escapes it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from data.database import APP_ROLE, LOOKUP_ROLE, SERVICE_LOGIN, Database, parse_url
from data.errors import UnsafeDatabaseRole
from data.models import Base

# Tables of the schema that hold no tenant's rows.
GLOBAL_TABLES = {"alembic_version"}

_FAULTS = r"""
    SELECT c.relname,
           c.relrowsecurity AND c.relforcerowsecurity AS is_forced,
           EXISTS (
               SELECT FROM pg_policies p
               WHERE p.schemaname = 'app' AND p.tablename = c.relname AND p.cmd = 'ALL'
                 AND p.roles = ARRAY['caserita_app']::name[]
                 AND p.qual ~ '\mtenant\(\)' AND p.with_check = p.qual
           ) AS has_policy,
           pg_get_userbyid(c.relowner) AS owner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'app' AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
"""


async def test_every_table_of_the_database_is_isolated(database: Database) -> None:
    async with database.lookup() as connection:
        rows = (await connection.execute(text(_FAULTS))).all()
    tables = {row.relname for row in rows} - GLOBAL_TABLES
    # It has no model: it is only there where the server has the extension for it.
    assert tables == {table.name for table in Base.metadata.tables.values()} | {"search_vectors"}
    faults = [row.relname for row in rows if row.relname in tables and not (row.is_forced and row.has_policy)]
    assert faults == []
    assert APP_ROLE not in {row.owner for row in rows}


async def test_a_table_without_a_policy_is_noticed(database: Database, database_url: str) -> None:
    """The control of the test above: it can fail."""
    owner = create_async_engine(parse_url(database_url))
    async with owner.connect() as connection:
        await connection.execute(text("CREATE TABLE app.forgotten (tenant_id uuid)"))
        rows = (await connection.execute(text(_FAULTS))).all()
        await connection.rollback()
    await owner.dispose()
    assert [row.relname for row in rows if not row.has_policy and row.relname not in GLOBAL_TABLES] == ["forgotten"]


@pytest.mark.parametrize("statement", ["RESET ROLE", "SET ROLE none", "RESET SESSION AUTHORIZATION"])
async def test_no_statement_brings_the_service_back_to_more_rights(database: Database, statement: str) -> None:
    async with database.lookup() as connection:
        await connection.execute(text(statement))
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() in {APP_ROLE, SERVICE_LOGIN}
        assert (await connection.execute(text("SELECT count(*) FROM app.tenants"))).scalar_one() == 0
        with pytest.raises(DBAPIError):
            await connection.execute(text("ALTER TABLE app.tenants DISABLE ROW LEVEL SECURITY"))


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE postgres",
        f"SET ROLE {LOOKUP_ROLE}",
        "SET SESSION AUTHORIZATION postgres",
        f"GRANT {LOOKUP_ROLE} TO {SERVICE_LOGIN}",
        f"ALTER ROLE {SERVICE_LOGIN} SUPERUSER",
        "ALTER TABLE app.tenants DISABLE ROW LEVEL SECURITY",
    ],
)
async def test_the_service_takes_no_other_role(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner|Only roles"):
        async with database.lookup() as connection:
            await connection.execute(text(statement))


async def test_the_owners_login_can_leave_the_role(database: Database, database_url: str) -> None:
    """The control of the tests above: why the service has a login of its own."""
    as_owner = Database(database_url)
    async with as_owner.lookup() as connection:
        await connection.execute(text("SET ROLE none"))
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() != APP_ROLE
    await as_owner.close()


async def test_a_login_with_more_rights_is_warned_of_or_refused(database: Database, database_url: str) -> None:
    as_owner = Database(database_url)
    with capture_logs() as logs:
        await as_owner.check()
        await database.check(needs_plain_login=True)
    assert [entry["event"] for entry in logs] == ["database_login_is_privileged"]
    with pytest.raises(UnsafeDatabaseRole):
        await as_owner.check(needs_plain_login=True)
    await as_owner.close()


async def test_a_role_that_bypasses_security_is_refused(database_url: str) -> None:
    class AsOwner(Database):
        def __init__(self) -> None:
            super().__init__(database_url)
            self.engine = create_async_engine(parse_url(database_url))

    database = AsOwner()
    with pytest.raises(UnsafeDatabaseRole):
        await database.check()
    await database.close()
