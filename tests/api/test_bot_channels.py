"""Telegram and Botpress through the service's own doors: connected, heard, refused."""

from typing import Any

import httpx
import pytest

from tests.api.service import Service, Store, error_of
from tests.servers.telegram_server import TOKEN

TELEGRAM = {"kind": "telegram", "bot_token": TOKEN}
BOTPRESS = {
    "kind": "botpress",
    "secret_key": "0123456789abcdef0123",
    "reply_url": "https://webhook.botpress.cloud/11111111-1111-4111-8111-111111111111",
}
UPDATE = {
    "update_id": 1,
    "message": {
        "message_id": 11,
        "from": {"id": 5551, "is_bot": False, "first_name": "Rosa"},
        "chat": {"id": 5551, "type": "private"},
        "date": 1795180000,
        "text": "hola",
    },
}


async def texts_of(service: Service, store: Store) -> list[str]:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        conversations = await tx.conversations.recent()
        found = [await tx.messages.history(each.id, limit=50) for each in conversations]
    return [message.text for messages in found for message in messages]


async def test_a_telegram_message_is_heard_only_with_the_secret_it_was_given(
    service: Service, store: Store, owner: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    channel = (await owner.post("/v1/channels", json=TELEGRAM)).json()
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        row = next(each for each in await tx.channels.all() if str(each.id) == channel["id"])
    secret = service.runtime.open_access(row).secrets["secret_token"]
    for given, status in (("", 403), ("x" * 43, 403), (secret, 200), (secret, 200)):
        headers = {"x-telegram-bot-api-secret-token": given}
        response = await anyone.post(channel["webhook_url"], json=UPDATE, headers=headers)
        assert response.status_code == status
        assert await texts_of(service, store) == (["hola"] if status == 200 else [])
    # A tapped button hears at once that it was, whoever answers.
    tap = {"id": "77", "from": {"id": 5551}, "data": "cart", "message": UPDATE["message"]}
    response = await anyone.post(channel["webhook_url"], json={"update_id": 2, "callback_query": tap}, headers=headers)
    assert response.json() == {"method": "answerCallbackQuery", "callback_query_id": "77"}
    assert await texts_of(service, store) == ["hola", "cart"]


async def test_botpress_hands_its_shopper_over(
    service: Service, store: Store, owner: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    channel = (await owner.post("/v1/channels", json=BOTPRESS)).json()
    body = {"conversationId": "conv_1", "messageId": "msg_1", "text": "tienen martillos?"}
    for given, status in (("", 403), (BOTPRESS["secret_key"], 200)):
        response = await anyone.post(channel["webhook_url"], json=body, headers={"x-secret-key": given})
        assert response.status_code == status
    assert await texts_of(service, store) == ["tienen martillos?"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (TELEGRAM | {"bot_token": "not a token"}, "bot_token"),
        (BOTPRESS | {"secret_key": "short"}, "secret_key"),
        (BOTPRESS | {"reply_url": "webhook.botpress.cloud/1"}, "reply_url"),
    ],
)
async def test_what_is_missing_to_connect_is_named(owner: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    response = await owner.post("/v1/channels", json=body)
    assert response.status_code == 422
    assert field in str(error_of(response))


async def test_an_address_is_announced_only_where_that_can_be_done(owner: httpx.AsyncClient) -> None:
    channel = (await owner.post("/v1/channels", json=BOTPRESS)).json()
    response = await owner.post(f"/v1/channels/{channel['id']}/webhook")
    assert response.status_code == 409
