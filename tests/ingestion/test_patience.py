"""What works on a whole catalogue is given the time it needs: a million rows are not a stuck statement."""

import pytest

from data.repositories import applying_sql, planning_sql, restoring_sql
from ingestion.versions import restore_version
from tests.ingestion.shop import FIRST, Shop

# Fails where a statement may take half a minute only, as those of turns and requests.
HAS_TIME = "SELECT 1 / CAST(current_setting('statement_timeout') = '1h' AS integer)"


@pytest.fixture(autouse=True)
def check_in_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning_sql, "TABLES", (*planning_sql.TABLES, HAS_TIME))
    monkeypatch.setattr(applying_sql, "STEPS", (*applying_sql.STEPS, HAS_TIME))
    monkeypatch.setattr(restoring_sql, "STEPS", (*restoring_sql.STEPS, HAS_TIME))


@pytest.mark.parametrize("is_dry_run", [False, True])
async def test_imports_have_time(shop: Shop, is_dry_run: bool) -> None:
    assert (await shop.upload(FIRST, is_dry_run=is_dry_run)).created == 3


async def test_going_back_has_time(shop: Shop) -> None:
    await shop.upload(FIRST)
    await shop.upload(FIRST.replace("8.990", "9.990"))
    assert (await restore_version(shop.database, shop.tenant_id, 1)).version == 3
