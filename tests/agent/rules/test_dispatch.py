"""What dispatch costs is told from the shop's zones, and the next commune belongs to the same question."""

from decimal import Decimal

import pytest

from agent.order_data import DispatchZone, OrderSettings
from tests.agent.rules.conversation import Conversation

NEAR = DispatchZone(communes=("Ñuñoa", "La Reina"), price=Decimal(2490))
FAR = DispatchZone(communes=("Puente Alto", "San Bernardo"), price=Decimal(5990))
FREE = DispatchZone(communes=("Macul",), price=Decimal(0))
OTHERS = DispatchZone(price=Decimal(7990))


def _conversation(*zones: DispatchZone) -> Conversation:
    return Conversation("hardware", settings=OrderSettings(dispatch=zones))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("¿cuánto sale el despacho a la reina?", "$2.490"),
        ("cuanto cobran x ir a dejar a san bernardo", "$5.990"),
        ("hacen envíos a nunoa?", "$2.490"),
        ("precio del despacho a puente ato", "$5.990"),
        ("despachan a macul?", "gratis"),
    ],
)
async def test_a_commune_has_its_price(said: str, told: str) -> None:
    answer = await _conversation(NEAR, FAR, FREE).say(said)
    assert told in answer.text
    assert answer.problems == ()
    assert "No tenemos" not in answer.text


async def test_without_a_commune_all_zones_are_told() -> None:
    answer = await _conversation(NEAR, OTHERS).say("cuánto vale el despacho?")
    assert "$2.490 a Ñuñoa, La Reina" in answer.text
    assert "$7.990 a otras comunas" in answer.text
    assert answer.problems == ()


async def test_another_commune_is_the_same_question() -> None:
    conversation = _conversation(NEAR, FAR)
    await conversation.say("cuánto sale el despacho a Ñuñoa?")
    answer = await conversation.say("¿y a Puente Alto?")
    assert "$5.990" in answer.text
    assert "$2.490" not in answer.text
    assert "$2.490" in (await conversation.say("y para la reina")).text


async def test_a_commune_without_a_price_is_not_given_one() -> None:
    answer = await _conversation(NEAR).say("cuanto cuesta el despacho a quilicura?")
    assert "no tengo" in answer.text
    assert "otras comunas" not in answer.text
    assert answer.problems == ()


async def test_all_others_have_the_price_of_the_rest() -> None:
    assert "$7.990" in (await _conversation(NEAR, OTHERS).say("y el despacho a quilicura cuanto vale?")).text


async def test_after_something_else_a_place_is_no_question_of_dispatch() -> None:
    conversation = _conversation(NEAR)
    await conversation.say("cuánto sale el despacho a Ñuñoa?")
    await conversation.say("dame una brocha")
    assert "$2.490" not in (await conversation.say("y para el baño?")).text
