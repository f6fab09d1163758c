"""Killed at any point of a turn or a sending, or frozen as it sends, the end is the same: one answer, one cart."""

import asyncio
import os
import random
import signal
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # ships no types

from api.runtime import Runtime, open_runtime
from channels.adapter import WebhookRequest
from channels.incoming.inbox import receive
from channels.twilio.whatsapp import TwilioWhatsApp
from data.embedded import start_embedded
from tests.chaos.cluster import Cluster
from tests.chaos.fates import FORKS
from tests.chaos.points import POINTS, Doom, meet
from tests.chaos.process import Orders, make_worker
from tests.chaos.providers import open_providers
from tests.chaos.run import settings_of, until_settled
from tests.chaos.shoppers import Shopper, World
from tests.chaos.shops import open_shops
from tests.chaos.verdict import judge

DOOMS = {point: {point: signal.SIGKILL} for point in POINTS} | {
    # It wakes when another has long sent what it was about to send, and lives no longer than that.
    "frozen as it sends": {"before sending": signal.SIGSTOP, "after sending": signal.SIGKILL}
}


async def test_killed_or_frozen_at_any_point_of_a_turn_each_shopper_is_answered_once(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, await asyncio.to_thread(start_embedded, tmp_path))
    async with open_providers() as providers, httpx.AsyncClient() as client:
        settings = settings_of(tmp_path, cluster, providers)
        async with open_runtime(settings) as runtime:
            doors = await open_shops(runtime.database, runtime.secrets, settings.base_url, providers, client, 1)
            twilio = [door for door in doors if door.name == "twilio"]
            world = World(client, random.Random(1), 1)  # noqa: S311 - says the same each time
            shoppers, doomed = [], []
            for number, signals in enumerate(DOOMS.values()):
                shopper = Shopper(world, twilio[0], number, {"TOR-001": 2}, said=["agrega 2 TOR-001"])
                shopper.address = await shopper.door.come_in(number)
                await _write(runtime, shopper, f"point-{number}")
                process = FORKS.Process(target=meet, args=(Doom(Orders(settings), signals, f"point-{number}"),))
                await asyncio.to_thread(process.start)
                doomed.append(process)
                shoppers.append(shopper)
            for name, process in zip(DOOMS, doomed, strict=True):
                await _until_dead_or_frozen(process)
                is_frozen = signal.SIGSTOP in DOOMS[name].values()
                assert process.exitcode == (None if is_frozen else -signal.SIGKILL), name
            worker = make_worker(runtime, queues=[f"point-{number}" for number in range(len(DOOMS))])
            working = asyncio.create_task(worker.run())
            await until_settled(cluster, 60)
            frozen = doomed[-1]
            assert frozen.pid is not None
            os.kill(frozen.pid, signal.SIGCONT)
            await _until_dead_or_frozen(frozen)
            worker.stop()
            await working
        verdict = await asyncio.to_thread(judge, cluster.owner_url, shoppers, doors)
    assert verdict.faults() == {}, verdict.told
    assert verdict.answered == len(DOOMS)
    assert [len(await twilio[0].heard(shopper.address)) for shopper in shoppers] == [1] * len(DOOMS)


async def _until_dead_or_frozen(process: ForkServerProcess) -> None:
    async with asyncio.timeout(60):
        while process.is_alive() and psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _write(runtime: Runtime, shopper: Shopper, queue: str) -> None:
    post = shopper.door.post(shopper.address, shopper.said[0])
    async with runtime.database.transaction(shopper.door.tenant_id) as tx:
        channel = await tx.channels.get(shopper.door.channel_id)
    assert channel is not None
    access = runtime.open_access(channel)
    parsed = TwilioWhatsApp().parse(access, WebhookRequest(post.headers, post.body))
    await receive(runtime.database, access, parsed.messages, queue=queue, now=datetime.now(UTC))
