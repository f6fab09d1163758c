"""What becomes of the calls a model makes: told to it, recorded, and bounded."""

import json

import pytest

from agent.brains import BrainUnavailable
from agent.brains.llm import LlmBrain
from data.repositories.items import CatalogueItem
from tests.agent.catalogue import ListCatalogue, turn
from tests.servers.openai_server import OpenAIServer, calls, says


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (("add_to_cart", {"sku": "MAR-016", "quantity": 99}), "NOT_ENOUGH_STOCK"),
        (("add_to_cart", {"sku": "SIE-001", "quantity": 1}), "OUT_OF_STOCK"),
        (("add_to_cart", {"sku": "NADA", "quantity": 1}), "UNKNOWN_SKU"),
        (("set_quantity", {"sku": "MAR-016", "quantity": 0}), "NOT_IN_CART"),
        (("remove_from_cart", {"sku": "MAR-016"}), "NOT_IN_CART"),
        (("get_product", {"sku": "NADA"}), "UNKNOWN_SKU"),
        (("show_products", {"skus": ["NADA"]}), "UNKNOWN_SKU"),
        (("prepare_order", {}), "CART_EMPTY"),
        (("search_products", {"query": "unicornio"}), "nothing_found"),
        (("search_products", {"query": "polera", "max_price": 8000}), "ok"),
        (("view_cart", {}), "ok"),
        (("empty_cart", {}), "ok"),
        (("request_human", {"reason": "reclama"}), "ok"),
        (("place_order", {}), "UNKNOWN_TOOL"),
        (("add_to_cart", {"sku": "MAR-016", "quantity": -1}), "INVALID_ARGUMENTS"),
        (("add_to_cart", {"sku": "MAR-016", "quantity": 1.5}), "INVALID_ARGUMENTS"),
        (("add_to_cart", {"sku": "MAR-016", "quantity": True}), "INVALID_ARGUMENTS"),
        (("add_to_cart", {"sku": "MAR-016", "quantity": "2"}), "INVALID_ARGUMENTS"),
        (("add_to_cart", {"sku": "MAR-016", "quantity": 1, "unit_price": 1}), "INVALID_ARGUMENTS"),
        (("add_to_cart", {"sku": "MAR-016", "quantity": 1, "tenant_id": "otro"}), "INVALID_ARGUMENTS"),
        (("add_to_cart", {"sku": "MAR-016"}), "INVALID_ARGUMENTS"),
        (("add_to_cart", '{"sku": "MAR-016", "quantity": 1'), "INVALID_ARGUMENTS"),
        (("add_to_cart", "no es json"), "INVALID_ARGUMENTS"),
        (("search_products", {"query": "x", "sort": "random"}), "INVALID_ARGUMENTS"),
        (("search_products", '{"query": "x", "max_price": NaN}'), "INVALID_ARGUMENTS"),
    ],
)
async def test_what_a_call_comes_to_is_told_to_the_model_and_recorded(
    server: OpenAIServer, brain: LlmBrain, call: tuple[str, object], outcome: str
) -> None:
    server.play(calls(call), says("¿Te muestro otra cosa?"))
    workspace = turn()
    draft = await brain.think(workspace)
    assert draft.replies[0].text == "¿Te muestro otra cosa?"
    assert [(made["name"], made["outcome"]) for made in workspace.tool_calls] == [(call[0], outcome)]
    assert workspace.lines == {}
    assert len(server.tool_results()) == 1


async def test_a_second_malformed_call_hands_the_turn_over(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("add_to_cart", "{")), calls(("nada", {})), says("hola"))
    with pytest.raises(BrainUnavailable) as unavailable:
        await brain.think(turn())
    assert unavailable.value.reason == "invalid_tool_calls"


async def test_calls_made_at_once_are_answered_in_order(server: OpenAIServer, brain: LlmBrain) -> None:
    wanted = [("add_to_cart", {"sku": sku, "quantity": 1}) for sku in ("MAR-016", "TAL-500", "CAB-25")]
    server.play(calls(*wanted), says("Listo"))
    workspace = turn()
    await brain.think(workspace)
    assert list(workspace.lines) == ["MAR-016", "TAL-500", "CAB-25"]
    assert [len(result["lines"]) for result in server.tool_results()] == [1, 2, 3]


async def test_a_server_that_gives_its_calls_no_ids_is_served(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("view_cart", {}), ("view_cart", {}), has_call_ids=False), says("Tu carrito está vacío."))
    assert (await brain.think(turn())).replies[0].text == "Tu carrito está vacío."


async def test_a_loop_of_calls_ends_at_the_eighth(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("view_cart", {})))
    workspace = turn()
    with pytest.raises(BrainUnavailable) as unavailable:
        await brain.think(workspace)
    assert unavailable.value.reason == "too_many_tool_calls"
    assert len(workspace.tool_calls) == 8


async def test_calls_of_the_first_try_count_in_the_second(server: OpenAIServer, brain: LlmBrain) -> None:
    server.play(calls(("view_cart", {})), says("Hola"))
    workspace = turn()
    workspace.tool_calls = [{"name": "view_cart", "arguments": {}, "outcome": "ok"}] * 8
    with pytest.raises(BrainUnavailable):
        await brain.think(workspace)


async def test_a_tool_that_breaks_is_told_to_the_model(server: OpenAIServer, brain: LlmBrain) -> None:
    class Broken(ListCatalogue):
        async def search(self, query: str, limit: int) -> list[CatalogueItem]:
            raise RuntimeError("the database is away")

    server.play(calls(("search_products", {"query": "x"})), says("No pude revisar, ¿probamos de nuevo?"))
    workspace = turn(catalogue=Broken([]))
    await brain.think(workspace)
    assert server.tool_results() == [{"error": "TOOL_FAILED"}]
    assert workspace.tool_calls[0]["outcome"] == "TOOL_FAILED"


async def test_what_is_recorded_of_a_call_can_be_stored(server: OpenAIServer, brain: LlmBrain) -> None:
    nested: object = "hondo"
    for _ in range(50):
        nested = {"a": nested}
    server.play(calls(("get_product", {"sku": "a\x00b" + "c" * 99}), ("x" * 500, nested)), says("Hola"))
    workspace = turn()
    await brain.think(workspace)
    written = json.dumps(workspace.tool_calls, ensure_ascii=False)
    assert "\\u0000" not in written
    assert written.encode()
    assert len(written) < 3_000


async def test_what_cannot_be_sent_back_to_the_model_is_recorded_all_the_same(
    server: OpenAIServer, brain: LlmBrain
) -> None:
    server.play(calls(("get_product", {"sku": "a\ud800"})), says("Hola"))
    workspace = turn()
    with pytest.raises(BrainUnavailable):
        await brain.think(workspace)
    assert workspace.tool_calls == [{"name": "get_product", "arguments": {"sku": "a"}, "outcome": "UNKNOWN_SKU"}]
