"""A file becomes the tenant's catalogue in the real database: the whole difference, or nothing."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from data.errors import NotFound
from data.states import ImportMode, ImportStatus
from tests.ingestion.sheets import text_file
from tests.ingestion.shop import FIRST, HEADER, Shop, counts


async def test_a_first_file_becomes_the_catalogue(shop: Shop) -> None:
    outcome = await shop.upload(FIRST)
    assert (counts(outcome), outcome.errors, outcome.failure) == ((3, 0, 0, 0), [], None)
    items = await shop.items()
    assert (items["A"].name, int(items["A"].unit_price), items["A"].available) == ("Martillo", 8990, 5)
    assert items["B"].options == {"talla": "S"}
    assert items["B"].product_id == items["C"].product_id != items["A"].product_id
    assert await shop.version() == 1
    assert await shop.events() == ["import.completed"]
    assert (await shop.found("martilo"))[0] == "A"


async def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    await shop.upload(FIRST)
    shop.embedder.texts.clear()
    assert counts(await shop.upload(FIRST)) == (0, 0, 3, 0)
    assert shop.embedder.texts == []


async def test_a_new_file_replaces_the_old_one(shop: Shop) -> None:
    await shop.upload(FIRST)
    before = await shop.items()
    outcome = await shop.upload(HEADER + "a;Martillo;9.990;5;\nB;Polera;6.990;3;S\nD;Clavo;50;9;\n")
    assert counts(outcome) == (1, 1, 1, 1)
    items = await shop.items()
    assert set(items) == {"a", "B", "D"}
    assert items["a"].variant_id == before["A"].variant_id
    assert items["a"].unit_price == 9990


async def test_only_what_is_found_by_other_words_is_embedded_again(shop: Shop) -> None:
    await shop.upload(FIRST)
    shop.embedder.texts.clear()
    await shop.upload(FIRST.replace("$8.990;5", "$9.990;1").replace("Polera;6.990;3;S", "Polera;6.990;3;XS"))
    assert shop.embedder.texts == ["Polera\nXS"]
    assert "B" in await shop.found("polera xs")


async def test_a_product_stays_itself_when_variants_join_it(shop: Shop) -> None:
    await shop.upload(HEADER + "B;Polera;6.990;3;S\n")
    before = (await shop.items())["B"].product_id
    assert counts(await shop.upload(FIRST)) == (2, 0, 1, 0)
    assert {(await shop.items())[sku].product_id for sku in "BC"} == {before}


async def test_an_archived_variant_comes_back(shop: Shop) -> None:
    await shop.upload(FIRST)
    await shop.upload(HEADER + "A;Martillo;8.990;5;\n")
    assert set(await shop.items()) == {"A"}
    assert counts(await shop.upload(FIRST)) == (0, 2, 1, 0)
    assert set(await shop.items()) == {"A", "B", "C"}
    assert "C" in await shop.found("polera")


async def test_bad_rows_stay_out_and_leave_what_they_name_alone(shop: Shop) -> None:
    await shop.upload(FIRST)
    outcome = await shop.upload(HEADER + 'A;Martillo;"8,990";5;\nB;Polera;7.990;3;S\nE;;50;1;\n')
    assert [(error.row, error.column, error.code) for error in outcome.errors] == [
        (2, "Precio", "PRICE_AMBIGUOUS"), (4, "Nombre", "NAME_MISSING"),
    ]  # fmt: skip
    assert counts(outcome) == (0, 1, 0, 1)
    items = await shop.items()
    assert {sku: item.unit_price for sku, item in items.items()} == {"A": 8990, "B": 7990}


async def test_an_update_leaves_the_rest_alone(shop: Shop) -> None:
    await shop.upload(FIRST)
    outcome = await shop.upload(
        "SKU;Nombre;Precio;Descripción;Talla\nB;Polera;7.990;algodón peinado;S\n", ImportMode.UPDATE
    )
    assert counts(outcome) == (0, 1, 0, 0)
    items = await shop.items()
    assert (int(items["B"].unit_price), items["B"].available) == (7990, 3)
    assert items["B"].product_id == items["C"].product_id
    assert set(await shop.found("algodón peinado")) == {"B", "C"}


async def test_without_a_stock_column_nothing_is_counted(shop: Shop) -> None:
    await shop.upload(FIRST)
    await shop.upload("SKU;Nombre;Precio\nA;Martillo;8.990\n")
    assert (await shop.items())["A"].available is None


REFUSALS = {
    "NO_PRICE_COLUMN": "SKU;Nombre;Stock\nA;Martillo;5\n",
    "PDF": "%PDF-1.7\n",
    "EMPTY_FILE": "",
    "NO_VALID_ROWS": HEADER + "A;Martillo;consultar;5;\n",
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refused_file_leaves_the_catalogue_untouched(shop: Shop, code: str) -> None:
    await shop.upload(FIRST)
    import_id = await shop.open(REFUSALS[code])
    outcome = await shop.imports.run(shop.tenant_id, import_id)
    assert outcome.failure
    assert outcome.failure.code == code
    assert counts(outcome) == (0, 0, 0, 0)
    record = await shop.record(import_id)
    assert (record.status, record.failure) == (
        ImportStatus.FAILED, {"code": code, "message": outcome.failure.message},
    )  # fmt: skip
    assert set(await shop.items()) == {"A", "B", "C"}
    assert await shop.version() == 1


async def test_a_dry_run_tells_and_touches_nothing(shop: Shop) -> None:
    await shop.upload(FIRST)
    other = HEADER + "A;Martillo;9.990;5;\nD;Clavo;50;9;\nE;Perno;x;9;\n"
    before = await shop.items()
    outcome = await shop.imports.preview(shop.tenant_id, text_file(shop.folder, other), "lista.csv")
    assert counts(outcome) == (1, 1, 0, 2)
    assert [error.code for error in outcome.errors] == ["PRICE_INVALID"]
    assert counts(await shop.upload(other, is_dry_run=True)) == (1, 1, 0, 2)
    assert await shop.items() == before
    assert await shop.version() == 1


async def test_an_import_that_ended_is_not_run_again(shop: Shop) -> None:
    import_id = await shop.open(FIRST + "X;;1;1;\n")
    first = await shop.imports.run(shop.tenant_id, import_id)
    assert await shop.imports.run(shop.tenant_id, import_id) == first
    assert await shop.version() == 1


async def test_progress_is_seen_while_the_import_runs(shop: Shop) -> None:
    rows = "".join(f"S{n};Tornillo {n};50;1;\n" for n in range(1_200))
    seen: list[tuple[int, int]] = []
    import_id = await shop.open(HEADER + rows)
    await shop.imports.run(shop.tenant_id, import_id, lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 1_200)
    assert seen[-1] == (1_200, 1_200)
    assert 0 < seen[1][0] < 1_200
    record = await shop.record(import_id)
    assert (record.row_count, record.processed_count, record.created_count) == (1_200, 1_200, 1_200)


async def test_a_failure_half_way_leaves_the_old_catalogue(shop: Shop) -> None:
    await shop.upload(FIRST)
    import_id = await shop.open(HEADER + "A;Martillo;1;5;\nZ;Sierra;990;1;\n")

    def cut(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "INSERT INTO app.stock_levels" in statement:
            raise ConnectionError("the plug was pulled")

    engine = shop.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", cut)
    try:
        with pytest.raises(ConnectionError):
            await shop.imports.run(shop.tenant_id, import_id)
    finally:
        event.remove(engine, "before_cursor_execute", cut)
    assert (await shop.items())["A"].unit_price == 8990
    assert await shop.version() == 1
    assert (await shop.record(import_id)).status == ImportStatus.PROCESSING
    assert counts(await shop.imports.run(shop.tenant_id, import_id)) == (1, 1, 0, 2)


async def test_another_tenants_import_is_not_there(shop: Shop, other_tenant_id: UUID) -> None:
    import_id = await shop.open(FIRST)
    with pytest.raises(NotFound):
        await shop.imports.run(other_tenant_id, import_id)
    with pytest.raises(NotFound):
        await shop.imports.run(shop.tenant_id, uuid4())


async def test_the_file_is_kept_under_storage_whatever_its_name(shop: Shop) -> None:
    path = text_file(shop.folder, FIRST)
    import_id = await shop.imports.open(shop.tenant_id, path, "../../etc/\x00passwd", enqueue=True)
    record = await shop.record(import_id)
    kept = (shop.folder / "var" / record.file_path).resolve()
    assert kept.is_relative_to((shop.folder / "var").resolve())
    assert kept.read_text() == FIRST


async def test_the_demo_store_is_found_in_its_own_words(shop: Shop) -> None:
    path = Path("data/samples/ferreteria_demo.csv")
    import_id = await shop.imports.open(shop.tenant_id, path, path.name, enqueue=False)
    outcome = await shop.imports.run(shop.tenant_id, import_id)
    assert (outcome.errors, outcome.failure) == ([], None)
    assert "POL-NEG-M" in await shop.found("poleras negras talla m")
    assert (await shop.found("llave francesa"))[0] == "LLA-001"
