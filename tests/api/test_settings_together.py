"""Settings of one shop that are changed at the same moment by several people: none is lost."""

import asyncio

import httpx

from tests.api.service import Store


async def test_changes_of_one_moment_are_all_kept(store: Store, owner: httpx.AsyncClient) -> None:
    root = f"/v1/tenants/{store.tenant_id}"
    for number in range(1, 9):
        answers = await asyncio.gather(
            owner.patch(f"{root}/conversation-settings", json={"media_days": number}),
            owner.patch(f"{root}/order-settings", json={"pickup_address": f"Av. Matta {number}"}),
            owner.put("/v1/lexicon", json={"groups": [["chomba", f"polera {number}"]]}),
        )
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert (await owner.get(f"{root}/conversation-settings")).json()["media_days"] == number
        assert (await owner.get(f"{root}/order-settings")).json()["pickup_address"] == f"Av. Matta {number}"
        assert (await owner.get("/v1/lexicon")).json()["groups"] == [["chomba", f"polera {number}"]]
