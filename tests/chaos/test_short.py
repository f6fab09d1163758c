"""The short form of `make chaos`: the same, for a minute; and its controls, which must fail."""

from tests.chaos.fates import Fates
from tests.chaos.process import RECONCILIATION
from tests.chaos.run import Plan, run

SEED = 20_261_121


async def test_whatever_dies_each_message_is_answered_once() -> None:
    fates = Fates(
        kill_worker=3, stop_worker=5, freeze_worker=6, kill_api=5, stop_api=6, freeze_api=10, kill_database=7,
        freeze_database=10,
    )  # fmt: skip
    outcome = await run(Plan(SEED, messages=84, seconds=18, patience_seconds=20, shops=1, fates=fates))
    verdict = outcome.verdict
    assert verdict.faults() == {}, verdict.told
    assert verdict.answered + verdict.to_people == verdict.messages
    assert verdict.orders > 0
    assert {name for name, count in outcome.befell.items() if count} >= {
        "workers killed", "workers stopped", "API killed", "API stopped", "database killed", "connections cut",
    }  # fmt: skip


async def test_sending_again_what_got_no_answer_doubles() -> None:
    """The control: nobody asks the provider. About one answer in seventeen is doubled."""
    outcome = await run(Plan(
        SEED, messages=120, seconds=3, settle_seconds=30, patience_seconds=12, shops=1, share=0.5,
        fates=Fates(0, 0, 0, 0, 0, 0, 0, 0, cut=0), without=RECONCILIATION,
    ))  # fmt: skip
    assert outcome.verdict.faults()["doubled_sends"] > 0
