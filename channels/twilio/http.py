"""The HTTP client under Twilio's own library: httpx, whose errors tell a refused connection from a lost answer."""

import logging
import re
from typing import Any

import httpx
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

# The API and its sisters: content.twilio.com, messaging.twilio.com.
_TWILIO = re.compile(r"https://[a-z]+\.twilio\.com")
# Silent: the library's own logs would hold what shoppers read and their numbers.
_LOGGER = logging.getLogger(__name__)


class TwilioHttp(AsyncHttpClient):  # type: ignore[misc]  # the library is untyped
    """Made for one message over a shared connection pool; remembers how long Twilio asked to wait."""

    def __init__(self, client: httpx.AsyncClient, api_url: str = "") -> None:
        super().__init__(_LOGGER, is_async=True)
        self._client = client
        self._api_url = api_url.rstrip("/")
        self.retry_after: float | None = None

    async def request(  # noqa: PLR0917 - the library's own signature
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
        allow_redirects: bool = False,
    ) -> Response:
        if self._api_url:
            url = _TWILIO.sub(self._api_url, url, count=1)
        is_json = (headers or {}).get("Content-Type") == "application/json"
        response = await self._client.request(
            method,
            url,
            params=params,
            data=None if is_json else data,
            json=data if is_json else None,
            headers=headers,
            auth=auth,
            timeout=timeout or httpx.USE_CLIENT_DEFAULT,
            follow_redirects=allow_redirects,
        )
        wait = response.headers.get("retry-after", "")
        self.retry_after = float(wait) if wait.isdecimal() else None
        return Response(response.status_code, response.text, response.headers)
