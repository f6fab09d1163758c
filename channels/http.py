"""How adapters reach providers: a client of our own at addresses we know, a guarded one where tenants choose."""

from collections.abc import Mapping
from typing import Protocol

import httpx

from connectors.deadline import watch
from connectors.http import Answer
from connectors.tls import trusted


class Http(Protocol):
    """What is needed of connectors.http.GuardedHttp."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        total_seconds: float | None = None,
        most_bytes: int | None = None,
    ) -> Answer: ...


def provider_client(timeout_seconds: float) -> httpx.AsyncClient:
    """For one provider's own address; what it sends is refused once the sending's lease is over."""
    return httpx.AsyncClient(
        timeout=timeout_seconds, trust_env=False, verify=trusted(), event_hooks={"request": [watch]}
    )
