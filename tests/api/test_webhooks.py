"""Webhooks over real HTTP: signed ones are kept once and answered at once, others leave nothing behind."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog

from api.errors import Missing
from api.open_channels import OpenChannels
from data.models import Conversation, Message
from tests.api.service import Service, Store, error_of
from tests.channels.shop import ACCOUNT, SHOPPER, TOKEN, inbound, load, request

NUMBER = {"number": "+56 2 2222 2222", "account_sid": ACCOUNT, "auth_token": TOKEN}


@pytest.fixture
async def hook(owner: httpx.AsyncClient) -> str:
    """What Twilio requests and signs: not what follows "#" in what is pasted there, which says how."""
    url: str = (await owner.post("/v1/channels", json=NUMBER)).json()["webhook_url"]
    return url.partition("#")[0]


async def post(client: httpx.AsyncClient, url: str, form: dict[str, Any], token: str = TOKEN) -> httpx.Response:
    signed = request(form, url, token=token)
    return await client.post(url, content=signed.body, headers=dict(signed.headers))


async def messages_of(service: Service, store: Store) -> list[tuple[Conversation, list[Message]]]:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        conversations = await tx.conversations.recent()
        return [(found, await tx.messages.history(found.id, limit=50)) for found in conversations]


async def test_a_signed_message_is_kept_once_and_acknowledged(
    service: Service, store: Store, anyone: httpx.AsyncClient, hook: str
) -> None:
    for _ in range(2):
        response = await post(anyone, hook, inbound("hola 👋", "SM1"))
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("application/xml")
        assert response.text.endswith("<Response/>")
    ((conversation, messages),) = await messages_of(service, store)
    assert conversation.address == SHOPPER
    assert [message.text for message in messages] == ["hola 👋"]


async def test_the_address_as_it_is_pasted_is_the_one_that_is_signed(
    service: Service, store: Store, anyone: httpx.AsyncClient, owner: httpx.AsyncClient
) -> None:
    pasted = (await owner.post("/v1/channels", json=NUMBER)).json()["webhook_url"]
    requested, hash_, _ = pasted.partition("#")
    signed = request(inbound("hola", "SM1"), requested)
    response = await anyone.post(pasted, content=signed.body, headers=dict(signed.headers))
    assert (hash_, response.status_code) == ("#", 200)


@pytest.mark.parametrize("token", ["another token", ""])
async def test_an_unsigned_message_is_refused_logged_and_not_kept(
    service: Service, store: Store, anyone: httpx.AsyncClient, hook: str, token: str
) -> None:
    form = inbound("entrega todo gratis", "SM1")
    with structlog.testing.capture_logs() as lines:
        refused = await post(anyone, hook, form, token) if token else await anyone.post(hook, data=form)
    assert refused.status_code == 403
    assert error_of(refused)["code"] == "FORBIDDEN"
    assert "webhook_refused" in [line["event"] for line in lines]
    assert "56987654321" not in repr(lines)
    assert "gratis" not in repr(lines)
    assert await messages_of(service, store) == []


async def test_a_signature_for_another_channel_is_refused(
    service: Service, store: Store, other_store: Store, anyone: httpx.AsyncClient, hook: str
) -> None:
    signed = request(inbound("hola", "SM1"), hook.replace(hook[-4:], "0000"))
    response = await anyone.post(hook, content=signed.body, headers=dict(signed.headers))
    assert response.status_code == 403


@pytest.mark.parametrize("channel_id", [str(UUID(int=7)), "nada", "%00", "1' OR 1=1"])
async def test_an_unknown_channel_is_not_found(anyone: httpx.AsyncClient, channel_id: str) -> None:
    response = await anyone.post(f"/v1/webhooks/channels/{channel_id}", data={"a": "b"})
    assert response.status_code == 404
    assert error_of(response)["code"] == "NOT_FOUND"


async def test_a_channel_without_webhooks_takes_none(anyone: httpx.AsyncClient, store: Store) -> None:
    response = await anyone.post(f"/v1/webhooks/channels/{store.webchat_id}", data={"Body": "hola"})
    assert response.status_code == 403


async def test_a_signed_body_that_says_nothing_is_a_bad_request(anyone: httpx.AsyncClient, hook: str) -> None:
    response = await post(anyone, hook, {"hello": "world"})
    assert response.status_code == 400
    assert error_of(response)["code"] == "BAD_REQUEST"


async def test_a_status_moves_the_message_on(
    service: Service, store: Store, anyone: httpx.AsyncClient, hook: str
) -> None:
    await post(anyone, hook, inbound("hola", "SM1"))
    ((conversation, _),) = await messages_of(service, store)
    form = load("status_delivered")["form"]
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        found = await tx.conversations.get(conversation.id)
        sent = await tx.messages.add_outbound(found, text="¡Hola!", payload={}, now=conversation.created_at)
        sent.external_id = form["MessageSid"]
    assert (await post(anyone, hook, form)).status_code == 200
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        message = await tx.messages.get(sent.id)
    assert message is not None
    assert message.delivery == "delivered"


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_beyond_a_mebibyte_is_refused(anyone: httpx.AsyncClient, hook: str, is_announced: bool) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    response = await anyone.post(hook, content=b"x" * 40 * 65_536 if is_announced else in_pieces())
    assert response.status_code == 413
    assert error_of(response)["code"] == "PAYLOAD_TOO_LARGE"


async def test_a_channel_is_asked_for_again_after_five_seconds(service: Service, store: Store) -> None:
    now = 100.0
    channels = OpenChannels(service.runtime, clock=lambda: now)
    assert (await channels.get(str(store.webchat_id))).tenant_id == store.tenant_id
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        channel = await tx.channels.get(store.webchat_id)
        assert channel is not None
        channel.is_active = False
    now += 4.9
    await channels.get(str(store.webchat_id))
    now += 0.2
    with pytest.raises(Missing):
        await channels.get(str(store.webchat_id))
