"""No repository crosses from one tenant to another."""

import asyncio
import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.database import Database
from data.directory import Directory
from data.errors import DataError, NotFound
from data.models import Base
from data.transaction import Transaction
from tests.data.reaching import READS, WRITES
from tests.data.rows import Rows, fill
from tests.database import make_rut, make_tenant


@pytest.fixture(scope="module")
async def owner(database: Database) -> Rows:
    return await fill(database, await make_tenant(database))


@pytest.fixture(scope="module")
async def intruder(database: Database) -> UUID:
    return await make_tenant(database)


async def snapshot(database: Database, tenant_id: UUID) -> dict[str, list[Any]]:
    """All rows of a tenant, table by table."""
    found: dict[str, list[Any]] = {}
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(tenant_id)})
        for table in Base.metadata.sorted_tables:
            rows = await connection.execute(text(f"SELECT t::text FROM app.{table.name} t ORDER BY 1"))
            found[table.name] = list(rows.scalars())
    return found


async def test_the_owner_has_one_row_in_every_table(database: Database, owner: Rows) -> None:
    """The control: what the others must not see is there."""
    rows = await snapshot(database, owner.tenant_id)
    assert [table for table, found in rows.items() if not found] == []


@pytest.mark.parametrize("name", READS)
async def test_another_tenant_reads_nothing(database: Database, owner: Rows, intruder: UUID, name: str) -> None:
    async with database.transaction(intruder) as tx:
        assert not await READS[name](tx, owner.ids)


@pytest.mark.parametrize("name", [name for name in READS if name not in {"newest inbound"}])
async def test_the_owner_reads_its_own(database: Database, owner: Rows, name: str) -> None:
    async with database.transaction(owner.tenant_id) as tx:
        found = await READS[name](tx, owner.ids)
        if name not in {"cart lines", "bought with"}:  # its cart was ordered, and its order has one line
            assert found


@pytest.mark.parametrize("name", WRITES)
async def test_another_tenant_changes_nothing(database: Database, owner: Rows, intruder: UUID, name: str) -> None:
    before = await snapshot(database, owner.tenant_id)
    try:
        async with database.transaction(intruder) as tx:
            await WRITES[name](tx, owner.ids | {"owner": owner.tenant_id})
    except (DataError, DBAPIError):
        pass
    assert await snapshot(database, owner.tenant_id) == before


async def test_every_repository_method_is_in_the_tables() -> None:
    """A new repository method must be added to READS or WRITES, or named here with its reason."""
    own_rows_only = {
        "tenants.create",
        "tenants.get",
        "tenants.bump_catalogue_version",
        "tenants.catalogue_version",
        "tenants.lock_catalogue",
        "tenants.catalogue_version_and_words",
        "tenants.set_own_words",
        "knowledge.version",
        "knowledge.lock",
        "plan.load",
        "plan.make",
        "plan.keep_texts",
        "plan.keep_changes",
        "plan.apply",
        "plan.changes",
        "plan.price_jumps",
        "indexed.gone_since",
        "imports.is_cancel_requested",
        "versions.emptied",
        "edits.begin",
        "edits.remember",
        "edits.refingerprint",
        "edits.add_product",
        "tenants.next_order_number",
        "members.add",
        "channels.add",
        "catalogue.upsert_products",
        "catalogue.option_names",
        "events.add",
        "models.put",
        "models.count",
        "turns.heard",
        "subscriptions.add",
        "subscriptions.rotate",
        "subscriptions.replay",
        "subscriptions.wake",
        "subscriptions.try_again",
        "workflows.add",
        "workflows.try_again",
        "waitlist.serve_later",
        "jobs.defer",
        "jobs.notify",
        "jobs.is_waiting",
        "orders.add_summary",
        "conversations.add_turn",
        "conversations.add_ownership_change",
        "messages.add_inbound",
        "messages.add_outbound",
        "messages.unanswered",
        "outbound.known_ids",
        "conversations.get",
    }  # fmt: skip - they take rows of this tenant, or no id at all
    covered = "\n".join(name for lambda_ in (*READS.values(), *WRITES.values()) for name in lambda_.__code__.co_names)
    missing = []
    for repository in vars(Transaction).values():
        kind = getattr(getattr(repository, "func", None), "__annotations__", {}).get("return")
        for method in vars(kind) if kind else {}:
            name = f"{repository.attrname}.{method}"
            if not method.startswith("_") and method not in covered.split("\n") and name not in own_rows_only:
                missing.append(name)
    assert missing == []


async def test_two_tenants_with_the_same_words_stay_apart(database: Database) -> None:
    first, second = [await fill(database, await make_tenant(database)) for _ in range(2)]
    async with database.transaction(first.tenant_id) as tx:
        order = await tx.orders.by_reference("S00001")
        assert order is not None
        assert order.order.id == first.ids["order"] != second.ids["order"]


async def test_a_pool_shared_by_many_tenants_never_mixes_them(database: Database) -> None:
    tenants = [await make_tenant(database, f"Tienda {n}") for n in range(8)]
    order = random.Random(7)  # noqa: S311 - a fixed order, not a secret

    async def use(tenant: UUID) -> None:
        try:
            async with asyncio.timeout(order.choice([0.001, 5, 5, 5])), database.transaction(tenant) as tx:
                assert (await tx.tenants.get()).id == tenant
                if order.random() < 0.2:
                    raise NotFound
        except (TimeoutError, NotFound):
            pass
        async with database.lookup() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM app.tenants"))).scalar_one() == 0

    await asyncio.gather(*(use(order.choice(tenants)) for _ in range(300)))


async def test_the_directory_tells_only_which_tenant(database: Database, owner: Rows) -> None:
    directory = Directory(database)
    assert await directory.tenant_by_channel(owner.ids["channel"]) == owner.tenant_id
    assert await directory.tenant_by_channel(uuid4()) is None
    assert [entry.member_id for entry in await directory.members(owner.ids["email"])] == [owner.ids["member"]]
    assert owner.tenant_id in {entry.id for entry in await directory.tenants()}
    assert await directory.tenant_by_rut(make_rut()) is None
