"""Runs the migrations on the connection that `data.migrate` hands over, as the owner of the schema."""

from alembic import context
from sqlalchemy import Connection, text

from data.models import SCHEMA, Base

# Any number, the same in every process: two services that start together migrate one after the other.
MIGRATION_LOCK = 7_654_321


def run(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table_schema=SCHEMA,
        include_schemas=True,
        include_name=lambda name, kind, _: kind != "schema" or name == SCHEMA,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
