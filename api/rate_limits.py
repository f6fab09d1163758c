"""How often someone may try: counted in memory, told in the headers."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.errors import TooManyRequests

SIGN_IN_BY_CALLER_AND_EMAIL = RateLimitItemPerMinute(10, 15, "sign-in")
SIGN_IN_BY_EMAIL = RateLimitItemPerHour(60, 1, "sign-in-email")
REGISTER_BY_CALLER = RateLimitItemPerHour(30, 1, "register")
SESSION_BY_CALLER = RateLimitItemPerMinute(120, 1, "session")
CHAT_BY_VISITOR = RateLimitItemPerMinute(60, 1, "chat")
CHAT_BY_CALLER = RateLimitItemPerMinute(600, 1, "chat-caller")


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

    async def take(self, item: RateLimitItem, *key: str) -> Allowance:
        """Count one try. Raises TooManyRequests."""
        allowed = await self._limiter.hit(item, *key)
        reset, remaining = await self._limiter.get_window_stats(item, *key)
        allowance = Allowance(item.amount, max(remaining, 0), ceil(reset))
        if not allowed:
            wait = max(1, ceil(reset - time()))
            raise TooManyRequests(headers={**allowance.headers(), "Retry-After": str(wait)})
        return allowance

    async def take_all(self, tries: Sequence[tuple[RateLimitItem, str]]) -> Allowance:
        """Count one try against each; the narrowest allowance is returned."""
        return min([await self.take(item, key) for item, key in tries], key=lambda allowance: allowance.remaining)

    async def forget(self, item: RateLimitItem, *key: str) -> None:
        await self._limiter.clear(item, *key)


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
