"""Products of an Odoo become the catalogue, as rows of a file do: whole, then what changed; the shop's words stay."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from connectors.http import GuardedHttp, parse_networks
from data.database import Database
from data.encryption import SecretBox
from data.models import Import
from data.repositories.catalogue import ExportedVariant
from data.search.embedders import make_embedder
from data.states import ConnectionKind, ImportMode, ImportStatus
from ingestion.imports import Imports
from ingestion.sources.odoo_sync import OdooSync
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, UNAVAILABLE, OdooServer, odoo_server

BOX = SecretBox([b"k" * 32])
START = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class SyncedShop:
    database: Database
    tenant_id: UUID
    odoo: OdooServer
    imports: Imports
    sync: OdooSync
    now: datetime = START

    async def catalogue(self) -> dict[str, ExportedVariant]:
        async with self.database.transaction(self.tenant_id) as tx:
            return {row.sku: row async for batch in tx.catalogue.exported() for row in batch}

    async def take_in(self, *, is_whole: bool = True, is_dry_run: bool = False) -> Import:
        import_id = await self.sync.start(self.tenant_id, is_whole=is_whole, is_dry_run=is_dry_run)
        await self.sync.run(self.tenant_id, import_id)
        async with self.database.transaction(self.tenant_id) as tx:
            record = await tx.imports.get(import_id)
        assert record is not None
        return record

    async def pass_time(self, **delta: int) -> None:
        self.now += timedelta(**delta)
        self.odoo.shop.clock = lambda: self.now

    def product(self, code: str) -> int:
        rows = self.odoo.shop.rows["product.product"].values()
        return next(int(row["id"]) for row in rows if row["default_code"] == code)


@pytest.fixture
async def shop(database: Database, tenant_id: UUID, tmp_path: Path) -> AsyncIterator[SyncedShop]:
    http = GuardedHttp(parse_networks("127.0.0.1/32"))
    async with odoo_server() as odoo:
        imports = Imports(database, make_embedder("", "", None), tmp_path)
        shop = SyncedShop(database, tenant_id, odoo, imports, OdooSync(database, http, BOX, imports, tmp_path))
        shop.sync._clock = lambda: shop.now
        odoo.shop.clock = lambda: shop.now
        ropa = odoo.shop.add("product.category", name="All / Ropa / Poleras")
        odoo.shop.add_product("Polera algodón", "POL-1", 10_000, categ_id=ropa, barcode="7801234567894")
        template = odoo.shop.add("product.template", name="Polerón")
        for size in "SML":
            odoo.shop.add_product("Polerón", f"PLN-{size}", 20_000, 5, template=template, options={"Talla": size})
        odoo.shop.add_product("Taza", "TAZ-1", 11_990, 3.0, taxes_id=[odoo.shop.gross_tax])
        odoo.shop.add_product("Asesoría", None, 50_000, stock=None, description_sale="Una hora por videollamada.")
        odoo.shop.add_product("Interno", "INT-1", 1, sale_ok=False)
        config = {"url": odoo.url, "database": DATABASE, "login": LOGIN, "syncs_catalogue": True, "sync_minutes": 30}
        async with database.transaction(tenant_id) as tx:
            await tx.connections.put(ConnectionKind.ODOO, config, {"key": KEY}, BOX)
        yield shop
    await http.close()


async def test_the_first_sync_takes_all_that_is_sold(shop: SyncedShop) -> None:
    record = await shop.take_in()
    assert (record.status, record.source, record.created_count, record.row_count) == (
        ImportStatus.COMPLETED, "odoo", 6, 6,
    )  # fmt: skip
    found = await shop.catalogue()
    service = next(sku for sku in found if sku.startswith("odoo-"))
    assert {sku: (each.price, each.on_hand) for sku, each in found.items()} == {
        "POL-1": (Decimal(11_900), 50), "PLN-S": (Decimal(23_800), 5), "PLN-M": (Decimal(23_800), 5),
        "PLN-L": (Decimal(23_800), 5), "TAZ-1": (Decimal(11_990), 3), service: (Decimal(59_500), None),
    }  # fmt: skip
    assert found["PLN-M"].options == {"talla": "M"}
    assert len({found[f"PLN-{size}"].product_key for size in "SML"}) == 1
    assert (found["POL-1"].category, found["POL-1"].barcode) == ("Ropa / Poleras", "7801234567894")
    assert found[service].description == "Una hora por videollamada."


async def test_a_dry_run_shows_and_changes_nothing(shop: SyncedShop) -> None:
    record = await shop.take_in(is_dry_run=True)
    assert (record.created_count, await shop.catalogue()) == (6, {})


async def test_what_changed_is_taken_in_and_the_rest_is_not_read_again(shop: SyncedShop) -> None:
    await shop.take_in()
    await shop.pass_time(minutes=10)
    shop.odoo.shop.change("product.product", shop.product("POL-1"), lst_price=12_000)
    shop.odoo.shop.change("product.product", shop.product("TAZ-1"), active=False)
    quant = shop.odoo.shop.add("stock.quant", product_id=shop.product("PLN-S"), inventory_quantity=9)
    shop.odoo.shop.call("stock.quant", "action_apply_inventory", [quant], {})
    record = await shop.take_in(is_whole=False)
    assert (record.mode, record.row_count, record.updated_count) == (ImportMode.UPDATE, 2, 2)
    found = await shop.catalogue()
    assert (found["POL-1"].price, found["PLN-S"].on_hand) == (Decimal(14_280), 9)
    assert "TAZ-1" not in found
    record = await shop.take_in(is_whole=False)
    assert (record.status, record.updated_count) == (ImportStatus.COMPLETED, 0)


async def test_what_was_deleted_there_goes_with_the_next_whole_sync(shop: SyncedShop) -> None:
    await shop.take_in()
    del shop.odoo.shop.rows["product.product"][shop.product("TAZ-1")]
    assert (await shop.take_in()).archived_count == 1
    assert "TAZ-1" not in await shop.catalogue()


async def test_a_pricelist_decides_what_is_paid(shop: SyncedShop) -> None:
    await shop.take_in()
    await shop.pass_time(minutes=10)
    shop.odoo.shop.add_price_rule(20.0)
    await shop.take_in(is_whole=False)
    found = await shop.catalogue()
    assert (found["POL-1"].price, found["TAZ-1"].price) == (Decimal(9_520), Decimal(9_592))
    assert shop.odoo.shop.orders == []


async def test_only_what_a_rule_is_of_is_asked_of_odoo(shop: SyncedShop) -> None:
    shop.odoo.shop.add_price_rule(20.0, product_id=shop.product("POL-1"))
    shop.odoo.shop.add_price_rule(50.0, min_quantity=3)
    await shop.take_in()
    found = await shop.catalogue()
    assert (found["POL-1"].price, found["TAZ-1"].price) == (Decimal(9_520), Decimal(11_990))
    assert shop.odoo.calls.count(("sale.order", "onchange")) == 1


async def test_images_that_anyone_sees_are_taken_and_go_with_the_product(shop: SyncedShop) -> None:
    rows = shop.odoo.shop.rows
    for code in ("POL-1", "TAZ-1"):
        template_id = rows["product.product"][shop.product(code)]["product_tmpl_id"]
        rows["product.template"][template_id] |= {"image_1920": "iVBO", "is_published": code == "POL-1"}
    config = {"url": shop.odoo.url, "database": DATABASE, "login": LOGIN, "has_public_images": True}
    async with shop.database.transaction(shop.tenant_id) as tx:
        await tx.connections.put(ConnectionKind.ODOO, config, {"key": KEY}, BOX)
    await shop.take_in()
    found = await shop.catalogue()
    image = f"{shop.odoo.url}/web/image/product.product/{shop.product('POL-1')}/image_1024"
    assert [sku for sku, row in found.items() if row.image_url] == ["POL-1"]
    assert found["POL-1"].image_url == image


async def test_words_of_a_spreadsheet_are_kept(shop: SyncedShop, tmp_path: Path) -> None:
    await shop.take_in()
    sheet = tmp_path / "palabras.csv"
    sheet.write_text(
        "SKU;Nombre;Precio;Descripción;Sinónimos;Marca\n"
        "POL-1;Polera algodón;11900;Suave y fresca;remera, camiseta;Ñandú\n",
        encoding="utf-8",
    )
    import_id = await shop.imports.open(shop.tenant_id, sheet, sheet.name, mode=ImportMode.UPDATE, enqueue=False)
    await shop.imports.run(shop.tenant_id, import_id)
    await shop.pass_time(minutes=5)
    shop.odoo.shop.change("product.product", shop.product("POL-1"), lst_price=9_000)
    await shop.take_in()
    polera = (await shop.catalogue())["POL-1"]
    assert (polera.price, polera.description, polera.brand) == (Decimal(10_710), "Suave y fresca", "Ñandú")
    assert set(polera.synonyms) == {"remera", "camiseta"}


async def test_by_schedule_only_when_due_and_whole_once_a_day(shop: SyncedShop) -> None:
    assert await shop.sync.start_when_due(shop.tenant_id)
    assert not await shop.sync.start_when_due(shop.tenant_id)
    await shop.sync.run(shop.tenant_id)
    assert len(await shop.catalogue()) == 6
    await shop.pass_time(minutes=31)
    assert await shop.sync.start_when_due(shop.tenant_id)
    # Nothing changed, so no import is made of nothing.
    before = await imports_of(shop)
    await shop.sync.run(shop.tenant_id)
    assert await imports_of(shop) == before
    del shop.odoo.shop.rows["product.product"][shop.product("TAZ-1")]
    await shop.pass_time(hours=25)
    await shop.sync.run(shop.tenant_id)
    assert "TAZ-1" not in await shop.catalogue()


async def imports_of(shop: SyncedShop) -> int:
    async with shop.database.transaction(shop.tenant_id) as tx:
        return len(await tx.imports.recent())


async def test_an_odoo_that_is_away_leaves_the_catalogue_as_it_was(shop: SyncedShop) -> None:
    await shop.take_in()
    shop.odoo.faults.extend([None, None, None, UNAVAILABLE])
    record = await shop.take_in()
    assert record.status is ImportStatus.FAILED
    assert record.failure == {"code": "UNAVAILABLE", "message": "Odoo no está disponible; lo intentaremos de nuevo."}
    assert len(await shop.catalogue()) == 6
