"""An owner connects Odoo, is told what is wrong with it, and sees what waits; products and orders go through."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from agent.orders.submitting import submit_later
from tests.api.service import Service, Store, error_of
from tests.api.shop import add_product, begin_conversation, place_order
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, UNAVAILABLE, OdooServer, odoo_server


@pytest.fixture
async def odoo() -> AsyncIterator[OdooServer]:
    async with odoo_server() as server:
        server.shop.add_product("Alicate", "A-1", 10_000, categ_id=server.shop.add("product.category", name="Manos"))
        server.shop.add_product("Taza", "TAZ-1", 11_990, taxes_id=[server.shop.gross_tax])
        yield server


def settings(odoo: OdooServer, **other: Any) -> dict[str, Any]:
    return {"url": odoo.url + "/web#home", "database": DATABASE, "login": LOGIN, "key": KEY} | other


async def connect(owner: httpx.AsyncClient, odoo: OdooServer, **other: Any) -> dict[str, Any]:
    response = await owner.put("/v1/connections/odoo", json=settings(odoo, **other))
    assert response.status_code == 200
    return dict(response.json())


async def test_a_connection_is_kept_without_showing_its_key(owner: httpx.AsyncClient, odoo: OdooServer) -> None:
    kept = await connect(owner, odoo, confirms_orders=True)
    assert (kept["url"], kept["has_key"], kept["confirms_orders"]) == (odoo.url, True, True)
    seen = await owner.get("/v1/connections/odoo")
    assert seen.json() == kept
    assert KEY not in seen.text
    assert (await owner.delete("/v1/connections/odoo")).status_code == 204
    assert (await owner.get("/v1/connections/odoo")).status_code == 404


async def test_a_key_goes_only_where_it_was_given_for(owner: httpx.AsyncClient, odoo: OdooServer) -> None:
    await connect(owner, odoo)
    same = settings(odoo, sends_orders=False) | {"key": None}
    assert (await owner.put("/v1/connections/odoo", json=same)).json()["sends_orders"] is False
    other = same | {"url": "http://127.0.0.1:9"}
    assert error_of(await owner.put("/v1/connections/odoo", json=other))["details"] == {"field": "key"}


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://10.0.0.1", "private"), ("https://169.254.169.254", "private"), ("ftp://odoo.example", "scheme"),
     ("https://user:secret@odoo.example", "userinfo"), ("https://[::1", "url")],
)  # fmt: skip
async def test_an_address_of_the_inside_is_refused_when_saved(
    owner: httpx.AsyncClient, odoo: OdooServer, url: str, reason: str
) -> None:
    refused = error_of(await owner.put("/v1/connections/odoo", json=settings(odoo, url=url)))
    assert refused["details"] == {"field": "url", "reason": reason}


async def test_a_trial_says_in_a_sentence_what_is_wrong(owner: httpx.AsyncClient, odoo: OdooServer) -> None:
    async def tried() -> str:
        return str((await owner.post("/v1/connections/odoo/test")).json()["message"])

    await connect(owner, odoo)
    assert await tried() == "Conectado a Odoo 19: puede leer productos, crear pedidos y crear contactos."
    odoo.shop.lacking.add(("res.partner", "create"))
    assert await tried() == "El usuario de Odoo puede leer productos y crear pedidos pero no crear contactos."
    odoo.shop.lacking.add(("product.product", "read"))
    assert await tried() == "El usuario de Odoo puede crear pedidos pero no leer productos ni crear contactos."
    await connect(owner, odoo, key="f" * 40)
    assert (await tried()).startswith("La clave de Odoo no es válida")
    await connect(owner, odoo, database="otra")
    assert (await tried()).startswith("Ese servidor no tiene esa base de datos")
    await connect(owner, odoo, url="http://127.0.0.1:9")
    assert (await tried()).startswith("No pudimos conectarnos")
    assert (await owner.get("/v1/connections/odoo")).json()["last_trial"]["code"] == "unreachable"


async def test_a_key_that_ends_soon_is_warned_of(owner: httpx.AsyncClient, odoo: OdooServer) -> None:
    await connect(owner, odoo)
    ends = datetime.now(UTC).replace(microsecond=0)
    odoo.shop.add(
        "res.users.apikeys", name="x", expiration_date=f"{ends.replace(year=ends.year + 1):%Y-%m-%d %H:%M:%S}"
    )
    trial = (await owner.post("/v1/connections/odoo/test")).json()
    assert "vence" not in trial["message"]
    assert trial["key_expires_at"] is not None
    soon = datetime.fromtimestamp(ends.timestamp() + 5 * 86_400, UTC)
    odoo.shop.add("res.users.apikeys", name="y", expiration_date=f"{soon:%Y-%m-%d %H:%M:%S}")
    assert f"La clave vence el {soon:%d-%m-%Y}" in (await owner.post("/v1/connections/odoo/test")).json()["message"]


async def test_products_are_read_as_they_are_now(owner: httpx.AsyncClient, odoo: OdooServer) -> None:
    await connect(owner, odoo)
    first = (await owner.get("/v1/erp/products", params={"limit": 1})).json()
    assert [(each["sku"], each["price"], each["stock"]) for each in first["products"]] == [("A-1", "11900", 50)]
    rest = (await owner.get("/odoo/products", params={"limit": 1, "after": first["next"]})).json()
    assert [(each["sku"], each["price"]) for each in rest["products"]] == [("TAZ-1", "11990")]
    of_category = (await owner.get("/v1/erp/products", params={"category": "mano"})).json()
    assert [each["sku"] for each in of_category["products"]] == ["A-1"]
    assert "standard_price" not in str(first)


async def test_an_order_with_a_key_is_created_once(owner: httpx.AsyncClient, odoo: OdooServer) -> None:
    await connect(owner, odoo)
    partner = odoo.shop.add("res.partner", name="Ana")
    [product, *_] = odoo.shop.rows["product.product"]
    body = {"partner_id": partner, "order_line": [{"product_id": product, "quantity": 2}]}
    made = [
        (await owner.post("/v1/erp/orders", json=body, headers={"Idempotency-Key": "abc"})).json() for _ in range(2)
    ]
    assert made[0] == made[1]
    assert (made[0]["total"], made[0]["state"]) == ("23800", "draft")
    assert len(odoo.shop.orders) == 1
    await owner.post("/odoo/orders", json=body)
    assert len(odoo.shop.orders) == 2


@pytest.mark.parametrize("line", [{"product_id": 1, "quantity": 0}, {"product_id": 1, "quantity": -1}])
async def test_what_odoo_would_take_and_makes_no_sense_is_refused(
    owner: httpx.AsyncClient, odoo: OdooServer, line: dict[str, int]
) -> None:
    await connect(owner, odoo)
    refused = await owner.post("/v1/erp/orders", json={"partner_id": 1, "order_line": [line]})
    assert (refused.status_code, odoo.shop.orders) == (422, [])


async def test_what_odoo_refuses_is_told_by_its_meaning(owner: httpx.AsyncClient, odoo: OdooServer) -> None:
    await connect(owner, odoo)
    partner = odoo.shop.add("res.partner", name="Ana")
    unknown = {"partner_id": partner, "order_line": [{"product_id": 999_999, "quantity": 1}]}
    assert (await owner.post("/v1/erp/orders", json=unknown)).status_code == 422
    odoo.faults.append(UNAVAILABLE)
    down = await owner.get("/v1/erp/products")
    assert (down.status_code, down.headers["retry-after"]) == (503, "5")
    await connect(owner, odoo, key="f" * 40)
    refused = await owner.get("/v1/erp/products")
    assert (refused.status_code, error_of(refused)["details"]) == (409, {"code": "bad_key"})
    assert "Traceback" not in refused.text + down.text


async def listed(owner: httpx.AsyncClient, external: str) -> list[str]:
    answer = await owner.get("/v1/orders", params={"external": external})
    return [order["reference"] for order in answer.json()["orders"]]


async def test_the_owner_sees_what_waits_and_why_and_sends_it_again(
    service: Service, store: Store, owner: httpx.AsyncClient, odoo: OdooServer
) -> None:
    await connect(owner, odoo)
    await add_product(service, store, "A-1", "Alicate", price=11_900)
    reference = await place_order(service, store, await begin_conversation(service, store, "hola"), "A-1")
    assert (await owner.get(f"/v1/orders/{reference}")).json()["external"] is None
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        found = await tx.orders.by_reference(reference)
        assert found is not None
        await submit_later(tx, found.order, datetime.now(UTC))
    odoo.faults.append(UNAVAILABLE)
    await service.runtime.submitter.submit(store.tenant_id, found.order.id)
    waiting = (await owner.get(f"/v1/orders/{reference}")).json()["external"]
    assert waiting["waits_because"] == "Odoo no está disponible; lo intentaremos de nuevo."
    assert (await owner.get("/v1/connections/odoo")).json()["waiting_orders"] == 1
    assert await listed(owner, "waiting") == [reference]
    assert await listed(owner, "held") == []
    [product, *_] = odoo.shop.rows["product.product"]
    odoo.shop.change("product.product", product, lst_price=20_000)
    await service.runtime.submitter.submit(store.tenant_id, found.order.id)
    held = (await owner.get(f"/v1/orders/{reference}")).json()
    assert held["external"]["held_reason"].startswith("Odoo calcula $47.600")
    assert await listed(owner, "waiting") == []
    assert await listed(owner, "held") == [reference]
    assert (await owner.get("/v1/orders", params={"external": "otro"})).status_code == 422
    conversation = (await owner.get(f"/v1/conversations/{held['conversation_id']}")).json()
    assert conversation["status"] == "handed_off"
    again = await owner.post(f"/v1/erp/orders/{reference}/submit", json={"accepts_total": True})
    assert again.status_code == 202
    await service.runtime.submitter.submit(store.tenant_id, found.order.id)
    sent = (await owner.get(f"/v1/orders/{reference}")).json()
    assert (sent["status"], sent["external"]["reference"], sent["external"]["held_reason"]) == (
        "submitted",
        "S00001",
        None,
    )
    assert (await owner.post(f"/v1/erp/orders/{reference}/submit", json={})).status_code == 409
