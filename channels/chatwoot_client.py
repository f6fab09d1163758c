"""Calls to a tenant's Chatwoot, with its refusals turned into verdicts."""

import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from channels.adapter import ChannelAccess
from channels.errors import SendError
from connectors.errors import ConnectorError, Verdict
from connectors.http import Answer
from data.states import UNKNOWN_FATE


class Http(Protocol):
    """What is needed of connectors.http.GuardedHttp."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None
    ) -> Answer: ...


class ChatwootClient:
    """One account at one server. `token` is a bot's or a person's: a bot may call less."""

    def __init__(self, http: Http, base_url: str, account_id: str, token: str) -> None:
        if not base_url or not account_id or not token:
            raise SendError("bad_credentials", "the channel lacks Chatwoot's address, account or token")
        self._http = http
        self._root = f"{base_url.rstrip('/')}/api/v1/accounts/{quote(account_id, safe='')}"
        # With hyphens: proxies drop headers with underscores, and Chatwoot takes either.
        self._headers = {"api-access-token": token, "content-type": "application/json"}

    @classmethod
    def of_bot(cls, http: Http, access: ChannelAccess) -> "ChatwootClient":
        config = access.config
        return cls(
            http,
            str(config.get("base_url", "")),
            str(config.get("account_id", "")),
            access.secrets.get("access_token", ""),
        )

    async def get(self, path: str) -> Any:
        """The JSON of the answer. Raises SendError."""
        return await self._ask("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self._ask("POST", path, body)

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        try:
            answer = await self._http.request(method, f"{self._root}/{path}", headers=self._headers, content=content)
        except ConnectorError as error:
            raise _send_error(error) from error
        if not 200 <= answer.status < 300:
            raise _refusal(answer)
        try:
            return answer.json()
        except ValueError:
            return None


# Chatwoot answers 401 both to a wrong token and to a call that a bot may not make.
_BY_STATUS = {401: "bad_credentials", 403: "not_allowed", 404: "bad_channel", 422: "bad_content"}


def _refusal(answer: Answer) -> SendError:
    said = f"status {answer.status}"
    if answer.status == 429:
        return SendError("rate_limited", said, retryable=True, retry_after=answer.retry_after)
    if answer.status == 503:
        return SendError("provider_unavailable", said, retryable=True)
    if answer.status >= 500:
        return SendError(UNKNOWN_FATE, said, uncertain=True)
    return SendError(_BY_STATUS.get(answer.status, f"chatwoot_{answer.status}"), said)


def _send_error(error: ConnectorError) -> SendError:
    if error.verdict is Verdict.RETRY:
        return SendError("provider_unavailable", "Chatwoot cannot be reached", retryable=True)
    if error.verdict is Verdict.UNCERTAIN:
        return SendError(UNKNOWN_FATE, "no answer from Chatwoot", uncertain=True)
    return SendError("bad_channel", str(error))
