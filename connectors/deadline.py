"""Until when a process may write to another system: one that stood still meanwhile wakes too late to know it.

Looked at as the last thing before the bytes of a request leave, by every HTTP client whose requests are watched.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx

# In time.monotonic().
_ends_at: ContextVar[float | None] = ContextVar("writing_ends_at", default=None)
# Head and body leave one after the other; without its body a request is none.
_WRITES = ("send_request_headers.started", "send_request_body.started")


class TooLate(Exception):
    """The request was not written, or not all of it: whoever was to see it has seen none."""


@contextmanager
def writing_until(moment: float) -> Iterator[None]:
    """Within it no request is written after `moment`, in time.monotonic(). Raises TooLate."""
    token = _ends_at.set(moment)
    try:
        yield
    finally:
        _ends_at.reset(token)


async def look(name: str, _: Mapping[str, Any]) -> None:
    """For the `trace` extension of a request. Raises TooLate."""
    ends_at = _ends_at.get()
    if ends_at is not None and time.monotonic() > ends_at and name.endswith(_WRITES):
        raise TooLate


async def watch(request: httpx.Request) -> None:
    """For the `event_hooks` of a client, whose every request is then looked at."""
    request.extensions["trace"] = look
