"""How often someone may try: counted in memory, told in the headers."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.errors import RETRY_SECONDS, TooManyRequests, Unauthorized

SIGN_IN_BY_CALLER_AND_EMAIL = RateLimitItemPerMinute(10, 15, "sign-in")
SIGN_IN_BY_CALLER = RateLimitItemPerMinute(30, 15, "sign-in-caller")
# Guesses from everywhere at one address: past these its sign-ins are slowed, never refused, or strangers could lock
# its owner out.
SIGN_IN_BY_EMAIL = RateLimitItemPerHour(60, 1, "sign-in-email")
REGISTER_BY_CALLER = RateLimitItemPerHour(30, 1, "register")
SESSION_BY_CALLER = RateLimitItemPerMinute(120, 1, "session")
CHAT_BY_VISITOR = RateLimitItemPerMinute(60, 1, "chat")
CHAT_BY_CALLER = RateLimitItemPerMinute(600, 1, "chat-caller")
STREAMS_OF_VISITOR = 5
STREAMS_OF_CALLER = 50


@dataclass(frozen=True, slots=True)
class Allowance:
    limit: int
    remaining: int
    resets_at: int

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.resets_at),
        }


class RateLimits:
    """The truth of one process: behind several, each allows its own share."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._guessing: Counter[str] = Counter()
        self._streaming: Counter[str] = Counter()

    async def take(self, item: RateLimitItem, *key: str) -> Allowance:
        """Count one try. Raises TooManyRequests."""
        allowed = await self._limiter.hit(item, *key)
        reset, remaining = await self._limiter.get_window_stats(item, *key)
        allowance = Allowance(item.amount, max(remaining, 0), ceil(reset))
        if not allowed:
            raise _too_many(allowance)
        return allowance

    async def take_all(self, tries: Sequence[tuple[RateLimitItem, str]]) -> Allowance:
        """Count one try against each; the narrowest allowance is returned."""
        return min([await self.take(item, key) for item, key in tries], key=lambda allowance: allowance.remaining)

    @asynccontextmanager
    async def guess(self, *tries: tuple[RateLimitItem, Sequence[str]]) -> AsyncIterator[Allowance]:
        """A guess that counts if it ends in Unauthorized, and meanwhile; yields what the first try then leaves.

        Raises TooManyRequests.
        """
        names = [item.key_for(*key) for item, key in tries]
        self._guessing.update(names)  # before anything is waited for, or many at once would pass
        try:
            allowances = [await self._left(item, key) for item, key in tries]
            yield allowances[0]
        except Unauthorized:
            for item, key in tries:
                await self._limiter.hit(item, *key)
            raise
        finally:
            self._guessing.subtract(names)
            self._guessing = +self._guessing

    async def _left(self, item: RateLimitItem, key: Sequence[str]) -> Allowance:
        """After the guesses under way. Raises TooManyRequests."""
        reset, remaining = await self._limiter.get_window_stats(item, *key)
        left = remaining - self._guessing[item.key_for(*key)]
        allowance = Allowance(item.amount, max(left, 0), ceil(reset))
        if left < 0:
            raise _too_many(allowance)
        return allowance

    @contextmanager
    def stream(self, visitor: str, caller: str) -> Iterator[None]:
        """A place among the streams open at once. Raises TooManyRequests."""
        places = {f"visitor {visitor}": STREAMS_OF_VISITOR, f"caller {caller}": STREAMS_OF_CALLER}
        if any(self._streaming[place] >= most for place, most in places.items()):
            raise TooManyRequests(
                "Tienes este chat abierto en demasiadas ventanas. Cierra alguna.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        self._streaming.update(places.keys())
        try:
            yield
        finally:
            self._streaming.subtract(places.keys())
            self._streaming = +self._streaming

    async def count(self, item: RateLimitItem, *key: str) -> None:
        await self._limiter.hit(item, *key)

    async def is_spent(self, item: RateLimitItem, *key: str) -> bool:
        return not await self._limiter.test(item, *key)

    async def forget(self, item: RateLimitItem, *key: str) -> None:
        await self._limiter.clear(item, *key)


def _too_many(allowance: Allowance) -> TooManyRequests:
    wait = max(1, ceil(allowance.resets_at - time()))
    return TooManyRequests(headers={**allowance.headers(), "Retry-After": str(wait)})


def caller_of(request: Request) -> str:
    """The caller's address; of IPv6 its network, since one home has them all."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
