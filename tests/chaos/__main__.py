"""`make chaos`: python -m tests.chaos [--messages 1000] [--seed 7] [--without reconciliation|rescue-by-age]."""

import argparse
import asyncio
import secrets
import sys

from api.cli.running import until_told
from tests.chaos.process import CONTROLS
from tests.chaos.run import Outcome, Plan, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=0.0, help="over which shoppers come in")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--without", choices=CONTROLS, default="")
    given = parser.parse_args()
    seconds = given.seconds or given.messages * 0.3
    out(f"seed {given.seed}")
    # Who waits for a job that is stuck waits in vain.
    wait = 45.0 if given.without else 90.0
    plan = Plan(given.seed, given.messages, seconds, settle_seconds=wait, patience_seconds=wait, without=given.without)
    outcomes: list[Outcome] = []

    async def whole() -> None:
        outcomes.append(await run(plan))

    if code := asyncio.run(until_told(whole())):
        return code
    tell(outcomes[0])
    return 1 if outcomes[0].verdict.faults() else 0


def tell(outcome: Outcome) -> None:
    out(outcome.verdict.table())
    for counted in (outcome.befell, outcome.told, outcome.verdict.reasons):
        out("  " + ", ".join(f"{name} {count}" for name, count in counted.most_common()))
    out(f"  {outcome.seconds:.0f} s")
    for line in outcome.verdict.told[:20]:
        out(f"  ! {line}")


def out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
