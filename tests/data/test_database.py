"""The pool survives the loss of its connections, waits for nothing too long, and keeps values out of its errors."""

import asyncio
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.database import Database, libpq_url
from data.directory import Directory
from data.intake import Intake
from data.outages import is_outage
from data.states import ChannelKind
from data.transaction import Transaction

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CANARY = "+56987654321 quiero un regalo secreto"


@pytest.fixture
async def intake(database: Database, tenant_id: UUID) -> Intake:
    async with database.transaction(tenant_id) as tx:
        channel = await tx.channels.add(ChannelKind.WEBCHAT, "web", uuid4().hex, {}, None)
    return Intake(
        channel_id=channel.id, address="+56911111111", contact_name=None, external_id=uuid4().hex, text="hola",
        payload={}, sent_at=None, queue=f"test-{uuid4().hex[:8]}", received_at=NOW,
    )  # fmt: skip


async def fill_pool(pool: Database, size: int) -> None:
    """Every connection of the pool open, and idle again."""
    everybody = asyncio.Barrier(size)

    async def hold() -> None:
        async with pool.lookup() as connection:
            await connection.execute(text("SELECT 1"))
            await everybody.wait()

    await asyncio.gather(*(hold() for _ in range(size)))


async def hang_up(owner_url: str, application_name: str, query: str = "") -> int:
    """Ends its connections as a restart does; returns how many."""
    async with await psycopg.AsyncConnection.connect(libpq_url(owner_url), autocommit=True) as owner:
        found = await owner.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE application_name = %s AND query LIKE %s",
            [application_name, f"%{query}%"],
        )
        row = await found.fetchone()
    assert row is not None
    return int(row[0])


async def test_messages_are_taken_in_after_every_connection_was_lost(
    service_url: str, database_url: str, tenant_id: UUID, intake: Intake
) -> None:
    pool = Database(service_url, pool_size=4, application_name="caserita-lost")
    await fill_pool(pool, 4)
    assert await hang_up(database_url, "caserita-lost") == 4
    messages = [replace(intake, external_id=f"{n}", address=f"+5691111{n:04d}") for n in range(12)]
    taken = await asyncio.gather(*(pool.take_in(tenant_id, message) for message in messages))
    assert len({message for _, message in taken if message}) == 12
    await pool.close()


async def test_transactions_begin_after_every_connection_was_lost(
    service_url: str, database_url: str, tenant_id: UUID
) -> None:
    pool = Database(service_url, pool_size=4, application_name="caserita-lost-too")
    await fill_pool(pool, 4)
    assert await hang_up(database_url, "caserita-lost-too") == 4

    async def use() -> UUID:
        async with pool.transaction(tenant_id) as tx:
            return (await tx.tenants.get()).id

    assert await asyncio.gather(*(use() for _ in range(12))) == [tenant_id] * 12
    await pool.close()


@pytest.mark.parametrize("way", ["message", "transaction", "lookup"])
async def test_a_connection_that_is_being_ended_as_it_is_used_is_replaced(
    service_url: str, database_url: str, tenant_id: UUID, intake: Intake, way: str
) -> None:
    """At every step of its end: not noticed, the server's last word read, hung up."""
    name = f"caserita-{way}"
    pool = Database(service_url, pool_size=1, application_name=name)
    with psycopg.connect(libpq_url(database_url), autocommit=True) as owner:
        for n in range(24):
            await fill_pool(pool, 1)
            owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name])
            for _ in range(n % 8):
                await asyncio.sleep(0)
            match way:
                case "message":
                    assert (await pool.take_in(tenant_id, replace(intake, external_id=f"{n}")))[1]
                case "transaction":
                    async with pool.transaction(tenant_id) as tx:
                        assert (await tx.tenants.get()).id == tenant_id
                case "lookup":
                    assert await Directory(pool).tenant_by_channel(intake.channel_id) == tenant_id
    await pool.close()


async def test_a_message_whose_connection_is_lost_on_the_way_is_taken_in_once(
    service_url: str, database_url: str, database: Database, tenant_id: UUID, intake: Intake
) -> None:
    pool = Database(service_url, pool_size=2, application_name="caserita-on-the-way")
    await pool.take_in(tenant_id, replace(intake, external_id="before"))
    async with database.transaction(tenant_id) as tx:
        conversation = await tx.conversations.find(intake.channel_id, intake.address)
        assert conversation is not None
        await tx.conversations.get(conversation.id, lock=True)  # what taking in waits for
        taking = asyncio.create_task(pool.take_in(tenant_id, intake))
        async with asyncio.timeout(20):
            while not await hang_up(database_url, "caserita-on-the-way", "receive_message"):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.02)
    found, message = await taking
    assert found == conversation.id
    assert message is not None
    await pool.close()


async def test_a_statement_that_is_stuck_is_ended_and_a_long_piece_of_work_is_not(
    database: Database, tenant_id: UUID
) -> None:
    settings = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    async def shown(tx: Transaction) -> list[str]:
        return [(await tx.jobs.session.execute(text(f"SHOW {name}"))).scalar_one() for name in settings]

    async with database.transaction(tenant_id) as tx:
        assert await shown(tx) == ["30s", "20s", "1min"]
    async with database.transaction(tenant_id, is_long=True) as tx:
        assert await shown(tx) == ["1h", "1h", "1min"]
    async with database.transaction(tenant_id) as tx:
        assert await shown(tx) == ["30s", "20s", "1min"]


@pytest.mark.parametrize(
    "statement", ["SET LOCAL statement_timeout = 1; SELECT pg_sleep(5)", "SET LOCAL lock_timeout = 1; {lock}"]
)
async def test_running_out_of_time_is_worth_another_try(database: Database, tenant_id: UUID, statement: str) -> None:
    setting, statement = statement.split("; ")
    lock = f"SELECT FROM app.tenants WHERE id = '{tenant_id}' FOR UPDATE"
    async with database.transaction(tenant_id) as holder:
        await holder.jobs.session.execute(text(lock))
        with pytest.raises(DBAPIError) as raised:
            async with database.transaction(tenant_id) as tx:
                await tx.jobs.session.execute(text(setting))
                await tx.jobs.session.execute(text(statement.format(lock=lock)))
    assert is_outage(raised.value)


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("SELECT CAST(:value AS int)", CANARY),  # of the wrong type: the driver refuses, quoting it
        ("SELECT CAST(:value AS text)", f"{CANARY} \ud83d"),  # half a character, as a JSON body may hold
        ("SELECT CAST(:value AS text)", f"{CANARY}\0"),
        ("SELECT CAST(CAST(:value AS text) AS uuid)", CANARY),  # the server refuses, quoting it
        ("SELECT 1 / 0 FROM app.tenants WHERE name = :value OR true", CANARY),
    ],
)
async def test_no_error_tells_what_a_shopper_wrote(
    database: Database, tenant_id: UUID, statement: str, value: str
) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with database.transaction(tenant_id) as tx:
            await tx.jobs.session.execute(text(statement), {"value": value})
    assert "secreto" not in "".join(traceback.format_exception(raised.value))


async def test_only_its_own_shop_reads_what_someone_was_told_last(
    database: Database, tenant_id: UUID, other_tenant_id: UUID, intake: Intake
) -> None:
    conversation_id, _ = await database.take_in(tenant_id, intake)
    assert await database.last_outbound(tenant_id, intake.channel_id, intake.address) is None
    async with database.transaction(tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        for said in ("hola", "¿Cuál?"):
            await tx.messages.add_outbound(conversation, text=said, payload={"choices": []}, now=NOW)
    asked = [(tenant_id, intake.channel_id), (other_tenant_id, intake.channel_id), (tenant_id, uuid4())]
    heard = [await database.last_outbound(*place, intake.address) for place in asked]
    assert heard == [("¿Cuál?", {"choices": []}), None, None]
    async with database.lookup() as connection:  # and no later statement of that connection is of its shop
        assert (await connection.execute(text("SELECT app.tenant()"))).scalar_one() is None
