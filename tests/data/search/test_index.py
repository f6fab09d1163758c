"""What shoppers type finds what they mean, or nothing."""

import numpy as np
import pytest

from data.search.documents import SearchDocument
from data.search.embedders import HashedNgramEmbedder
from data.search.index import CatalogueIndex
from tests.data.search.conftest import Shop, build

# shop | what is typed | SKU of the first hit (clothes: its beginning)
FOUND = """
hardware|martillo|MAR-
hardware|2 martillos|MAR-
hardware|martiyo|MAR-
hardware|taladro percutor makitta|TAL-500
hardware|taladro inalambrico|TAL-501
hardware|taladroinalambrico|TAL-501
hardware|cuánto sale el taladro|TAL-
hardware|necesitaría un taladro para mi casa porfa|TAL-
hardware|taladro por menos de 50 lucas|TAL-
hardware|ampoyeta led 9w|AMP-9
hardware|foco 9 watts|AMP-9
hardware|ampolleta 12 w|AMP-12
hardware|codo 1/2|COD-12
hardware|codo pvc 3/4 pulgada|COD-34
hardware|codo pvc 3/4"|COD-34
hardware|codo de ½|COD-12
hardware|tubo de media pulgada|TUB-12
hardware|tornillo M8x40|TOR-M8
hardware|tornillos m8 x 40|TOR-M8
hardware|tornillo 6 x 1 1/4|TOR-VOL
hardware|pino 2x4|PIN-24
hardware|pino 2 x 2|PIN-22
hardware|clavos de 3 pulgadas|CLA-3
hardware|esmeril 4.5 pulgadas|ESM-115
hardware|huincha de 8 metros|HUI-8
hardware|cinta metrica|HUI-
hardware|desarmador|DES-
hardware|amoladora|ESM-115
hardware|fregadero|LAV-1
hardware|lava platos|LAV-1
hardware|llave inglesa|LLA-10
hardware|lija 120|LIJ-120
hardware|cemento 25 kilos|CEM-25
hardware|thinner|DIL-1
hardware|serucho|SER-20
hardware|stanley martillo|MAR-16
clothes|hola tienen poleras negras talla M porfa|POL-
clothes|poleras negra tala M|POL-
clothes|polera negra talla XL|POL-
clothes|remera blanca|POL-BL
clothes|sudadera gris|PLN-GR
clothes|zapatiyas adidas|ZAP-
clothes|zapatillas 42|ZAP-UR-42
clothes|talla 37 zapatillas|ZAP-RU-37
clothes|jean azul 44|JEA-AZ-44
clothes|vestdo rojo|VES-FL
clothes|parca|PAR-VE
clothes|corpiño|SOS-NU
clothes|chalas|SAN-NE
clothes|polera XXL|PIQ-AZ-XXL
grocery|coca cola zero|ALM-2
grocery|cocacola 3 litros|ALM-3
grocery|coca cola 1500cc|ALM-
grocery|agua con gas|ALM-5
grocery|agua sin gas|ALM-4
grocery|confort|ALM-48
grocery|papel higiénico|ALM-48
grocery|papel ijienico|ALM-48
grocery|aguacate|ALM-40
grocery|frijoles|ALM-24
grocery|un kilo de arroz|ALM-16
grocery|2 kg de azucar|ALM-20
grocery|asucar|ALM-20
grocery|aceite 1 lt|ALM-23
grocery|pasta de dientes|ALM-57
grocery|comida para perro|ALM-59
grocery|te negro|ALM-32
grocery|te quedan huevos|ALM-39
grocery|chela|ALM-8
grocery|lejía|ALM-50
"""

# shop | what is typed and is not sold there
NOT_FOUND = """
hardware|tienen bicicletas
hardware|bicicleta makita
hardware|sushi
hardware|asdfgh
hardware|papel higienico
hardware|mesa de madera
hardware|polera
hardware|gato
hardware|tv samsung
hardware|soldadora
clothes|taladro
clothes|bicicleta roja
clothes|perfume
clothes|vino tinto
clothes|mesa
grocery|martillo
grocery|polera negra
grocery|cepillo de dientes
grocery|pepsi
grocery|salmon
grocery|laptop
grocery|pizza
"""

NOTHING_ASKED = [
    "",
    "   ",
    "hola",
    "Gracias!!",
    "hola buenas tardes, ¿qué tienen?",
    "🙂🙂",
    "\x00\x01\x02",
    "?",
    "2",
    "si",
]


def rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("shop", "query", "sku"), rows(FOUND))
def test_finds_what_was_meant_first(shops: dict[str, Shop], shop: str, query: str, sku: str) -> None:
    index, documents = shops[shop]
    hits = index.search(query)
    assert hits, "nothing found"
    first = documents[hits[0].id]
    assert first.sku == sku or ((sku.endswith("-") or shop == "clothes") and first.sku.startswith(sku)), first
    assert 0.5 < hits[0].score <= 1.0


@pytest.mark.parametrize(("shop", "query"), rows(NOT_FOUND))
def test_what_is_not_sold_is_not_found(shops: dict[str, Shop], shop: str, query: str) -> None:
    index, documents = shops[shop]
    assert [documents[hit.id].name for hit in index.search(query)] == []


@pytest.mark.parametrize("query", NOTHING_ASKED)
def test_a_query_that_names_nothing_finds_nothing(shops: dict[str, Shop], query: str) -> None:
    assert all(index.search(query) == [] for index, _ in shops.values())


@pytest.mark.parametrize(
    ("shop", "query", "sku"),
    [
        ("hardware", "TAL-500", "TAL-500"),
        ("hardware", "tal500", "TAL-500"),
        ("hardware", "quiero el tal-500 por favor", "TAL-500"),
        ("hardware", "me das el TAL 500?", "TAL-500"),
        ("hardware", "código 10", "10"),
        ("grocery", "7801610001189", "ALM-1"),
        ("grocery", "tienen el 7801610001189?", "ALM-1"),
        ("grocery", "alm-3", "ALM-3"),
        ("clothes", "pol-ne-m", "POL-NE-M"),
    ],
)
def test_an_exact_code_comes_first_with_full_score(shops: dict[str, Shop], shop: str, query: str, sku: str) -> None:
    index, documents = shops[shop]
    hit = index.search(query)[0]
    assert (documents[hit.id].sku, hit.score) == (sku, 1.0)


@pytest.mark.parametrize("query", ["10 martillos", "quiero 1000 tornillos", "martillo de 10", "2 martillos"])
def test_counts_are_not_taken_for_codes(shops: dict[str, Shop], query: str) -> None:
    index, documents = shops["hardware"]
    hits = index.search(query)
    assert hits and not {documents[hit.id].sku for hit in hits} & {"10", "1000"}


def test_a_missing_size_scores_lower_than_a_size_in_stock(shops: dict[str, Shop]) -> None:
    index, _ = shops["clothes"]
    there, missing = index.search("polera negra talla M")[0], index.search("polera negra talla XL")[0]
    assert missing.score < there.score - 0.1


def test_only_poleras_negras_m_are_at_the_top(shops: dict[str, Shop]) -> None:
    index, documents = shops["clothes"]
    first = [documents[hit.id] for hit in index.search("poleras negra tala M")[:2]]
    assert {document.sku for document in first} == {"POL-NE-M", "POL-EST-M"}


def test_only_allowed_ids_are_found(shops: dict[str, Shop]) -> None:
    index, documents = shops["hardware"]
    allowed = {document.id for document in documents.values() if document.brand == "Bosch"}
    assert [documents[hit.id].sku for hit in index.search("taladro", allowed=allowed)] == ["TAL-501"]
    assert index.search("TAL-500", allowed=allowed) == []
    assert index.search("taladro", allowed=set()) == []
    assert index.search("taladro", allowed={-1, 999_999}) == []


def test_limit_is_kept_and_scores_fall(shops: dict[str, Shop]) -> None:
    index, _ = shops["clothes"]
    hits = index.search("polera", limit=3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert index.search("polera", limit=0) == []


def test_the_same_catalogue_in_another_order_answers_the_same(shops: dict[str, Shop]) -> None:
    index, documents = shops["hardware"]
    shuffled = build(list(documents.values())[::-1])
    for query in ("taladro", "codo 1/2", "pintura blanca", "ampoyeta", "TAL-500"):
        assert index.search(query) == shuffled.search(query) == index.search(query)


@pytest.mark.parametrize(
    "query",
    ["x" * 100_000, "hola " * 20_000, "1/" * 50_000, "1 x " * 25_000, "tal-5 " * 16_000, '"' * 100_000, "á̀" * 40_000],
)
def test_enormous_queries_are_answered(shops: dict[str, Shop], query: str) -> None:
    assert len(shops["hardware"][0].search(query)) <= 10


def test_a_long_query_still_finds_what_it_repeats(shops: dict[str, Shop]) -> None:
    index, documents = shops["hardware"]
    assert documents[index.search("martillo " * 12_000)[0].id].sku.startswith("MAR-")


def test_an_empty_catalogue_finds_nothing() -> None:
    index = build([])
    assert len(index) == 0
    assert index.search("martillo") == []


def test_a_catalogue_of_one_finds_it_and_nothing_else() -> None:
    index = build([SearchDocument(id=2**62, sku="A-1", name="Martillo Carpintero")])
    assert [hit.id for hit in index.search("martiyo")] == [2**62]
    assert index.search("bicicleta") == []


def test_the_shops_own_synonyms_count() -> None:
    index = build([SearchDocument(id=1, sku="A", name="Completo italiano", synonyms=("pancho", "perro caliente"))])
    assert index.search("tienen panchos") and index.search("un perro caliente")


def test_build_refuses_shared_ids_and_missing_vectors() -> None:
    documents = [SearchDocument(id=1, sku="A", name="Uno"), SearchDocument(id=1, sku="B", name="Dos")]
    embedder = HashedNgramEmbedder()
    with pytest.raises(ValueError, match="share an id"):
        CatalogueIndex.build(1, documents, np.zeros((2, embedder.dimension), np.float32), embedder)
    with pytest.raises(ValueError, match="vectors"):
        CatalogueIndex.build(1, documents[:1], np.zeros((0, embedder.dimension), np.float32), embedder)


def test_a_whole_name_wins_over_its_neighbours() -> None:
    documents = [SearchDocument(id=n, sku=f"B{n}", name=f"Producto {n} modelo {n % 7}") for n in range(300)]
    documents.append(SearchDocument(id=900, sku="U1", name="Uno"))
    index = build(documents)
    for query in ("producto 77 modelo 0", "hola tienen el Producto 77, modelo 0 porfa", "2 producto 77 modelo 0"):
        best = index.search(query, 3)[0]
        assert (best.id, best.score) == (77, 1.0), query
    assert [hit.id for hit in index.search("producto 77", 3)] == [77]
    assert [hit.id for hit in index.search("uno", 3)] == [900]
    assert index.search("producto 301 modelo 0", 3) == [] or index.search("producto 301 modelo 0", 3)[0].score < 1.0
