"""The table of shop systems whose exports are recognised as such, and of what their columns mean."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from ingestion.text import folded

Arrangement = Literal["flat", "filled_down", "parents", "feed", "own"]
GROUP_TITLE: Final = "Grupo (Caserita)"
_ACCENTED_TITLE: Final = "Categoría"
MORE_OPTIONS_TITLE: Final = "Otras opciones"
OPTION_TITLE: Final = "Opción: {}"


@dataclass(frozen=True, slots=True)
class Export:
    """Patterns are over a header's folded words.

    `needs` must each match some header. `flags` are columns that no row says aloud but that change what a row means;
    `unlisted` are a flag's values, folded, of products that are not on sale.
    """

    name: str
    needs: tuple[str, ...]
    fields: Mapping[str, str]
    named_option: tuple[str, str] | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    unlisted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    arrangement: Arrangement = "flat"
    # Of the field's columns, one for each store: units are added up, another store's price is left out and said.
    stores: Mapping[str, str] = field(default_factory=dict)


EXPORTS: Final = (
    # Our own, which is taken word for word: see ingestion.exporting.
    Export(
        name="Caserita",
        needs=("grupo caserita", "sku", "nombre", "precio"),
        fields={
            "group": "grupo caserita",
            "name": "nombre",
            "price": "precio",
            "sku": "sku",
            "stock": "stock",
            "barcode": "codigo de barras",
            "brand": "marca",
            "category": "categoria",
            "description": "descripcion",
            "unit": "unidad",
            "synonyms": "sinonimos",
            "tags": "etiquetas",
            "image_url": "imagenes",
        },
        flags={"more_options": "otras opciones"},
        arrangement="own",
    ),
    Export(
        name="Shopify",
        needs=("(?:url )?handle", "title", "(?:variant )?price", "option ?1 (?:name|value)"),
        fields={
            "group": "(?:url )?handle",
            "name": "title",
            "price": "(?:variant )?price",
            "sku": "(?:variant )?sku",
            "stock": "(?:variant )?inventory (?:qty|quantity)",
            "barcode": "(?:variant )?barcode",
            "brand": "vendor",
            "category": "type|product category|custom product type",
            "description": "body html|description",
            "tags": "tags",
            "image_url": "(?:product )?image (?:src|url)",
        },
        named_option=(r"option ?(\d) value", r"option ?{} name"),
        flags={
            "status": "status",
            "is_counted": "(?:variant )?inventory tracker",
            "oversells": "variant inventory policy|continue selling when out of stock",
        },
        unlisted={"status": frozenset({"draft", "archived"})},
        arrangement="filled_down",
    ),
    Export(
        name="WooCommerce",
        needs=("type|tipo", "name|nombre", "regular price|precio normal", "published|publicado"),
        fields={
            "group": "parent|superior|principal|padre",
            "name": "name|nombre",
            "price": "regular price|precio normal",
            "sku": "sku",
            "stock": "stock|inventario",
            "barcode": "gtin.*",
            "brand": "brands?|marcas?",
            "category": "categories|categorias",
            "description": "short description|descripcion corta|description|descripcion",
            "tags": "tags|etiquetas",
            "image_url": "images|imagenes",
        },
        named_option=(
            r"(?:attribute (\d) value s|valor es del atributo (\d))",
            r"attribute {0} name|nombre del atributo {0}",
        ),
        flags={
            "id": "id",
            "type": "type|tipo",
            "published": "published|publicado",
            "in_stock": "in stock|existencias|hay existencias",
            "sale_price": "sale price|precio rebajado|precio de oferta",
            "sale_ends": "date sale price ends|dia en que termina el precio rebajado|fecha.*termina.*rebajado",
            "sale_starts": "date sale price starts|dia en que empieza el precio rebajado|fecha.*empieza.*rebajado",
        },
        unlisted={"published": frozenset({"0", "1 borrador", "draft"}), "type": frozenset({"grouped", "agrupado"})},
        arrangement="parents",
    ),
    Export(
        name="Jumpseller",
        needs=("permalink", "name|nombre", "price|precio", "stock.*"),
        fields={
            "group": "permalink",
            "name": "name|nombre",
            "price": "price|precio",
            "sku": "sku",
            "stock": "stock",
            "barcode": "barcode|codigo de barras",
            "brand": "brand|marca",
            "category": "categories|categorias",
            "description": "description|descripcion",
            "image_url": "images|imagenes",
        },
        named_option=(r"variant (\d) option value|variant (\d) value", r"variant {0} option name|variant {0} name"),
        flags={"status": "status|estado", "is_unlimited": "stock unlimited|stock ilimitado"},
        unlisted={"status": frozenset({"disabled", "not available", "deshabilitado"})},
        arrangement="filled_down",
    ),
    Export(
        name="Odoo",
        needs=(
            "default code|internal reference|referencia interna",
            "list price|lst price|sales? price|public price|precio de venta|precio venta|precio publico",
            "categ id.*|product category.*|categoria de(?:l)? producto.*|qty available|quantity on hand|"
            "cantidad a (?:la )?mano|product template.*|product tmpl id.*",
        ),
        fields={
            "name": "name|display name|nombre|nombre (?:a mostrar|en pantalla)",
            "price": "lst price|list price|public price|sales? price|precio publico|precio de venta|precio venta",
            "sku": "default code|internal reference|referencia interna",
            "stock": "qty available|quantity on hand|cantidad a (?:la )?mano|free to use quantity",
            "barcode": "barcode|codigo de barras",
            "category": "categ id.*|product category.*|categoria de(?:l)? producto.*",
            "description": "description sale|sales description|descripcion (?:de|para) venta",
            "group": "product template id|product tmpl id id",
        },
        flags={"status": "active|activo", "on_sale": "sale ok|can be sold|puede (?:ser vendido|venderse)|ventas"},
        unlisted={"status": frozenset({"false", "no", "falso"}), "on_sale": frozenset({"false", "no", "falso"})},
    ),
    Export(
        name="Tiendanube",
        needs=("identificador de url|url identifier", "nombre de propiedad 1|property 1 name", "precio|price"),
        fields={
            "group": "identificador de url|url identifier",
            "name": "nombre|name",
            "price": "precio|price",
            "sku": "sku",
            "stock": "stock",
            "barcode": "codigo de barras|barcode",
            "brand": "marca|brand",
            "category": "categorias|categories",
            "description": "descripcion|description",
            "tags": "tags",
        },
        named_option=(r"valor de propiedad (\d)|property (\d) value", r"nombre de propiedad {0}|property {0} name"),
        # Stock that is blank has no end.
        flags={
            "status": "mostrar en tienda|show in store",
            "is_counted": "stock",
            "sale_price": "precio promocional|promotional price",
        },
        unlisted={"status": frozenset({"no"})},
        arrangement="filled_down",
    ),
    # A point of sale of cafés; each store has its own columns.
    Export(
        name="Loyverse",
        needs=("handle", "name", "option 1 value", "price .*|default price", "track stock"),
        fields={
            "group": "handle",
            "name": "name",
            "price": "price .*|default price",
            "sku": "sku",
            "stock": "in stock .*",
            "barcode": "barcode",
            "category": "category",
            "description": "description",
        },
        named_option=(r"option (\d) value", r"option {} name"),
        flags={"status": "available for sale .*", "is_counted": "track stock"},
        unlisted={"status": frozenset({"n"})},
        arrangement="filled_down",
        stores={"price": "price .*", "stock": "in stock .*"},
    ),
    # Catalogues of WhatsApp Business and Facebook, and Google's feeds.
    Export(
        name="Meta",
        needs=("id", "title", "price", "availability", "image link|condition|link"),
        fields={
            "group": "item group id",
            "name": "title",
            "price": "price",
            "sku": "id",
            "stock": "quantity to sell on facebook|inventory|quantity|availability",
            "barcode": "gtin",
            "brand": "brand",
            "category": "product type",
            "description": "description",
            "image_url": "image link",
        },
        flags={
            "status": "status|visibility",
            "in_stock": "availability",
            "sale_price": "sale price",
            "sale_lasts": "sale price effective date",
        },
        unlisted={"status": frozenset({"archived", "hidden", "staging"})},
        arrangement="feed",
    ),
    Export(
        name="Mercado Libre",
        needs=(
            "(?:numero|codigo|id) de (?:la )?publicacion|item id|codigo ml[a-z]|mlc",
            "titulo.*|title",
            "precio.*|price",
        ),
        fields={
            "name": "titulo.*|title",
            "price": "precio(?: clp)?|price|precio (?:de venta|por unidad|publicacion)|precio.*",
            "sku": "sku|seller sku|sku del vendedor",
            "stock": "cantidad.*|quantity|stock.*|unidades.*",
        },
        flags={"status": "estado|status"},
        unlisted={"status": frozenset({"finalizada", "cerrada", "closed", "eliminada", "inactiva"})},
    ),
    Export(
        name="Bsale",
        needs=("producto", "variante", "sku|codigo de barras?", "tipo (?:de )?producto|sucursal"),
        fields={
            "name": "producto",
            "price": "precio (?:venta )?(?:bruto|final|con iva)|precio lista.*|precio(?: de)? venta|precio",
            "sku": "sku",
            "stock": "stock disponible|stock(?: (?:actual|total))?|cantidad disponible",
            "barcode": "codigo de barras?",
            "brand": "marca",
            "category": "tipo (?:de )?producto",
        },
    ),
)


def is_own(title_row: str) -> bool:
    """Whether these titles are those of our own exports, with their accents whole: nothing in it needs mending."""
    return GROUP_TITLE in title_row and _ACCENTED_TITLE in title_row


def export_of(headers: Sequence[str]) -> Export | None:
    names = [folded(header) for header in headers]
    return next((export for export in EXPORTS if all(_first(need, names) is not None for need in export.needs)), None)


def columns_of(headers: Sequence[str], patterns: Mapping[str, str]) -> dict[str, str]:
    """Key of a pattern -> the header it stands for; a pattern's first alternative is the most wanted."""
    names = [folded(header) for header in headers]
    found: dict[str, str] = {}
    for key, pattern in patterns.items():
        at = _first(pattern, names)
        if at is not None and headers[at] not in found.values():
            found[key] = headers[at]
    return found


def store_columns_of(headers: Sequence[str], export: Export) -> dict[str, list[str]]:
    """Field -> its column of each store, where an export has one for each."""
    return {
        name: [header for header in headers if re.fullmatch(pattern, folded(header))]
        for name, pattern in export.stores.items()
    }


def named_options_of(headers: Sequence[str], export: Export) -> dict[str, str]:
    """Header of an option's values -> header that names the option ("Option1 Value" -> "Option1 Name")."""
    if export.named_option is None:
        return {}
    value_pattern, name_pattern = export.named_option
    names = [folded(header) for header in headers]
    found: dict[str, str] = {}
    for header, name in zip(headers, names, strict=True):
        match = re.fullmatch(value_pattern, name)
        if match is None:
            continue
        number = next(group for group in match.groups() if group)
        at = _first(name_pattern.format(number), names)
        if at is not None:
            found[header] = headers[at]
    return found


def _first(pattern: str, names: Sequence[str]) -> int | None:
    for alternative in _alternatives(pattern):
        for position, name in enumerate(names):
            if re.fullmatch(alternative, name):
                return position
    return None


def _alternatives(pattern: str) -> list[str]:
    """The alternatives at the pattern's outermost level."""
    parts, depth = [""], 0
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
