"""What is asked at the same moment is one call; what is refused is refused to who asked for it."""

import asyncio
from collections.abc import Mapping, Sequence

from connectors.errors import ConnectorError, Verdict
from connectors.odoo.gathering import MOST, Gathering


async def test_what_is_asked_at_once_is_one_call_and_what_comes_meanwhile_the_next() -> None:
    runs: list[list[int]] = []

    async def double(keys: Sequence[int]) -> Mapping[int, int]:
        runs.append(list(keys))
        await asyncio.sleep(0.01)
        return {key: 2 * key for key in keys}

    gathering = Gathering(double)
    first = asyncio.gather(*(gathering.ask(key) for key in (1, 2, 2)))
    await asyncio.sleep(0.005)
    meanwhile, at_once = await asyncio.gather(gathering.ask(2), first)
    assert (meanwhile, at_once) == (4, [2, 4, 4])
    assert runs == [[1, 2], [2]]
    await asyncio.gather(*(gathering.ask(key) for key in range(MOST + 1)))
    assert max(len(run) for run in runs) == MOST


async def test_one_that_is_refused_holds_up_none_of_the_others() -> None:
    async def refuse_three(keys: Sequence[int]) -> Mapping[int, int]:
        if 3 in keys:
            raise ConnectorError("refused", Verdict.REJECTED, "No.")
        return dict.fromkeys(keys, 0)

    gathering = Gathering(refuse_three)
    answers = await asyncio.gather(*(gathering.ask(key) for key in (1, 3, 5)), return_exceptions=True)
    assert answers[0] == answers[2] == 0
    assert isinstance(answers[1], ConnectorError)
