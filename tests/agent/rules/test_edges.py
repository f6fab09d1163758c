"""What must hold whatever is typed: one short reply, nothing added unasked, no repetition, no failure."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agent.rules.conversation import Conversation, play
from tests.agent.rules.expect import Step, check, named, step

MESSY = [
    named(
        "messy",
        "capitals, sizes and colours inside the name",
        step("quiero una polera negra talla M", {"1001": 1}),
        step("y una L", {"1001": 1, "1002": 1}),
    ),
    named("messy", "a marked size", step("jeans talla 40", {}, shown=("1004",), unsaid="tal cual")),
    named("messy", "measures choose", step("dame 2 cables usb c de 2 metros", {"2007": 2})),
    named(
        "messy", "two things by brand and size", step("un mouse logitech y un pendrive de 128", {"2001": 1, "2012": 1})
    ),
    named(
        "messy",
        "a number that is a code",
        step("quiero el 2008", {"2008": 1}),
        step("2 del 2006", {"2008": 1, "2006": 2}),
    ),
    named(
        "messy",
        "the model out of stock, and its sibling",
        step("fundas para iphone 14", {}, shown=("2013",), says="sin stock"),
        step("dame esa", {"2013": 1}),
    ),
    named(
        "messy",
        "what the shop does not count can be sold",
        step("tinta epson 544", {}, says="disponible"),
        step("7", {"2015": 7}),
    ),
]


@pytest.mark.parametrize(("shop", "steps"), MESSY)
async def test_a_messy_spreadsheet_sells(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n",
        "👍",
        "😀😀😀",
        "\x00\x01\x02\u202e",
        "?",
        "...",
        "((((",
        "$$$",
        "1" * 50,
        "-5",
        "0",
        "a" * 100_000,
        "un " * 40_000,
        "quiero 2 martillos y " * 5_000,
        "martillo, " * 300,
        "<script>alert(1)</script>",
        "'; DROP TABLE carts;--",
        "{{ store.name }}",
        "%s %d {0}",
        "quiero 99999999999 martillos de goma",
        "quiero -3 martillos de goma",
        "quiero 0 martillos de goma",
    ],
)
async def test_any_text_gets_one_sensible_reply(text: str) -> None:
    answer = await Conversation("hardware").say(text)
    assert 0 < len(answer.text) < 1_500
    assert answer.reply_count == 1
    assert answer.problems == ()
    assert not answer.is_handed_off
    assert set(answer.cart) <= {"MAR-GOM"} if "goma" in text else not answer.cart


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [
                "quiero",
                "2",
                "martillos",
                "el",
                "segundo",
                "no",
                "sí",
                "mejor",
                "3",
                "saca",
                "cambia",
                "por",
                "y",
                ",",
                "talla M",
                "negro",
                "bajo 10 lucas",
                "más",
                "otro",
                "barato",
                "cuánto",
                "todo",
                "pagar",
                "el de goma",
                "?",
            ]
        ),
        min_size=1,
        max_size=7,
    )
)
async def test_words_in_any_order_break_nothing(words: list[str]) -> None:
    conversation = Conversation("hardware")
    await conversation.say("quiero 2 martillos")
    answer = await conversation.say(" ".join(words))
    assert answer.problems == (), answer.text
    assert answer.reply_count == 1
    assert all(quantity > 0 for quantity in answer.cart.values())


async def test_the_same_question_twice_is_not_answered_in_the_same_words() -> None:
    for message in ("tienen pizzas?", "hola", "martillos", "gracias", "eres un bot?", "quiero pagar", "mi carrito"):
        conversation = Conversation("hardware")
        first, second, third = [(await conversation.say(message)).text for _ in range(3)]
        assert first != second != third


async def test_a_burst_is_one_message() -> None:
    answer = await Conversation("hardware").say("hola", "quiero 2 brochas", "y una huincha de medir")
    assert (answer.cart, answer.reply_count) == ({"BRC-3": 2, "HUI-5": 1}, 1)


async def test_buttons_do_what_they_say() -> None:
    conversation = Conversation("hardware")
    shown = await conversation.say("quiero 2 martillos")
    assert "take:2:MAR-CAR" in shown.choices
    tapped = await conversation.say("Martillo carpintero", choice="take:2:MAR-CAR")
    assert tapped.cart == {"MAR-CAR": 2}
    closing = await conversation.say("Cerrar pedido", choice="checkout")
    assert closing.has_summary
    assert (await conversation.say("Sí, confirmar", choice=closing.choices[0])).ordered == {"MAR-CAR": 2}


async def test_more_variants_than_are_listed_can_all_be_tapped() -> None:
    conversation = Conversation("clothing")
    shown = await conversation.say("quiero 2 poleras básicas")
    in_stock = {"POL-NE-S", "POL-NE-M", "POL-NE-XL", "POL-BL-S", "POL-BL-M", "POL-BL-L", "POL-RO-M"}
    assert len(shown.shown) == 3 and not shown.problems
    assert set(shown.choices) == {f"take:2:{sku}" for sku in in_stock}
    unlisted = min(in_stock - set(shown.shown))
    assert (await conversation.say("Esa", choice=f"take:2:{unlisted}")).cart == {unlisted: 2}


async def test_a_forged_button_buys_nothing_that_is_not_there() -> None:
    for choice in ("take:2:NADA", "take:x:MAR-CAR", "take:0:MAR-CAR", "take:-1:MAR-CAR", "take::", "otra cosa"):
        answer = await Conversation("hardware").say("¡hola!", choice=choice)
        assert (answer.cart, answer.problems) == ({}, ())


async def test_stock_that_fell_is_told_above_a_summary_of_what_is_left() -> None:
    conversation = Conversation("hardware")
    await conversation.say("dame 3 martillos de goma")
    conversation.restocked("MAR-GOM", 2)
    answer = await conversation.say("eso sería todo")
    assert "quedan 2" in answer.text.split("Este es tu pedido")[0]
    assert answer.summary is not None
    assert [(line.sku, line.quantity) for line in answer.summary.lines] == [("MAR-GOM", 2)]


async def test_an_expired_summary_is_shown_again() -> None:
    conversation = Conversation("hardware")
    await conversation.say("2 brochas")
    await conversation.say("cerrar pedido")
    conversation.now += timedelta(minutes=20)
    answer = await conversation.say("sí")
    assert (answer.ordered, answer.has_summary) == (None, True)


async def test_lost_again_hands_over_and_a_purchase_in_between_forgets_it() -> None:
    assert (await play("hardware", "asdf qwer", "hjkl zxcv")).is_handed_off
    assert not (await play("hardware", "asdf qwer", "dame una brocha", "hjkl zxcv")).is_handed_off


async def test_a_yes_to_another_question_is_not_a_yes_to_the_summary() -> None:
    conversation = Conversation("hardware")
    await conversation.say("2 brochas")
    assert (await conversation.say("cerrar pedido")).has_summary
    asked = await conversation.say("tienen huincha de medir?")
    assert asked.shown == ("HUI-5",)
    answer = await conversation.say("sí")
    assert answer.ordered is None
    assert answer.cart == {"BRC-3": 2, "HUI-5": 1}


@pytest.mark.parametrize(
    "message", ["no, espera", "no, todavía no", "gracias", "hacen envíos?", "no gracias, otro día"]
)
async def test_after_anything_but_a_yes_the_summary_is_gone(message: str) -> None:
    conversation = Conversation("hardware")
    await conversation.say("2 brochas")
    await conversation.say("cerrar pedido")
    await conversation.say(message)
    assert conversation.memory.summary_id is None
    assert (await conversation.say("sí")).ordered is None
