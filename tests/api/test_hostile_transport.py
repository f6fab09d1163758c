"""Requests that are too big, too deep, too slow or no requests at all: refused soon, and nobody else waits."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from api import edge, http_protocol
from tests.api.service import Service
from tests.api.test_meta_channel import CHANNEL
from tests.servers.meta_server import signed

MEBIBYTE = 1024 * 1024


@pytest.fixture
async def hook(owner: httpx.AsyncClient) -> AsyncIterator[str]:
    channel = (await owner.post("/v1/channels", json=CHANNEL)).json()
    yield channel["webhook_url"]
    await owner.delete(f"/v1/channels/{channel['id']}")


def place_of(service: Service) -> tuple[str, int]:
    url = httpx.URL(service.url)
    assert url.port is not None
    return url.host, url.port


async def answer_to(service: Service, *sent: bytes) -> bytes:
    """The first line that comes back, or nothing where the connection just ends."""
    reader, writer = await asyncio.open_connection(*place_of(service))
    with suppress(ConnectionError):
        for data in sent:
            writer.write(data)
            await writer.drain()
    try:
        return (await asyncio.wait_for(reader.read(), 20)).partition(b"\r\n")[0]
    except ConnectionError:
        return b""
    finally:
        writer.close()


BAD_HEADS = {
    "a header of a mebibyte": (b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ", b"a" * MEBIBYTE),
    "headers without end": (b"GET /healthz HTTP/1.1\r\nhost: x\r\n", b"x-a: b\r\n" * 20_000),
    "an address of a mebibyte": (b"GET /", b"a" * MEBIBYTE),
}


@pytest.mark.parametrize("sent", BAD_HEADS.values(), ids=BAD_HEADS)
async def test_a_head_without_end_is_refused(service: Service, sent: tuple[bytes, ...]) -> None:
    assert await answer_to(service, *sent) in (b"HTTP/1.1 431 Request Header Fields Too Large", b"")


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hola\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
async def test_what_is_no_request_is_a_bad_one(service: Service, sent: bytes) -> None:
    assert await answer_to(service, sent) == b"HTTP/1.1 400 Bad Request"


async def test_a_head_that_does_not_come_is_waited_for_no_longer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)
    slow = [answer_to(service, b"POST /v1/webhooks/channels/x HTTP/1.1\r\nhost: x\r\nx-a") for _ in range(100)]
    silent = [answer_to(service) for _ in range(20)]
    assert set(await asyncio.gather(*slow, *silent)) == {b"HTTP/1.1 408 Request Timeout"}


async def test_a_body_that_does_not_come_is_waited_for_no_longer(
    service: Service, hook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.2)
    path = httpx.URL(hook).path.encode()
    head = b"POST " + path + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n{"
    slow = [answer_to(service, head) for _ in range(50)]
    assert set(await asyncio.gather(*slow)) == {b"HTTP/1.1 408 Request Timeout"}


DEEP = b"[" * 100_000
BOMB = gzip.compress(b"[" * 50 * MEBIBYTE)


NONSENSE = {
    "deep": (DEEP, {}),
    "deep and closed": (DEEP + b"]" * 100_000, {}),
    "gzip bomb": (BOMB, {"content-encoding": "gzip"}),
    "no text": (b"\xff\xfe", {}),
    "nothing": (b"", {}),
    "null": (b"null", {}),
}


@pytest.mark.parametrize(("body", "headers"), NONSENSE.values(), ids=NONSENSE)
async def test_signed_nonsense_is_a_bad_request(
    service: Service, hook: str, body: bytes, headers: dict[str, str]
) -> None:
    async with service.client() as client:
        raw, signature = signed(body)
        refused = await client.post(hook, content=raw, headers=signature | headers)
        forged = await client.post(hook, content=raw, headers=headers)
    assert (refused.status_code, forged.status_code) == (400, 403)
    assert json.loads(refused.content)["error"]["code"] == "BAD_REQUEST"
