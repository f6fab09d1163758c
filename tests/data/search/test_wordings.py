"""What is asked one way and another finds the same: units, sizes, codes, order of words, courtesy, slips."""

import pytest

from data.search.documents import SearchDocument
from data.search.index import CatalogueIndex
from tests.data.search.conftest import Shop, build

ROWS: tuple[tuple[str, str, str | None, dict[str, str]], ...] = (
    ("AG-05", "Agua mineral sin gas 500 ml", "7801234500012", {}),
    ("AG-15", "Agua mineral sin gas 1,5 L", "7801234500029", {}),
    ("TU-112", 'Tubo PVC 1 1/2" x 3 m', "7809990000011", {}),
    ("TU-34", 'Tubo PVC 3/4" x 3 m', "7809990000028", {}),
    ("PI-24", "Pino dimensionado 2x4 3,2 m", None, {}),
    ("PI-23", "Pino dimensionado 2x3 3,2 m", None, {}),
    ("AM-40", "Ampolleta 40 W E27", None, {}),
    ("AM-60", "Ampolleta 60 W E27", None, {}),
    ("ZA-42", "Zapatilla urbana", None, {"talla": "42", "color": "negro"}),
    ("ZA-43", "Zapatilla urbana", None, {"talla": "43", "color": "negro"}),
    ("PO-XL", "Polera básica", None, {"talla": "XL", "color": "blanco"}),
    ("PO-M", "Polera básica", None, {"talla": "M", "color": "blanco"}),
    ("HARINA-1K", "Harina sin polvos 1 kg", None, {}),
    ("HARINA-5K", "Harina sin polvos 5 kg", None, {}),
    ("GA15-128", "Celular Samsung Galaxy A15 128 GB", None, {}),
    ("RN13-256", "Celular Redmi Note 13 256 GB", None, {}),
    ("ESM-ROSA", "Esmalte de uñas rosado 9 ml", None, {}),
    ("NEU-13", "Neumático 175/70 R13", None, {}),
    ("NEU-16", "Neumático 205/55 R16", None, {}),
    ("SAB-15", "Juego de sábanas 1,5 plazas", None, {}),
    ("SAB-2", "Juego de sábanas 2 plazas", None, {}),
    ("COR-1", "Cortadora de cerámica 60 cm", None, {}),
    ("PLU-22", 'Plumilla limpiaparabrisas 22"', None, {}),
    ("VEL-1", "Velador 2 cajones", None, {}),
    ("BAT-75", "Batería 12V 75 Ah", None, {}),
    ("KIT-YA", "Kit de embrague Toyota Yaris", None, {}),
)


@pytest.fixture(scope="module")
def index() -> CatalogueIndex:
    return build(
        [
            SearchDocument(n, sku, name, barcode=barcode, options=options)
            for n, (sku, name, barcode, options) in enumerate(ROWS)
        ]
    )


def first(index: CatalogueIndex, query: str) -> str | None:
    hits = index.search(query)
    return ROWS[hits[0].id][0] if hits else None


@pytest.mark.parametrize(
    ("sku", "wordings"),
    [
        ("AG-05", ["agua 500 ml", "agua 500ml", "agua de medio litro", "agua 1/2 litro", "agua 500cc", "agua 0,5 L",
                   "AGUA 500 ML", "agua ½ lt"]),
        ("AG-15", ["agua litro y medio", "agua 1.5 litros", "agua 1500 cc", "agua 1,5lt"]),
        ("TU-112", ["tubo 1 1/2 pulgada", 'tubo 1 1/2"', "tubo pvc 1½ pulgadas", "tubo de 1.5 pulg"]),
        ("TU-34", ["tubo 3/4", 'tubo de 3/4"', "tubo ¾ pulgada"]),
        ("PI-24", ["pino 2x4", "pino 2 x 4", "pino de 2X4", "pino 2×4"]),
        ("AM-40", ["ampolleta 40 W", "ampolleta 40w", "ampolleta de 40 watts", "ampoyeta 40 wats", "foco 40w"]),
        ("ZA-42", ["zapatilla talla 42", "zapatilla 42", "zapatillas n° 42", "zapatilla numero 42 negra"]),
        ("PO-XL", ["polera XL", "polera xl blanca", "polera talla extra large", "polera talla XL"]),
        ("HARINA-5K", ["harina 5 kilos", "harina 5kg", "harina 5000 gramos", "5 kg de harina"]),
        ("GA15-128", ["ga15-128", "GA15 128", "ga15128", "galaxy a15", "samsung a15", "celular samsung galaxy a-15"]),
        ("AG-15", ["7801234500029", "780 1234 500029", "78012345000"[:8] + "00029", "código 7801234500029"]),
        ("NEU-13", ["neumático aro 13", "llantas rin 13", "neumaticos r13"]),
        ("SAB-15", ["sábanas plaza y media", "sabanas de 1 1/2 plaza", "sábanas 1.5 plazas"]),
        ("COR-1", ["algo para cortar cerámica", "pa cortar cerámica"]),
        ("PLU-22", ["limpia para brisas", "plumillas del parabrisas", "escobillas limpiaparabrisas"]),
        ("VEL-1", ["mesa de noche", "mesita de noche", "buró"]),
        ("BAT-75", ["batería de 75 amperes"]),
        ("KIT-YA", ["repuestos para yaris", "accesorios yaris"]),
        ("ESM-ROSA", ["esmalte uñas", "esmalte de uñas rosado", "pintauñas"]),
    ],
)  # fmt: skip
def test_one_thing_said_many_ways_is_found_first(index: CatalogueIndex, sku: str, wordings: list[str]) -> None:
    assert {wording: first(index, wording) for wording in wordings} == dict.fromkeys(wordings, sku)


def test_the_beginning_of_a_barcode_is_enough_while_few_begin_so(index: CatalogueIndex) -> None:
    assert first(index, "780999000001") == "TU-112"
    assert {ROWS[hit.id][0] for hit in index.search("78012345")} == {"AG-05", "AG-15"}
    assert index.search("7801") == []


COURTESIES = ["hola, {}", "{} porfa", "tienen {}?", "¿Me podría decir si le quedan {}? gracias", "busco {} po",
              "   {}   ", "{}!!!", "{} 🙏"]  # fmt: skip


def _names(shops: dict[str, Shop]) -> list[tuple[CatalogueIndex, SearchDocument]]:
    return [(index, document) for index, documents in shops.values() for document in list(documents.values())[::7]]


def test_courtesy_case_and_accents_change_nothing(shops: dict[str, Shop]) -> None:
    for index, document in _names(shops):
        plain = [hit.id for hit in index.search(document.name, 3)]
        for wording in (*(courtesy.format(document.name) for courtesy in COURTESIES), document.name.upper()):
            assert [hit.id for hit in index.search(wording, 3)] == plain, wording


def test_every_product_is_found_by_its_name_and_by_its_code(shops: dict[str, Shop]) -> None:
    for index, documents in shops.values():
        for document in documents.values():
            named = {hit.id for hit in index.search(document.name, 10)}
            assert document.name in {documents[id].name for id in named}
            assert index.search(document.sku, 1)[0].id == document.id


def test_a_filter_only_takes_away(shops: dict[str, Shop]) -> None:
    for index, document in _names(shops):
        every = {hit.id for hit in index.search(document.name, 100)}
        some = set(list(every)[::2])
        assert {hit.id for hit in index.search(document.name, 100, allowed=some)} <= some


def test_what_is_like_it_includes_what_is_it(shops: dict[str, Shop]) -> None:
    for index, document in _names(shops):
        sure = {hit.id for hit in index.search(f"{document.name} inexistentado", 50)}
        assert sure <= {hit.id for hit in index.search(f"{document.name} inexistentado", 50, near=True)}


def test_scores_fall_and_stay_between_zero_and_one(shops: dict[str, Shop]) -> None:
    for index, document in _names(shops):
        scores = [hit.score for hit in index.search(document.name, 50)]
        assert scores == sorted(scores, reverse=True) and all(0 < score <= 1 for score in scores)
