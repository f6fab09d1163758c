"""How a shop's conversations go is set by its admins, field by field, and holds for its channels."""

from uuid import uuid4

import httpx
import pytest

from api.open_channels import OpenChannels
from channels.incoming.bursts import burst_of
from data.tenant_settings import media_kept_for, owner_phones
from tests.api.service import Service, Store, error_of


def address(store: Store) -> str:
    return f"/v1/tenants/{store.tenant_id}/conversation-settings"


async def test_what_is_sent_changes_and_the_rest_stays(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    usual = (await owner.get(address(store))).json()
    assert (usual["handoff_timeout_minutes"], usual["media_days"], usual["burst_seconds"]) == (15, 90, None)
    await owner.patch(f"/v1/tenants/{store.tenant_id}/order-settings", json={"reservation_hours": 48})
    phones = ["+56 9 1234 5678", "whatsapp-56912345678"]
    refused = await owner.patch(address(store), json={"owner_phones": phones})
    assert refused.status_code == 422
    await owner.patch(address(store), json={"owner_phones": phones[:1], "media_days": 0})
    changed = (await owner.patch(address(store), json={"handoff_timeout_minutes": 5})).json()
    assert changed == usual | {"owner_phones": ["+56912345678"], "media_days": 0, "handoff_timeout_minutes": 5}
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        tenant = await tx.tenants.get()
    assert owner_phones(tenant) == {"56912345678"}
    assert media_kept_for(tenant) is None
    back = await owner.patch(address(store), json={"owner_phones": None, "media_days": None})
    assert back.json() == usual | {"handoff_timeout_minutes": 5}
    orders = (await owner.get(f"/v1/tenants/{store.tenant_id}/order-settings")).json()
    assert orders["reservation_hours"] == 48


async def test_a_channel_waits_as_its_shop_says_unless_it_says_itself(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    await owner.patch(address(store), json={"burst_seconds": 3, "longest_burst_seconds": 9})
    access = await OpenChannels(service.runtime).get(str(store.webchat_id))
    assert (burst_of(access, "hola").quiet_seconds, burst_of(access, "hola").longest_seconds) == (3, 9)
    await owner.patch(f"/v1/channels/{store.webchat_id}", json={"settings": {"burst_seconds": 0.5}})
    access = await OpenChannels(service.runtime).get(str(store.webchat_id))
    assert (burst_of(access, "hola").quiet_seconds, burst_of(access, "hola").longest_seconds) == (0.5, 9)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"handoff_timeout_minutes": -1}, "handoff_timeout_minutes"),
        ({"handoff_timeout_minutes": True}, "handoff_timeout_minutes"),
        ({"contact_turns_per_minute": 10**30}, "contact_turns_per_minute"),
        ({"quiet_minutes": 0}, "quiet_minutes"),
        ({"media_days": "90"}, "media_days"),
        ({"burst_seconds": 16}, "burst_seconds"),
        ({"burst_seconds": True}, "burst_seconds"),
        ({"owner_phones": ["9 1234 5678"]}, "owner_phones"),
        ({"owner_phones": ["mi teléfono"]}, "owner_phones"),
        ({"owner_phones": "+56912345678"}, "owner_phones"),
        ({"orders": {}}, "orders"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    store: Store, owner: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    refused = await owner.patch(address(store), json=change)
    assert refused.status_code == 422
    [problem] = error_of(refused)["details"]["fields"]
    assert problem["field"] == field
    assert problem["message"] != "No es válido."


async def test_another_shop_is_not_found(owner: httpx.AsyncClient) -> None:
    foreign = f"/v1/tenants/{uuid4()}/conversation-settings"
    assert (await owner.get(foreign)).status_code == 404
    assert (await owner.patch(foreign, json={"media_days": 1})).status_code == 404
