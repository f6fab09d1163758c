"""Turns of the llm brain, played over real HTTP through the real client."""

from decimal import Decimal

import pytest

from agent.brains.llm import LlmBrain
from agent.confirmation import YES_CHOICE
from agent.guardrails import check_draft
from agent.memory import Memory
from data.repositories.items import CatalogueItem
from data.states import BrainKind
from tests.agent.catalogue import BLACK_SHIRT, DRILL, HAMMER, WHITE_SHIRT, turn
from tests.servers.openai_server import OpenAIServer, calls, says


async def test_a_search_and_an_answer_with_the_figures_filled_in_by_code(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(
        calls(("search_products", {"query": "martillo"})),
        says("Tengo el Martillo carpintero 16 oz a {{price:MAR-016}}, quedan {{stock:mar-016}}."),
    )
    workspace = turn("tienen martillos?")
    draft = await brain.think(workspace)
    assert [reply.text for reply in draft.replies] == ["Tengo el Martillo carpintero 16 oz a $12.990, quedan 3."]
    assert check_draft(draft, workspace) == ()
    assert workspace.shown == [HAMMER]
    assert workspace.memory.focus == "MAR-016"
    spent = [(call["input_token_count"], call["output_token_count"]) for call in workspace.model_calls]
    assert spent == [(100, 20)] * 2
    assert draft.prompt_fingerprint
    assert brain.kind is BrainKind.LLM
    assert workspace.tool_calls == [
        {"name": "search_products", "arguments": {"query": "martillo"}, "outcome": "ok"},
    ]


async def test_the_cart_is_filled_and_told(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(
        calls(("search_products", {"query": "martillo"})),
        calls(("add_to_cart", {"sku": "mar-016", "quantity": 2})),
        says("Agregué {{quantity:MAR-016}} Martillo carpintero 16 oz. Tu total es {{total}}."),
    )
    workspace = turn("dame 2 martillos")
    draft = await brain.think(workspace)
    assert draft.replies[0].text == "Agregué 2 Martillo carpintero 16 oz. Tu total es $25.980."
    assert check_draft(draft, workspace) == ()
    assert {sku: line.quantity for sku, line in workspace.lines.items()} == {"MAR-016": 2}


async def test_the_summary_goes_out_as_code_made_it(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("prepare_order", {})), says("¡Buena elección! Te dejo el resumen:"))
    workspace = turn("eso sería todo", cart=[(HAMMER, 2)])
    draft = await brain.think(workspace)
    summary = workspace.new_summary
    assert summary is not None
    assert draft.replies[0].text == f"¡Buena elección! Te dejo el resumen:\n\n{summary.text}"
    assert draft.replies[0].choices[0].id.startswith(YES_CHOICE)
    assert check_draft(draft, workspace) == ()
    assert workspace.order is None


async def test_the_summary_is_enough_of_an_answer(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("prepare_order", {})), says(""))
    workspace = turn(cart=[(HAMMER, 1)])
    draft = await brain.think(workspace)
    assert workspace.new_summary is not None
    assert draft.replies[0].text == workspace.new_summary.text


async def test_a_cart_changed_after_its_summary_is_summarised_again(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(
        calls(("prepare_order", {}), ("set_quantity", {"sku": "MAR-016", "quantity": 1})), says("Aquí va el resumen:")
    )
    workspace = turn(cart=[(HAMMER, 3)])
    draft = await brain.think(workspace)
    assert workspace.new_summary is not None
    assert workspace.new_summary.total == Decimal(12990)
    assert workspace.memory.summary_id == workspace.new_summary.id
    assert draft.replies[0].text.endswith(workspace.new_summary.text)


async def test_a_cart_emptied_after_its_summary_has_none(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("prepare_order", {}), ("empty_cart", {})), says("Tu carrito está vacío."))
    workspace = turn(cart=[(HAMMER, 3)])
    draft = await brain.think(workspace)
    assert workspace.new_summary is None
    assert draft.replies[0].text == "Tu carrito está vacío."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. Taladro percutor 500W\n2. Martillo carpintero 16 oz", [DRILL, HAMMER]),
        ("1. {{price:MAR-016}}\n2. {{price:TAL-500}}", [HAMMER, DRILL]),
        ("Polera básica (blanco, 42) y Polera básica (negro, M)", [WHITE_SHIRT, BLACK_SHIRT]),
        ("¿Algo más?", []),
    ],
)
async def test_the_products_a_text_names_are_those_shown_in_its_order(
    server: OpenAIServer, brain: LlmBrain, text: str, shown: list[CatalogueItem]
) -> None:
    searches = [("search_products", {"query": query}) for query in ("martillo", "taladro", "polera")]
    server.play(calls(*searches), says(text))
    workspace = turn()
    await brain.think(workspace)
    assert workspace.shown == shown
    assert workspace.memory.shown == tuple(one.sku for one in shown)


async def test_telling_of_the_cart_does_not_forget_what_was_shown(server: OpenAIServer, brain: LlmBrain) -> None:
    memory = Memory(shown=("TAL-500", "MAR-016"))
    server.play(
        calls(("add_to_cart", {"sku": "MAR-016", "quantity": 1})), says("Agregué el Martillo carpintero 16 oz.")
    )
    workspace = turn("el segundo", memory=memory)
    await brain.think(workspace)
    assert workspace.memory.shown == ("TAL-500", "MAR-016")
    assert workspace.memory.focus == "MAR-016"


@pytest.mark.parametrize(
    "text",
    [
        "{{price:NADA}}",
        "{{price:}}",
        "{{total:MAR-016}}",
        "{{quantity:MAR-016}}",
        "{{discount:MAR-016}}",
        "{{ price }}",
    ],
)
async def test_a_mark_that_stands_for_nothing_is_refused(server: OpenAIServer, brain: LlmBrain, text: str) -> None:
    server.play(calls(("get_product", {"sku": "MAR-016"})), says(text))
    workspace = turn()
    assert check_draft(await brain.think(workspace), workspace) != ()


async def test_a_person_is_asked_for(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("request_human", {"reason": "reclamo"})), says("Te derivo con una persona de la tienda."))
    workspace = turn("esto es una estafa")
    draft = await brain.think(workspace)
    assert workspace.handoff_reason == "reclamo"
    assert check_draft(draft, workspace) == ()
