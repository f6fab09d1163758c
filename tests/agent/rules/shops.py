"""Three small shops with the real search index, as their owners' spreadsheets would make them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from data.repositories.items import CatalogueItem
from data.search.documents import SearchDocument
from data.search.embedders import HashedNgramEmbedder
from data.search.index import CatalogueIndex
from tests.agent.rules.more_shops import MORE_NAMES, MORE_ROWS, Row


class IndexedCatalogue:
    """agent.context.Catalogue over rows in memory, found by the index that the service uses."""

    def __init__(self, items: Sequence[CatalogueItem]) -> None:
        self._items = {item.search_id: item for item in items}
        embedder = HashedNgramEmbedder()
        documents = [
            SearchDocument(
                id=item.search_id,
                sku=item.sku,
                name=item.name,
                brand=item.brand,
                category=item.category,
                description=item.description,
                options=dict(item.options),
            )
            for item in items
        ]
        vectors = embedder.embed_documents([document.text() for document in documents])
        self._index = CatalogueIndex.build(1, documents, vectors, embedder)

    async def search(self, query: str, limit: int) -> Sequence[CatalogueItem]:
        return [self._items[hit.id] for hit in self._index.search(query, limit)]

    async def similar(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        one = next(iter((await self.by_skus([sku])).values()), None)
        return [self._items[hit.id] for hit in self._index.similar(one.search_id, limit)] if one else []

    async def bought_with(self, sku: str, limit: int) -> Sequence[CatalogueItem]:
        return []

    async def by_skus(self, skus: Sequence[str]) -> dict[str, CatalogueItem]:
        wanted = {sku.casefold() for sku in skus}
        return {item.sku: item for item in self._items.values() if item.sku.casefold() in wanted}


def _rows(shop: str, rows: Iterable[Row]) -> list[CatalogueItem]:
    ids = count(1)
    return [
        CatalogueItem(
            variant_id=uuid5(NAMESPACE_URL, f"{shop}/{sku}"),
            product_id=uuid5(NAMESPACE_URL, f"{shop}/{name}"),
            search_id=next(ids),
            sku=sku,
            name=name,
            brand=fields.get("brand"),
            category=fields.get("category"),
            description=fields.get("description"),
            options={key: value for key, value in fields.items() if key in {"talla", "color"}},
            unit=fields.get("unit"),
            unit_price=Decimal(price),
            currency="CLP",
            available=available,
        )
        for sku, name, price, available, fields in rows
    ]


def _variants(prefix: str, name: str, price: int, category: str, stock: Mapping[str, Mapping[str, int]]) -> list[Row]:
    return [
        (
            f"{prefix}-{colour[:2].upper()}-{size}",
            name,
            price,
            left,
            {"color": colour, "talla": size, "category": category},
        )
        for colour, sizes in stock.items()
        for size, left in sizes.items()
    ]


HARDWARE: list[Row] = [
    ("MAR-CAR", "Martillo carpintero 16 oz", 8990, 12, {"brand": "Redline", "category": "Herramientas manuales"}),
    ("MAR-GOM", "Martillo de goma", 6490, 3, {"brand": "Uyustools", "category": "Herramientas manuales"}),
    ("MAR-DEM", "Martillo demoledor 1500W", 189990, 1, {"brand": "Bosch", "category": "Herramientas eléctricas"}),
    ("TAL-500", "Taladro percutor 500W", 34990, 5, {"brand": "Bauker", "category": "Herramientas eléctricas"}),
    ("TAL-INA", "Taladro inalámbrico 18V", 69990, 2, {"brand": "Bosch", "category": "Herramientas eléctricas"}),
    ("BRO-8C", "Broca concreto 8 mm", 1990, 40, {"category": "Accesorios"}),
    ("BRO-6C", "Broca concreto 6 mm", 1590, 35, {"category": "Accesorios"}),
    ("BRO-8M", "Broca madera 8 mm", 1790, 0, {"category": "Accesorios"}),
    ("CAB-25", "Cable eléctrico 2,5 mm", 890, 500, {"unit": "metro", "category": "Electricidad"}),
    ("CAB-15", "Cable eléctrico 1,5 mm", 590, 300, {"unit": "metro", "category": "Electricidad"}),
    ("AMP-9", "Ampolleta LED 9W luz cálida", 1490, 60, {"brand": "Philips", "category": "Electricidad"}),
    ("ALI-UNI", 'Alicate universal 8"', 5990, 8, {"brand": "Stanley", "category": "Herramientas manuales"}),
    ("ALI-COR", 'Alicate cortante 6"', 4990, 4, {"brand": "Stanley", "category": "Herramientas manuales"}),
    ("HUI-5", "Huincha de medir 5 m", 3490, 15, {"brand": "Stanley", "category": "Herramientas manuales"}),
    ("CLA-2", "Clavos 2 pulgadas 1 kg", 2490, 25, {"category": "Fijaciones"}),
    ("CLA-212", "Clavos 2 1/2 pulgadas 1 kg", 2590, 25, {"category": "Fijaciones"}),
    ("PIN-BLA", "Pintura látex blanca 1 galón", 12990, 7, {"brand": "Tricolor", "category": "Pinturas"}),
    ("PIN-NEG", "Esmalte sintético negro 1/4 galón", 6990, 6, {"brand": "Ceresita", "category": "Pinturas"}),
    ("BRC-3", "Brocha 3 pulgadas", 2990, 20, {"category": "Pinturas"}),
    ("CEM-25", "Cemento 25 kg", 4290, 80, {"brand": "Melón", "category": "Construcción"}),
    ("SIE-CIR", 'Sierra circular 7 1/4"', 59990, 0, {"brand": "Makita", "category": "Herramientas eléctricas"}),
    ("SIE-CAL", "Sierra caladora 600W", 39990, 4, {"brand": "Bauker", "category": "Herramientas eléctricas"}),
    ("ESC-6", "Escalera tijera 6 peldaños", 45990, 2, {"category": "Escaleras"}),
    ("CAJ-HER", 'Caja de herramientas 16"', 11990, 5, {"brand": "Rimax", "category": "Organización"}),
]

CLOTHING: list[Row] = [
    *_variants(
        "POL",
        "Polera básica",
        5990,
        "Poleras",
        {"negro": {"S": 4, "M": 6, "L": 0, "XL": 3}, "blanco": {"S": 5, "M": 2, "L": 8}, "rojo": {"M": 3}},
    ),
    *_variants("POE", "Polera estampada", 8990, "Poleras", {"azul": {"M": 4, "L": 2}}),
    *_variants("JEA", "Jeans recto", 19990, "Pantalones", {"azul": {"40": 3, "42": 5, "44": 1}, "negro": {"42": 2}}),
    *_variants(
        "ZAP", "Zapatillas urbanas", 29990, "Calzado", {"blanco": {"38": 2, "40": 4, "42": 1}, "negro": {"41": 3}}
    ),
    *_variants("PRN", "Polerón con capucha", 17990, "Polerones", {"gris": {"M": 5, "L": 4}, "negro": {"L": 2}}),
    ("CAL-3", "Calcetines pack 3 pares", 3990, 30, {"category": "Accesorios", "color": "negro"}),
    ("CIN-CU", "Cinturón de cuero", 9990, 6, {"category": "Accesorios", "color": "café"}),
    ("GOR-LA", "Gorro de lana", 4990, 9, {"category": "Accesorios", "color": "verde"}),
    ("VES-FL", "Vestido floreado", 15990, 2, {"category": "Vestidos", "talla": "M"}),
]

GROCERIES: list[Row] = [
    ("HAR-SP", "Harina sin polvos 1 kg", 1190, 40, {"brand": "Selecta", "category": "Abarrotes"}),
    ("HAR-CP", "Harina con polvos 1 kg", 1290, 25, {"brand": "Selecta", "category": "Abarrotes"}),
    ("ARR-G1", "Arroz grado 1 1 kg", 1490, 50, {"brand": "Tucapel", "category": "Abarrotes"}),
    ("ARR-IN", "Arroz integral 1 kg", 1990, 10, {"brand": "Tucapel", "category": "Abarrotes"}),
    ("COC-3", "Coca Cola 3 L", 3190, 24, {"brand": "Coca Cola", "category": "Bebidas"}),
    ("COC-15", "Coca Cola 1,5 L", 1990, 30, {"brand": "Coca Cola", "category": "Bebidas"}),
    ("FAN-15", "Fanta 1,5 L", 1890, 12, {"brand": "Fanta", "category": "Bebidas"}),
    ("LEC-EN", "Leche entera 1 L", 1090, 36, {"brand": "Colun", "category": "Lácteos"}),
    ("LEC-DE", "Leche descremada 1 L", 1090, 0, {"brand": "Colun", "category": "Lácteos"}),
    ("LEC-SL", "Leche sin lactosa 1 L", 1390, 8, {"brand": "Colun", "category": "Lácteos"}),
    ("HUE-12", "Huevos blancos docena", 3290, 15, {"category": "Huevos"}),
    ("PAN-MO", "Pan de molde blanco", 2190, 7, {"brand": "Ideal", "category": "Panadería"}),
    ("ACE-1", "Aceite vegetal 1 L", 2490, 18, {"brand": "Chef", "category": "Abarrotes"}),
    ("PAL-KG", "Palta hass", 4990, 20, {"unit": "kg", "category": "Verduras"}),
    ("TOM-KG", "Tomate larga vida", 1490, 60, {"unit": "kg", "category": "Verduras"}),
    ("NAR-KG", "Naranjas", 1290, 35, {"unit": "kg", "category": "Frutas"}),
    ("JUG-NA", "Jugo de naranja 1 L", 1890, 14, {"brand": "Watts", "category": "Bebidas"}),
    ("TE-VER", "Té verde 20 bolsitas", 1590, 9, {"brand": "Supremo", "category": "Abarrotes"}),
    ("CAF-IN", "Café instantáneo 170 g", 5990, 11, {"brand": "Nescafé", "category": "Abarrotes"}),
    ("SAL-1", "Sal fina 1 kg", 690, 30, {"brand": "Lobos", "category": "Abarrotes"}),
    ("PIM-NE", "Pimienta negra 15 g", 590, 22, {"brand": "Gourmet", "category": "Abarrotes"}),
    ("SAL-PI", "Papas fritas sal y pimienta 180 g", 1990, 5, {"brand": "Lays", "category": "Snacks"}),
    ("CHO-BI", "Chocolate bitter 100 g", 1790, 16, {"brand": "Costa", "category": "Dulces"}),
    ("ATU-AC", "Atún en aceite 160 g", 1290, 3, {"brand": "San José", "category": "Conservas"}),
    ("DET-3", "Detergente líquido 3 L", 8990, 6, {"brand": "Omo", "category": "Aseo"}),
]

# As many owners write them: capitals, the size and colour in the name, no category.
MESSY: list[Row] = [
    ("1001", "POLERA PIQUE NEGRA TALLA M", 7990, 4, {}),
    ("1002", "POLERA PIQUE NEGRA TALLA L", 7990, 2, {}),
    ("1003", "POLERA PIQUE BLANCA TALLA M", 7990, 6, {}),
    ("1004", "JEANS MUJER AZUL T.40", 15990, 3, {}),
    ("2001", "MOUSE INALAMBRICO LOGITECH M185", 9990, 10, {}),
    ("2002", "MOUSE GAMER RGB", 14990, 5, {}),
    ("2003", "TECLADO MECANICO REDRAGON KUMARA", 34990, 3, {}),
    ("2004", "NOTEBOOK HP 15 RYZEN 5 16GB 512GB SSD", 459990, 2, {}),
    ("2005", "NOTEBOOK LENOVO IDEAPAD 8GB 256GB", 329990, 0, {}),
    ("2006", "CABLE USB-C 1M", 3990, 50, {}),
    ("2007", "CABLE USB-C 2M", 5990, 40, {}),
    ("2008", "CABLE HDMI 2M", 4990, 20, {}),
    ("2009", "CARGADOR TIPO C 20W", 8990, 15, {}),
    ("2010", "AUDIFONOS BLUETOOTH JBL TUNE 510 NEGRO", 29990, 6, {}),
    ("2011", "PENDRIVE 64GB KINGSTON", 6990, 25, {}),
    ("2012", "PENDRIVE 128GB KINGSTON", 11990, 12, {}),
    ("2013", "FUNDA IPHONE 13", 5990, 8, {}),
    ("2014", "FUNDA IPHONE 14", 5990, 0, {}),
    ("2015", "TINTA EPSON 544 NEGRA", 8990, None, {}),
]

ROWS = {"hardware": HARDWARE, "clothing": CLOTHING, "groceries": GROCERIES, "messy": MESSY, **MORE_ROWS}
NAMES = {
    "hardware": "Ferretería El Clavo",
    "clothing": "Tienda Lila",
    "groceries": "Almacén Don Lucho",
    "messy": "Bazar 21 de Mayo",
    **MORE_NAMES,
}


@cache
def catalogue(shop: str) -> IndexedCatalogue:
    return IndexedCatalogue(_rows(shop, ROWS[shop]))
