"""Brings a database to the schema that this version of the code needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from data.database import parse_url, unreachable_reason
from data.errors import DatabaseUnavailable


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head_revision() -> str:
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None
    return head


async def migrate(url: str) -> None:
    """Run every migration that is missing, in one transaction, as the user named in `url`.

    Safe to call from several processes at once. Raises DatabaseUnavailable.
    """
    parsed = parse_url(url)
    engine = create_async_engine(parsed, connect_args={"timeout": 5})
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except (OSError, DBAPIError) as error:
        raise DatabaseUnavailable(unreachable_reason(parsed, error)) from error
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
