"""What several orders ask at the same moment goes to Odoo as one call: it confirms ten as fast as three, one by one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar, cast

from connectors.errors import ConnectorError, Verdict
from connectors.odoo.calls import OdooCalls

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST = 10


class Gathering(Generic[K, V]):
    """`run` answers for many keys. One call is under way at a time; who comes meanwhile is of the next, so that nobody
    reads what was there before he wrote."""

    def __init__(self, run: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._run = run
        self._waiting: list[tuple[K, asyncio.Future[V]]] = []
        self._flight: asyncio.Task[None] | None = None

    async def ask(self, key: K) -> V:
        """Raises ConnectorError, KeyError when there is no answer to this key."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._fly())
        return await future

    async def _fly(self) -> None:
        await asyncio.sleep(0)
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            outcome = await self._outcome([key for key, _ in batch])
            is_one_bad = isinstance(outcome, ConnectorError) and outcome.verdict is Verdict.REJECTED
            for key, future in batch:
                if is_one_bad and len(batch) > 1:
                    outcome = await self._outcome([key])
                _tell(future, key, outcome)

    async def _outcome(self, keys: Sequence[K]) -> Mapping[K, V] | BaseException:
        async def run() -> Mapping[K, V]:
            return await self._run(list(dict.fromkeys(keys)))

        [outcome] = await asyncio.gather(run(), return_exceptions=True)
        return outcome


def gathered(
    calls: OdooCalls, name: tuple[str, ...], run: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]
) -> Gathering[K, V]:
    """The one of this name, for all that use the same client; whoever comes first says how it is run."""
    return cast(Gathering[K, V], calls.kept.setdefault(("gathering", *name), Gathering(run)))


def _tell(future: asyncio.Future[V], key: K, outcome: Mapping[K, V] | BaseException) -> None:
    if future.done():  # whoever asked has gone
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    elif key in outcome:
        future.set_result(outcome[key])
    else:
        future.set_exception(KeyError(key))
