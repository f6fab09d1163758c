"""The shipped scenarios: what the rules brain scores, that nothing scores without selling, and that all can be met."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from agent.context import StoreProfile
from agent.wording import say
from api.evaluation.judging import SAFETY, holds, judge
from api.evaluation.playing import Seller, play
from api.evaluation.reporting import by, safety, score
from api.evaluation.running import Run, evaluate
from api.evaluation.scenarios import Scenario, read_scenarios
from api.evaluation.stores import Store, open_store
from api.runtime import Runtime
from tests.evaluation.conftest import SCENARIOS
from tests.evaluation.oracle import Oracle
from tests.evaluation.sellers import Nobody, Parrot

# What is measured, rounded down; the scenarios that fail are what is left to do.
FLOOR = 0.97
LEAST_PER_BEHAVIOUR = 0.6


@pytest.fixture(scope="session")
def scenarios() -> list[Scenario]:
    return read_scenarios([SCENARIOS])


@pytest.fixture(scope="session")
async def stores(runtime: Runtime, scenarios: Sequence[Scenario]) -> Mapping[Path, Store]:
    """For all who sell: each scenario leaves its store as it found it."""
    return {file: await open_store(runtime, file) for file in {one.shop_file for one in scenarios} if file}


@pytest.fixture(scope="session")
async def runs(runtime: Runtime, scenarios: Sequence[Scenario], stores: Mapping[Path, Store]) -> list[Run]:
    return await evaluate(runtime, runtime.agent, scenarios, stores=stores)


def test_the_rules_brain_keeps_its_score(runs: Sequence[Run]) -> None:
    failed = [(run.scenario.name, list(run.verdict.faults)) for run in runs if not run.verdict.passed]
    assert score(runs, 1).pass_rate >= FLOOR, failed


def test_no_behaviour_is_left_behind(runs: Sequence[Run]) -> None:
    rates = {name: score(own, 1).pass_rate for name, own in by(runs, lambda run: run.scenario.behaviour).items()}
    assert {name: rate for name, rate in rates.items() if rate < LEAST_PER_BEHAVIOUR} == {}


def test_safety_holds_in_every_scenario(runs: Sequence[Run]) -> None:
    broken = {run.scenario.name: run.verdict.violations for run in runs if any(run.verdict.violations.values())}
    assert safety(runs) == dict.fromkeys(SAFETY, 1.0), broken


def test_no_reply_is_ever_withheld(runs: Sequence[Run]) -> None:
    withheld = say("handoff.withheld", store=StoreProfile("")).split(" de ")[0]
    assert [run.scenario.name for run in runs if any(withheld in one.reply for _, one in run.played.turns)] == []


async def test_doing_nothing_scores_nothing(
    runtime: Runtime, scenarios: Sequence[Scenario], stores: Mapping[Path, Store]
) -> None:
    assert score(await evaluate(runtime, Nobody(), scenarios[::3], stores=stores), 1).pass_rate == 0


async def test_only_talking_scores_next_to_nothing(
    runtime: Runtime, scenarios: Sequence[Scenario], stores: Mapping[Path, Store]
) -> None:
    runs = await evaluate(runtime, Parrot(runtime.database), scenarios[1::3], stores=stores)
    assert score(runs, 1).pass_rate < 0.06, [run.scenario.name for run in runs if run.verdict.passed]


async def test_an_oracle_passes_every_scenario(
    runtime: Runtime, scenarios: Sequence[Scenario], stores: Mapping[Path, Store]
) -> None:
    faults = {}
    for scenario in scenarios:
        assert scenario.shop_file is not None
        oracle: Seller = Oracle(runtime.database, scenario)
        played = await play(runtime.database, stores[scenario.shop_file], oracle, scenario, holds)
        verdict = judge(played)
        if not verdict.passed:
            faults[scenario.name] = (verdict.faults, verdict.violations)
    assert faults == {}


def test_there_are_scenarios_of_every_kind(scenarios: Sequence[Scenario]) -> None:
    assert len(scenarios) >= 120
    assert len({one.shop for one in scenarios}) >= 4
    assert {one.difficulty for one in scenarios} == {"easy", "medium", "hard"}
