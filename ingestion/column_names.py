"""The table of what shops call their columns, in Spanish, Portuguese and English, best name first."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from ingestion.text import folded

_MOST_TITLES = 300
# Words that add nothing when another is there: "nombre del producto", "código artículo", "variant price".
_FILLER_WORDS = (
    "de del la el los las do da of the al su producto productos articulo articulos item items product products "
    "variant variante produto prod art servicio servicios clp peso pesos chilenos"
)
_FILLERS = frozenset(_FILLER_WORDS.split())

# Never said to a shopper, so neither a field nor an option: costs, margins, suppliers, dates, notes of the shop.
PRIVATE: Final = re.compile(
    r"\bcost|\bcusto|\bcompras?\b|purchase|margen|margin|utilidad|ganancia|markup|profit|proveedor|supplier|fornecedor|"
    r"descuento|discount|desconto|\bds?cto\b|\bdto\b|comision|observaci|\bnotas?\b|comentario|\bfecha|\bdate\b|\bdata\b|created|updated|"
    r"minim|maxim|critic|alert|reposicion|reorden|reservad|transito|vendid|\biva\b$|impuesto|\btax\b|compare at|"
    r"anterior|\bantes\b|^total\b|publicado|visible|\burl\b|link|handle|^errores$"
)
_MONEY = re.compile(
    r"\bprec|\bprice|\bvalor|\bpvp|\bneto\b|\btarifa|\bmonto\b|\bimporte\b|mayorista|mayoreo|\bpor mayor\b|"
    r"distribuidor|minorista|\b(?:sub ?)?total\b|\bcuotas?\b|"
    r"^(?:efectivo|transferencia|tarjeta|contado|credito|debito|webpay|mayor)$"
)
# Says nothing of money, but over amounts it is what shoppers pay.
RETAIL: Final = re.compile(r"(?:al? )?detalle|minorista|(?:por|al) menor|publico|contado|efectivo|venta|bruto")
# Columns that say whether a product is on sale, and what they say.
ON_SALE: Final = re.compile(
    r"activ[oa]|vigente|vigencia|habilitad[oa]|publicad[oa]|visible|active|enabled|published|a venta|en venta|"
    r"(?:estado|status)(?: (?:publicacion|activo))?|mostrar(?: en)? tienda"
)
_LISTED = (
    "si|s|yes|y|1|true|verdadero|activo|activa|active|vigente|habilitado|habilitada|enabled|publicado|publicada|"
    "published|visible|en venta"
)
_UNLISTED = (
    "no|n|0|false|falso|inactivo|inactiva|inactive|descontinuado|descontinuada|discontinued|deshabilitado|"
    "deshabilitada|disabled|no publicado|oculto|hidden|borrador|draft|archivado|archived|eliminado|baja|de baja"
)
LISTED: Final = frozenset(_LISTED.split("|"))
UNLISTED: Final = frozenset(_UNLISTED.split("|"))
_CURRENCIES: Final[dict[str, str]] = {
    "USD": "us|usd|dolar(?:es)?", "EUR": "euros?|eur", "UF": "ufs?", "UTM": "utm", "BRL": "brl|reais|reales",
    "PEN": "pen|soles", "ARS": "ars", "COP": "cop", "MXN": "mxn", "UYU": "uyu", "BOB": "bob|bolivianos",
    "PYG": "pyg|guaranies",
}  # fmt: skip
_COST = re.compile(r"\bcost|\bcusto|\bcompra|purchase")
_NO_PRICE = re.compile(_COST.pattern + r"|anterior|antes|compare|minim|maxim|descuento|\btotal\b|\bmiles\b")

# Where a row's units are, or which of them they are: the shop's own business, and what tells rows of one code apart.
_PLACE = re.compile(
    r"(?:nombre |cod(?:igo)? |id )?(?:sucursal(?:es)?|bodegas?|almacen(?:es)?|depositos?|tiendas?|local(?:es)?|sedes?|"
    r"ubicacion(?:es)?|filial|loja|warehouse|branch|store|location|punto venta|centro (?:distribucion|costos?))"
)
_LOT = re.compile(
    r"(?:n |no |nro |numero )?(?:lotes?|lot|batch|partida)(?: n| number)?|"
    r"(?:fecha |f )?(?:vencimientos?|venc|vto|vence|caducidad|expiracion|elaboracion|expiry|expiration)(?: date)?"
)
_OFFERED = re.compile(r" (?:disponibles?|available|que hay)$")
_VARIANT_VALUES = re.compile(
    r"vari(?:antes?|aci\w+|ations?)|atributos?|attributes?|(?:variant|attribute) values?|"
    r"valores? de(?: las?)? (?:variantes?|atributos?)|product template (?:attribute|variant) value ids?(?: name)?"
)
_P = r"(?:precios?|prices?|precos?|valor(?:es)?|pvp|tarifa|p)"
# field -> patterns over the whole plain name, the most wanted first.
_TABLE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "price",
        (
            rf"{_P}(?: unitario| unit)?(?: venta| detalle)?(?: publico)?"
            r"(?: (?:con |c )?iva(?: incl\w*)?| final| bruto| (?:con |c )(?:imp|impuestos?)(?: incl\w*)?|"
            r" (?:imp|impuestos?|tax) incl\w*)|price incl\w* tax|"
            rf"{_P} (?:venta )?(?:publico|consumidor)(?: final)?|pvp|p v p",
            rf"{_P} (?:ventas?|vta|normal|regular|detalle|lista|tienda|local|web)|preco venda|venta|lst price|"
            r"(?:sales|selling|regular|retail|list) price|(?:v|vr|vlr) (?:venta|publico)",
            rf"(?:{_P}|v|vr|vlr) (?:unitario|unidad|unit|uni|un|por unidad|x unidad|c u|cada uno)|"
            r"precios?|prices?|precos?|valor(?:es)?|pu|punit|unit price|tarifa|monto|importe|cuanto (?:cuesta|sale)",
            rf"{_P} (?!.*(?:neto|sin|s iva|mayor|oferta|promo|rebaja|especial|efectivo|dolar|usd|liquida|excl|impuesto|"
            r"imp\b)).*",
            rf"sale price|{_P} (?:oferta|promo\w*|rebajad\w*|especial|efectivo|liquidacion).*|oferta|"
            rf"{_P} (?:x|por|al) mayor.*|{_P} mayoris\w+",
            rf"neto|{_P} (?:unitario )?(?:sin|s) (?:iva|imp\w*)|{_P} (?:.* )?(?:neto|excl\w*).*|net price|"
            r"price excl\w* tax",
        ),
    ),
    (
        "stock",
        (
            r"stock disponible|disponibles?|available(?: stock)?|available quantity|cantidad disponible|qty available|"
            r"unidades disponibles|disponibilidad|free to use quantity",
            r"stock|stock (?:actual|total|fisico|real|final|tienda|web|unidades|un)|en stock|in stock|"
            r"inventory(?: (?:qty|quantity))?|inventario(?: actual)?|stk|inv|exist?|disp",
            r"existencias?|saldo|saldo stock|on hand(?: \w+)?|(?:qty|quantity|units|stock) on hand|"
            r"(?:qty|units) available|current quantity.*|"
            r"(?:qtde?|quantidade|cantidad) (?:em|en) (?:estoque|inventario|tienda)|cantidad a mano|estoque|"
            r"cantidad (?:en|mano)(?: stock)?|stock quantity|(?:me )?quedan?|hay|en existencia",
            r"cantidad|cant|ctd|ctdad|cantidades|unidades|quantity|qty|quantidade|qtd|qtde|unids?|uds?|unds?",
            r"(?:stock|existencias?|inventario|estoque) .*",
            r"(?:saldo|cantidad|cant|unidades|disponibles?) (?:en )?(?:sucursal|bodega|local|tienda)\b.*|"
            r"(?:sucursal|bodega|local|tienda) \w.*|casa matriz",
        ),
    ),
    (
        "barcode",
        (r"(?:(?:cod|codigo|code) )?(?:barras?|ean ?\d*|gtin.*|upc)|bar ?code|codigo universal|codbarras?",),
    ),
    (
        "sku",
        (
            r"skus?|item (?:n|no|nro|num|number|code|id)|n item|"
            r"cod(?:igo)? sku|sku cod(?:igo)?|id sku|seller sku|sku interno",
            r"cod|codigos?|code|codigo interno|cod int(?:erno)?|internal reference|referencia interna|default code|"
            r"codigo (?:tienda|local|sistema|unico)",
            r"ref|referencias?|reference|numero parte|n parte|no parte|part number|part no|mpn|clave",
            r"id|id interno",
            r"(?:cod|codigo) (?!barra|ean|postal|color|proveedor).*",
        ),
    ),
    (
        "name",
        (
            r"nombres?|names?|nome|nombre (?:comercial|web|corto|largo|completo|tienda)",
            r"productos?|articulos?|product|produto|items?|mercaderias?|prendas?|titulo|title|que vendo",
            r"detalle|glosa|denominacion|mercancia|(?:nombre|nome) (?!categoria|marca|cliente|vendedor).*",
        ),
    ),
    ("brand", (r"marcas?|brand|fabricante|manufacturer|vendor|laboratorio|editorial",)),
    (
        "category",
        (
            r"categorias?|category|categories|(?:nombre )?categoria .*|nombre categoria",
            r"rubros?|familias?|lineas?|departamentos?|secciones|seccion|grupos?|clase|coleccion|tipos?|type|pasillo",
            r"sub ?(?:categorias?|familias?|rubros?|category)",
        ),
    ),
    (
        "description",
        (
            r"descripcion|descripciones|description|descricao|desc|body(?: html)?|"
            r"descripcion (?:larga|completa|web|detallada)",
            r"descripcion .*|short description|caracteristicas|especificaciones|ficha(?: tecnica)?|informacion|"
            r"detalles?|glosa",
        ),
    ),
    ("unit", (r"unidad|unidad (?:medida|venta)|u ?m|u ?d ?m|uom|unit|unidade|und|unid|un|u medida|unit measure",)),
    (
        "synonyms",
        (
            r"sinonimos?|synonyms?|alias|tambien llamado|otros nombres|nombres alternativos|palabras clave|keywords|"
            r"busqueda",
        ),
    ),
    ("tags", (r"tags?|etiquetas?|hashtags?",)),
    (
        "image_url",
        (
            r"(?:url |link |src )?(?:imagen|imagenes|image|images|foto|fotos|picture|imagem|photo)"
            r"(?: (?:url|src|link|principal|1))?",
            r"(?:url |link |src )?(?:imagen|image|foto|picture|imagem|photo) ?\d{1,2}(?: (?:url|src|link))?|"
            r"(?:imagenes|images|fotos|imagen|image|foto) (?:adicional(?:es)?|extras?|secundarias?|additional|galeria)"
            r"(?: \d{1,2})?|additional images?|galeria(?: (?:imagenes|fotos))?|gallery",
        ),
    ),
)
FIELDS: Final = tuple((field, tuple(map(re.compile, patterns))) for field, patterns in _TABLE)

# What customers choose by. Other columns keep the shop's own name, in lower case.
OPTIONS: Final[dict[str, str]] = {
    name: option
    for option, names in {
        "talla": ("talla", "tallas", "talle", "talles", "size", "tamanho", "calce", "numero calzado", "n calzado"),
        "color": ("color", "colores", "colour", "cor", "cores", "tono"),
        "medida": ("medida", "medidas", "dimension", "dimensiones", "dimensions", "tamano", "tamanos"),
        "material": ("material", "materiales", "tela", "composicion"),
        "sabor": ("sabor", "sabores", "flavor", "flavour"),
        "modelo": ("modelo", "model", "modelos"),
        "formato": ("formato", "presentacion", "contenido", "envase"),
        "género": ("genero", "sexo", "gender"),
        "aroma": ("aroma", "fragancia"),
        "voltaje": ("voltaje", "voltage"),
        "peso": ("peso", "weight"),
        "largo": ("largo", "longitud", "length"),
    }.items()
    for name in names
}

# By these people choose among variants of one product; a model is a product of its own.
CHOSEN_BY: Final = frozenset(OPTIONS.values()) - {"modelo"}

# How the owner reads what a column is.
SPANISH: Final = {
    "price": "precio", "name": "nombre", "sku": "código", "stock": "stock", "barcode": "código de barras",
    "image_url": "imagen", "option:talla": "talla", "option:color": "color",
}  # fmt: skip
OWN_OPTION: Final = re.compile(r"opci[oó]n:\s*(\S.*)", re.IGNORECASE)
_REPEATED = re.compile(r"(.+) \(\d\)")
_UNTITLED = re.compile(r"Columna [A-Z]{1,2}")


def is_untitled(header: str) -> bool:
    return _UNTITLED.fullmatch(header) is not None


def first_of(header: str) -> str:
    """ "Precio (2)" -> "Precio"."""
    repeated = _REPEATED.fullmatch(header)
    return repeated[1] if repeated else header


def plain_name(header: str) -> str:
    """The words by which a header is recognised: "Precio Venta ($)*" -> "precio venta"."""
    if header.strip() in {"$", "$$", "CLP", "CLP$", "$ CLP"}:
        return "precio"
    words = folded(header.replace("º", "").replace("°", "").replace("#", " n ")).split()
    meaningful = [word for word in words if word not in _FILLERS or words == [word, "n"]]
    return " ".join(meaningful or words)


def tells_variants(header: str) -> bool:
    """Whether a column's cells hold all of a variant's choices at once: "Talla: S, Color: Negro"."""
    return _VARIANT_VALUES.fullmatch(folded(header)) is not None


def option_of(name: str) -> str | None:
    """What customers choose by in a column of this plain name: "tallas disponibles" are sizes."""
    return OPTIONS.get(name) or OPTIONS.get(_OFFERED.sub("", name))


def is_private(name: str) -> bool:
    """Whether a plain name is the shop's own business: a cost, a margin, a supplier, a date."""
    return PRIVATE.search(name) is not None


def is_money(name: str) -> bool:
    return _MONEY.search(name) is not None


def tells_place(name: str) -> bool:
    """Whether a plain name says where a row's units are: "sucursal", "bodega"."""
    return _PLACE.fullmatch(name) is not None


def tells_units_apart(name: str) -> bool:
    """Whether rows of one code may differ by a column of this plain name: by place, by lot, by date of expiry."""
    return tells_place(name) or _LOT.fullmatch(name) is not None


def is_no_price(name: str) -> bool:
    """Whether amounts under this plain name cannot be what one of the product costs a shopper."""
    return _NO_PRICE.search(name) is not None


def is_in_other_money(name: str, currency: str) -> bool:
    """Whether a plain name says that its amounts are in another money than the shop's: "precio usd"."""
    others = "|".join(words for code, words in _CURRENCIES.items() if code != currency)
    return re.search(rf"\b(?:{others})\b", name) is not None


def is_cost(name: str) -> bool:
    return _COST.search(name) is not None


def fields_of(name: str) -> Iterator[tuple[str, int]]:
    """Each field a plain name may stand for, with its rank there (0 is the best name)."""
    for field, patterns in FIELDS:
        rank = next((rank for rank, pattern in enumerate(patterns) if pattern.fullmatch(name)), None)
        if rank is not None and not _is_barred(field, name):
            yield field, rank


def _is_barred(field: str, name: str) -> bool:
    """Costs are never prices, "stock mínimo" is no stock; "precio c/iva" and links to images only look private."""
    if field == "price":
        return is_no_price(name)
    return field != "image_url" and is_private(name)


@lru_cache(maxsize=4096)
def recognised(cell: str) -> str | None:
    """The field or option a header most likely stands for."""
    if not cell or len(cell) > 60:
        return None
    name = plain_name(cell)
    field = next((field for field, _ in fields_of(name)), None)
    return field or option_of(name)


def header_score(cells: Sequence[str]) -> int:
    """How many different fields and options this row names: the header is the row that names most."""
    return len({found for cell in cells[:_MOST_TITLES] if (found := recognised(cell))})
