"""Channels are connected, changed and disconnected by their owners only; secrets go in and never come out."""

from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest

from data.models import Channel
from data.states import Role
from tests.api.service import Service, Store, error_of
from tests.api.shop import begin_conversation
from tests.channels.shop import ACCOUNT, TOKEN, inbound, request

NUMBER = {"number": "+56 2 2222 2222", "account_sid": ACCOUNT, "auth_token": TOKEN}
NEW_TOKEN = "abcdefabcdefabcdefabcdefabcdefab"


async def connect(owner: httpx.AsyncClient, **body: object) -> dict[str, object]:
    response = await owner.post("/v1/channels", json=body or NUMBER)
    assert response.status_code == 201
    channel: dict[str, object] = response.json()
    return channel


async def row(service: Service, store: Store, channel_id: object) -> Channel | None:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        return await tx.channels.get(UUID(str(channel_id)))


async def test_a_secret_is_rotated_and_the_old_one_is_worth_nothing(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    channel = await connect(owner)
    changed = await owner.patch(f"/v1/channels/{channel['id']}", json={"secrets": {"auth_token": NEW_TOKEN}})
    assert changed.status_code == 200
    assert NEW_TOKEN not in changed.text
    kept = await row(service, store, channel["id"])
    assert kept is not None
    assert service.runtime.open_access(kept).secrets == {"auth_token": NEW_TOKEN}
    url = str(channel["webhook_url"]).partition("#")[0]
    signed = request(inbound("hola", "SM1"), url)
    async with service.client() as anyone:
        refused = await anyone.post(url, content=signed.body, headers=dict(signed.headers))
        signed = request(inbound("hola", "SM1"), url, token=NEW_TOKEN)
        taken = await anyone.post(url, content=signed.body, headers=dict(signed.headers))
    assert (refused.status_code, taken.status_code) == (403, 200)


async def test_settings_are_changed_one_by_one(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    channel = await connect(owner)
    path = f"/v1/channels/{channel['id']}"
    await owner.patch(path, json={"settings": {"burst_seconds": 2, "allowed_origins": ["https://Tienda.cl/"]}})
    changed = (await owner.patch(path, json={"settings": {"burst_seconds": None}, "name": "Ventas"})).json()
    assert changed["name"] == "Ventas"
    assert changed["settings"]["burst_seconds"] is None
    assert changed["settings"]["allowed_origins"] == ["https://tienda.cl"]
    kept = await row(service, store, channel["id"])
    assert kept is not None
    assert kept.config == {"account_sid": ACCOUNT, "allowed_origins": ["https://tienda.cl"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"settings": {"burst_seconds": 16}}, "settings.burst_seconds"),
        ({"settings": {"burst_seconds": -1}}, "settings.burst_seconds"),
        ({"settings": {"account_sid": "x"}}, "settings.account_sid"),
        ({"settings": {"allowed_origins": ["tienda"]}}, "settings.allowed_origins"),
        ({"settings": {"allowed_origins": ["https://tienda.cl/productos"]}}, "settings.allowed_origins"),
        ({"settings": {"allowed_origins": ["https://*.cl"]}}, "settings.allowed_origins"),
        ({"kind": "webchat"}, "kind"),
        ({"name": ""}, "name"),
    ],
)
async def test_a_change_to_correct_is_refused(owner: httpx.AsyncClient, change: object, field: str) -> None:
    channel = await connect(owner)
    response = await owner.patch(f"/v1/channels/{channel['id']}", json=change)
    assert response.status_code == 422
    assert error_of(response)["details"]["fields"][0]["field"] == field


async def test_a_secret_that_the_channel_does_not_use_is_refused(owner: httpx.AsyncClient) -> None:
    channel = await connect(owner)
    response = await owner.patch(f"/v1/channels/{channel['id']}", json={"secrets": {"password": "x"}})
    assert response.status_code == 422
    assert error_of(response)["details"]["field"] == "secrets.password"


async def test_a_channel_is_switched_off_and_on(owner: httpx.AsyncClient) -> None:
    channel = await connect(owner)
    for is_active in (False, True):
        changed = await owner.patch(f"/v1/channels/{channel['id']}", json={"is_active": is_active})
        assert changed.json()["is_active"] is is_active


async def test_a_channel_nobody_used_disappears_and_its_number_is_free(owner: httpx.AsyncClient) -> None:
    channel = await connect(owner)
    assert (await owner.delete(f"/v1/channels/{channel['id']}")).status_code == 204
    assert str(channel["id"]) not in (await owner.get("/v1/channels")).text
    await connect(owner)


async def test_a_used_channel_keeps_its_conversations_and_forgets_its_secrets(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    conversation_id = await begin_conversation(service, store, "hola")
    assert (await owner.delete(f"/v1/channels/{store.webchat_id}")).status_code == 204
    kept = await row(service, store, store.webchat_id)
    assert kept is not None and not kept.is_active and kept.secrets is None
    assert (await owner.get(f"/v1/conversations/{conversation_id}")).status_code == 200


async def test_a_second_web_chat_has_a_page_of_its_own(owner: httpx.AsyncClient) -> None:
    channel = await connect(owner, kind="webchat", name="Local Ñuñoa", allowed_origins=["https://nunoa.cl"])
    assert str(channel["page_url"]).endswith(str(channel["id"]))
    assert f'data-channel="{channel["id"]}"' in str(channel["embed_code"])
    assert channel["webhook_url"] is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Tienda.cl/", "https://tienda.cl"),
        (" https://tienda.cl:443 ", "https://tienda.cl"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("https://ñuñoa.cl", "https://xn--uoa-6mab.cl"),
    ],
)
async def test_a_site_is_kept_as_browsers_name_it(owner: httpx.AsyncClient, written: str, kept: str) -> None:
    channel = await connect(owner, kind="webchat", allowed_origins=[written, written])
    assert cast(Any, channel["settings"])["allowed_origins"] == [kept]


async def test_a_channel_of_another_store_is_not_found(
    service: Service, owner: httpx.AsyncClient, other_store: Store
) -> None:
    channel = await connect(owner)
    async with service.client(other_store.tokens[Role.OWNER]) as stranger:
        for method in ("PATCH", "DELETE"):
            response = await stranger.request(method, f"/v1/channels/{channel['id']}", json={"is_active": False})
            assert response.status_code == 404
    assert (await owner.patch(f"/v1/channels/{uuid4()}", json={})).status_code == 404


async def test_a_handshake_of_a_channel_without_one_is_refused(
    owner: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    channel = await connect(owner)
    params = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "x"}
    response = await anyone.get(f"/v1/webhooks/channels/{channel['id']}", params=params)
    assert response.status_code == 403
    assert "42" not in response.text


SECRET = "0123456789abcdef0123456789abcdef"
ASKED: dict[str, dict[str, object]] = {
    "meta_whatsapp": {
        "phone_number_id": "1234567890", "access_token": SECRET, "app_secret": SECRET, "verify_token": "palabra-mia"
    },
    "botpress": {"secret_key": SECRET, "reply_url": "https://webhook.botpress.cloud/x"},
    "chatwoot": {"base_url": "http://127.0.0.1:3000", "account_id": 3, "access_token": SECRET},
}  # fmt: skip


@pytest.mark.parametrize("secret", ["", " " * 30, "corto", "dos palabras que nadie copió", "x" * 5_000])
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("meta_whatsapp", "access_token"),
        ("meta_whatsapp", "app_secret"),
        ("meta_whatsapp", "verify_token"),
        ("botpress", "secret_key"),
        ("botpress", "reply_secret"),
        ("chatwoot", "access_token"),
        ("chatwoot", "webhook_secret"),
        ("chatwoot", "user_token"),
    ],
)
async def test_a_secret_that_is_none_is_refused(owner: httpx.AsyncClient, kind: str, field: str, secret: str) -> None:
    refused = await owner.post("/v1/channels", json={"kind": kind, **ASKED[kind], field: secret})
    assert refused.status_code == 422
    [problem] = error_of(refused)["details"]["fields"]
    assert (problem["field"], problem["message"][:14]) == (field, "Cópialo entero")


@pytest.mark.parametrize("kind", ["twilio_whatsapp", "webchat", *ASKED])
async def test_what_a_kind_does_not_ask_for_is_refused(owner: httpx.AsyncClient, kind: str) -> None:
    asked = {"kind": kind, **(NUMBER if kind == "twilio_whatsapp" else ASKED.get(kind, {})), "burst_second": 2}
    refused = await owner.post("/v1/channels", json=asked)
    [problem] = error_of(refused)["details"]["fields"]
    assert (refused.status_code, problem["field"]) == (422, "burst_second")
    assert problem["message"] == "Este dato no se usa aquí."
    assert len((await owner.get("/v1/channels")).json()["channels"]) == 1  # the web chat every store has


@pytest.mark.parametrize(
    ("secrets", "field"),
    [
        ({"webhook_secret": " " * 30}, "secrets.webhook_secret"),
        ({"access_token": "corto"}, "secrets.access_token"),
        ({"access_token": ""}, "secrets"),
        ({"url_token": ""}, "secrets"),
    ],
)
async def test_a_channel_is_not_left_without_a_secret_it_needs(
    service: Service, store: Store, owner: httpx.AsyncClient, secrets: dict[str, str], field: str
) -> None:
    channel = await connect(owner, kind="chatwoot", **ASKED["chatwoot"])
    refused = await owner.patch(f"/v1/channels/{channel['id']}", json={"secrets": secrets})
    assert (refused.status_code, error_of(refused)["details"]["field"]) == (422, field)
    kept = await row(service, store, channel["id"])
    assert kept is not None
    assert set(service.runtime.open_access(kept).secrets) == {"access_token", "url_token"}


async def test_a_secret_takes_the_place_of_another(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    channel = await connect(owner, kind="chatwoot", **ASKED["chatwoot"])
    changed = await owner.patch(
        f"/v1/channels/{channel['id']}", json={"secrets": {"webhook_secret": f" {SECRET}\n", "url_token": ""}}
    )
    assert changed.status_code == 200
    kept = await row(service, store, channel["id"])
    assert kept is not None
    assert service.runtime.open_access(kept).secrets == {"access_token": SECRET, "webhook_secret": SECRET}


async def test_what_was_copied_around_a_secret_is_dropped(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    asked = ASKED["meta_whatsapp"] | {"app_secret": f" {SECRET}\n", "name": "  Ventas "}
    channel = await connect(owner, kind="meta_whatsapp", **asked)
    kept = await row(service, store, channel["id"])
    assert kept is not None
    assert (kept.name, service.runtime.open_access(kept).secrets["app_secret"]) == ("Ventas", SECRET)


@pytest.mark.parametrize("kind", [None, [], {}, "", 5, "fax"])
async def test_a_kind_there_is_not_is_said_in_words(owner: httpx.AsyncClient, kind: object) -> None:
    refused = await owner.post("/v1/channels", json={"kind": kind, **NUMBER})
    [problem] = error_of(refused)["details"]["fields"]
    assert (refused.status_code, problem["field"]) == (422, "kind")
    assert "ChannelKind" not in problem["message"]
