"""What runs out of stock is told once, by whatever emptied it: an import, an edit, going back to a version."""

from dataclasses import replace
from typing import Any

import pytest

from data import stock_changes
from data.states import ImportMode
from ingestion.drafts import ProductDraft
from ingestion.editing import ProductState, change_product
from ingestion.versions import restore_version
from tests.ingestion.shop import FIRST, HEADER, Shop


async def told(shop: Shop) -> list[dict[str, Any]]:
    """The data of each stock.out, oldest first."""
    async with shop.database.transaction(shop.tenant_id) as tx:
        return [event.payload for event in reversed(await tx.events.recent()) if event.name == "stock.out"]


async def names(shop: Shop) -> list[list[str]]:
    return [[one["product"] for one in each["variants"]] for each in await told(shop)]


@pytest.mark.parametrize("mode", list(ImportMode))
async def test_an_import_tells_what_it_emptied_and_an_equal_one_nothing(shop: Shop, mode: ImportMode) -> None:
    await shop.upload(FIRST)
    for _ in range(2):
        await shop.upload(HEADER + "A;Martillo;$9.990;0;\nB;Polera;6.990;0;S\nC;Polera;6.990;0;M\n", mode)
    items = await shop.items()
    assert await told(shop) == [
        {
            "count": 2,
            "variants": [
                {"variant_id": str(items[sku].variant_id), "sku": sku, "product": items[sku].title} for sku in "AB"
            ],
        }
    ]


async def test_what_goes_is_new_or_keeps_some_did_not_run_out(shop: Shop) -> None:
    await shop.upload(FIRST)
    await shop.upload(HEADER + "A;Martillo;$8.990;1;\nD;Clavo;50;0;\n")  # B and C are archived
    await shop.upload(HEADER + "A;Martillo;$8.990;1;\nB;Polera;6.990;0;S\nD;Clavo;50;0;\n")
    assert await told(shop) == []


async def test_stock_that_was_not_counted_or_is_all_reserved_runs_out_too(shop: Shop) -> None:
    await shop.upload(HEADER + "A;Martillo;$8.990;5;\nB;Polera;6.990;disponible;\n")
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.catalogue.take_stock((await shop.items())["A"].variant_id, "A", 2)
    await shop.upload(HEADER + "A;Martillo;$8.990;2;\nB;Polera;6.990;0;\n")
    assert await names(shop) == [["Martillo", "Polera"]]
    await shop.upload(HEADER + "A;Martillo;$8.990;1;\nB;Polera;6.990;0;\n")
    assert len(await told(shop)) == 1


async def test_an_edit_and_going_back_tell_it_as_well(shop: Shop) -> None:
    await shop.upload(HEADER + "A;Martillo;$8.990;0;\n")
    await shop.upload(HEADER + "A;Martillo;$8.990;5;\n")
    item = (await shop.items())["A"]

    def emptied(state: ProductState) -> ProductDraft:
        draft = state.draft()
        return replace(draft, variants=tuple(replace(each, stock=0) for each in draft.variants))

    for _ in range(2):
        await change_product(shop.database, shop.tenant_id, item.product_id, emptied)
    await restore_version(shop.database, shop.tenant_id, 2)
    await restore_version(shop.database, shop.tenant_id, 1)
    assert await names(shop) == [["Martillo"]] * 2


async def test_of_many_the_first_are_named_and_all_counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_changes, "MOST_NAMED", 3)
    for stock in (1, 0):
        await shop.upload(HEADER + "".join(f"P{n};Producto {n};1000;{stock};\n" for n in range(9)))
    [event] = await told(shop)
    assert event["count"] == 9
    assert [one["sku"] for one in event["variants"]] == ["P0", "P1", "P2"]


async def test_a_trial_tells_nothing(shop: Shop) -> None:
    await shop.upload(FIRST)
    await shop.upload(HEADER + "A;Martillo;$8.990;0;\n", is_dry_run=True)
    assert await told(shop) == []
