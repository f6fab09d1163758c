"""What a store's people do: look at the catalogue and the orders, connect a number, talk to shoppers."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest

from channels.adapter import InboundMessage
from channels.incoming.inbox import receive
from data.states import Role
from tests.api.service import Service, Store, error_of
from tests.api.shop import add_product, begin_conversation, place_order

SID = f"AC{'0' * 32}"
NUMBER = {"number": "+56 9 1111 2222", "account_sid": SID, "auth_token": "f" * 32}


async def test_the_catalogue_is_read_in_pages(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    for sku in ("B-2", "a-1", "C-3"):
        await add_product(service, store, sku, f"Producto {sku}")
    first = (await owner.get("/v1/products", params={"limit": 2})).json()
    second = (await owner.get("/v1/products", params={"limit": 2, "after": first["next"]})).json()
    assert [product["sku"] for product in first["products"]] == ["a-1", "B-2"]
    assert [product["sku"] for product in second["products"]] == ["C-3"]
    assert (first["total"], second["next"]) == (3, None)


async def test_what_is_no_longer_sold_is_listed_apart(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    for sku in ("A", "B"):
        await add_product(service, store, sku, f"Producto {sku}")
    product_id = (await owner.get("/v1/products/A")).json()["product_id"]
    assert (await owner.post(f"/v1/products/{product_id}/archive")).is_success
    sold = (await owner.get("/v1/products")).json()
    gone = (await owner.get("/v1/products", params={"archived": True})).json()
    assert [[one["sku"] for one in page["products"]] for page in (sold, gone)] == [["B"], ["A"]]
    assert (sold["total"], gone["total"], gone["products"][0]["is_archived"]) == (1, 1, True)
    assert (await owner.get("/v1/products", params={"archived": True, "q": "producto"})).status_code == 422


async def test_what_nobody_could_read_is_shown_for_a_month(
    service: Service, store: Store, owner: httpx.AsyncClient, other_store: Store
) -> None:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        await tx.conversations.quarantine(store.webchat_id, "too old", {"n": 1})
        (old,) = await tx.conversations.quarantined()
        old.created_at = datetime.now(UTC) - timedelta(days=31)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        await tx.conversations.quarantine(store.webchat_id, "no text", {"n": 2})
    (item,) = (await owner.get("/v1/quarantine")).json()["items"]
    assert (item["reason"], item["raw"], item["channel_id"]) == ("no text", {"n": 2}, str(store.webchat_id))
    async with service.client(other_store.tokens[Role.OWNER]) as stranger:
        assert (await stranger.get("/v1/quarantine")).json() == {"items": []}


async def test_a_search_finds_as_a_shopper_would(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    await add_product(service, store, "M-1", "Martillo carpintero", price=8990)
    await add_product(service, store, "P-1", "Pintura blanca")
    found = (await owner.get("/v1/products", params={"q": "martillos"})).json()
    assert [(product["sku"], product["price"]) for product in found["products"]] == [("M-1", "8990")]


async def test_a_sku_may_hold_a_slash(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    await add_product(service, store, "PERNO 1/2", "Perno")
    assert (await owner.get("/v1/products/perno 1/2")).json()["sku"] == "PERNO 1/2"
    assert (await owner.get("/v1/products/perno%201%2F2")).json()["sku"] == "PERNO 1/2"
    assert (await owner.get("/v1/products/otro")).status_code == 404


async def test_an_order_shows_its_lines_and_exact_amounts(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    await add_product(service, store, "A-1", "Alicate", price=5990)
    conversation_id = await begin_conversation(service, store, "hola")
    reference = await place_order(service, store, conversation_id, "A-1")
    order = (await owner.get(f"/v1/orders/{reference.lower()}")).json()
    assert order["lines"] == [{"sku": "A-1", "name": "Alicate", "quantity": 2, "unit_price": "5990"}]
    assert (order["total"], order["currency"], order["status"]) == ("11980", "CLP", "placed")
    page = (await owner.get("/v1/orders", params={"limit": 1})).json()
    assert ([found["reference"] for found in page["orders"]], page["next"]) == ([reference], None)


async def test_orders_are_read_in_pages(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    await add_product(service, store, "A-1", "Alicate")
    references = [
        await place_order(service, store, await begin_conversation(service, store, "hola"), "A-1") for _ in range(3)
    ]
    seen: list[str] = []
    page = {"next": datetime.now(UTC).isoformat()}
    while page["next"]:
        page = (await owner.get("/v1/orders", params={"limit": 1, "before": page["next"]})).json()
        seen += [order["reference"] for order in page["orders"]]
    assert seen == list(reversed(references))


async def test_a_number_is_connected_and_its_secret_never_comes_back(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    response = await owner.post("/v1/channels", json=NUMBER)
    assert response.status_code == 201
    channel = response.json()
    assert channel["address"] == "whatsapp:+56911112222"
    url, _, insistence = channel["webhook_url"].partition("#")
    assert url == f"{service.url}/v1/webhooks/channels/{channel['id']}"
    assert parse_qs(insistence) == {"rc": ["5"], "rp": ["all"], "ct": ["2000"], "rt": ["3000"]}
    listed = await owner.get("/v1/channels")
    assert NUMBER["auth_token"] not in response.text + listed.text
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        row = await tx.channels.get(UUID(channel["id"]))
    assert row is not None
    assert row.secrets is not None
    assert NUMBER["auth_token"].encode() not in row.secrets
    assert service.runtime.open_access(row).secrets["auth_token"] == NUMBER["auth_token"]

    again = await owner.post("/v1/channels", json=NUMBER | {"number": "whatsapp:+56911112222"})
    assert again.status_code == 409
    assert error_of(again)["details"] == {"field": "number"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "11112222"),
        ("number", "9 1111 2222"),
        ("number", "hola"),
        ("number", "+56 9"),
        ("account_sid", "SK" + "0" * 32),
        ("account_sid", "AC123"),
        ("auth_token", ""),
        ("auth_token", "corto"),
        ("kind", "paloma"),
    ],
)
async def test_a_connection_to_correct_is_refused(owner: httpx.AsyncClient, field: str, value: str) -> None:
    response = await owner.post("/v1/channels", json=NUMBER | {field: value})
    assert response.status_code == 422
    assert error_of(response)["details"]["fields"][0]["field"] == field


async def test_a_conversation_is_read_in_pages(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    conversation_id = await begin_conversation(service, store, "uno", address="visitor")
    for text in ("dos", "tres"):
        await begin_conversation(service, store, text, address="visitor")
    path = f"/v1/conversations/{conversation_id}"
    newest = (await owner.get(path, params={"limit": 2})).json()
    older = (await owner.get(path, params={"limit": 2, "before": newest["previous"]})).json()
    assert [message["text"] for message in newest["messages"]] == ["dos", "tres"]
    assert [message["text"] for message in older["messages"]] == ["uno"]
    assert older["previous"] is None
    (listed,) = (await owner.get("/v1/conversations")).json()["conversations"]
    assert (listed["id"], listed["status"]) == (str(conversation_id), "automated")


async def test_whoever_answers_takes_the_conversation_until_it_is_given_back(service: Service, store: Store) -> None:
    conversation_id = await begin_conversation(service, store, "¿hay alguien?", address="visitor")
    path = f"/v1/conversations/{conversation_id}"
    async with service.client(store.tokens[Role.SELLER]) as seller:
        strange = await seller.post(f"{path}/messages", json={"text": "Sí, dime", "choices": ["a"]})
        assert error_of(strange)["details"]["fields"][0]["field"] == "choices", "it would not be sent"
        sent = await seller.post(f"{path}/messages", json={"text": "Sí, dime"})
        assert sent.status_code == 202
        assert (sent.json()["sender"], sent.json()["delivery"]) == ("human", "queued")
        assert (await seller.get(path)).json()["status"] == "handed_off"
        assert await jobs_of(service, message_id=sent.json()["id"]) == ["send_message"]

        before = await jobs_of(service, conversation_id=str(conversation_id))
        assert (await seller.post(f"{path}/handback")).json()["status"] == "automated"
        assert await jobs_of(service, conversation_id=str(conversation_id)) == before


async def test_what_nobody_answered_is_left_to_the_agent(service: Service, store: Store) -> None:
    conversation_id = await begin_conversation(service, store, "hola", address="visitor")
    path = f"/v1/conversations/{conversation_id}"
    async with service.client(store.tokens[Role.SELLER]) as seller:
        for _ in range(2):
            assert (await seller.post(f"{path}/handoff")).json()["status"] == "handed_off"
        await begin_conversation(service, store, "¿siguen ahí?", address="visitor")
        before = await jobs_of(service, conversation_id=str(conversation_id))
        for _ in range(2):
            assert (await seller.post(f"{path}/handback")).json()["status"] == "automated"
        assert await jobs_of(service, conversation_id=str(conversation_id)) == [*before, "take_turn"]


async def test_a_message_without_text_is_refused(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    path = f"/v1/conversations/{await begin_conversation(service, store, 'hola')}/messages"
    for text in ("", " \u200b\x07 ", "x" * 4001):
        assert (await owner.post(path, json={"text": text})).status_code == 422


async def test_whatsapp_lets_nobody_write_after_a_day_of_silence(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    channel_id = (await owner.post("/v1/channels", json=NUMBER)).json()["id"]
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        channel = await tx.channels.get(UUID(channel_id))
    assert channel is not None
    message = InboundMessage("SM1", "whatsapp:+56933334444", "hola")
    access = service.runtime.open_access(channel)
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    (received,) = await receive(service.runtime.database, access, [message], now=yesterday)
    response = await owner.post(f"/v1/conversations/{received.conversation_id}/messages", json={"text": "¿sigues ahí?"})
    assert response.status_code == 409
    assert "24 horas" in error_of(response)["message"]


async def jobs_of(service: Service, **ids: str) -> list[str]:
    """The names of the jobs with these arguments, oldest first."""
    from sqlalchemy import text

    ((key, value),) = ids.items()
    async with service.runtime.database.lookup() as connection:
        statement = text("SELECT task_name FROM procrastinate_jobs WHERE args->>:key = :value ORDER BY id")
        return list((await connection.execute(statement, {"key": key, "value": value})).scalars())
