"""Which product words mean: measures however they are written, the shop's other names, an address without "calle"."""

from dataclasses import replace

import pytest

from agent.brains.rules.products.choosing import choose
from agent.brains.rules.reading.order_answers import answer_to
from agent.brains.rules.reading.parse import read_burst
from agent.order_data import OrderField
from tests.agent.catalogue import item

_ITEMS = [
    item("ALT-5", "Alimentador 24V 5A", 12990),
    item("ALT-2", "Alimentador 24V 2A", 6990),
    item("ACU-70", "Acumulador 12V 70Ah", 69990),
    item("ACU-45", "Acumulador 12V 45Ah", 45990),
    item("POT-1", "Potenciómetro 1K bolsa 10", 990),
    item("POT-10", "Potenciómetro 10K bolsa 10", 990),
    replace(item("LAV", "Lavalozas 1 L", 1590), synonyms=("detergente de platos", "quita grasa")),
    item("DET", "Detergente 3 L", 5990),
]


@pytest.mark.parametrize(
    ("words", "sku"),
    [
        ("alimentador 24v 5 amperes", "ALT-5"),
        ("alimentador de 2 amp", "ALT-2"),
        ("acumulador de 70 amperes", "ACU-70"),
        ("potenciometro 10k", "POT-10"),
        ("potenciometro de 10 kohm", "POT-10"),
        ("potenciometro de 1 kohm", "POT-1"),
        ("detergente de platos", "LAV"),
        ("quita grasa", "LAV"),
        ("detergente", "DET"),
        ("detergente 3 litros", "DET"),
    ],
)
def test_one_product_is_meant(words: str, sku: str) -> None:
    choice = choose(words, _ITEMS)
    assert [one.sku for one in choice.best] == [sku]
    assert not choice.missing


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("soy Inés Soto, despacho a Las Rosas 1240 Chillán, con boleta", "Las Rosas 1240 Chillán"),
        ("envío a Manuel Rodríguez 77 Puerto Montt y con factura", "Manuel Rodríguez 77 Puerto Montt"),
    ],
)
def test_a_street_without_its_word_is_one_behind_a_word_of_sending(said: str, address: str) -> None:
    found = answer_to(OrderField.NAME, said, read_burst(said))
    assert found.get(OrderField.ADDRESS) == address


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("la Carmen po", "Carmen"),
        ("juana de los ríos y bueno", "Juana De Los Ríos"),
        ("Fernanda nomás", "Fernanda"),
        ("Luz Claro", "Luz Claro"),
        ("eso seria mijito", None),
        ("ya pues ciérrelo mijita", None),
        ("no mas po", None),
    ],
)
def test_a_name_is_told_from_what_else_people_answer(said: str, name: str | None) -> None:
    assert answer_to(OrderField.NAME, said, read_burst(said)).get(OrderField.NAME) == name


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Buenas tardes, busco un taladro.\n\nSaludos,\nPedro", ["taladro"]),
        ("Estimados, junto con saludar quisiera cotizar 3 taladros. Atte. Juan Pérez", ["taladros"]),
        ("dame 3 clavos. saludos cordiales, Ana María Rojas", ["clavos"]),
        ("saludos, tienen clavos?", ["clavos"]),
    ],
)
def test_how_a_letter_begins_and_ends_is_no_want(said: str, wanted: list[str]) -> None:
    assert [intent.words for intent in read_burst(said) if intent.words] == wanted
