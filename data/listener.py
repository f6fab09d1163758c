"""Hears what transactions announce with `tx.jobs.notify`, on a connection of its own."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from data.database import APP_ROLE, parse_url
from data.errors import DatabaseUnavailable

_HEARTBEAT_SECONDS = 15.0
_HEARTBEAT_TIMEOUT = 5.0


async def listen(url: str, topic: str, on_start: Callable[[], None], on_payload: Callable[[str], None]) -> None:
    """Calls `on_start` once it hears, then `on_payload` for each announcement, until the connection is lost.

    Needs a direct connection: a pooler in transaction mode does not pass announcements on.
    Raises DatabaseUnavailable.
    """
    engine = create_async_engine(
        parse_url(url),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": 5, "server_settings": {"role": APP_ROLE, "application_name": "caserita-listener"}},
    )
    try:
        async with engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            lost = asyncio.Event()
            raw.add_termination_listener(lambda _: lost.set())
            await raw.add_listener(topic, lambda _connection, _pid, _topic, payload: on_payload(payload))
            on_start()
            await _until_lost(raw, lost)
    except (OSError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnavailable from error
    finally:
        await engine.dispose()


async def _until_lost(raw: Any, lost: asyncio.Event) -> None:
    while True:
        try:
            await asyncio.wait_for(lost.wait(), _HEARTBEAT_SECONDS)
            return
        except TimeoutError:
            # A network that went away silently is only noticed by asking.
            await raw.execute("SELECT 1", timeout=_HEARTBEAT_TIMEOUT)
