"""One chaos run: shops, shoppers, providers that fail, processes that die; then the verdict."""

import asyncio
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from pydantic import SecretStr

from api.runtime import open_runtime
from api.settings import Settings
from data.database import as_service
from data.embedded import start_embedded
from tests.chaos.cluster import Cluster
from tests.chaos.doors import Door
from tests.chaos.fates import Child, Destiny, Fates
from tests.chaos.process import Orders, serve, work
from tests.chaos.providers import Providers, open_providers
from tests.chaos.shoppers import Shopper, World, tell_statuses
from tests.chaos.shops import PRODUCTS, open_shops
from tests.chaos.verdict import STUCK, Verdict, judge
from tests.cli.command import free_port

MESSAGES_OF_SHOPPER = 7  # five to the cart, one to close, one yes


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    messages: int = 1000
    seconds: float = 300.0  # over which shoppers come in
    settle_seconds: float = 90.0
    patience_seconds: float = 90.0
    share: float = 0.2  # of requests to providers that go wrong
    shops: int = 3
    fates: Fates = field(default_factory=Fates)
    without: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    befell: Counter[str]
    told: Counter[str]
    seconds: float


async def run(plan: Plan) -> Outcome:
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # which tells of every client that was killed
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, ExitStack() as ending:
        storage = Path(folder)
        cluster = Cluster(storage, await asyncio.to_thread(start_embedded, storage))
        ending.callback(cluster.end)
        async with open_providers() as providers:
            settings = settings_of(storage, cluster, providers)
            async with httpx.AsyncClient(timeout=5, trust_env=False, transport=_InTurns()) as client:
                async with open_runtime(settings) as runtime:
                    doors = await open_shops(
                        runtime.database, runtime.secrets, settings.base_url, providers, client, plan.shops
                    )
                destiny, shoppers = await _shop(plan, settings, cluster, providers, client, doors)
        verdict = await asyncio.to_thread(judge, cluster.owner_url, shoppers, doors)
        verdict.late_stops = destiny.late
        verdict.crashes = sum(child.crashes for child in (destiny.api, *destiny.workers))
        return Outcome(verdict, destiny.befell, providers.told, time.monotonic() - began)


def settings_of(storage: Path, cluster: Cluster, providers: Providers) -> Settings:
    port = free_port()
    return Settings(
        storage_dir=storage,
        database_url=SecretStr(cluster.owner_url),
        database_service_url=SecretStr(as_service(cluster.owner_url)),
        port=port,
        public_base_url=f"http://127.0.0.1:{port}",
        twilio_api_url=providers.twilio.url,
        meta_api_url=providers.meta.url,
        telegram_api_url=providers.telegram.url,
        allowed_private_networks="127.0.0.1/32",
        worker_concurrency=6,
    )


async def _shop(
    plan: Plan,
    settings: Settings,
    cluster: Cluster,
    providers: Providers,
    client: httpx.AsyncClient,
    doors: Sequence[Door],
) -> tuple[Destiny, list[Shopper]]:
    """In the last third nothing dies any more, and only connections are cut: what its worker has lost then is given
    back by nobody who looks for dead workers."""
    orders = Orders(settings, plan.without)
    api, workers = Child("api", serve, orders), [Child(f"worker {n}", work, orders) for n in (1, 2)]
    children = [api, *workers]
    keeping = [asyncio.create_task(child.keep()) for child in children]
    background: list[asyncio.Task[None]] = []
    try:
        await until_up(client, settings)
        chance = random.Random(plan.seed)  # noqa: S311 - the same run again
        destiny = Destiny(plan.fates, random.Random(plan.seed + 1), cluster, api, workers)  # noqa: S311
        providers.fail(plan.share, random.Random(plan.seed + 2))  # noqa: S311
        world = World(client, chance, plan.patience_seconds)
        await asyncio.to_thread(cluster.cut, plan.fates.cut)
        background += [asyncio.create_task(destiny.run()), asyncio.create_task(tell_statuses(world, doors))]
        dying, telling = background
        shoppers = _shoppers(plan, world, doors)
        pause = plan.seconds / len(shoppers)
        async with asyncio.TaskGroup() as watching:
            failing = watching.create_task(_fail_with(keeping + background))
            async with asyncio.TaskGroup() as tasks:
                for number, shopper in enumerate(shoppers):
                    if number == len(shoppers) * 2 // 3:
                        destiny.end()
                        await dying
                    tasks.create_task(shopper.shop())
                    await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
            failing.cancel()
        await asyncio.to_thread(cluster.cut, 0)
        await until_settled(cluster, plan.settle_seconds)
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        destiny.befell["connections cut"] = await asyncio.to_thread(cluster.cuts)
        return destiny, shoppers
    finally:
        for task in background:
            task.cancel()
        for child in children:
            child.end()
        await asyncio.gather(*keeping, return_exceptions=True)


class _InTurns(httpx.AsyncHTTPTransport):
    """Lets a few requests at a time reach the pool, whose work for each grows with all that wait in it: while the API
    is away, thousands do."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self._turns = asyncio.Semaphore(30)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async with self._turns:
            return await super().handle_async_request(request)


async def _fail_with(tasks: Sequence[asyncio.Task[None]]) -> None:
    """As soon as one of them does: a run in which nothing dies any more, or is begun again, proves nothing."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


def _shoppers(plan: Plan, world: World, doors: Sequence[Door]) -> list[Shopper]:
    skus = sorted(PRODUCTS)
    count = -(-plan.messages // MESSAGES_OF_SHOPPER)
    return [
        Shopper(
            world,
            doors[number % len(doors)],
            10_000_000 + number,
            {sku: world.chance.randint(1, 9) for sku in world.chance.sample(skus, MESSAGES_OF_SHOPPER - 2)},
        )
        for number in range(count)
    ]


async def until_up(client: httpx.AsyncClient, settings: Settings) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(httpx.HTTPError):
                if (await client.get(f"{settings.base_url}/health")).json()["services"]["worker"] == "up":
                    return
            await asyncio.sleep(0.2)


async def until_settled(cluster: Cluster, seconds: float) -> None:
    """Until no job waits, or for as long as that may take."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not await asyncio.to_thread(_stuck, cluster):
            return
        await asyncio.sleep(1)


def _stuck(cluster: Cluster) -> int:
    with psycopg.connect(cluster.owner_url, connect_timeout=5) as connection:
        row = connection.execute(STUCK).fetchone()
    return row[0] if row else 0
