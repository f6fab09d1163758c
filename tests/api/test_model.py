"""The shop's model, its prompts, what it cost, and why a reply was what it was, over the API."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from agent.context import ModelChoice
from data.model_prices import ModelPrice
from data.states import Role
from tests.api.service import Service, Store, open_store
from tests.api.shop import add_product, begin_conversation
from tests.servers.openai_server import OpenAIServer, calls, running_openai_server, says


@pytest.fixture(scope="module")
def openai_server() -> Iterator[OpenAIServer]:
    with running_openai_server() as server:
        yield server


@pytest.fixture
async def store(service: Service) -> Store:
    return await open_store(service, "Ferretería El Clavo")


async def call(service: Service, store: Store, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    async with service.client(store.tokens[Role.OWNER]) as client:
        answer = await client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def choose(service: Service, store: Store, openai_server: OpenAIServer, **more: Any) -> None:
    """As it is kept once it was checked: the test's server is on an address that no shop may name."""
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        chosen: dict[str, Any] = {"setting": "openai:gpt-4.1-mini", "base_url": openai_server.base_url}
        chosen |= {"key": "sk-secreta", "is_enabled": True, "most_usd_a_month": None, "box": service.runtime.secrets}
        await tx.models.put(**chosen | more)


async def answered(service: Service, store: Store, text: str) -> Any:
    """The turn that answers, as the API tells it."""
    conversation_id = await begin_conversation(service, store, text)
    await service.runtime.agent.take_turn(store.tenant_id, conversation_id)
    page = await call(service, store, "GET", f"/v1/turns?conversation_id={conversation_id}")
    return await call(service, store, "GET", f"/v1/turns/{page['turns'][0]['id']}")


async def test_a_turn_of_the_rules_tells_why(service: Service, store: Store) -> None:
    await add_product(service, store, "M-1", "Martillo carpintero")
    turn = await answered(service, store, "quiero 2 martillos carpinteros")
    assert turn["brain"] == "rules"
    assert turn["heard"] == ["quiero 2 martillos carpinteros"]
    assert [(one["kind"], one["quantity"]) for one in turn["understood"]] == [("buy", 2)]
    assert turn["found"][0]["hits"][0]["sku"] == "M-1"
    assert turn["found"][0]["hits"][0]["score"] > 0
    assert turn["done"][0] == {"kind": "cart_changed", "sku": "M-1", "quantity": 2}
    assert (turn["model_calls"], turn["cost_usd"], turn["blocked"]) == ([], None, [])
    assert "Martillo carpintero" in turn["said"][0]


async def test_a_shops_own_model_answers_and_what_was_withheld_is_told(
    service: Service, store: Store, openai_server: OpenAIServer
) -> None:
    await add_product(service, store, "M-1", "Martillo carpintero")
    await choose(service, store, openai_server)
    search = calls(("search_products", {"query": "martillo"}))
    openai_server.play(search, says("Te lo dejo en $1."), search, says("Martillo carpintero a {{price:M-1}}."))
    turn = await answered(service, store, "tienen martillos?")
    assert openai_server.keys[0] == "Bearer sk-secreta"
    assert (turn["brain"], turn["said"]) == ("llm", ["Martillo carpintero a $5.990."])
    assert "$1" in turn["blocked"][0]
    assert [one["name"] for one in turn["called"]] == ["search_products", "search_products"]
    assert [one["outcome"] for one in turn["model_calls"]] == ["ok"] * 4
    assert turn["cost_usd"] is None  # nobody knows what a server of one's own costs
    assert "sk-secreta" not in str(turn)
    usage = await call(service, store, "GET", "/v1/usage")
    assert usage["models"] == [
        {"model": "openai:gpt-4.1-mini", "call_count": 4, "input_token_count": 400, "output_token_count": 80,
         "cost_usd": "0.000000", "unpriced_count": 4}
    ]  # fmt: skip


async def test_another_shop_sees_no_turn(service: Service, store: Store) -> None:
    turn = await answered(service, store, "hola")
    other = await open_store(service)
    await call(service, other, "GET", f"/v1/turns/{turn['id']}", status=404)
    await call(service, other, "GET", f"/v1/turns?conversation_id={turn['conversation_id']}", status=404)
    await call(service, other, "GET", f"/v1/turns/{uuid4()}", status=404)


async def test_the_switch_is_read_at_each_turn(service: Service, store: Store, openai_server: OpenAIServer) -> None:
    await choose(service, store, openai_server)
    openai_server.play(says("Hola, ¿qué buscas?"))
    assert (await answered(service, store, "hola"))["brain"] == "llm"
    await choose(service, store, openai_server, is_enabled=False)
    turn = await answered(service, store, "hola")
    assert (turn["brain"], turn["fallback_reason"], turn["model_calls"]) == ("rules", "switched_off", [])


async def test_what_a_shop_may_spend_is_warned_of_and_kept(
    service: Service, store: Store, openai_server: OpenAIServer
) -> None:
    await choose(service, store, openai_server, most_usd_a_month=Decimal("0.01"))
    openai_server.play(says("Hola, ¿qué buscas?", usage=(9_000, 100)))
    agent = service.runtime.agent
    # The installation's price table, for a server that has none of its own.
    own = agent._models
    assert own is not None
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        row = await tx.models.get()
    assert row is not None
    brain = own.brain(store.tenant_id, ModelChoice(row.setting, row.base_url, row.secrets))
    brain._price = ModelPrice(Decimal(1), Decimal(1))  # type: ignore[attr-defined]  # the llm brain's
    costs = [(await answered(service, store, "hola"))["cost_usd"] for _ in range(2)]
    assert costs == ["0.009100", "0.009100"]
    turn = await answered(service, store, "hola")
    assert (turn["brain"], turn["fallback_reason"]) == ("rules", "budget")
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        names = [event.name for event in await tx.events.recent(20)]
    assert names.count("model_budget.nearly_spent") == 1
    assert names.count("model_budget.spent") == 1
    assert Decimal((await call(service, store, "GET", "/v1/model"))["spent_usd"]) == Decimal("0.0182")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"setting": "openai:gpt-4.1-mini"}, "setting"),
        ({"setting": "nobody:x", "key": "k"}, "setting"),
        ({"setting": "gpt", "key": "k"}, "setting"),
        ({"key": "k"}, "setting"),
        ({"setting": "openai:x", "key": "k", "base_url": "http://10.0.0.5:11434/v1"}, "base_url"),
        ({"setting": "openai:x", "key": "k", "base_url": "https://169.254.169.254/v1"}, "base_url"),
        ({"setting": "openai:x", "key": "k", "base_url": "http://8.8.8.8/v1"}, "base_url"),
        ({"setting": "openai:x", "key": "k", "base_url": "https://user:pass@8.8.8.8/v1"}, "base_url"),
        ({"setting": "openai:x", "key": "k", "base_url": "file:///etc/passwd"}, "base_url"),
    ],
)
async def test_a_model_that_cannot_be_used_is_refused(
    service: Service, store: Store, body: dict[str, Any], field: str
) -> None:
    refused = await call(service, store, "PUT", "/v1/model", body, status=422)
    assert refused["error"]["details"]["field"] == field


async def test_a_key_goes_in_and_never_out_and_to_no_other_address(service: Service, store: Store) -> None:
    kept = await call(service, store, "PUT", "/v1/model", {"setting": "openai:gpt-4.1-mini", "key": "sk-secreta"})
    assert (kept["has_key"], kept["has_price"]) == (True, True)
    assert "sk-secreta" not in str(kept)
    again = await call(service, store, "PUT", "/v1/model", {"setting": "openai:gpt-4.1", "is_enabled": False})
    assert (again["has_key"], again["is_enabled"]) == (True, False)
    moved = {"setting": "openai:x", "base_url": "https://8.8.8.8/v1"}
    assert (await call(service, store, "PUT", "/v1/model", moved))["has_key"] is False
    await call(service, store, "DELETE", "/v1/model", status=204)
    assert (await call(service, store, "GET", "/v1/model"))["setting"] == ""
    await call(service, store, "DELETE", "/v1/model", status=404)


async def test_a_shops_words_reach_the_model_on_their_channel_only(
    service: Service, store: Store, openai_server: OpenAIServer
) -> None:
    await call(service, store, "PUT", "/v1/prompts/tone", {"text": "Habla como en {{ store.name }}, con {{total}}."})
    on_web = f"/v1/prompts/extra?channel_id={store.webchat_id}"
    await call(service, store, "PUT", on_web, {"text": "Solo en la web: <b>hola</b>"})
    everywhere = await call(service, store, "POST", "/v1/prompts/preview", {})
    web = await call(service, store, "POST", "/v1/prompts/preview", {"channel_id": str(store.webchat_id)})
    assert "Habla como en Ferretería El Clavo, con {{total}}." in everywhere["text"]
    assert "Solo en la web" not in everywhere["text"]
    assert "Solo en la web: <b>hola</b>" in web["text"]
    assert everywhere["fingerprint"] != web["fingerprint"]
    await choose(service, store, openai_server)
    openai_server.play(says("Hola, ¿qué buscas?"))
    turn = await answered(service, store, "hola")
    assert turn["prompt_fingerprint"] == web["fingerprint"]
    assert openai_server.requests[0]["messages"][0]["content"] == web["text"]


async def test_prompts_have_a_history_to_go_back_to(service: Service, store: Store) -> None:
    for text in ("Uno", "Dos", "Dos"):
        await call(service, store, "PUT", "/v1/prompts/tone", {"text": text})
    await call(service, store, "DELETE", "/v1/prompts/tone", status=204)
    [tone] = [one for one in (await call(service, store, "GET", "/v1/prompts"))["prompts"] if one["name"] == "tone"]
    assert (tone["is_own"], tone["text"]) == (False, tone["original"])
    await call(service, store, "POST", "/v1/prompts/tone/restore", {"version": 1})
    versions = (await call(service, store, "GET", "/v1/prompts/tone/versions"))["versions"]
    assert [(one["version"], one["text"]) for one in versions] == [(4, "Uno"), (3, None), (2, "Dos"), (1, "Uno")]
    assert versions[0]["author"] == store.email
    await call(service, store, "POST", "/v1/prompts/tone/restore", {"version": 9}, status=404)


@pytest.mark.parametrize(
    "text",
    ["", " ", "x" * 4_001, "{{ secrets }}", "{{ store.__class__ }}", "{% include 'x' %}", "{# x #}", "{{ store.name",
     "a }} b", "a\u202eb", "a\x00b", "{{ store.name | upper }}", "{{ ''.__class__.__mro__ }}", "{{{{ total }}}}"],
)  # fmt: skip
async def test_what_cannot_be_filled_in_is_refused(service: Service, store: Store, text: str) -> None:
    await call(service, store, "PUT", "/v1/prompts/tone", {"text": text}, status=422)


async def test_rules_that_hold_for_every_shop_are_not_rewritten(service: Service, store: Store) -> None:
    for name in ("guardrails", "system", "../system", "%2e%2e"):
        await call(service, store, "PUT", f"/v1/prompts/{name}", {"text": "Regala todo."}, status=404)
