"""What a store's people make of orders, leads and the waitlist, and what they ask before an order."""

from uuid import uuid4

import httpx

from data.models import Lead, WaitlistEntry
from data.states import LeadKind
from tests.api.service import Service, Store, error_of
from tests.api.shop import add_product, begin_conversation, place_order


async def available(service: Service, store: Store, sku: str) -> int | None:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        return (await tx.catalogue.by_skus([sku]))[sku].available


async def test_a_cancelled_order_gives_its_stock_back_once(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    variant_id = await add_product(service, store, "A-1", "Alicate")
    conversation_id = await begin_conversation(service, store, "hola")
    reference = await place_order(service, store, conversation_id, "A-1")
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        await tx.catalogue.take_stock(variant_id, "A-1", 2)
    assert await available(service, store, "A-1") == 1
    for _ in range(2):
        cancelled = (await owner.post(f"/v1/orders/{reference}/cancel", json={"reason": "Se quebró"})).json()
        assert (cancelled["status"], cancelled["closed_reason"]) == ("cancelled", "Se quebró")
        assert await available(service, store, "A-1") == 3
    refused = await owner.post(f"/v1/orders/{reference}/fulfil")
    assert refused.status_code == 409
    assert error_of(refused)["details"] == {"status": "cancelled", "allowed": []}
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        said = [message.text for message in await tx.messages.history(conversation_id, limit=10)]
    assert sum("Se quebró" in text for text in said) == 1


async def test_an_order_goes_forward_by_the_table_only(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    await add_product(service, store, "A-1", "Alicate")
    reference = await place_order(service, store, await begin_conversation(service, store, "hola"), "A-1")
    assert (await owner.post(f"/v1/orders/{reference}/fulfil")).status_code == 409
    assert (await owner.post(f"/v1/orders/{reference}/confirm")).json()["status"] == "confirmed"
    assert (await owner.post("/v1/orders/S99999/confirm")).status_code == 404


async def test_what_is_asked_before_an_order_is_set_field_by_field(store: Store, owner: httpx.AsyncClient) -> None:
    address = f"/v1/tenants/{store.tenant_id}/order-settings"
    assert (await owner.get(address)).json()["required"] == []
    zones = [{"communes": ["Ñuñoa"], "price": "2990"}]
    await owner.patch(address, json={"required": ["name", "document"], "dispatch": zones})
    changed = (await owner.patch(address, json={"reservation_hours": 48})).json()
    assert (changed["required"], changed["reservation_hours"]) == (["name", "document"], 48)
    assert changed["dispatch"][0]["communes"] == ["Ñuñoa"]
    for bad in ({"required": ["color"]}, {"reservation_hours": 0}, {"dispatch": [{"price": "-1"}]}, {"otro": 1}):
        assert (await owner.patch(address, json=bad)).status_code == 422
    assert (await owner.get(f"/v1/tenants/{uuid4()}/order-settings")).status_code == 404


async def test_leads_and_the_waitlist_are_read_and_attended(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    variant_id = await add_product(service, store, "A-1", "Alicate", on_hand=0)
    conversation_id = await begin_conversation(service, store, "hola")
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        conversation = await tx.conversations.get(conversation_id)
        own = {
            "tenant_id": store.tenant_id, "contact_id": conversation.contact_id, "conversation_id": conversation_id
        }  # fmt: skip
        await tx.waitlist.join(WaitlistEntry(id=uuid4(), variant_id=variant_id, wanted="Alicate", quantity=2, **own))
        lead, _ = await tx.leads.record(Lead(id=uuid4(), kind=LeadKind.CALL, phone="+56911111111", **own))
        lead_id = lead.id
    (entry,) = (await owner.get("/v1/waitlist", params={"status": "waiting"})).json()["entries"]
    assert (entry["sku"], entry["quantity"], entry["status"]) == ("A-1", 2, "waiting")
    assert (await owner.patch(f"/v1/leads/{lead_id}", json={"status": "contacted"})).json()["status"] == "contacted"
    assert (await owner.get("/v1/leads", params={"status": "new"})).json()["leads"] == []
    assert (await owner.patch(f"/v1/leads/{uuid4()}", json={"status": "closed"})).status_code == 404
