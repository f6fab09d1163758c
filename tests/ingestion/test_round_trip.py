"""Any catalogue, however odd its texts, goes out as CSV or XLSX and comes back the same."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.database import Database
from data.repositories.catalogue import ExportedVariant
from ingestion.drafts import DraftRefused, ProductDraft, VariantDraft, checked
from ingestion.editing import create_product
from ingestion.exporting import MOST_OPTION_COLUMNS, export_catalogue, line, open_sheet, titles
from ingestion.file_reader import parse_rows
from ingestion.mapping import map_columns
from ingestion.sources.spreadsheet import read_spreadsheet
from ingestion.text import neutralised, unneutralised
from tests.database import make_tenant
from tests.ingestion.shop import Shop, counts

# What means something to a spreadsheet program, to an import, or to nobody at all.
ODD = (
    "=1+1", "@cmd", "+56 9", "-10%", "'=x", "''", "'", "＝1", "＠x", "\t", "\r\n", "\n", '"', ";",
    ",", "|", "\\", "\\t", "\\N", "S/M/L", "38 al 42", "negro, azul", "Total", "TOTALES",
    "HERRAMIENTAS:", "----", "#N/A", "#REF!", "<b>x</b>", "&amp;", "[A-1] x", "All / Ropa",
    "Ropa > Poleras, Otra", "-", "Sí", "agotado", "1.290,00", "12,5", "7,8E+12", "0012", "_x0041_",
    "_x000D_", "Default Title", "\u202e", "\u200b", "\ufeff", "Ñandú", "n\u0303", "🧸",
    "👨\u200d👩\u200d👧", "İ", "ß", "ﬁ", "한", "\u1112\u1161", "Â¡", "CafÃ©", "TRUE", "2026-01-02",
    "Nombre", "Precio", "SKU", "nan", "None", "{}", '{"a": "b"}',
)  # fmt: skip
PIECES = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
TEXT = st.lists(PIECES, max_size=3).map(" ".join)
NAMES = st.builds("{}{}".format, TEXT, st.sampled_from(["a", "Ñ", "7", " x"]))
OPTION_NAMES = st.one_of(st.sampled_from(["talla", "Size", "color", "garantía", "stock", "precio"]), NAMES)
SKUS = st.text(st.sampled_from("ABC019-+=@'._/ñ"), min_size=1, max_size=8)
LINKS = st.sampled_from(["https://a.cl/1.jpg", "https://a.cl/w_1,h_2/2.jpg?x=1;y=2", "https://ñ.cl/ñ%20.png"])
VARIANTS = st.builds(
    VariantDraft,
    sku=SKUS,
    price=st.integers(1, 10**9).map(Decimal),
    stock=st.none() | st.integers(0, 10**9),
    barcode=st.none() | TEXT,
    unit=st.none() | TEXT,
    options=st.dictionaries(OPTION_NAMES, NAMES, max_size=4),
)
PRODUCTS = st.builds(
    ProductDraft,
    name=NAMES,
    variants=st.lists(VARIANTS, min_size=1, max_size=3).map(tuple),
    brand=st.none() | TEXT,
    category=st.none() | TEXT,
    description=st.none() | TEXT,
    synonyms=st.lists(NAMES, max_size=3).map(tuple),
    tags=st.lists(NAMES, max_size=3).map(tuple),
    images=st.lists(LINKS, max_size=3).map(tuple),
)
KINDS = ["csv", "xlsx"]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@st.composite
def catalogues(draw: st.DrawFn) -> list[ProductDraft]:
    """Only what people may write: what is refused has no way in."""
    found: list[ProductDraft] = []
    taken: set[str] = set()
    for draft in draw(st.lists(PRODUCTS, min_size=1, max_size=5)):
        try:
            product = checked(draft, "CLP")
        except DraftRefused:
            continue
        skus = {variant.sku.lower() for variant in product.variants}
        if not skus & taken:
            found.append(product)
            taken |= skus
    return found or [ProductDraft("Martillo", (VariantDraft("A", Decimal(990)),))]


def rows_of(products: Sequence[ProductDraft]) -> list[ExportedVariant]:
    return [
        ExportedVariant(
            sku=variant.sku, name=product.name, brand=product.brand, category=product.category,
            description=product.description, price=variant.price, on_hand=variant.stock, barcode=variant.barcode,
            unit=variant.unit, synonyms=product.synonyms, tags=product.tags,
            image_url=product.images[0] if product.images else None, more_images=product.images[1:],
            options=variant.options, product_key=f"={product.name.lower()}|" if at % 2 else product.variants[0].sku,
        )
        for at, product in enumerate(products) for variant in product.variants
    ]  # fmt: skip


def read_back(path: Path) -> list[ExportedVariant]:
    sheet = read_spreadsheet(path, path.name)
    parsed = parse_rows(sheet, map_columns(sheet.headers, sheet.sample))
    assert parsed.errors == []
    return [
        ExportedVariant(
            row.sku, row.name, row.brand, row.category, row.description, row.price, row.stock, row.barcode, row.unit,
            row.synonyms, row.tags, row.image_url, row.more_images, row.options, row.product_key,
        )
        for row in parsed.rows
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@given(products=catalogues())
@settings(
    max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_every_row_is_read_as_it_was_written(tmp_path: Path, kind: str, products: list[ProductDraft]) -> None:
    rows = rows_of(products)
    out = tmp_path / f"catalogo.{kind}"
    names = sorted({name for row in rows for name in row.options})
    with open_sheet(out) as write:
        write([titles(names), *(line(row, names) for row in rows)])
    assert read_back(out) == rows


@given(text=PIECES)
def test_no_text_is_a_formula_and_every_one_comes_back(text: str) -> None:
    safe = neutralised(text)
    assert not safe.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert unneutralised(safe) == text


@given(products=catalogues(), more=st.lists(catalogues(), min_size=2, max_size=2))
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_a_catalogue_is_the_same_in_its_own_shop_and_in_another(
    database: Database, tmp_path: Path, products: list[ProductDraft], more: list[list[ProductDraft]]
) -> None:
    shop = Shop(database, await make_tenant(database), tmp_path)
    for product in _apart([*products, *(one for part in more for one in part)]):
        await create_product(database, shop.tenant_id, product)
    rows = await _exported(database, shop.tenant_id)
    csv, xlsx = (tmp_path / f"catalogo.{kind}" for kind in KINDS)
    for out in (csv, xlsx):
        assert await export_catalogue(database, shop.tenant_id, out) == len(rows)
        assert read_back(out) == rows
    # One kind here and one there: each import starts a process, and both kinds were read alike just now.
    again = await shop.imports.preview(shop.tenant_id, csv, csv.name)
    assert (counts(again), again.failure, list(again.errors)) == ((0, 0, len(rows), 0), None, [])
    other = Shop(database, await make_tenant(database), tmp_path)
    await other.imports.run(other.tenant_id, await other.imports.open(other.tenant_id, xlsx, xlsx.name, enqueue=False))
    assert await _exported(database, other.tenant_id) == rows


async def test_more_options_than_columns_come_back(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, await make_tenant(database), tmp_path)
    names = [f"rasgo {n:03}" for n in range(MOST_OPTION_COLUMNS * 5)]
    for start in range(0, len(names), 30):
        variant = VariantDraft(f"A{start}", Decimal(990), options=dict.fromkeys(names[start : start + 30], "x; y"))
        await create_product(database, shop.tenant_id, ProductDraft(f"Cosa {start}", (variant,)))
    out = tmp_path / "catalogo.csv"
    count = await export_catalogue(database, shop.tenant_id, out)
    assert counts(await shop.imports.preview(shop.tenant_id, out, out.name)) == (0, 0, count, 0)


async def test_a_row_added_to_an_export_is_read_as_in_any_list(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, await make_tenant(database), tmp_path)
    talla = VariantDraft("A", Decimal(990), 2, options={"talla": "S/M/L"})
    await create_product(database, shop.tenant_id, ProductDraft("Polera", (talla,)))
    out = tmp_path / "catalogo.csv"
    await export_catalogue(database, shop.tenant_id, out)
    text = out.read_text(encoding="utf-8-sig")
    titles_row = text.splitlines()[0].split(";")
    added = ['""'] * len(titles_row)
    for title, cell in (("SKU", "B"), ("Nombre", "Polerón"), ("Precio", "$ 9.990.-"), ("Opción: talla", "S/M")):
        added[titles_row.index(f'"{title}"')] = cell
    out.write_text(text + ";".join(added).replace("S/M", "38/40/42") + "\n", encoding="utf-8-sig")
    outcome = await shop.imports.preview(shop.tenant_id, out, out.name)
    assert (counts(outcome), list(outcome.errors)) == ((3, 0, 1, 0), [])


async def _exported(database: Database, tenant_id: UUID) -> list[ExportedVariant]:
    async with database.transaction(tenant_id) as tx:
        rows = [row async for batch in tx.catalogue.exported() for row in batch]
    return [
        replace(row, synonyms=tuple(row.synonyms), tags=tuple(row.tags), more_images=tuple(row.more_images))
        for row in rows
    ]


def _apart(products: Sequence[ProductDraft]) -> list[ProductDraft]:
    found: list[ProductDraft] = []
    taken: set[str] = set()
    for product in products:
        skus = {variant.sku.lower() for variant in product.variants}
        if not skus & taken:
            found.append(product)
            taken |= skus
    return found
