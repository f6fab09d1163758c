"""Channels under load: how soon a webhook is acknowledged while turns are slow, how many messages are answered in a
second, and what a web chat that waits costs. API and worker are processes of their own; figures stand against aims."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from agent.brains.rules.brain import RulesBrain
from agent.turn import Agent
from agent.workspace import Draft, Workspace
from api.runtime import open_runtime
from api.settings import Settings
from api.worker import make_worker
from data.embedded import start_embedded
from tests.benchmarks.measure import Figure, Times
from tests.chaos.cluster import Cluster
from tests.chaos.doors import Door, WebchatDoor
from tests.chaos.fates import Child
from tests.chaos.process import Orders, quietly, serve, work
from tests.chaos.providers import Providers, open_providers
from tests.chaos.run import settings_of, until_up
from tests.chaos.shops import open_shops

RATE, SECONDS = 50, 20
TURN_SECONDS = 20.0
THROUGHPUT_MESSAGES = 400
STREAMS = 1_000
ACKNOWLEDGED_P50_MS, ACKNOWLEDGED_P99_MS = 50.0, 1000.0


async def run() -> list[Figure]:
    async with _open(work_slowly) as slow:
        figures = await _acknowledge(slow)
    async with _open(work) as quick:
        return [*figures, await _answer(quick), await _wait(quick)]


def work_slowly(orders: Orders) -> None:
    """A worker whose every turn takes as long as a slow model."""

    async def go() -> None:
        async with open_runtime(orders.settings) as runtime:
            runtime.__dict__["agent"] = Agent(runtime.database, runtime.indexes, _SlowBrain())
            await make_worker(runtime).run()

    quietly(go())


class _SlowBrain(RulesBrain):
    async def think(self, workspace: Workspace, problems: tuple[str, ...] = ()) -> Draft:
        await asyncio.sleep(TURN_SECONDS)
        return await super().think(workspace, problems)


@dataclass(frozen=True, slots=True)
class _Place:
    settings: Settings
    client: httpx.AsyncClient
    providers: Providers
    doors: list[Door]
    api: Child

    def door(self, name: str) -> Door:
        return next(door for door in self.doors if door.name == name)


@asynccontextmanager
async def _open(target: Callable[[Orders], None]) -> AsyncIterator[_Place]:
    async with AsyncExitStack() as stack:
        storage = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        cluster = Cluster(storage, await asyncio.to_thread(start_embedded, storage))
        providers = await stack.enter_async_context(open_providers())
        limits = httpx.Limits(max_connections=None)
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=30, trust_env=False, limits=limits))
        settings = settings_of(storage, cluster, providers)
        async with open_runtime(settings) as runtime:
            doors = await open_shops(runtime.database, runtime.secrets, settings.base_url, providers, client, 1)
        children = [Child("api", serve, Orders(settings)), Child("worker", target, Orders(settings))]
        keeping = [asyncio.create_task(child.keep()) for child in children]
        try:
            await until_up(client, settings)
            yield _Place(settings, client, providers, doors, children[0])
        finally:
            for child in children:
                child.end()
            await asyncio.gather(*keeping)


async def _acknowledge(place: _Place) -> list[Figure]:
    """An open loop: who comes does not wait for who came before."""
    door, times = place.door("twilio"), list[float]()

    async def post(number: int) -> None:
        body = door.post(f"whatsapp:+569{number % 200:08d}", f"agrega {number % 9 + 1} TOR-001")
        due = time.perf_counter()
        (await place.client.post(body.url, content=body.body, headers=body.headers)).raise_for_status()
        times.append((time.perf_counter() - due) * 1000)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(RATE * SECONDS):
            tasks.create_task(post(number))
            await asyncio.sleep(max(0.0, began + (number + 1) / RATE - time.perf_counter()))
    measured = Times(tuple(times))
    name = f"webhook at {RATE}/s, turns of {TURN_SECONDS:.0f} s"
    return [
        Figure(f"{name}, p{percent}", f"{measured.p(percent):.1f} ms", f"aim: {aim:.0f} ms", measured.p(percent) / aim)
        for percent, aim in ((50, ACKNOWLEDGED_P50_MS), (99, ACKNOWLEDGED_P99_MS))
    ]


async def _answer(place: _Place) -> Figure:
    door, server = place.door("twilio"), place.providers.twilio
    posts = [door.post(f"whatsapp:+569{number:08d}", "agrega 2 TOR-001") for number in range(THROUGHPUT_MESSAGES)]
    room = asyncio.Semaphore(20)
    began = time.perf_counter()

    async def deliver(number: int) -> None:
        async with room:
            post = posts[number]
            (await place.client.post(post.url, content=post.body, headers=post.headers)).raise_for_status()

    await asyncio.gather(*(deliver(number) for number in range(THROUGHPUT_MESSAGES)))
    taken_in = time.perf_counter() - began
    while len(server.messages) < THROUGHPUT_MESSAGES:  # noqa: ASYNC110 - providers tell no other way
        await asyncio.sleep(0.05)
    answered = time.perf_counter() - began
    rate, floor = THROUGHPUT_MESSAGES / answered, THROUGHPUT_MESSAGES / taken_in
    return Figure(
        "messages in, answers out, one worker", f"{rate:.0f}/s", f"taking them in: {floor:.0f}/s", floor / rate
    )


async def _wait(place: _Place) -> Figure:
    door = place.door("webchat")
    assert isinstance(door, WebchatDoor)
    before = place.api.memory()
    async with AsyncExitStack() as streams:
        for number in range(STREAMS):
            address = await door.come_in(number)
            headers = door.headers(address)
            answer = await streams.enter_async_context(
                place.client.stream("GET", f"{door.chat}/events", headers=headers)
            )
            answer.raise_for_status()
        grown = place.api.memory() - before
    return Figure(
        f"{STREAMS} web chats that wait", f"{grown / STREAMS / 1024:.0f} KiB each", f"{before / 2**20:.0f} MiB before",
        (before + grown) / before,
    )  # fmt: skip
