"""Dictation without marks, slips of the tongue, amounts by themselves, doubles, other languages: other words each."""

import pytest

from agent.brains.rules.reading.foreign import in_spanish
from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.parse import read_burst
from tests.agent.rules.conversation import Conversation, play
from tests.agent.rules.expect import Step, check, named, step
from tests.agent.rules.shops import NAMES, ROWS

TALKS = [
    named(
        "groceries",
        "said wrong and said again",
        step("quiero tres leches enteras digo cuatro leches enteras", {"LEC-EN": 4}),
    ),
    named("groceries", "only the number was wrong", step("dame dos aceites perdón tres", {"ACE-1": 3})),
    named(
        "groceries",
        "dictated politely, without a comma",
        step("buenas necesito que me traigas dos fantas y que me agregues un pan de molde", {"FAN-15": 2, "PAN-MO": 1}),
    ),
    named(
        "groceries",
        "an amount after the name",
        step("palta, 2 kilos", {"PAL-KG": 2}),
    ),
    named(
        "groceries",
        "an amount of what was shown",
        step("tienes tomates?", {}),
        step("deme 3 kilitos", {"TOM-KG": 3}),
    ),
    named(
        "hardware",
        "an amount of what is not weighed",
        step("tienes brochas?", {}),
        step("dame 2 kilos", {}),
    ),
    named("groceries", "what it holds, as it is spoken", step("dame una coca cola de litro y medio", {"COC-15": 1})),
    named(
        "hardware",
        "the triple, then half",
        step("2 brochas", {"BRC-3": 2}),
        step("mejor el triple", {"BRC-3": 6}),
        step("no, la mitad nomás", {"BRC-3": 3}),
    ),
    named(
        "hardware",
        "half of an odd number",
        step("3 brochas", {"BRC-3": 3}),
        step("la mitad", {"BRC-3": 3}, says="cuánt"),
    ),
    named(
        "hardware",
        "one of each, said at the end",
        step("martillo de goma y huincha de medir, 2 de cada uno", {"MAR-GOM": 2, "HUI-5": 2}),
    ),
    named("hardware", "retira is taking out", step("2 brochas", {"BRC-3": 2}), step("retira una brocha", {"BRC-3": 1})),
    named(
        "hardware",
        "two kinds at once",
        step("venden brochas o huinchas?", {}, shown=("BRC-3", "HUI-5")),
        step("dame la brocha", {"BRC-3": 1}),
    ),
    named(
        "hardware",
        "a limit said later",
        step("taladros?", {}),
        step("que no se pase de 40 lucas", {}, shown=("TAL-500",)),
    ),
    named("hardware", "a measure that is not there", step("busco broca para concreto de 16 mm", {}, says="no tenemos")),
    named("hardware", "too dear is no product", step("está carísimo", {}, says="económico", unsaid="no tenemos")),
    named("hardware", "how people call the seller", step("jajaja ya mijita, tiene brochas?", {}, unsaid="no tenemos")),
    named("hardware", "asked in English", step("hello, do you have huincha de medir?", {}, shown=("HUI-5",))),
    named("hardware", "dale before a verb", step("brocha?", {}), step("dale agrégala", {"BRC-3": 1})),
    named(
        "hardware",
        "a list that ends without a number",
        step("2 brochas y la huincha de medir", {"BRC-3": 2, "HUI-5": 1}),
    ),
    named("groceries", "dozens and half dozens", step("media docena de jugos y una docena de atunes", {"JUG-NA": 6})),
    named("hardware", "asked of usted", step("tienen brochas?", {}), step("mándeme cuatro", {"BRC-3": 4})),
    named(
        "hardware",
        "this one instead of the other",
        step("una brocha", {"BRC-3": 1}),
        step("cuánto sale la huincha de medir?", {"BRC-3": 1}),
        step("ya, mejor esa en vez de la otra", {"HUI-5": 1}),
    ),
    named(
        "hardware",
        "the other of the two",
        step("alicates?", {}),
        step("el cortante", {"ALI-COR": 1}),
        step("no perdón, el otro", {"ALI-UNI": 1}),
    ),
    named(
        "hardware",
        "the other one of its kind",
        step("venden alicate cortante o huincha o alicate universal?", {}),
        step("dame el cortante", {"ALI-COR": 1}),
        step("no, el otro", {"ALI-UNI": 1}),
    ),
    named(
        "hardware",
        "what was not chosen is left out, and is said to be",
        step("una brocha y 2 kilos de clavos", {"BRC-3": 1}),
        step("ya eso sería no ma", {"BRC-3": 1}, says="clavos", has_summary=True),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("shop", "steps"), TALKS)
async def test_people_who_talk_on_are_understood(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)


@pytest.mark.parametrize("said", ["retira mi pedido mi hermano", "puedo retirar el lunes?", "retiro en tienda"])
def test_fetching_an_order_is_about_the_shop(said: str) -> None:
    assert Kind.REMOVE not in {intent.kind for intent in read_burst(said)}


@pytest.mark.parametrize("said", ["retira el cable", "retirar los clavos porfa", "me retiras la pintura"])
def test_taking_something_out_is_no_question_of_pick_up(said: str) -> None:
    assert [intent.kind for intent in read_burst(said)] == [Kind.REMOVE]


@pytest.mark.parametrize("said", ["una crema para la cara", "algo más caro", "el más caro"])
def test_words_alike_to_dear_are_not_a_complaint(said: str) -> None:
    assert Kind.DEAR not in {intent.kind for intent in read_burst(said)}


@pytest.mark.parametrize("said", ["cable de 2 metros", "para el hogar", "do re mi", "tarjeta de memoria"])
def test_spanish_stays_as_it_is(said: str) -> None:
    assert in_spanish(said) == said


async def test_a_left_over_want_is_not_asked_again_once_it_is_in_the_cart() -> None:
    conversation = Conversation("hardware")
    await conversation.say("2 kilos de clavos y un alicate")
    answer = await conversation.say("los de 2 1/2, y el alicate cortante")
    assert answer.cart == {"CLA-212": 2, "ALI-COR": 1}
    assert answer.shown == tuple(answer.cart)


async def test_nothing_is_scaled_in_an_empty_cart() -> None:
    assert (await play("hardware", "quiero el doble")).cart == {}


async def test_a_number_in_a_name_is_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ("MOU-72", "Mouse RGB 7200 dpi", 19990, 9, {"color": "Negro"}),
        ("CRG-31", "Cargador de auto doble USB 3.1 A", 6990, 4, {"color": "Negro"}),
    ]
    monkeypatch.setitem(ROWS, "numbers", rows)
    monkeypatch.setitem(NAMES, "numbers", "Números")
    conversation = Conversation("numbers")
    assert "$19.990" in (await conversation.say("tienes mouse?")).text
    answer = await conversation.say("dame un cargador de auto")
    assert (answer.cart, answer.problems) == ({"CRG-31": 1}, ())
