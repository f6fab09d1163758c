"""Shoppers who fill a cart and order it: whatever they write comes one to three times, in any order."""

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from tests.chaos.doors import Door, Post
from tests.chaos.shops import PRODUCTS

CLOSING = "eso sería todo"
YES = "sí"
_ADD = re.compile(r"agrega (\d+) (\S+)")


@dataclass(frozen=True, slots=True)
class World:
    """What shoppers share. `patience_seconds`: how long they wait for an answer before they go away."""

    client: httpx.AsyncClient
    chance: random.Random
    patience_seconds: float
    spread_seconds: float = 2.0

    async def deliver(self, post: Post) -> None:
        """One to three times, each until it is taken: a provider's retries."""
        copies = [self._insist(post, self.chance.uniform(0, self.spread_seconds)) for _ in range(self._count())]
        await asyncio.gather(*copies)

    def _count(self) -> int:
        return self.chance.randint(1, 3)

    async def _insist(self, post: Post, wait: float) -> None:
        longest = 1.0
        while True:
            await asyncio.sleep(wait)
            with suppress(httpx.HTTPError):
                answer = await self.client.post(post.url, content=post.body, headers=post.headers)
                if answer.is_success:
                    return
                if answer.status_code not in post.again_at:
                    raise AssertionError(f"{answer.status_code} {answer.text[:200]}")
            longest = min(longest * 1.5, 4.0)
            wait = self.chance.uniform(longest / 3, longest)


@dataclass
class Shopper:
    """`said` is what they wrote, once each; `has_ordered`: they were told so."""

    world: World
    door: Door
    number: int
    wanted: dict[str, int]
    address: str = ""
    said: list[str] = field(default_factory=list)
    has_ordered: bool = False

    async def shop(self) -> None:
        self.address = await self.door.come_in(self.number)
        adds = [f"agrega {quantity} {sku}" for sku, quantity in self.wanted.items()]
        await asyncio.gather(*(self._say(words) for words in adds))
        if not await self._hears(lambda heard: all(PRODUCTS[sku][0] in " ".join(heard) for sku in self.wanted)):
            return
        await self._say(CLOSING)
        if not await self._hears(lambda heard: any("¿Lo confirmo?" in text for text in heard)):
            return
        await self._say(YES)
        self.has_ordered = await self._hears(lambda heard: any("quedó tomado" in text for text in heard))

    async def _say(self, words: str) -> None:
        self.said.append(words)
        await self.world.deliver(self.door.post(self.address, words))

    async def _hears(self, is_it: Callable[[Sequence[str]], bool]) -> bool:
        try:
            async with asyncio.timeout(self.world.patience_seconds):
                while not is_it(await self.door.heard(self.address)):  # noqa: ASYNC110 - providers tell no other way
                    await asyncio.sleep(0.5)
        except TimeoutError:
            return False
        return True


async def tell_statuses(world: World, doors: Sequence[Door]) -> None:
    """What providers say of the messages they took, for ever."""
    async with asyncio.TaskGroup() as tasks:
        while True:
            for door in doors:
                for post in door.statuses():
                    tasks.create_task(world.deliver(post))
            await asyncio.sleep(0.5)


def wanted_by(texts: Sequence[str]) -> dict[str, int]:
    """The cart that these messages make."""
    return {match[2]: int(match[1]) for text in texts if (match := _ADD.fullmatch(text))}
