"""Fetches a file a shopper sent: only from its provider's hosts, never more than the limit, its kind seen in its bytes.

The channel's credentials go to the first host alone; a redirect is followed without them.
"""

import asyncio
from collections.abc import Collection, Mapping
from urllib.parse import urljoin

import httpx

from channels.adapter import FetchedMedia
from channels.errors import SendError
from data.states import UNKNOWN_FATE

_MOST_REDIRECTS = 3
# All of it: one that trickles in would hold up its conversation.
MOST_SECONDS = 25.0
# Beginnings of files by offset: what the sender says of a file is not believed.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
)
# Containers that hold more than one kind: here the sender's word decides between them.
_ALSO = {
    "video/mp4": {"audio/mp4", "video/3gpp", "audio/3gpp", "image/heic"},
    "video/webm": {"audio/webm"},
    "application/zip": {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    },
}


def sniff(body: bytes, declared: str = "") -> str:
    """The media type that a file's first bytes show; "application/octet-stream" when they show none."""
    said = declared.partition(";")[0].strip().lower()
    for offset, signature, kind in _SIGNATURES:
        if body[offset : offset + len(signature)] == signature:
            return said if said in _ALSO.get(kind, ()) else kind
    return "application/octet-stream"


async def download(
    client: httpx.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    hosts: Collection[str],
    limit: int,
    *,
    auth: tuple[str, str] | None = None,
    most_seconds: float = MOST_SECONDS,
) -> FetchedMedia:
    """`hosts` are names; one that begins with a dot stands for all below it, one with a scheme ("http://127.0.0.1:1")
    is allowed as it is. Raises SendError: "refused_address", "too_large", or as the provider's status says."""
    try:
        async with asyncio.timeout(most_seconds):
            return await _follow(client, url, headers, hosts, limit, auth)
    except TimeoutError as error:
        raise SendError("provider_unavailable", "it took too long", retryable=True) from error


async def _follow(
    client: httpx.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    hosts: Collection[str],
    limit: int,
    auth: tuple[str, str] | None,
) -> FetchedMedia:
    for step in range(_MOST_REDIRECTS + 1):
        if not _is_allowed(url, hosts):
            raise SendError("refused_address", "the file is not at its provider's")
        own = {"headers": dict(headers), "auth": auth} if step == 0 else {}
        try:
            async with client.stream("GET", url, follow_redirects=False, **own) as response:  # type: ignore[arg-type]  # one or the other
                if response.is_redirect:
                    url = urljoin(url, response.headers.get("location", ""))
                    continue
                return await _read(response, limit)
        except httpx.HTTPError as error:
            raise SendError("provider_unavailable", type(error).__name__, retryable=True) from error
    raise SendError("refused_address", "too many redirects")


async def _read(response: httpx.Response, limit: int) -> FetchedMedia:
    if response.status_code != 200:
        # A file may be there a moment after its message.
        is_passing = response.status_code in (404, 408, 425, 429) or response.status_code >= 500
        code = "provider_unavailable" if is_passing else "refused"
        raise SendError(code, f"status {response.status_code}", retryable=is_passing)
    declared = response.headers.get("content-type", "")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise SendError("too_large", f"more than {limit} bytes")
    if not body:
        raise SendError(UNKNOWN_FATE, "the file is empty")
    return FetchedMedia(bytes(body), sniff(bytes(body), declared))


def _is_allowed(url: str, hosts: Collection[str]) -> bool:
    try:
        parts = httpx.URL(url)  # what is checked is what is asked
    except httpx.InvalidURL:
        return False
    host = parts.host.lower()
    if f"{parts.scheme}://{parts.netloc.decode()}" in hosts:
        return True
    if parts.scheme != "https" or parts.port not in (None, 443) or parts.userinfo:
        return False
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in hosts)
