"""An import that is killed, cancelled or overtaken leaves the old catalogue or the new one, never a mix."""

import asyncio
import sys
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from data.database import libpq_url
from data.models import Base
from data.repositories import applying_sql
from data.states import ImportStatus
from tests.ingestion.shop import FIRST, HEADER, Shop, counts

SECOND = HEADER + "A;Martillo carpintero;9.990;5;\nB;Polera;7.990;3;XS\nD;Clavo;50;9;\n"
REMEMBERED = {"import_texts"}


async def rows_of(shop: Shop) -> dict[str, list[str]]:
    """Every row of the tenant but those of imports."""
    async with shop.database.transaction(shop.tenant_id) as tx:
        return {
            table.name: list(
                (await tx.imports.session.execute(text(f"SELECT t::text FROM app.{table.name} t ORDER BY 1"))).scalars()
            )
            for table in Base.metadata.sorted_tables
            if table.name not in {"imports", "import_changes", "events"}
        }


async def killed_before(shop: Shop, url: str, import_id: UUID, step: int) -> None:
    arguments = (url, str(shop.tenant_id), str(import_id), str(shop.folder / "var"), str(step))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.ingestion.interrupted", *arguments, stdout=asyncio.subprocess.DEVNULL
    )
    owner = await asyncpg.connect(libpq_url(url))
    try:
        async with asyncio.timeout(60):
            while not (pid := await owner.fetchval(_SLEEPING)):
                assert process.returncode is None
                await asyncio.sleep(0.05)
        process.kill()
        await process.wait()
        # The server notices that its client is gone when the sleep ends; no need to wait for that.
        await owner.execute("SELECT pg_terminate_backend($1, 10000)", pid)
    finally:
        if process.returncode is None:
            process.kill()
        await owner.close()


_SLEEPING = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"


@pytest.mark.parametrize("step", [0, 4, len(applying_sql.STEPS)])
async def test_killed_while_writing_it_leaves_all_of_the_old_catalogue(
    shop: Shop, database_url: str, step: int
) -> None:
    await shop.upload(FIRST)
    before = await rows_of(shop)
    import_id = await shop.open(SECOND)
    await killed_before(shop, database_url, import_id, step)

    left = await rows_of(shop)
    assert {table: rows for table, rows in left.items() if table not in REMEMBERED} == {
        table: rows for table, rows in before.items() if table not in REMEMBERED
    }
    assert (await shop.record(import_id)).status is ImportStatus.PROCESSING
    assert (await shop.found("martillo"))[0] == "A"

    assert counts(await shop.imports.run(shop.tenant_id, import_id)) == (1, 2, 0, 1)
    assert {sku: int(item.unit_price) for sku, item in (await shop.items()).items()} == {"A": 9990, "B": 7990, "D": 50}
    assert (await rows_of(shop))["import_texts"] == []


async def test_two_imports_at_once_follow_one_another(shop: Shop) -> None:
    files = [HEADER + "".join(f"S{n};Cosa {n};{price};{price};\n" for n in range(300)) for price in (1000, 2000, 3000)]
    import_ids = [await shop.open(file) for file in files]
    outcomes = await asyncio.gather(*(shop.imports.run(shop.tenant_id, import_id) for import_id in import_ids))
    assert sorted(counts(outcome) for outcome in outcomes) == [(0, 300, 0, 0), (0, 300, 0, 0), (300, 0, 0, 0)]
    items = (await shop.items()).values()
    assert len({(item.unit_price, item.available) for item in items}) == 1
    assert await shop.version() == 3


async def test_cancelled_early_nothing_is_written(shop: Shop) -> None:
    await shop.upload(FIRST)
    # Vectors that were made meanwhile stay until the next import, which forgets what is not used.
    before = await rows_of(shop) | {"text_vectors": []}
    import_id = await shop.open(HEADER + "".join(f"S{n};Cosa {n};50;1;\n" for n in range(9_000)))
    asked: list[asyncio.Task[bool]] = []

    def cancel(done: int, total: int) -> None:
        if not asked:
            asked.append(asyncio.ensure_future(shop.imports.cancel(shop.tenant_id, import_id)))

    outcome = await shop.imports.run(shop.tenant_id, import_id, cancel)
    assert await asked[0]
    assert outcome.failure
    assert outcome.failure.code == "CANCELLED"
    assert (await shop.record(import_id)).status is ImportStatus.CANCELLED
    assert await rows_of(shop) | {"text_vectors": []} == before
    assert await shop.imports.cancel(shop.tenant_id, import_id) is False
    assert (await shop.imports.run(shop.tenant_id, import_id)).failure == outcome.failure


async def test_interrupted_by_ctrl_c_it_leaves_nothing_behind(shop: Shop) -> None:
    await shop.upload(FIRST)
    before = await rows_of(shop)
    import_id = await shop.open(HEADER + "".join(f"S{n};Cosa {n};50;1;\n" for n in range(5_000)))
    started = asyncio.Event()
    running = asyncio.create_task(shop.imports.run(shop.tenant_id, import_id, lambda done, total: started.set()))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await shop.imports.abandon(shop.tenant_id, import_id)
    assert await rows_of(shop) == before
    assert (await shop.record(import_id)).status is ImportStatus.CANCELLED
