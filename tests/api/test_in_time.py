"""What is late is given up at once."""

import asyncio

import pytest

from api.in_time import in_time


async def test_what_does_not_go_when_it_is_told_to_is_not_waited_for() -> None:
    may_go, is_gone = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.wait_for(may_go.wait(), 10)
            is_gone.set()

    with pytest.raises(TimeoutError):
        await in_time(stubborn(), 0.05)
    assert not is_gone.is_set()
    may_go.set()
    await asyncio.wait_for(is_gone.wait(), 10)


async def test_what_is_in_time_comes_back_as_it_was() -> None:
    async def refuse() -> None:
        raise KeyError

    assert await in_time(asyncio.sleep(0, "well"), 5) == "well"
    with pytest.raises(KeyError):
        await in_time(refuse(), 5)
