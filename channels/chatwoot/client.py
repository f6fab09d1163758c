"""Calls to a tenant's Chatwoot, with its refusals turned into verdicts."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin

import httpx

from channels.adapter import ChannelAccess, FetchedMedia
from channels.errors import CHANNEL, CONTENT, CREDENTIALS, NOT_ALLOWED, RATE, UNAVAILABLE, UNKNOWN, SendError, Verdicts
from channels.http import Http
from channels.incoming.downloads import sniff
from connectors.errors import PASSING, ConnectorError

_MOST_PAGES = 10
_MOST_REDIRECTS = 3
# How it refuses the 201st message of a conversation in one minute: with 422, as if something were wrong with it.
_TOO_MANY = b"Too many messages"


class ChatwootClient:
    """One account at one server. `token` is a bot's or a person's: a bot may call less."""

    def __init__(self, http: Http, base_url: str, account_id: str, token: str) -> None:
        if not base_url or not account_id or not token:
            raise SendError.of(CREDENTIALS, "the channel lacks Chatwoot's address, account or token")
        self._http = http
        self._root = f"{base_url.rstrip('/')}/api/v1/accounts/{quote(account_id, safe='')}"
        # With hyphens: proxies drop headers with underscores, and Chatwoot takes either.
        self._headers = {"api-access-token": token}

    @classmethod
    def of(cls, http: Http, config: Mapping[str, Any], token: str) -> "ChatwootClient":
        """With the settings of a channel or a desk."""
        return cls(http, str(config.get("base_url", "")), str(config.get("account_id", "")), token)

    @classmethod
    def of_bot(cls, http: Http, access: ChannelAccess) -> "ChatwootClient":
        return cls.of(http, access.config, access.secrets.get("access_token", ""))

    async def get(self, path: str) -> Any:
        """The JSON of the answer. Raises SendError."""
        return await self._ask("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self._ask("POST", path, json.dumps(body).encode())

    async def post_files(self, path: str, body: Mapping[str, Any], files: Sequence[FetchedMedia]) -> Any:
        """As a form, which is how Chatwoot takes files."""
        fields = dict(_fields(body))
        parts = [("attachments[]", (file.filename, file.body, file.content_type)) for file in files]
        form = httpx.Request("POST", self._root, data=fields, files=parts)
        return await self._ask("POST", path, form.read(), form.headers["content-type"])

    async def _ask(self, method: str, path: str, content: bytes | None, content_type: str = "application/json") -> Any:
        headers = self._headers | {"content-type": content_type}
        try:
            answer = await self._http.request(method, f"{self._root}/{path}", headers=headers, content=content)
        except ConnectorError as error:
            raise SendError.of_connector(error, "Chatwoot") from error
        if not 200 <= answer.status < 300:
            verdict = RATE if _TOO_MANY in answer.body else CHATWOOT.of(answer.status)
            raise SendError.of(verdict, f"status {answer.status}", answer.retry_after)
        try:
            return answer.json()
        except ValueError:
            return None


async def listed_messages(
    client: ChatwootClient, number: str, since: datetime | None = None
) -> AsyncIterator[Mapping[str, Any]]:
    """Of a conversation, the newest page first; twenty come at a time. Raises SendError."""
    path = f"conversations/{number}/messages"
    before: int | None = None
    for _ in range(_MOST_PAGES):
        listed = await client.get(path if before is None else f"{path}?before={before}")
        payload = listed.get("payload") if isinstance(listed, Mapping) else None
        if not isinstance(payload, list):
            raise SendError.of(UNKNOWN, "Chatwoot lists no messages")
        page = [each for each in payload if isinstance(each, Mapping) and isinstance(each.get("id"), int)]
        for message in page:
            yield message
        if not page or (since is not None and said_at(page[0]) < since.timestamp() - 1):
            return
        before = min(each["id"] for each in page)


def _fields(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is inside goes as `outer[inner]`, which servers of all versions read."""
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}[{inner}]", str(each)) for inner, each in value.items())
        else:
            yield name, json.dumps(value) if isinstance(value, bool) else str(value)


def said_at(message: Mapping[str, Any]) -> float:
    moment = message.get("created_at")
    return moment if isinstance(moment, int | float) else 0.0


async def fetch_file(http: Http, url: str, limit: int) -> FetchedMedia:
    """At any public address. Raises SendError."""
    for _ in range(_MOST_REDIRECTS + 1):
        try:
            answer = await http.request("GET", url, most_bytes=limit)
        except ConnectorError as error:
            raise _file_error(error) from error
        if answer.status in (301, 302, 303, 307, 308):
            url = urljoin(url, answer.headers.get("location", ""))
            continue
        if answer.status != 200:
            # A file may be there a moment after its message.
            is_passing = answer.status in (404, 408, 425, 429) or answer.status >= 500
            code = "provider_unavailable" if is_passing else "refused"
            raise SendError(code, f"status {answer.status}", retryable=is_passing)
        return FetchedMedia(answer.body, sniff(answer.body, answer.headers.get("content-type", "")))
    raise SendError("refused_address", "too many redirects")


def _file_error(error: ConnectorError) -> SendError:
    if error.code == "answer_too_large":
        return SendError("too_large", "the file is larger than what is taken")
    if error.verdict in PASSING:
        return SendError.of(UNAVAILABLE, error.code)
    return SendError("refused_address", error.code)


# Chatwoot answers 401 both to a wrong token and to a call that a bot may not make.
CHATWOOT = Verdicts("chatwoot", {401: CREDENTIALS, 403: NOT_ALLOWED, 404: CHANNEL, 422: CONTENT, 503: UNAVAILABLE})
