"""Killed at any point of a turn or a sending, the end is the same: one answer, one cart."""

import asyncio
import random
import signal
from datetime import UTC, datetime
from pathlib import Path

import httpx

from api.runtime import Runtime, open_runtime
from channels.adapter import WebhookRequest
from channels.inbox import receive
from channels.twilio_whatsapp import TwilioWhatsApp
from data.embedded import start_embedded
from tests.chaos.fates import FORKS, Cluster
from tests.chaos.points import POINTS, Doom, meet
from tests.chaos.process import Orders, make_worker
from tests.chaos.providers import open_providers
from tests.chaos.run import settings_of, until_settled
from tests.chaos.shoppers import Shopper, World
from tests.chaos.shops import open_shops
from tests.chaos.verdict import judge


async def test_killed_at_any_point_of_a_turn_each_shopper_is_answered_once(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, await asyncio.to_thread(start_embedded, tmp_path))
    async with open_providers() as providers, httpx.AsyncClient() as client:
        settings = settings_of(tmp_path, cluster, providers)
        async with open_runtime(settings) as runtime:
            doors = await open_shops(runtime.database, runtime.secrets, settings.base_url, providers, client, 1)
            twilio = [door for door in doors if door.name == "twilio"]
            world = World(client, random.Random(1), 1)  # noqa: S311 - says the same each time
            shoppers = []
            for number, point in enumerate(POINTS):
                shopper = Shopper(world, twilio[0], number, {"TOR-001": 2}, said=["agrega 2 TOR-001"])
                shopper.address = await shopper.door.come_in(number)
                await _write(runtime, shopper, f"point-{number}")
                doomed = FORKS.Process(target=meet, args=(Doom(Orders(settings), point, f"point-{number}"),))
                await asyncio.to_thread(doomed.start)
                await asyncio.to_thread(doomed.join, 30)
                assert doomed.exitcode == -signal.SIGKILL, point
                shoppers.append(shopper)
            worker = make_worker(runtime, queues=[f"point-{number}" for number in range(len(POINTS))])
            working = asyncio.create_task(worker.run())
            await until_settled(cluster, 60)
            worker.stop()
            await working
        verdict = await asyncio.to_thread(judge, cluster.owner_url, shoppers, doors)
    assert verdict.faults() == {}, verdict.told
    assert verdict.answered == len(POINTS)
    assert [len(await twilio[0].heard(shopper.address)) for shopper in shoppers] == [1] * len(POINTS)


async def _write(runtime: Runtime, shopper: Shopper, queue: str) -> None:
    post = shopper.door.post(shopper.address, shopper.said[0])
    async with runtime.database.transaction(shopper.door.tenant_id) as tx:
        channel = await tx.channels.get(shopper.door.channel_id)
    assert channel is not None
    access = runtime.open_access(channel)
    parsed = TwilioWhatsApp().parse(access, WebhookRequest(post.headers, post.body))
    await receive(runtime.database, access, parsed.messages, queue=queue, now=datetime.now(UTC))
