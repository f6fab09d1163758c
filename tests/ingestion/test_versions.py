"""Earlier versions of the catalogue come back whole, and going back can be undone."""

from typing import Any

import pytest

from data.errors import NotFound
from data.repositories.versions import KEPT
from data.states import ImportMode, VersionKind
from ingestion.versions import restore_version
from tests.ingestion.shop import FIRST, HEADER, Shop

SECOND = HEADER + "A;Martillo carpintero;9.990;0;\nB;Polera;7.990;3;XS\nD;Clavo;50;9;\n"


async def state(shop: Shop) -> dict[str, Any]:
    """All that an owner sees of the catalogue."""
    return {
        sku: (item.name, item.brand, item.category, item.options, item.unit_price, item.available, item.product_id)
        for sku, item in (await shop.items()).items()
    }


async def versions(shop: Shop) -> list[tuple[int, VersionKind]]:
    async with shop.database.transaction(shop.tenant_id) as tx:
        return [(each.version, each.kind) for each in await tx.versions.recent()]


async def test_an_earlier_version_comes_back_whole_and_can_be_undone(shop: Shop) -> None:
    await shop.upload(FIRST)
    first = await state(shop)
    await shop.upload(SECOND)
    second = await state(shop)
    await shop.upload(HEADER + "A;Martillo;1;1;\n", ImportMode.UPDATE)

    made = await restore_version(shop.database, shop.tenant_id, 1)
    assert await state(shop) == first
    assert (made.version, made.kind) == (4, VersionKind.RESTORE)
    assert await shop.version() == 4
    assert (await shop.found("martillo"))[0] == "A"
    assert "D" not in await shop.found("clavo")

    await restore_version(shop.database, shop.tenant_id, 2)
    assert await state(shop) == second
    assert (await shop.found("clavo"))[0] == "D"
    assert [version for version, _ in await versions(shop)] == [5, 4, 3, 2, 1]


async def test_the_same_file_changes_nothing_after_going_back_to_it(shop: Shop) -> None:
    await shop.upload(FIRST)
    await shop.upload(SECOND)
    await restore_version(shop.database, shop.tenant_id, 1)
    outcome = await shop.upload(FIRST)
    assert (outcome.created, outcome.updated, outcome.archived) == (0, 0, 0)


async def test_only_the_last_versions_are_kept(shop: Shop) -> None:
    for price in range(1, KEPT + 4):
        await shop.upload(HEADER + f"A;Martillo;{price * 1000};5;\n")
    kept = await versions(shop)
    assert len(kept) == KEPT
    oldest = kept[-1][0]
    await restore_version(shop.database, shop.tenant_id, oldest)
    assert (await shop.items())["A"].unit_price == oldest * 1000
    with pytest.raises(NotFound):
        await restore_version(shop.database, shop.tenant_id, 1)


async def test_another_tenants_version_is_not_there(shop: Shop, other_tenant_id: Any) -> None:
    await shop.upload(FIRST)
    with pytest.raises(NotFound):
        await restore_version(shop.database, other_tenant_id, 1)
