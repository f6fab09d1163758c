"""What is exported imports to the same catalogue, in the same shop and in a new one."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from data.database import Database
from ingestion.exporting import export_catalogue
from tests.database import make_tenant
from tests.ingestion.shop import Shop, counts

SHEET = (
    "SKU;Nombre;Marca;Categoría;Descripción;Precio;Stock;Talla;Color;Sinónimos;Código de barras;Unidad;Imagen\n"
    '007;Martillo;Stanley;Herramientas;"-10% con ""; comillas";$8.990;5;;;combo, mazo;7801234567890;un;https://a.cl/1.jpg\n'
    "B;Polera;;Ropa;;6.990;;S;Negro;;;;\nC;Polera;;Ropa;;6.990;0;M;Negro;;;;\n"
    "D;Ñandú de peluche \U0001f9f8;;;;1.500;1;;;;;;\n"
)


async def whole(shop: Shop) -> list[Any]:
    async with shop.database.transaction(shop.tenant_id) as tx:
        return [row async for batch in tx.catalogue.exported() for row in batch]


@pytest.mark.parametrize("name", ["catalogo.csv", "catalogo.xlsx"])
async def test_what_is_exported_imports_to_the_same_catalogue(
    shop: Shop, database: Database, tmp_path: Path, name: str
) -> None:
    assert (await shop.upload(SHEET)).errors == []
    out = tmp_path / name
    rows = await whole(shop)
    assert await export_catalogue(database, shop.tenant_id, out) == len(rows) == 4

    again = await shop.imports.preview(shop.tenant_id, out, out.name)
    assert (counts(again), list(again.errors)) == ((0, 0, 4, 0), [])

    other = Shop(database, await make_tenant(database), tmp_path)
    import_id = await other.imports.open(other.tenant_id, out, out.name, enqueue=False)
    await other.imports.run(other.tenant_id, import_id)
    assert sorted(map(repr, await whole(other))) == sorted(map(repr, rows))
    items = await other.items()
    assert items["B"].product_id == items["C"].product_id


async def test_no_cell_of_an_export_is_a_formula(shop: Shop, database: Database, tmp_path: Path) -> None:
    async with database.transaction(shop.tenant_id) as tx:
        ids = await tx.catalogue.upsert_products([{"key": "x", "name": "=1+1", "synonyms": []}])
        await tx.catalogue.insert_variants(
            [{"id": uuid4(), "product_id": ids["x"], "sku": "@x", "options": {}, "price": Decimal(1), "currency": "CLP",
              "content_hash": "", "is_archived": False}]
        )  # fmt: skip
    out = tmp_path / "catalogo.csv"
    await export_catalogue(database, shop.tenant_id, out)
    assert '"\'@x";"\'=1+1"' in out.read_text(encoding="utf-8-sig")
