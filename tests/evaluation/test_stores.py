"""Throwaway stores: put back as they were found, copied whole, and a source of scenarios of their own."""

from decimal import Decimal
from pathlib import Path

import pytest

from api.evaluation.generating import generate, write
from api.evaluation.running import NoStore, evaluate
from api.evaluation.scenarios import read_scenarios
from api.evaluation.stores import StoreFileError, copy_store, open_store
from api.runtime import Runtime
from tests.evaluation.conftest import SCENARIOS
from tests.evaluation.sellers import Nobody

CLOTHES = SCENARIOS / "shops" / "ropa.csv"


async def test_a_store_is_put_back_after_changes_and_orders(runtime: Runtime) -> None:
    store = await open_store(runtime, CLOTHES)
    await store.change(runtime.database, "FAL-M", price=1000, stock=0)
    async with runtime.database.transaction(store.tenant_id) as tx:
        await tx.catalogue.take_stock(store.originals["CAM-M"].variant_id, "CAM-M", 2)
        changed = await store.rows(tx)
    assert changed["FAL-M"].unit_price == Decimal(1000)
    assert (changed["FAL-M"].available, changed["CAM-M"].available) == (0, 3)
    await store.restore(runtime.database, changed)
    async with runtime.database.transaction(store.tenant_id) as tx:
        assert await store.rows(tx) == store.originals


async def test_a_copy_sells_the_same_and_leaves_the_other_alone(runtime: Runtime) -> None:
    origin = await open_store(runtime, CLOTHES)
    copy = await copy_store(runtime.database, origin.tenant_id, runtime)

    def told(items: object) -> list[tuple[object, ...]]:
        assert isinstance(items, dict)
        return [(one.sku, one.title, one.unit_price, one.available) for one in items.values()]

    assert told(copy.originals) == told(origin.originals)
    assert copy.tenant_id != origin.tenant_id
    [hit] = await runtime.indexes.search(copy.tenant_id, "CAM-L", 1)
    assert hit.id == copy.originals["CAM-L"].search_id
    await copy.change(runtime.database, "CAM-L", stock=0)
    async with runtime.database.transaction(origin.tenant_id) as tx:
        assert await origin.rows(tx) == origin.originals


async def test_scenarios_made_from_a_catalogue_can_be_read_and_passed(runtime: Runtime, tmp_path: Path) -> None:
    store = await open_store(runtime, CLOTHES)
    items = list(store.originals.values())
    made = generate(items, 30)
    assert made == generate(items, 30)
    assert len(made) >= 5
    write(made, tmp_path)
    scenarios = read_scenarios([tmp_path])
    assert len(scenarios) == 30
    runs = await evaluate(runtime, runtime.agent, scenarios, store=store)
    passed = [run.verdict.passed for run in runs]
    assert sum(passed) >= 0.7 * len(passed), [
        (run.scenario.turns[0].say, list(run.verdict.faults)) for run in runs if not run.verdict.passed
    ]
    nothing = await evaluate(runtime, Nobody(), scenarios, store=store)
    assert not any(run.verdict.passed for run in nothing)


async def test_a_scenario_without_shop_needs_a_tenant(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {name: homeless, turns: [hola], end: {handoff: false}}\n", encoding="utf-8")
    with pytest.raises(NoStore, match="homeless"):
        await evaluate(runtime, Nobody(), read_scenarios([tmp_path]))


async def test_a_spreadsheet_with_a_bad_row_is_no_shop(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "mala.csv"
    file.write_text("sku;nombre;precio\nA;Alfajor;500\nB;Bombón;gratis\n", encoding="utf-8")
    with pytest.raises(StoreFileError, match="fila 3"):
        await open_store(runtime, file)
