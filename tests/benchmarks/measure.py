"""A measurement and its floor: what the same work costs at the least, timed in the same run, in turns with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. Times are in milliseconds; `ratio` is ours over the floor unless said otherwise."""

    name: str
    ours: str
    floor: str
    ratio: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds, one per repetition."""

    values: tuple[float, ...]

    def p(self, percent: float) -> float:
        return float(np.percentile(self.values, percent))


async def in_turns(
    ours: Callable[[int], Awaitable[None]], floor: Callable[[int], Awaitable[None]], *, count: int, warmup: int
) -> tuple[Times, Times]:
    """Time the two alternately, so that a machine that slows down slows both."""
    timed: tuple[list[float], list[float]] = ([], [])
    for repetition in range(-warmup, count):
        for times, work in zip(timed, (ours, floor), strict=True):
            started = time.perf_counter()
            await work(repetition + warmup)
            if repetition >= 0:
                times.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0)
    return Times(tuple(timed[0])), Times(tuple(timed[1]))


def compared(name: str, ours: Times, floor: Times, floor_name: str, percent: float, note: str = "") -> Figure:
    a, b = ours.p(percent), floor.p(percent)
    return Figure(f"{name}, p{percent:g}", f"{a:.2f} ms", f"{floor_name}: {b:.2f} ms", a / b, note)
