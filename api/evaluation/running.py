"""Plays many scenarios, several times each if asked, and gathers their verdicts."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.evaluation.judging import Verdict, holds, judge
from api.evaluation.playing import Played, Seller, play
from api.evaluation.scenarios import Scenario
from api.evaluation.stores import Store, open_store
from api.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Run:
    played: Played
    verdict: Verdict

    @property
    def scenario(self) -> Scenario:
        return self.played.scenario


OnRun = Callable[[Run], None]


class NoStore(Exception):
    """A scenario names no shop, and no tenant was given; the argument is its name."""


async def evaluate(
    runtime: Runtime,
    seller: Seller,
    scenarios: Sequence[Scenario],
    *,
    repeat: int = 1,
    store: Store | None = None,
    stores: Mapping[Path, Store] | None = None,
    on_run: OnRun | None = None,
) -> list[Run]:
    """In the order of `scenarios`. With `store`, all of them are played there; `stores` are those open by their files.

    Raises NoStore, api.evaluation.stores.StoreFileError.
    """
    if store is None and (homeless := [one.name for one in scenarios if one.shop_file is None]):
        raise NoStore(homeless[0])
    runs: dict[str, list[Run]] = {scenario.name: [] for scenario in scenarios}

    async def visit(place: Store, own: Sequence[Scenario]) -> None:
        """One after the other within a store: they sell the same stock."""
        for scenario in own:
            for _ in range(repeat):
                played = await play(runtime.database, place, seller, scenario, holds)
                run = Run(played, judge(played))
                runs[scenario.name].append(run)
                if on_run:
                    on_run(run)

    visits = (
        [(scenarios, store)]
        if store
        else [
            (own, stores[file] if stores else await open_store(runtime, file))
            for file, own in _by_shop(scenarios).items()
        ]
    )
    async with asyncio.TaskGroup() as group:
        for own, place in visits:
            group.create_task(visit(place, own))
    return [run for scenario in scenarios for run in runs[scenario.name]]


def _by_shop(scenarios: Sequence[Scenario]) -> Mapping[Path, list[Scenario]]:
    shops: dict[Path, list[Scenario]] = {}
    for scenario in scenarios:
        assert scenario.shop_file is not None
        shops.setdefault(scenario.shop_file, []).append(scenario)
    return shops
