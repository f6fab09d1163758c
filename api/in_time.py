"""Gives work up when it is late, at once: to leave a database that stands still takes seconds too."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_running: set[asyncio.Task[Any]] = set()


async def in_time(work: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
    """What it returns. Raises TimeoutError; what it has begun is undone behind our back."""
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_forget)
    done, _ = await asyncio.wait({task}, timeout=max(seconds, 0))
    if not done:
        task.cancel()
        raise TimeoutError
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # whoever waited for it has it
