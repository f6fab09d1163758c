"""The database reaches the schema of this version, and a database already there is left alone."""

from alembic.script import ScriptDirectory

from data.database import Database
from data.migrate import alembic_config, head_revision, migrate


def test_the_newest_file_is_the_head_that_alembic_knows() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [head_revision()]


async def test_a_migrated_database_is_not_migrated_again(database: Database, database_url: str) -> None:
    assert await migrate(database_url) is False
