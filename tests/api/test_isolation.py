"""No store reads or changes another's things by naming their ids."""

from uuid import uuid4

import pytest

from data.models import Import
from data.states import ChannelKind, ConversationStatus, ImportMode, Role
from tests.api.service import Service, Store, error_of
from tests.api.shop import add_product, begin_conversation, place_order


@pytest.fixture
async def foreign(service: Service, other_store: Store) -> dict[str, str]:
    """Ids of things that the other store has."""
    database = service.runtime.database
    conversation_id = await begin_conversation(service, other_store, "hola")
    await add_product(service, other_store, "SECRETO-1", "Producto secreto")
    reference = await place_order(service, other_store, conversation_id, "SECRETO-1")
    async with database.transaction(other_store.tenant_id) as tx:
        record = Import(
            tenant_id=tx.tenant_id, id=uuid4(), file_name="secreto.csv", file_path="x", mode=ImportMode.UPDATE
        )
        await tx.imports.add(record)
    return {
        "tenant_id": str(other_store.tenant_id),
        "conversation_id": str(conversation_id),
        "sku": "SECRETO-1",
        "reference": reference,
        "import_id": str(record.id),
    }


WITH_IDS = [
    ("GET", "/v1/tenants/{tenant_id}"),
    ("GET", "/v1/imports/{import_id}"),
    ("POST", "/v1/imports/{import_id}/cancel"),
    ("GET", "/v1/products/{sku}"),
    ("GET", "/v1/orders/{reference}"),
    ("GET", "/v1/conversations/{conversation_id}"),
    ("POST", "/v1/conversations/{conversation_id}/messages"),
    ("POST", "/v1/conversations/{conversation_id}/handoff"),
    ("POST", "/v1/conversations/{conversation_id}/handback"),
]


@pytest.mark.parametrize(("method", "path"), WITH_IDS, ids=" ".join)
async def test_a_foreign_id_is_not_found(
    service: Service, store: Store, other_store: Store, foreign: dict[str, str], method: str, path: str
) -> None:
    body = {"text": "hola"} if path.endswith("/messages") else None
    async with service.client(store.tokens[Role.OWNER]) as client:
        refused = await client.request(method, path.format(**foreign), json=body)
    assert refused.status_code == 404
    assert error_of(refused)["code"] == "NOT_FOUND"
    async with service.client(other_store.tokens[Role.OWNER]) as client:
        allowed = await client.request(method, path.format(**foreign), json=body)
    assert allowed.status_code in (200, 202)


@pytest.mark.parametrize(
    "path", ["/v1/imports", "/v1/products", "/v1/products?q=secreto", "/v1/orders", "/v1/conversations"]
)
async def test_a_list_shows_nothing_foreign(
    service: Service, store: Store, other_store: Store, foreign: dict[str, str], path: str
) -> None:
    async with service.client(store.tokens[Role.OWNER]) as client:
        mine = (await client.get(path)).json()
    async with service.client(other_store.tokens[Role.OWNER]) as client:
        theirs = (await client.get(path)).json()
    name = next(iter(mine))
    assert mine[name] == []
    assert len(theirs[name]) == 1


async def test_channels_are_the_stores_own(service: Service, store: Store, other_store: Store) -> None:
    async with service.client(store.tokens[Role.OWNER]) as client:
        channels = (await client.get("/v1/channels")).json()["channels"]
    assert [channel["id"] for channel in channels] == [str(store.webchat_id)]


async def test_a_refused_post_changed_nothing(
    service: Service, store: Store, other_store: Store, foreign: dict[str, str]
) -> None:
    async with service.client(store.tokens[Role.OWNER]) as client:
        await client.post("/v1/conversations/{conversation_id}/handoff".format(**foreign))
    async with service.runtime.database.transaction(other_store.tenant_id) as tx:
        (conversation,) = await tx.conversations.recent()
    assert conversation.status is ConversationStatus.AUTOMATED


async def test_a_visitor_of_one_store_is_nobody_at_another(service: Service, store: Store, other_store: Store) -> None:
    async with service.client() as client:
        token = (await client.post(f"/v1/webchat/{store.webchat_id}/session")).json()["token"]
    async with service.client(token) as client:
        assert (await client.get(f"/v1/webchat/{store.webchat_id}/messages")).status_code == 200
        assert (await client.get(f"/v1/webchat/{other_store.webchat_id}/messages")).status_code == 401


async def test_a_channel_switched_off_is_gone(service: Service, store: Store) -> None:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        channel = await tx.channels.get(store.webchat_id)
        assert channel is not None
        assert channel.kind is ChannelKind.WEBCHAT
        channel.is_active = False
    async with service.client() as client:
        assert (await client.post(f"/v1/webchat/{store.webchat_id}/session")).status_code == 404
        assert (await client.get(f"/c/{store.webchat_id}")).status_code == 404
