"""Botpress: an existing bot hands its shopper to us through a webhook, and shows what we answer.

The bot posts each message of the shopper with its secret in `x-secret-key`; answers go to the address of its webhook
integration, with that one's secret in `x-bp-secret`, for the bot to show.
Facts: https://botpress.com/docs/integrations/integration-guides/webhook/.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.adapter import (
    Attachment,
    Capabilities,
    ChannelAccess,
    FetchedMedia,
    InboundMessage,
    Parsed,
    SendResult,
    WebhookRequest,
)
from channels.errors import CHANNEL, CONTENT, CREDENTIALS, UNAVAILABLE, BadPayload, SendError, Verdicts
from channels.http import Http
from channels.incoming.downloads import MOST_SECONDS, sniff
from channels.incoming.reading import read_json
from channels.outgoing.rendering import render
from connectors.errors import ConnectorError, Verdict
from data.content import MediaKind, MessageContent
from data.states import ChannelKind

BOTPRESS = Verdicts("botpress", {400: CONTENT, 401: CREDENTIALS, 403: CREDENTIALS, 404: CREDENTIALS, 422: CONTENT})
_MESSAGE_CREATED = "message_created"
_FILES = {
    "image": (MediaKind.IMAGE, "imageUrl", "[imagen]"),
    "audio": (MediaKind.AUDIO, "audioUrl", "[audio]"),
    "video": (MediaKind.VIDEO, "videoUrl", "[video]"),
    "file": (MediaKind.DOCUMENT, "fileUrl", "[archivo]"),
}


class Botpress:
    """One for all channels. `http` guards the addresses that tenants choose."""

    kind = ChannelKind.BOTPRESS
    capabilities = Capabilities(
        text_limit=4000,
        most_buttons=10,
        sends_media=True,
        interactive_text_limit=4000,
        button_title_limit=60,
    )

    def __init__(self, http: Http) -> None:
        self._http = http

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        """Botpress signs nothing: it sends the secret itself."""
        secret = access.secrets.get("secret_key", "")
        given = request.headers.get("x-secret-key", "")
        return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        """A signal of the Chat integration (`type` and `data`), or the message alone as a bot's own code posts it."""
        posted: Mapping[str, Any] = read_json(request.body)
        kind = posted.get("type")
        if isinstance(kind, str) and "data" in posted:
            if kind != _MESSAGE_CREATED:
                return Parsed()
            posted = _object(posted["data"])
        if posted.get("isBot") is True:
            return Parsed()
        return Parsed(messages=[_inbound(posted)])

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        """`messageId` is ours and the same whenever it is sent: the bot may drop a second one."""
        parts = render(content, self.capabilities)
        if not parts:
            raise SendError.of(CONTENT, "there is nothing to send")
        body = {
            "type": "caserita.message",
            "conversationId": to,
            "messageId": str(message_id),
            "text": "\n\n".join(part.text for part in parts if part.text),
            "choices": [{"label": choice.title, "value": choice.id} for part in parts for choice in part.choices],
            "cards": [asdict(card) for card in content.cards],
            "media": [{"kind": part.media.kind.value, "url": part.media.url} for part in parts if part.media],
        }
        await self._post(access, body)
        is_numbered = any(part.is_numbered for part in parts)
        return SendResult(str(message_id), is_numbered=is_numbered)

    async def fetch_media(self, access: ChannelAccess, attachment: Attachment, limit: int) -> FetchedMedia:
        """From where the bot keeps it: a public https address, like the one that is answered to."""
        try:
            answer = await self._http.request("GET", attachment.reference, total_seconds=MOST_SECONDS, most_bytes=limit)
        except ConnectorError as error:
            raise _lost_file(error) from error
        if answer.status != 200:
            raise SendError("refused", f"status {answer.status}", retryable=answer.status >= 500)
        said = answer.headers.get("content-type") or attachment.content_type
        return FetchedMedia(answer.body, sniff(answer.body, said))

    async def _post(self, access: ChannelAccess, body: Mapping[str, Any]) -> None:
        url = str(access.config.get("reply_url", ""))
        if not url:
            raise SendError.of(CHANNEL, "the channel has no address to answer to")
        headers = {"content-type": "application/json"}
        if secret := access.secrets.get("reply_secret", ""):
            headers["x-bp-secret"] = secret
        try:
            answer = await self._http.request("POST", url, headers=headers, content=json.dumps(body).encode())
        except ConnectorError as error:
            raise SendError.of_connector(error, "Botpress") from error
        if not 200 <= answer.status < 300:
            raise SendError.of(BOTPRESS.of(answer.status), f"status {answer.status}", answer.retry_after)


def _lost_file(error: ConnectorError) -> SendError:
    if error.verdict in (Verdict.RETRY, Verdict.UNCERTAIN):
        return SendError.of(UNAVAILABLE, "the file cannot be reached")
    return SendError("too_large" if error.code == "answer_too_large" else "refused_address", str(error))


def _inbound(message: Mapping[str, Any]) -> InboundMessage:
    payload = message.get("payload")
    payload = payload if isinstance(payload, Mapping) else message
    kind = str(payload.get("type", "text"))
    found = _FILES.get(kind)
    url = _text(payload, found[1]) if found else ""
    choice = _text(payload, "value", "choice")
    text = _text(payload, "text", "title", "caption", "markdown") or choice or _wordless(kind, payload)
    if not text:
        raise BadPayload("the message says nothing")
    return InboundMessage(
        external_id=_needed(message, "id", "messageId"),
        address=_needed(message, "conversationId"),
        text=text,
        contact_name=_text(message, "userName", "name") or None,
        choice=choice or None,
        sent_at=_moment(_text(message, "createdAt")),
        attachments=(Attachment(found[0], url),) if found and url else (),
        raw=message,
    )


def _wordless(kind: str, payload: Mapping[str, Any]) -> str:
    """What stands for a message without words; nothing for a text without any."""
    if kind in _FILES:
        return _FILES[kind][2]
    if kind == "location":
        place = [str(payload[name]) for name in ("latitude", "longitude") if isinstance(payload.get(name), int | float)]
        return f"[ubicación] {_text(payload, 'address')} {', '.join(place)}".replace("  ", " ").strip()
    return "" if kind == "text" else "[mensaje]"


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _needed(values: Mapping[str, Any], *names: str) -> str:
    if value := _text(values, *names):
        return value
    raise BadPayload(f"{names[0]} is missing")


def _text(values: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := values.get(name), str) and value.strip()), "")


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadPayload("data is no object")
    return value
