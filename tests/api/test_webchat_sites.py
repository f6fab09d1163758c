"""Which sites may show a web chat, and how long a visit lasts there."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import jwt
import pytest

from tests.api.service import JWT_SECRET, Service, Store, error_of
from tests.api.shop import add_product
from tests.api.visiting import history, say

SHOP = "https://tienda.cl"

ELSEWHERE = "https://otra.cl"


async def allow(service: Service, store: Store, *origins: str) -> str:
    """The path of the store's chat, which those sites may show."""
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        channel = await tx.channels.get(store.webchat_id)
        assert channel is not None
        channel.config = channel.config | {"allowed_origins": list(origins)}
    return f"/v1/webchat/{store.webchat_id}"


@pytest.mark.parametrize("origin", [SHOP, "https://www.tienda.cl"])
async def test_an_allowed_site_reads_what_it_asks(
    service: Service, store: Store, anyone: httpx.AsyncClient, origin: str
) -> None:
    path = await allow(service, store, SHOP)
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = await anyone.options(f"{path}/messages", headers=asking)
    assert preflight.status_code == 204
    allowed = {name.strip().lower() for name in preflight.headers["access-control-allow-headers"].split(",")}
    assert allowed == {"authorization", "content-type", "last-event-id"}
    for response in (preflight, await anyone.get(path, headers={"Origin": origin})):
        assert response.headers["access-control-allow-origin"] == origin
        assert "Origin" in response.headers["vary"]
        assert "access-control-allow-credentials" not in response.headers
    refused = await anyone.get(f"{path}/messages", headers={"Origin": origin})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == origin  # the page is to know why


@pytest.mark.parametrize(
    "origin",
    [
        ELSEWHERE,
        "http://tienda.cl",
        "https://tienda.cl:8443",
        "https://tienda.cl.otra.cl",
        "https://a.tienda.cl",
        "null",
        "https://[",
    ],
)
async def test_any_other_site_is_refused_before_anything_happens(
    service: Service, store: Store, anyone: httpx.AsyncClient, origin: str
) -> None:
    path = await allow(service, store, SHOP)
    for method, end in [("OPTIONS", "/messages"), ("GET", ""), ("POST", "/session"), ("GET", "/events")]:
        response = await anyone.request(method, path + end, headers={"Origin": origin})
        assert response.status_code == 403
        assert error_of(response)["code"] == "FORBIDDEN"
        assert "access-control-allow-origin" not in response.headers


async def test_a_chat_that_is_gone_says_so_to_any_page(anyone: httpx.AsyncClient) -> None:
    path = f"/v1/webchat/{uuid4()}"
    asking = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    assert (await anyone.options(f"{path}/messages", headers=asking)).status_code == 204
    for method, end in [("GET", ""), ("POST", "/session"), ("POST", "/messages"), ("GET", "/events")]:
        response = await anyone.request(method, path + end, headers={"Origin": SHOP})
        assert response.status_code == 404
        assert response.headers["access-control-allow-origin"] == SHOP


async def test_without_a_list_only_the_own_page_shows_the_chat(
    service: Service, store: Store, anyone: httpx.AsyncClient
) -> None:
    path = f"/v1/webchat/{store.webchat_id}"
    assert (await anyone.post(f"{path}/session", headers={"Origin": service.url})).status_code == 201
    assert (await anyone.post(f"{path}/session", headers={"Origin": SHOP})).status_code == 403


async def test_a_token_serves_only_the_site_that_asked_for_it(
    service: Service, store: Store, anyone: httpx.AsyncClient
) -> None:
    path = await allow(service, store, SHOP, ELSEWHERE)
    session = (await anyone.post(f"{path}/session", headers={"Origin": SHOP})).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    statuses = {
        origin: (
            await anyone.get(f"{path}/messages", headers=bearer | ({"Origin": origin} if origin else {}))
        ).status_code
        for origin in (SHOP, ELSEWHERE, service.url, "")
    }
    assert statuses == {SHOP: 200, ELSEWHERE: 401, service.url: 401, "": 401}
    other = await anyone.post(f"{path}/session", headers=bearer | {"Origin": ELSEWHERE})
    assert other.json()["visitor_id"] != session["visitor_id"]


@pytest.mark.parametrize(("ended", "reads"), [(-timedelta(hours=1), True), (timedelta(days=29), False)])
async def test_a_visit_goes_on_for_a_month(
    service: Service, store: Store, visitor: httpx.AsyncClient, ended: timedelta, reads: bool
) -> None:
    await say(visitor, "hola")
    visitor.headers["Authorization"] = f"Bearer {ended_token(visitor, ended)}"
    assert ((await visitor.get("/messages")).status_code == 200) is reads
    session = (await visitor.post("/session")).json()
    visitor.headers["Authorization"] = f"Bearer {session['token']}"
    assert [message["text"] for message in await history(visitor)] == ["hola"]
    assert session["expires_in"] == 24 * 3600


async def test_a_visit_that_ended_a_month_ago_is_another(visitor: httpx.AsyncClient) -> None:
    await say(visitor, "hola")
    visitor.headers["Authorization"] = f"Bearer {ended_token(visitor, timedelta(days=31))}"
    session = (await visitor.post("/session")).json()
    visitor.headers["Authorization"] = f"Bearer {session['token']}"
    assert await history(visitor) == []


def ended_token(visitor: httpx.AsyncClient, ago: timedelta) -> str:
    """The visitor's own, as it is so long after its end."""
    token = visitor.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    end = datetime.now(UTC) - ago
    return jwt.encode(claims | {"iat": end - timedelta(days=1), "exp": end}, JWT_SECRET, "HS256")


async def test_the_chat_says_whose_it_is(service: Service, store: Store, anyone: httpx.AsyncClient) -> None:
    await add_product(service, store, "M-1", "Martillo de goma")
    await add_product(service, store, "M-2", "Alicate", on_hand=0)
    introduction = (await anyone.get(f"/v1/webchat/{store.webchat_id}")).json()
    assert introduction == {"store_name": store.name, "suggestions": ["¿Tienen martillo de goma?"]}


async def test_the_script_and_its_parts_load_from_any_site(anyone: httpx.AsyncClient) -> None:
    loader = await anyone.get("/widget.js", headers={"Origin": ELSEWHERE})
    assets = re.search(r"widget/[0-9a-f]{12}/", loader.text)
    assert assets is not None
    for name in ("main.js", "widget.css"):
        part = await anyone.get(f"/{assets[0]}{name}", headers={"Origin": ELSEWHERE})
        assert part.headers["access-control-allow-origin"] == "*"
        assert "immutable" in part.headers["cache-control"]
        plain = await anyone.get(f"/{assets[0]}{name}", headers={"Accept-Encoding": "identity"})
        assert (plain.text, "content-encoding" in plain.headers) == (part.text, False)
        old = await anyone.get(f"/widget/{'0' * 12}/{name}")
        assert (old.text, old.headers["cache-control"]) == (part.text, "no-cache")
    for strange in ("nada.js", "..%2Frouter.py", "%2e%2e/chat.css"):
        assert (await anyone.get(f"/{assets[0]}{strange}")).status_code == 404
