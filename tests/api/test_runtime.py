"""Whichever way the database is named, the service works with a login that has no more rights than it needs."""

from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from api.runtime import open_runtime
from api.settings import Settings
from data.database import SERVICE_LOGIN, parse_url
from data.errors import UnsafeDatabaseRole


async def login_of(settings: Settings) -> str:
    async with open_runtime(settings) as runtime, runtime.database.lookup() as connection:
        in_session = (await connection.execute(text("SELECT session_user"))).scalar_one()
        assert parse_url(runtime.database_url).username == in_session  # what workers and listeners connect with
    return str(in_session)


def settings_with(storage_dir: Path, database_url: str, service_user: str) -> Settings:
    service_url = parse_url(database_url).set(username=service_user, drivername="postgresql")
    return Settings(
        storage_dir=storage_dir,
        database_url=SecretStr(database_url),
        database_service_url=SecretStr(service_url.render_as_string(hide_password=False)),
    )


async def test_the_embedded_database_knows_the_service_by_a_login_of_its_own(tmp_path: Path) -> None:
    assert await login_of(Settings(storage_dir=tmp_path, database_url=None)) == SERVICE_LOGIN


async def test_the_login_of_the_service_is_made_where_there_is_none(tmp_path: Path, database_url: str) -> None:
    name = f"shop-{uuid4().hex[:8]}"
    assert await login_of(settings_with(tmp_path, database_url, name)) == name


async def test_a_login_of_the_service_that_owns_the_tables_is_refused(tmp_path: Path, database_url: str) -> None:
    with pytest.raises(UnsafeDatabaseRole):
        await login_of(settings_with(tmp_path, database_url, "postgres"))


async def test_a_database_by_its_owner_alone_will_do(tmp_path: Path, database_url: str) -> None:
    assert await login_of(Settings(storage_dir=tmp_path, database_url=SecretStr(database_url))) == "postgres"
