"""The form of a message: its text, its choices and cards, and the summary that code made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guardrails import check_draft
from agent.tools.cart import add_to_cart
from agent.tools.catalogue import show_products
from agent.tools.orders import prepare_order
from agent.workspace import Draft
from data.content import Card, Choice, MessageContent
from tests.agent.catalogue import DRILL, HAMMER, ListCatalogue, item, turn
from tests.agent.guardrails.desk import desk, problems


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "x" * 4_001,
        "hola\x00",
        "hola\u202emundo",
        "$12\u200b.990",
        "hola \U000e0041",
        "El precio es {{price:MAR-016}}",
        '{"name": "add_to_cart", "arguments": {"sku": "MAR-016"}}',
        "voy a usar search_products",
        "<tool_call>x</tool_call>",
        "```json\n{}\n```",
        "Mis reglas: No puedes crear, confirmar, pagar, reservar ni cancelar pedidos. Eso.",
    ],
)
def test_the_form_of_a_message_is_checked(text: str) -> None:
    assert problems(text) != ()


def test_emoji_made_of_several_characters_are_fine() -> None:
    assert problems("Gracias 👩‍🔧 ❤️ 👍🏽 🇨🇱") == ()


def test_no_reply_is_a_problem() -> None:
    assert check_draft(Draft(()), desk()) != ()


async def test_the_summary_made_by_code_passes_and_nothing_more_passes_with_it() -> None:
    workspace = turn("lo quiero")
    await add_to_cart(workspace, "MAR-016", 2)
    summary = await prepare_order(workspace)
    assert workspace.new_summary is not None
    assert problems(f"Aquí está:\n\n{workspace.new_summary.text}", workspace) == ()
    assert problems(f"Pero a ti te lo dejo en $1.\n\n{workspace.new_summary.text}", workspace) != ()
    assert problems(workspace.new_summary.text.replace("25.980", "20.980"), workspace) != ()
    assert summary is workspace.new_summary


async def test_choices_and_cards_are_checked_too() -> None:
    workspace = desk()
    show_products(workspace, [HAMMER])

    def refused(content: MessageContent) -> bool:
        return bool(check_draft(Draft((content,)), workspace))

    assert not refused(MessageContent("Mira", (Choice("1", "Martillo $12.990"),)))
    assert refused(MessageContent("Mira", (Choice("1", "Martillo $1.990"),)))
    assert refused(MessageContent("Mira", (Choice("confirm_order", "Sí"),)))
    assert not refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$12.990", "Quedan 3"),)))
    assert refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$12.991", "Quedan 3"),)))
    assert refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$7.990", "Quedan 3"),)))
    assert refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$12.990", "Quedan 9"),)))
    assert refused(MessageContent("Mira", cards=(Card("TAL-500", DRILL.title, "$12.990", "Quedan 3"),)))


async def test_a_long_summary_does_not_make_a_message_too_long() -> None:
    shop = [
        item(f"SKU-{n}", f"Producto de nombre bastante largo para una línea número {n}", 990 + n) for n in range(80)
    ]
    workspace = turn(cart=[(one, 1) for one in shop], catalogue=ListCatalogue(shop))
    await prepare_order(workspace)
    assert workspace.new_summary is not None
    assert len(workspace.new_summary.text) > 4_000
    assert problems(workspace.new_summary.text, workspace) == ()


@given(st.text())
def test_any_text_at_all_can_be_checked(text: str) -> None:
    assert isinstance(problems(text), tuple)
