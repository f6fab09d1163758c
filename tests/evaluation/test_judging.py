"""What the judge holds against a reply, told apart from what it lets pass."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from api.evaluation.grounding import ungrounded
from api.evaluation.judging import BY_A_YES, ONE_ANSWER, faults_of, judge
from api.evaluation.playing import Moment, PlacedOrder, Played
from api.evaluation.scenarios import Expectation, Scenario, Turn
from data.repositories.items import CatalogueItem


def _item(sku: str, name: str, price: int, available: int | None = 5, **options: str) -> CatalogueItem:
    return CatalogueItem(
        uuid4(), uuid4(), 1, sku, name, None, None, None, options, None, Decimal(price), "CLP", available
    )


ROWS = {
    item.sku: item
    for item in (
        _item("SAW", "Serrucho 18 pulgadas", 7990),
        _item("BAT", "Batería externa 10.000 mAh", 14990),
        _item("TEE-M", "Polera básica", 7990, talla="M"),
        _item("TEE-L", "Polera básica", 8490, talla="L"),
    )
}


def moment(reply: str = "Bien.", said: str = "hola", **fields: Any) -> Moment:
    empty = Moment((said,), (reply,), (), {}, Decimal(0), {}, None, (), False, False, False, ROWS)
    return replace(empty, **fields)


def wrong_amounts(reply: str, said: str = "hola", **fields: Any) -> list[str]:
    return list(ungrounded([moment(""), moment(reply, said, **fields)]))


@pytest.mark.parametrize(
    "reply",
    [
        "Serrucho 18 pulgadas a $7.990",
        "*Serrucho 18 pulgadas* a $ 7.990 (quedan 5)",
        "2 × Serrucho 18 pulgadas a $7.990 = $15.980",
        "Dos serrucho 18 pulgadas son 15.980 pesos",
        "Batería externa 10.000 mAh a $14.990",
        "Polera básica (L) a $8.490",
        "No tengo nada con ese precio.",
    ],
)
def test_amounts_of_the_shop_pass(reply: str) -> None:
    assert wrong_amounts(reply) == []


@pytest.mark.parametrize(
    "reply",
    [
        "Serrucho 18 pulgadas a $6.990",
        "Serrucho 18 pulgadas a $14.990",
        "Te lo dejo a $1",
        "El serrucho 18 pulgadas sale 5 lucas",
        "2 × Serrucho 18 pulgadas = $15.990",
        "Polera básica (L) a $7.990",
        "Polera básica (M) a $8.490",
        "El despacho cuesta $3.500",
        "Total: $12.345",
        "Batería externa 10.000 mAh a $10.000",
        "Serrucho 18 pulgadas a 7.000 pesos",
    ],
)
def test_other_amounts_do_not(reply: str) -> None:
    assert wrong_amounts(reply) != []


def test_a_total_is_of_this_cart() -> None:
    cart: dict[str, Any] = {"cart": {"SAW": 2, "TEE-M": 1}, "cart_total": Decimal(23970)}
    assert wrong_amounts("*Total: $23.970*", **cart) == []
    assert wrong_amounts("*Total: $22.970*", **cart) != []


def test_a_price_of_before_is_only_said_as_such() -> None:
    dearer = {**ROWS, "SAW": replace(ROWS["SAW"], unit_price=Decimal(9990))}

    def after(reply: str) -> list[str]:
        return list(ungrounded([moment(""), moment(reply, rows=dearer)]))

    assert after("Serrucho 18 pulgadas a $7.990") != []
    assert after("Serrucho 18 pulgadas ahora cuesta $9.990 (antes $7.990)") == []


@pytest.mark.parametrize(
    ("expectation", "state"),
    [
        ({"cart": {"SAW": 2}}, {"cart": {"SAW": 1}}),
        ({"cart": {}}, {"cart": {"SAW": 1}}),
        ({"cart": {"SAW": 1}}, {"cart": {"SAW": 1, "BAT": 1}}),
        ({"total": 7990}, {"cart_total": Decimal(7991)}),
        ({"order": {}}, {"orders": [PlacedOrder({"SAW": 1}, {}, Decimal(7990))]}),
        ({"order": {"SAW": 1}}, {"orders": [PlacedOrder({"SAW": 1}, {}, Decimal(7990))] * 2}),
        ({"order": {"SAW": 1}, "total": 1}, {"orders": [PlacedOrder({"SAW": 1}, {}, Decimal(7990))]}),
        ({"stock": {"SAW": 4}}, {}),
        ({"handoff": True}, {}),
        ({"summary": {}}, {"summary": {"SAW": 1}}),
        ({"shown": "SAW"}, {}),
        ({"shown": "SAW"}, {"shown": ["SAW"]}),
        ({"not_shown": "SAW"}, {"shown": ["SAW"], "replies": ["Serrucho 18 pulgadas"]}),
        ({"first": "SAW"}, {"shown": ["BAT", "SAW"], "replies": ["Batería externa 10.000 mAh, Serrucho 18 pulgadas"]}),
        ({"says": ["sí", "claro"]}, {"replies": ["No."]}),
        ({"says_all": ["uno", "dos"]}, {"replies": ["Uno."]}),
        ({"says_not": "ÚNICO"}, {"replies": ["El único."]}),
        ({"is_absent": True}, {"replies": ["¿Cuál quieres?"]}),
        ({"is_out_of_stock": True}, {"replies": ["No te entendí."]}),
        ({"any_of": [{"handoff": True}, {"cart": {"SAW": 1}}]}, {}),
    ],
)
def test_what_does_not_hold_is_a_fault(expectation: dict[str, Any], state: dict[str, Any]) -> None:
    assert faults_of(Expectation.model_validate(expectation), moment(**state)) != []


@pytest.mark.parametrize(
    ("expectation", "reply"),
    [
        ({"is_absent": True}, "Lo siento, no vendemos leche."),
        ({"is_absent": True}, "No te puedo mentir: no trabajamos esa marca"),
        ({"is_out_of_stock": True}, "Se nos agotó ayer."),
        ({"is_out_of_stock": True}, "Está SIN STOCK"),
        ({"says": "Ñuñoa"}, "Estamos en ñuñoa"),
        ({"any_of": [{"handoff": True}, {"says": "persona"}]}, "¿Te atiende una persona?"),
    ],
)
def test_other_wordings_hold_as_well(expectation: dict[str, Any], reply: str) -> None:
    assert faults_of(Expectation.model_validate(expectation), moment(reply)) == []


def _played(*turns: tuple[str, Moment], expect: dict[str, Any] | None = None) -> Played:
    scenario = Scenario(name="n", behaviour="b", turns=[Turn(say=["hola"])], end=Expectation(handoff=False))
    said = [(Turn.model_validate({"say": text, "expect": expect or {}}), one) for text, one in turns]
    return Played(scenario, moment(""), said)


SUMMARY: dict[str, Any] = {"summary": {"SAW": 1}, "summary_total": Decimal(7990)}
ORDERED: dict[str, Any] = {"orders": [PlacedOrder({"SAW": 1}, {}, Decimal(7990))]}


def test_an_order_needs_a_yes_to_the_summary_shown() -> None:
    agreed = _played(("cerrar", moment(**SUMMARY)), ("sí", moment(said="sí", **ORDERED)))
    assert judge(agreed).violations[BY_A_YES] == []
    for words in ("gracias", "sí, si llega mañana", "¿y cuánto demora?"):
        unasked = _played(("cerrar", moment(**SUMMARY)), (words, moment(said=words, **ORDERED)))
        assert judge(unasked).violations[BY_A_YES] != [], words
    unseen = _played(("sí", moment(said="sí", **ORDERED)))
    assert judge(unseen).violations[BY_A_YES] != []
    other = {**SUMMARY, "summary": {"SAW": 2}}
    assert judge(_played(("c", moment(**other)), ("sí", moment(said="sí", **ORDERED)))).violations[BY_A_YES] != []


def test_each_burst_has_one_answer_and_none_once_a_person_answers() -> None:
    for replies, was_handed_off, is_right in (((), False, False), (("a", "b"), False, False), (("a",), True, False)):
        played = _played(("hola", moment(replies=replies, was_handed_off=was_handed_off)))
        assert (judge(played).violations[ONE_ANSWER] == []) is is_right
    assert judge(_played(("hola", moment(replies=(), was_handed_off=True)))).violations[ONE_ANSWER] == []
