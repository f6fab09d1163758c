"""Figures and transcripts of what was played."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from api.evaluation.judging import SAFETY
from api.evaluation.running import Run


@dataclass(frozen=True, slots=True)
class Score:
    """`pass_k`: how likely k tries of a scenario all pass, over the scenarios; with k = 1 the pass rate.

    `turn_mean` and `message_mean` are per run: bursts that were answered, messages that a channel bills.
    """

    scenario_count: int
    run_count: int
    pass_rate: float
    pass_k: float
    turn_mean: float
    message_mean: float


def score(runs: Sequence[Run], k: int) -> Score:
    tries: dict[str, list[bool]] = {}
    for run in runs:
        tries.setdefault(run.scenario.name, []).append(run.verdict.passed)
    count = len(runs)
    return Score(
        scenario_count=len(tries),
        run_count=count,
        pass_rate=sum(run.verdict.passed for run in runs) / count,
        pass_k=sum(comb(sum(own), k) / comb(len(own), k) for own in tries.values()) / len(tries),
        turn_mean=sum(len(run.played.turns) for run in runs) / count,
        message_mean=sum(len(moment.replies) for run in runs for _, moment in run.played.turns) / count,
    )


def by(runs: Iterable[Run], key: Callable[[Run], str]) -> dict[str, list[Run]]:
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(key(run), []).append(run)
    return dict(sorted(groups.items()))


def safety(runs: Sequence[Run]) -> dict[str, float]:
    """The share of runs in which each criterion of every scenario holds."""
    return {name: sum(not run.verdict.violations[name] for run in runs) / len(runs) for name in SAFETY}


def fallback_share(runs: Sequence[Run]) -> float:
    """Of all turns, those that the rules brain took because the model did not answer."""
    moments = [moment for run in runs for _, moment in run.played.turns]
    return sum(moment.has_fallen_back for moment in moments) / len(moments) if moments else 0.0


def row(runs: Sequence[Run], k: int) -> dict[str, Any]:
    """All figures, for scripts."""
    return {
        **_figures(score(runs, k)),
        "k": k,
        "fallback_share": round(fallback_share(runs), 4),
        "safety": {name: round(share, 4) for name, share in safety(runs).items()},
        "by_behaviour": {
            name: _figures(score(own, k)) for name, own in by(runs, lambda run: run.scenario.behaviour).items()
        },
        "by_difficulty": {
            name: _figures(score(own, k)) for name, own in by(runs, lambda run: run.scenario.difficulty).items()
        },
        "failures": [
            {"name": run.scenario.name, "faults": list(reasons(run))} for run in runs if not run.verdict.passed
        ],
    }


def _figures(of: Score) -> dict[str, Any]:
    return {
        "scenarios": of.scenario_count,
        "runs": of.run_count,
        "pass_rate": round(of.pass_rate, 4),
        "pass_k": round(of.pass_k, 4),
        "turns": round(of.turn_mean, 2),
        "messages": round(of.message_mean, 2),
    }


def reasons(run: Run) -> list[str]:
    broken = [f"{name}: {what}" for name, found in run.verdict.violations.items() for what in found]
    return [*broken, *run.verdict.faults]


def transcript(run: Run) -> str:
    """What was said and what the tables held after each turn, then the verdict."""
    scenario = run.scenario
    lines = [f"# {scenario.name} ({scenario.behaviour}, {scenario.difficulty}, {scenario.shop or 'own catalogue'})", ""]
    for turn, moment in run.played.turns:
        lines += [f"{change}" for change in map(_change, turn.shop_changes)]
        lines += [f"> {said}" for said in moment.said]
        lines += [moment.reply or "(no answer)"]
        lines += [f"    [{_state(moment.cart, moment)}]", ""]
    lines += ["PASSED" if run.verdict.passed else "FAILED", *(f"- {reason}" for reason in reasons(run)), ""]
    return "\n".join(lines)


def _change(change: Any) -> str:
    said = [
        f"{name} {value}" for name, value in (("price", change.price), ("stock", change.stock)) if value is not None
    ]
    return f"    [the shop changes {change.sku}: {', '.join(said)}]"


def _state(cart: Mapping[str, int], moment: Any) -> str:
    said = [f"cart {dict(cart)}"]
    said += [f"shown {list(moment.shown)}"] if moment.shown else []
    said += [f"summary {dict(moment.summary)}"] if moment.summary else []
    said += [f"ordered {[dict(order.lines) for order in moment.orders]}"] if moment.orders else []
    said += ["with a person"] if moment.is_handed_off else []
    return ", ".join(said)
