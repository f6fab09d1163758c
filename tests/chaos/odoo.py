"""The whole run, by hand: python -m tests.chaos.odoo [orders]. Real worker processes, killed every five seconds.

Prints what arrived beside what the plain way makes of the same faults, and fails when an order is missing or doubled.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from connectors.http import GuardedHttp, parse_networks
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import connect
from data.database import Database, as_service
from data.embedded import start_embedded
from data.migrate import migrate
from tests.agent.orders.shop import OdooTenant, open_shop
from tests.chaos.odoo_chaos import Chaos, Verdict, create_with_retry, judge
from tests.database import make_tenant
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, odoo_server

CALL_SECONDS = 3.0
LIFE_SECONDS = 5.0
SEED = 7
# Calls that change something are five to an order: so about one order in five loses an answer.
SHARE = 0.06


async def run(count: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        owner = start_embedded(Path(folder))
        url = as_service(owner)
        await migrate(owner, url)
        database = Database(url, pool_size=20)
        try:
            verdict, placed_total, chaos, kills, seconds = await _orders(database, url, count)
        finally:
            await database.close()
    control = await _control(count)
    lost = f"{chaos.told['ambiguous']} answers lost, {chaos.told['not done']} refused, {chaos.told['slow']} slow"
    out(f"{lost}; worker killed {kills} times; {seconds:.0f} s")
    out(f"ours:    {verdict}; agreed {placed_total}")
    out(f"control: {control}")
    is_right = (verdict.made, verdict.references, verdict.confirmed, verdict.total) == (
        count, count, count, placed_total,
    )  # fmt: skip
    return 0 if is_right and control.made > control.references else 1


async def _orders(database: Database, url: str, count: int) -> tuple[Verdict, Decimal, Chaos, int, float]:
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    chaos = Chaos(SEED, share=SHARE, slow_seconds=2 * CALL_SECONDS)
    async with odoo_server() as odoo:
        shop = await open_shop(database, await make_tenant(database), http, odoo)
        shop.now = datetime.now(UTC)
        odoo.shop.add_product("X", "X-1", 1000, 10 * count)
        await shop.sell("X-1", 1190, stock=10 * count)
        orders = [await shop.place({"X-1": 1 + number % 3}) for number in range(count)]
        out(f"{count} orders placed")
        odoo.chaos = chaos
        began = time.monotonic()
        kills = await _work_and_die(shop, url, orders)
        placed_total = sum([(await shop.order(order_id)).total for order_id in orders], Decimal(0))
        verdict = judge(odoo, count)
        await http.close()
        return verdict, placed_total, chaos, kills, time.monotonic() - began


async def _work_and_die(shop: OdooTenant, url: str, orders: list[UUID]) -> int:
    kills = 0
    while True:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.chaos.worker", url, str(CALL_SECONDS),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert worker.stdout is not None
        while (await worker.stdout.readline()).strip() != b"ready":
            pass
        drained = asyncio.create_task(_drain(worker.stdout))
        await asyncio.sleep(LIFE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        await worker.wait()
        await drained
        kills += 1
        missing = [each for each in orders if (await shop.order(each)).submitted_at is None]
        out(f"  after {kills} kills {len(missing)} are still on their way")
        if not missing:
            return kills


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.readline():
        pass


async def _control(count: int) -> Verdict:
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    async with odoo_server() as odoo:
        product, partner = odoo.shop.add_product("X", "X-1", 1000), odoo.shop.add("res.partner", name="Ana")
        calls = await connect(http, OdooAccess(odoo.url, DATABASE, KEY, LOGIN), call_seconds=0.3)
        odoo.chaos = Chaos(SEED, share=SHARE * 5, slow_seconds=0.1)
        await create_with_retry(calls, [f"S{number}" for number in range(count)], partner, product)
        verdict = judge(odoo, count)
    await http.close()
    return verdict


def out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 500)))
