"""Telegram: updates at a secret address, answers by the Bot API.

Facts: https://core.telegram.org/bots/api. Telegram lists no messages and takes no key against doubles: a sending whose
answer was lost stays unknown.
"""

import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from channels.adapter import (
    Attachment,
    Capabilities,
    ChannelAccess,
    FetchedMedia,
    Parsed,
    SendResult,
    WebhookRequest,
)
from channels.errors import CONTENT, CREDENTIALS, REFUSED, UNAVAILABLE, UNKNOWN, SendError, Verdicts
from channels.http import provider_client
from channels.incoming.downloads import download
from channels.incoming.reading import read_json
from channels.outgoing.formatting import units
from channels.outgoing.rendering import Part, PartKind, render
from channels.outgoing.sending import send_each
from channels.telegram.parsing import message_key, read_update
from data.content import MediaKind, MessageContent
from data.states import ChannelKind

API_URL = "https://api.telegram.org"
# What the webhook is to be told of; edited messages were answered when they came.
UPDATES = ("message", "callback_query")
_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
# As WhatsApp reads it: from the edge of a word to that of another, in one line.
_BOLD = re.compile(r"(?<!\w)\*(?=\S)((?:[^*\n]|(?<=\w)\*(?=\w))+)(?<=\S)\*(?!\w)")
_METHODS = {
    MediaKind.IMAGE: ("sendPhoto", "photo"),
    MediaKind.VIDEO: ("sendVideo", "video"),
    MediaKind.AUDIO: ("sendAudio", "audio"),
    MediaKind.DOCUMENT: ("sendDocument", "document"),
    MediaKind.STICKER: ("sendDocument", "document"),
}


class Telegram:
    """One for all channels. `api_url` replaces https://api.telegram.org (a Bot API server of one's own)."""

    kind = ChannelKind.TELEGRAM
    capabilities = Capabilities(
        text_limit=4096,
        most_buttons=12,
        sends_media=True,
        shows_any_picture=True,
        formats_marks=True,
        interactive_text_limit=4096,
        caption_limit=1024,
        button_title_limit=60,
        choice_id_limit=64,
    )

    def __init__(self, api_url: str = "", timeout_seconds: float = 15.0) -> None:
        self._api_url = (api_url or API_URL).rstrip("/")
        self._http = provider_client(timeout_seconds)

    async def close(self) -> None:
        await self._http.aclose()

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        """Telegram signs nothing: it sends back the token it was given with the address."""
        secret = access.secrets.get("secret_token", "")
        given = request.headers.get(_SECRET_HEADER, "")
        return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        return read_update(read_json(request.body))

    def acknowledgement(self, request: WebhookRequest) -> bytes | None:
        """Tells a tapped button that it was heard, whoever answers: else it seems to wait for a minute."""
        tap = read_json(request.body).get("callback_query")
        key = tap.get("id") if isinstance(tap, Mapping) else None
        if not isinstance(key, str):
            return None
        return json.dumps({"method": "answerCallbackQuery", "callback_query_id": key}).encode()

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        return await send_each(render(content, self.capabilities), lambda part: self._send(access, to, part))

    async def _send(self, access: ChannelAccess, to: str, part: Part) -> str:
        try:
            return await self._post(access, to, part)
        except SendError as error:
            if part.media is None or error.code != CONTENT.code:
                raise
        # Telegram could not fetch the file, or does not take its kind: its words and its address still go.
        link = f"{part.media.filename}\n{part.media.url}".strip()
        words = "\n\n".join(text for text in (part.text, link) if text)
        return await self._post(access, to, Part(PartKind.TEXT, words))

    async def _post(self, access: ChannelAccess, to: str, part: Part) -> str:
        method, fields = _call(part)
        answer = await self._ask(access, method, {"chat_id": to} | fields)
        if not isinstance(answer, Mapping) or not isinstance(answer.get("message_id"), int):
            raise SendError.of(UNKNOWN, "Telegram answered without a message")
        return message_key(to, answer["message_id"])

    async def show_typing(self, access: ChannelAccess, to: str, inbound_external_id: str) -> None:
        await self._ask(access, "sendChatAction", {"chat_id": to, "action": "typing"})

    async def fetch_media(self, access: ChannelAccess, attachment: Attachment, limit: int) -> FetchedMedia:
        found = await self._ask(access, "getFile", {"file_id": attachment.reference})
        path = found.get("file_path") if isinstance(found, Mapping) else None
        if not isinstance(path, str) or ".." in path:
            raise SendError("refused", "Telegram has no such file")
        url = f"{self._api_url}/file/bot{_token(access)}/{path}"
        return await download(self._http, url, {}, {self._api_url, "api.telegram.org"}, limit)

    async def register_webhook(self, access: ChannelAccess) -> None:
        """Give Telegram this channel's address and secret. Raises SendError."""
        fields = {
            "url": access.webhook_url,
            "secret_token": access.secrets.get("secret_token", ""),
            "allowed_updates": list(UPDATES),
            "max_connections": 40,
        }
        await self._ask(access, "setWebhook", fields)

    async def _ask(self, access: ChannelAccess, method: str, fields: Mapping[str, Any]) -> Any:
        """The result of a method. Raises SendError; the token is part of the address, which no error shows."""
        url = f"{self._api_url}/bot{_token(access)}/{method}"
        try:
            response = await self._http.post(url, json=fields)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise SendError.of(UNAVAILABLE, "Telegram cannot be reached") from None
        except httpx.HTTPError as error:
            raise SendError.of(UNKNOWN, f"no answer: {type(error).__name__}") from None
        return _result(response)


def _call(part: Part) -> tuple[str, dict[str, Any]]:
    if part.media is not None:
        method, name = _METHODS[part.media.kind]
        return method, {name: part.media.url} | (_formatted("caption", part.text) if part.text else {})
    fields = {**_formatted("text", part.text), "link_preview_options": {"is_disabled": True}}
    if part.kind in (PartKind.BUTTONS, PartKind.LIST):
        rows = [[{"text": choice.title, "callback_data": choice.id}] for choice in part.choices]
        fields["reply_markup"] = {"inline_keyboard": rows}
    return "sendMessage", fields


def _formatted(name: str, text: str) -> dict[str, Any]:
    """Bold as Telegram takes it: places in the text, counted in UTF-16 units."""
    plain, entities = "", []
    for place, piece in enumerate(_BOLD.split(text)):  # every other one was between asterisks
        if place % 2:
            entities.append({"type": "bold", "offset": units(plain), "length": units(piece)})
        plain += piece
    key = "entities" if name == "text" else f"{name}_entities"
    return {name: plain} | ({key: entities} if entities else {})


def _result(response: httpx.Response) -> Any:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, Mapping):
        raise SendError.of(UNKNOWN, f"status {response.status_code} without an answer")
    if answer.get("ok") is True:
        return answer.get("result")
    raise _refusal(response.status_code, answer)


# https://core.telegram.org/bots/api#making-requests: the codes are those of HTTP, the words may change.
TELEGRAM = Verdicts("telegram", {400: CONTENT, 401: CREDENTIALS, 403: REFUSED, 404: CREDENTIALS})


def _refusal(status: int, answer: Mapping[str, Any]) -> SendError:
    said = str(answer.get("description", ""))[:200]
    wait = answer.get("parameters")
    seconds = wait.get("retry_after") if isinstance(wait, Mapping) else None
    return SendError.of(TELEGRAM.of(status), said, float(seconds) if isinstance(seconds, int | float) else None)


def _token(access: ChannelAccess) -> str:
    token = access.secrets.get("bot_token", "")
    if not token:
        raise SendError.of(CREDENTIALS, "the channel has no bot token")
    return token
