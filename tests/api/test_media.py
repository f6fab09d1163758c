"""Files of shoppers over HTTP: for the people of their shop, shown only when nothing can run in them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from data.content import MediaKind
from data.states import ChannelKind, MediaStatus, Role
from tests.api.service import Service, Store, error_of
from tests.api.shop import begin_conversation

JPEG = b"\xff\xd8\xff\xe0jpeg"


async def keep_file(
    service: Service, store: Store, body: bytes, content_type: str, filename: str = ""
) -> tuple[UUID, UUID]:
    """A shopper's file as the job leaves it; the conversation and the file."""
    conversation_id = await begin_conversation(service, store, "[imagen]")
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        [message] = await tx.messages.history(conversation_id, limit=1)
        [media] = await tx.media.open(message.id, [{"kind": MediaKind.IMAGE, "reference": "https://x.example/1"}])
        media.status, media.path, media.filename = MediaStatus.STORED, str(media.id), filename
        media.content_type, media.byte_count = content_type, len(body)
    folder = service.runtime.settings.storage_dir / "media" / str(store.tenant_id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(media.id)).write_bytes(body)
    return conversation_id, media.id


async def test_a_photo_is_shown_and_listed_with_its_message(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    conversation_id, media_id = await keep_file(service, store, JPEG, "image/jpeg")
    response = await owner.get(f"/v1/media/{media_id}")
    assert (response.status_code, response.content) == (200, JPEG)
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"].startswith("inline")
    assert "sandbox" in response.headers["content-security-policy"]
    [message] = (await owner.get(f"/v1/conversations/{conversation_id}")).json()["messages"]
    [media] = message["media"]
    assert (media["id"], media["status"], media["byte_count"]) == (str(media_id), "stored", len(JPEG))
    assert message["is_transcribed"] is False


@pytest.mark.parametrize("content_type", ["application/pdf", "application/octet-stream", "image/svg+xml", "text/html"])
async def test_anything_else_is_only_downloaded(
    service: Service, store: Store, owner: httpx.AsyncClient, content_type: str
) -> None:
    _, media_id = await keep_file(service, store, b"<script>", content_type, 'a"\r\n../lista ñ.pdf')
    response = await owner.get(f"/v1/media/{media_id}")
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_file_of_another_store_or_of_nobody_is_not_found(
    service: Service, store: Store, other_store: Store, owner: httpx.AsyncClient
) -> None:
    _, foreign_id = await keep_file(service, other_store, JPEG, "image/jpeg")
    for media_id in (foreign_id, uuid4()):
        assert (await owner.get(f"/v1/media/{media_id}")).status_code == 404


async def test_a_file_not_fetched_or_lost_is_not_found(
    service: Service, store: Store, owner: httpx.AsyncClient
) -> None:
    _, media_id = await keep_file(service, store, JPEG, "image/jpeg")
    (service.runtime.settings.storage_dir / "media" / str(store.tenant_id) / str(media_id)).unlink()
    assert (await owner.get(f"/v1/media/{media_id}")).status_code == 404


async def test_a_viewer_sees_no_files(service: Service, store: Store) -> None:
    _, media_id = await keep_file(service, store, JPEG, "image/jpeg")
    async with service.client(store.tokens[Role.VIEWER]) as client:
        assert (await client.get(f"/v1/media/{media_id}")).status_code == 403


async def test_usage_is_told_by_month(service: Service, store: Store, owner: httpx.AsyncClient) -> None:
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        november = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
        await tx.outbound.count(ChannelKind.META_WHATSAPP, "service", november, sent=3)
        await tx.outbound.count(ChannelKind.META_WHATSAPP, "service", november, billed=2)
        await tx.outbound.count(ChannelKind.TWILIO_WHATSAPP, "utility", november, sent=1, billed=1)
        await tx.outbound.count(ChannelKind.META_WHATSAPP, "service", november.replace(month=10, day=31), sent=9)
    usage = (await owner.get("/v1/usage", params={"month": "2026-11"})).json()
    assert (usage["month"], usage["sent_count"], usage["billed_count"]) == ("2026-11", 4, 3)
    assert [(count["channel_kind"], count["kind"], count["sent_count"]) for count in usage["counts"]] == [
        ("meta_whatsapp", "service", 3),
        ("twilio_whatsapp", "utility", 1),
    ]
    assert (await owner.get("/v1/usage")).status_code == 200
    for wrong in ("2026-13", "noviembre", "2026-1"):
        response = await owner.get("/v1/usage", params={"month": wrong})
        assert (response.status_code, error_of(response)["code"]) == (422, "VALIDATION_ERROR")


async def test_templates_and_pictures_are_settings_of_a_channel(owner: httpx.AsyncClient) -> None:
    number = {"number": "+56 9 7777 2222", "account_sid": f"AC{'0' * 32}", "auth_token": "f" * 32}
    channel_id = (await owner.post("/v1/channels", json=number)).json()["id"]
    template = {"name": f"HX{'a' * 32}", "variables": ["{name}", "{text}"]}
    settings = {"product_pictures": True, "templates": {"order_update": template}}
    changed = await owner.patch(f"/v1/channels/{channel_id}", json={"settings": settings})
    assert changed.status_code == 200
    assert changed.json()["settings"]["templates"] == {"order_update": template | {"language": "es"}}
    assert changed.json()["settings"]["product_pictures"] is True
    wrong: dict[str, Any]
    for wrong in ({"Otra cosa": template}, {"answer": {}}, {"answer": template | {"url": "x"}}):
        refused = await owner.patch(f"/v1/channels/{channel_id}", json={"settings": {"templates": wrong}})
        assert refused.status_code == 422
