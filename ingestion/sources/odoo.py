"""Products of a shop's Odoo as rows of a spreadsheet, in the form the catalogue is exported in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from connectors.odoo.products import OdooProduct
from data.repositories.catalogue import ExportedVariant
from ingestion.identity import option_name

# What is sold by the piece needs no unit.
_PIECES = frozenset({"Units", "Unit", "Unidades", "Unidad", "Unidad(es)", "Unit(s)"})


@dataclass(frozen=True, slots=True)
class Known:
    """What we have already: variants by SKU in lower case, and units that our orders have reserved in Odoo as well."""

    variants: Mapping[str, ExportedVariant]
    reserved_there: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Images:
    """`server` shows images to anyone; of these products it has one."""

    server: str
    pictured: frozenset[int]


def exported(product: OdooProduct, known: Known, images: Images | None = None) -> ExportedVariant:
    """What Odoo says, and where it says nothing the shop's own words: synonyms and descriptions of a spreadsheet.

    Odoo counts as free what nobody reserved there, and our own orders count among those who did: their units are added
    to what is on hand here, where they are reserved too.
    """
    sku = product.sku.lower()
    old = known.variants.get(sku)
    stock = product.stock
    if stock is not None:
        stock = max(stock, 0) + known.reserved_there.get(sku, 0)
    return ExportedVariant(
        sku=old.sku if old else product.sku,
        name=product.name,
        brand=old.brand if old else None,
        category=product.category or (old.category if old else None),
        description=product.description or (old.description if old else None),
        price=product.price,
        on_hand=stock,
        barcode=product.barcode or (old.barcode if old else None),
        unit=(product.unit if product.unit not in _PIECES else "") or (old.unit if old else None),
        synonyms=old.synonyms if old else (),
        tags=old.tags if old else (),
        image_url=_image(product.id, old.image_url if old else None, images),
        more_images=old.more_images if old else (),
        options={option_name(name): value for name, value in product.options.items()},
        product_key=f"odoo:{product.template_id}",
    )


def _image(product_id: int, known: str | None, images: Images | None) -> str | None:
    """One of the shop's own stays where Odoo has none; one that Odoo had goes with it."""
    if images is None:
        return known
    there = f"{images.server}/web/image/product.product/{product_id}/image_1024"
    if product_id in images.pictured:
        return there
    return None if known == there else known


def is_news(row: ExportedVariant, known: Known) -> bool:
    """How the catalogue groups variants is its own affair."""
    old = known.variants.get(row.sku.lower())
    return old is None or replace(row, product_key=old.product_key) != old


def option_names(variants: Iterable[ExportedVariant]) -> list[str]:
    return sorted({name for variant in variants for name in variant.options})
