"""What repositories promise whoever is first, second, or late."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from data.database import Database
from data.errors import NotFound, OutOfStock
from data.jobs import JobName
from data.states import (
    ConversationStatus,
    Delivery,
)
from tests.data.rows import (
    NOW,
    fill,
    receive,
)
from tests.database import make_tenant


async def test_the_last_units_are_sold_once(database: Database) -> None:
    rows = await fill(database, await make_tenant(database))

    async def take() -> bool:
        try:
            async with database.transaction(rows.tenant_id) as tx:
                await tx.catalogue.take_stock(rows.ids["variant"], "M-1", 1)
        except OutOfStock as error:
            assert error.available == 0
            return False
        return True

    taken = await asyncio.gather(*(take() for _ in range(20)))
    assert sum(taken) == 5


async def test_a_message_delivered_twice_is_one_row(database: Database) -> None:
    rows = await fill(database, await make_tenant(database))

    async def arrive(address: str) -> UUID | None:
        async with database.transaction(rows.tenant_id) as tx:
            return (await receive(tx, rows.ids["channel"], address, "twice"))[1]

    arrived = await asyncio.gather(*(arrive("+56933333333") for _ in range(10)))
    assert len([message for message in arrived if message]) == 1
    async with database.transaction(rows.tenant_id) as tx:
        found = [c for c in await tx.conversations.recent() if c.address == "+56933333333"]
        assert len(found) == 1


async def test_a_status_only_moves_forward(database: Database) -> None:
    rows = await fill(database, await make_tenant(database))
    async with database.transaction(rows.tenant_id) as tx:
        conversation = await tx.conversations.get(rows.ids["conversation"])
        message = await tx.messages.add_outbound(conversation, text="a", payload={}, now=NOW)
        assert await tx.messages.advance(message.id, Delivery.READ, external_id="SM1")
        assert not await tx.messages.advance(message.id, Delivery.DELIVERED)
        assert not await tx.messages.advance(message.id, Delivery.FAILED)
        assert message.delivery is Delivery.READ


async def test_a_rolled_back_transaction_leaves_no_job(database: Database, tenant_id: UUID) -> None:
    lock = f"rollback-{uuid4()}"
    with pytest.raises(NotFound):
        async with database.transaction(tenant_id) as tx:
            await tx.jobs.defer(JobName.TAKE_TURN, lock=lock, conversation_id=uuid4())
            raise NotFound
    async with database.transaction(tenant_id) as tx:
        await tx.jobs.defer(JobName.TAKE_TURN, lock=f"{lock}-kept", conversation_id=uuid4())
    statement = text("SELECT lock FROM procrastinate_jobs WHERE lock LIKE :lock")
    async with database.lookup() as connection:
        assert list((await connection.execute(statement, {"lock": f"{lock}%"})).scalars()) == [f"{lock}-kept"]


async def test_a_handoff_opens_and_closes(database: Database) -> None:
    rows = await fill(database, await make_tenant(database))
    async with database.transaction(rows.tenant_id) as tx:
        await tx.conversations.close_handoff(rows.ids["conversation"], NOW + timedelta(minutes=5))
    async with database.transaction(rows.tenant_id) as tx:
        conversation = await tx.conversations.get(rows.ids["conversation"])
        assert conversation.status is ConversationStatus.AUTOMATED
