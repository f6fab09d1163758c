"""The database reaches the schema of this version, and a database already there is left alone."""

import asyncio
import base64
import hashlib
import hmac
from uuid import uuid4

import psycopg
from alembic.script import ScriptDirectory
from psycopg import sql

from data.database import APP_ROLE, Database, libpq_url, parse_url
from data.migrate import alembic_config, head_revision, migrate


def test_the_newest_file_is_the_head_that_alembic_knows() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [head_revision()]


async def test_a_migrated_database_is_not_migrated_again(database: Database, database_url: str) -> None:
    assert await migrate(database_url) is False


async def test_the_services_login_is_made_with_its_password_and_member_of_one_role(
    database: Database, database_url: str
) -> None:
    """The test server asks nobody for a password, so what it keeps of it is compared."""
    login, password = f"shop-{uuid4().hex[:8]}", "p'ss wörd"
    url = parse_url(database_url).set(username=login, password=password).render_as_string(hide_password=False)
    await asyncio.gather(*(migrate(database_url, url) for _ in range(4)))
    async with await psycopg.AsyncConnection.connect(libpq_url(database_url)) as owner:
        query = """
            SELECT a.rolpassword, a.rolsuper OR a.rolcreaterole OR a.rolbypassrls, array_agg(m.roleid::regrole::text)
            FROM pg_authid a LEFT JOIN pg_auth_members m ON m.member = a.oid WHERE a.rolname = %s GROUP BY 1, 2
        """
        found = await (await owner.execute(query, [login])).fetchone()
        await owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login)))
    assert found is not None
    kept, is_privileged, roles = found
    assert (is_privileged, roles) == (False, [APP_ROLE])
    assert is_scram_of(password, kept)


def is_scram_of(password: str, kept: str) -> bool:
    """RFC 5803, as PostgreSQL writes it: SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>."""
    _, parameters, keys = kept.split("$")
    iterations, salt = parameters.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return base64.b64encode(hashlib.sha256(client_key).digest()).decode() == keys.split(":")[0]


async def test_a_login_that_is_there_is_left_as_it_is(database: Database, database_url: str) -> None:
    url = parse_url(database_url).set(username="postgres", password="other")
    await migrate(database_url, url.render_as_string(hide_password=False))
    async with await psycopg.AsyncConnection.connect(libpq_url(database_url)) as owner:
        found = await owner.execute("SELECT rolsuper, rolpassword FROM pg_authid WHERE rolname = 'postgres'")
        assert await found.fetchone() == (True, None)
