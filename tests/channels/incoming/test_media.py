"""Files are fetched once with the channel's credentials, from its provider only; voice notes are read or left alone."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from aiohttp import web

from channels.adapter import Adapter, Attachment
from channels.errors import SendError
from channels.incoming.downloads import download
from channels.incoming.inbox import receive
from channels.incoming.media import MediaStore
from channels.incoming.transcription import Transcriber
from channels.twilio.whatsapp import TwilioWhatsApp
from data.content import MediaKind
from data.models import Media
from data.states import ChannelKind, MediaStatus
from tests.channels.shop import NOW, Shop, inbound, request
from tests.servers.loopback import served
from tests.servers.transcription_server import TranscriptionServer, transcription_server
from tests.servers.twilio_server import TwilioServer

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 100
VOICE = b"OggS" + b"v" * 100
LIMIT = 1000


@pytest.fixture
def store(shop: Shop, adapters: Mapping[ChannelKind, Adapter], tmp_path: Path) -> MediaStore:
    return MediaStore(shop.database, adapters, shop.open_access, tmp_path, LIMIT)


@pytest.fixture
async def transcription() -> AsyncIterator[TranscriptionServer]:
    async with transcription_server() as server:
        yield server


@pytest.fixture
async def listening(
    shop: Shop, adapters: Mapping[ChannelKind, Adapter], tmp_path: Path, transcription: TranscriptionServer
) -> AsyncIterator[MediaStore]:
    async with httpx.AsyncClient() as client:
        transcriber = Transcriber(client, transcription.url, "whisper", "key", 0.5)
        yield MediaStore(shop.database, adapters, shop.open_access, tmp_path, LIMIT, transcriber)


async def send_file(shop: Shop, url: str, content_type: str, words: str = "", external_id: str = "SM1") -> UUID:
    """A shopper sends a file; returns the message."""
    form = inbound(words, external_id) | {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type}
    parsed = TwilioWhatsApp().parse(shop.access, request(form, shop.access.webhook_url))
    [received] = await receive(shop.database, shop.access, parsed.messages, now=NOW)
    assert received.message_id is not None
    return received.message_id


async def media_of(shop: Shop, message_id: UUID) -> Media:
    async with shop.database.transaction(shop.tenant_id) as tx:
        [media] = await tx.media.of_messages([message_id])
    return media


async def test_a_photo_is_fetched_and_kept(shop: Shop, twilio: TwilioServer, store: MediaStore) -> None:
    name, url = twilio.store(JPEG, "image/jpeg")
    message_id = await send_file(shop, url, "image/jpeg")
    [job] = await shop.jobs("fetch_media")
    assert (job["args"]["message_id"], job["lock"]) == (str(message_id), f"media:{message_id}")
    await store.fetch(shop.tenant_id, message_id)
    media = await media_of(shop, message_id)
    assert (media.status, media.kind, media.content_type, media.byte_count) == (
        MediaStatus.STORED,
        MediaKind.IMAGE,
        "image/jpeg",
        len(JPEG),
    )
    assert store.path(media).read_bytes() == JPEG
    del twilio.files[name]
    await store.fetch(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.STORED


async def test_old_files_are_removed_and_young_ones_kept(shop: Shop, twilio: TwilioServer, store: MediaStore) -> None:
    _, url = twilio.store(JPEG, "image/jpeg")
    message_id = await send_file(shop, url, "image/jpeg")
    await store.fetch(shop.tenant_id, message_id)
    media = await media_of(shop, message_id)
    path = store.path(media)
    assert await store.forget_old(shop.tenant_id, media.created_at + timedelta(days=89)) == 0
    assert path.is_file()
    await keep_files_for(shop, 0)
    assert await store.forget_old(shop.tenant_id, media.created_at + timedelta(days=5_000)) == 0
    await keep_files_for(shop, 7)
    for count in (1, 0):
        assert await store.forget_old(shop.tenant_id, media.created_at + timedelta(days=8)) == count
    media = await media_of(shop, message_id)
    assert (media.status, media.error, media.path) == (MediaStatus.FAILED, "expired", None)
    assert not path.exists()
    await store.fetch(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.FAILED


async def keep_files_for(shop: Shop, days: int) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        tenant = await tx.tenants.get()
        tenant.settings = tenant.settings | {"media_days": days}


async def test_a_message_without_files_has_no_job(shop: Shop) -> None:
    await shop.hear("hola", "SM1")
    assert await shop.jobs("fetch_media") == []


async def test_the_credentials_stay_at_the_first_host(shop: Shop, twilio: TwilioServer, store: MediaStore) -> None:
    stored, _ = twilio.store(JPEG, "image/jpeg")
    _, url = twilio.store(b"", "", redirect=f"{twilio.url}/stored/{stored}")
    message_id = await send_file(shop, url, "image/jpeg")
    await store.fetch(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.STORED


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [(b"\xff\xd8\xff" + b"x" * LIMIT, "image/jpeg", "too_large"), (b"", "image/jpeg", "unknown")],
)
async def test_a_file_that_is_too_large_or_empty_is_not_kept(
    shop: Shop, twilio: TwilioServer, store: MediaStore, body: bytes, content_type: str, error: str
) -> None:
    _, url = twilio.store(body, content_type)
    message_id = await send_file(shop, url, content_type)
    await store.fetch(shop.tenant_id, message_id)
    media = await media_of(shop, message_id)
    assert (media.status, media.error, media.path) == (MediaStatus.FAILED, error, None)
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:9/x",
        "https://api.twilio.com.evil.example/x",
        "https://api.twilio.com@evil.example/x",
        "https://evil.example/x?api.twilio.com",
        "file:///etc/passwd",
        "gopher://api.twilio.com/",
        "//evil.example/x",
        "https://[::1]/x",
        "not an address",
    ],
)
async def test_only_the_providers_hosts_are_asked(
    shop: Shop, twilio: TwilioServer, adapter: TwilioWhatsApp, address: str
) -> None:
    with pytest.raises(SendError, match="refused_address"):
        await adapter.fetch_media(shop.access, Attachment(MediaKind.IMAGE, address), LIMIT)
    _, url = twilio.store(b"", "", redirect=address)
    with pytest.raises(SendError, match=r"^refused"):
        await adapter.fetch_media(shop.access, Attachment(MediaKind.IMAGE, url), LIMIT)


@pytest.mark.parametrize("address", ["https://[::1", "https://api.twilio.com:x/"])
async def test_what_is_no_address_is_not_asked(shop: Shop, adapter: TwilioWhatsApp, address: str) -> None:
    with pytest.raises(SendError, match="refused_address"):
        await adapter.fetch_media(shop.access, Attachment(MediaKind.IMAGE, address), LIMIT)


@pytest.mark.parametrize(("pause", "code"), [(0.05, "provider_unavailable"), (0.0, "too_large")])
async def test_a_file_without_end_is_left(pause: float, code: str) -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with suppress(ConnectionError):
            while True:
                await answer.write(b"x")
                await asyncio.sleep(pause)
        return answer

    app = web.Application()
    app.router.add_get("/file", stream)
    async with served(app) as url, httpx.AsyncClient() as client:
        with pytest.raises(SendError, match=code):
            await download(client, f"{url}/file", {}, {url}, LIMIT, most_seconds=0.3 if pause else 10)


async def test_a_redirect_to_itself_ends(shop: Shop, twilio: TwilioServer, adapter: TwilioWhatsApp) -> None:
    name, url = twilio.store(b"", "")
    twilio.files[name] = type(twilio.files[name])(b"", "", f"{twilio.url}{url.removeprefix('https://api.twilio.com')}")
    with pytest.raises(SendError):
        await adapter.fetch_media(shop.access, Attachment(MediaKind.IMAGE, url), LIMIT)


@pytest.mark.parametrize(
    ("body", "declared", "seen"),
    [
        (b"<html><script>alert(1)</script>", "image/png", "application/octet-stream"),
        (b"<svg xmlns=", "image/svg+xml", "application/octet-stream"),
        (JPEG, "application/pdf", "image/jpeg"),
        (b"%PDF-1.7 ...", "application/pdf", "application/pdf"),
        (VOICE, "audio/ogg; codecs=opus", "audio/ogg"),
        (b"\x00\x00\x00\x20ftypisom", "audio/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom", "text/html", "video/mp4"),
    ],
)
async def test_a_files_kind_is_seen_in_its_bytes(
    shop: Shop, twilio: TwilioServer, adapter: TwilioWhatsApp, body: bytes, declared: str, seen: str
) -> None:
    _, url = twilio.store(body, declared.partition(";")[0])
    fetched = await adapter.fetch_media(shop.access, Attachment(MediaKind.IMAGE, url), LIMIT)
    assert fetched.content_type == seen


async def test_a_file_that_comes_late_is_fetched_later(shop: Shop, twilio: TwilioServer, store: MediaStore) -> None:
    name, url = twilio.store(JPEG, "image/jpeg")
    late = twilio.files.pop(name)
    message_id = await send_file(shop, url, "image/jpeg")
    await store.fetch(shop.tenant_id, message_id)
    with pytest.raises(SendError):
        await store.fetch(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.PENDING
    twilio.files[name] = late
    await store.fetch(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.STORED


async def test_a_file_that_never_comes_is_given_up(shop: Shop, twilio: TwilioServer, store: MediaStore) -> None:
    name, url = twilio.store(JPEG, "image/jpeg")
    del twilio.files[name]
    message_id = await send_file(shop, url, "image/jpeg")
    await store.fetch(shop.tenant_id, message_id)
    await store.give_up(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.FAILED


async def test_a_voice_note_becomes_the_text_of_its_message_before_the_turn(
    shop: Shop, twilio: TwilioServer, listening: MediaStore, transcription: TranscriptionServer
) -> None:
    transcription.text = " Hola, ¿tienen martillos? "
    _, url = twilio.store(VOICE, "audio/ogg")
    message_id = await send_file(shop, url, "audio/ogg")
    [job] = await shop.jobs("fetch_media")
    [turn] = await shop.jobs("take_turn")
    assert job["lock"] == turn["lock"]
    assert job["priority"] > turn["priority"]
    await listening.fetch(shop.tenant_id, message_id)
    row = await shop.message(message_id)
    assert (row.text, row.payload["transcribed"]) == ("Hola, ¿tienen martillos?", True)
    assert (await media_of(shop, message_id)).transcript == "Hola, ¿tienen martillos?"
    assert transcription.heard == [{"model": "whisper", "key": "Bearer key", "type": "audio/ogg", "body": VOICE}]


@pytest.mark.parametrize(
    "answer",
    [
        ("", 200, 0.0),
        ("hola", 500, 0.0),
        ("hola", 401, 0.0),
        ("hola", 200, 1.0),
        ("Subtítulos realizados por la comunidad de Amara.org", 200, 0.0),
    ],
)
async def test_a_voice_note_that_cannot_be_read_stays_one(
    shop: Shop,
    twilio: TwilioServer,
    listening: MediaStore,
    transcription: TranscriptionServer,
    answer: tuple[str, int, float],
) -> None:
    transcription.text, transcription.status, transcription.hang_seconds = answer
    _, url = twilio.store(VOICE, "audio/ogg")
    message_id = await send_file(shop, url, "audio/ogg")
    await listening.fetch(shop.tenant_id, message_id)
    row = await shop.message(message_id)
    assert row.text == "[audio]"
    assert "transcribed" not in row.payload
    assert (await media_of(shop, message_id)).status is MediaStatus.STORED


async def test_a_transcriber_that_is_busy_is_asked_again(
    shop: Shop, twilio: TwilioServer, listening: MediaStore, transcription: TranscriptionServer
) -> None:
    transcription.text, transcription.busy = "¿tienen martillos?", 1
    _, url = twilio.store(VOICE, "audio/ogg")
    message_id = await send_file(shop, url, "audio/ogg")
    await listening.fetch(shop.tenant_id, message_id)
    assert (await shop.message(message_id)).text == "¿tienen martillos?"


async def test_a_voice_note_nobody_reads_makes_no_turn_wait(
    shop: Shop, twilio: TwilioServer, store: MediaStore
) -> None:
    _, url = twilio.store(VOICE, "audio/ogg")
    message_id = await send_file(shop, url, "audio/ogg")
    await store.fetch(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.PENDING
    assert [job["lock"] for job in await shop.jobs("fetch_media")][-1] == f"media:{message_id}"
    await store.fetch(shop.tenant_id, message_id)
    assert (await media_of(shop, message_id)).status is MediaStatus.STORED


async def test_a_message_answered_already_is_not_changed(
    shop: Shop, twilio: TwilioServer, listening: MediaStore, transcription: TranscriptionServer
) -> None:
    transcription.text = "tarde"
    _, url = twilio.store(VOICE, "audio/ogg")
    message_id = await send_file(shop, url, "audio/ogg")
    row = await shop.message(message_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        (await tx.conversations.get(row.conversation_id)).answered_position = row.position
    await listening.fetch(shop.tenant_id, message_id)
    assert (await shop.message(message_id)).text == "[audio]"
    assert (await media_of(shop, message_id)).transcript == "tarde"


async def test_a_file_of_another_tenant_is_not_touched(
    shop: Shop, twilio: TwilioServer, store: MediaStore, other_tenant_id: UUID
) -> None:
    _, url = twilio.store(JPEG, "image/jpeg")
    message_id = await send_file(shop, url, "image/jpeg")
    await store.fetch(other_tenant_id, message_id)
    async with shop.database.transaction(shop.tenant_id) as tx:
        assert await tx.media.of_messages([message_id]) == []
