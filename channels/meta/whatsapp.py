"""WhatsApp by Meta's Cloud API: signed webhooks in, the Graph API out.

Facts: https://developers.facebook.com/docs/whatsapp/cloud-api. A message can be asked for nowhere; its statuses carry
the id we sent along (`biz_opaque_callback_data`), and settle a sending whose answer was lost.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs
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
from channels.errors import CREDENTIALS, UNAVAILABLE, UNKNOWN, SendError
from channels.http import provider_client
from channels.incoming.downloads import download
from channels.incoming.reading import read_json
from channels.meta.errors import verdict_of
from channels.meta.parsing import read_payload
from channels.outgoing.rendering import Part, PartKind, render
from channels.outgoing.sending import send_each
from channels.outgoing.window import clean_variable
from data.content import MediaKind, MessageContent, Template
from data.states import ChannelKind

API_URL = "https://graph.facebook.com"
VERSION = "v23.0"
_MEDIA_HOSTS = ("lookaside.fbsbx.com", ".fbcdn.net", ".whatsapp.net")
# Of someone who hides the number: such an id goes into another field.
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_TYPES = {
    MediaKind.IMAGE: "image",
    MediaKind.VIDEO: "video",
    MediaKind.AUDIO: "audio",
    MediaKind.DOCUMENT: "document",
    MediaKind.STICKER: "sticker",
}
_HAS_CAPTION = frozenset({"image", "video", "document"})


class MetaWhatsApp:
    """One for all channels; a channel's address is its `phone_number_id`. `api_url` replaces Meta's own."""

    kind = ChannelKind.META_WHATSAPP
    capabilities = Capabilities(
        text_limit=4096,
        most_buttons=3,
        most_rows=10,
        has_service_window=True,
        sends_media=True,
        formats_marks=True,
    )

    def __init__(self, api_url: str = "", timeout_seconds: float = 15.0) -> None:
        self._api_url = (api_url or API_URL).rstrip("/")
        self._http = provider_client(timeout_seconds)

    async def close(self) -> None:
        await self._http.aclose()

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        """Over the bytes as they came: written again, their escapes would be others."""
        secret = access.secrets.get("app_secret", "")
        algorithm, _, signature = request.headers.get("x-hub-signature-256", "").partition("=")
        if not secret or algorithm != "sha256":
            return False
        expected = hmac.new(secret.encode(), request.body, sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode())

    def answer_handshake(self, access: ChannelAccess, request: WebhookRequest) -> str | None:
        asked = parse_qs(request.query)
        token = access.secrets.get("verify_token", "")
        given = asked.get("hub.verify_token", [""])[0]
        is_ours = bool(token) and hmac.compare_digest(given.encode(), token.encode())
        challenge = asked.get("hub.challenge", [""])[0]
        return challenge if is_ours and asked.get("hub.mode") == ["subscribe"] and challenge else None

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        return read_payload(access, read_json(request.body))

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        common = _recipient(to) | {"biz_opaque_callback_data": str(message_id)}
        parts = render(content, self.capabilities)
        return await send_each(parts, lambda part: self._post(access, common | _shape(part)))

    async def show_typing(self, access: ChannelAccess, to: str, inbound_external_id: str) -> None:
        """Also marks the message, and those before it, as read."""
        body = {"status": "read", "message_id": inbound_external_id, "typing_indicator": {"type": "text"}}
        await self._ask(access, "POST", f"{access.address}/messages", {"messaging_product": "whatsapp"} | body)

    async def fetch_media(self, access: ChannelAccess, attachment: Attachment, limit: int) -> FetchedMedia:
        """The file's address lives for five minutes: it is asked for each time."""
        if not attachment.reference.isalnum():
            raise SendError("refused", "no id of a file")
        found = await self._ask(access, "GET", f"{attachment.reference}?phone_number_id={access.address}")
        url = found.get("url")
        if not isinstance(url, str):
            raise SendError("refused", "Meta has no such file")
        hosts = {*_MEDIA_HOSTS, self._api_url}
        return await download(self._http, url, _bearer(access), hosts, limit)

    async def _post(self, access: ChannelAccess, message: dict[str, Any]) -> str:
        body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual"} | message
        answer = await self._ask(access, "POST", f"{access.address}/messages", body)
        taken = answer.get("messages")
        external_id = (
            taken[0].get("id") if isinstance(taken, list) and taken and isinstance(taken[0], Mapping) else None
        )
        if not isinstance(external_id, str) or not external_id:
            raise SendError.of(UNKNOWN, "Meta answered without a message")
        return external_id

    async def _ask(
        self, access: ChannelAccess, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        try:
            response = await self._http.request(
                method, f"{self._api_url}/{VERSION}/{path}", headers=_bearer(access), json=body
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SendError.of(UNAVAILABLE, "Meta cannot be reached") from error
        except httpx.HTTPError as error:
            raise SendError.of(UNKNOWN, f"no answer from Meta: {type(error).__name__}") from error
        return _result(response)


def _bearer(access: ChannelAccess) -> dict[str, str]:
    token = access.secrets.get("access_token", "")
    if not token:
        raise SendError.of(CREDENTIALS, "the channel has no access token")
    return {"Authorization": f"Bearer {token}"}


def _recipient(to: str) -> dict[str, str]:
    return {"recipient": to} if _USER_ID.fullmatch(to) else {"to": to}


def _shape(part: Part) -> dict[str, Any]:
    if part.kind is PartKind.TEMPLATE and part.template is not None:
        return {"type": "template", "template": _template(part.template)}
    if part.media is not None:
        return _media(part)
    if part.kind is PartKind.BUTTONS:
        buttons = [{"type": "reply", "reply": {"id": choice.id, "title": choice.title}} for choice in part.choices]
        return _interactive("button", part, {"buttons": buttons})
    if part.kind is PartKind.LIST:
        rows = [
            {"id": choice.id, "title": choice.title}
            | ({"description": choice.description} if choice.description else {})
            for choice in part.choices
        ]
        return _interactive("list", part, {"button": part.button, "sections": [{"rows": rows}]})
    return {"type": "text", "text": {"preview_url": False, "body": part.text}}


def _interactive(kind: str, part: Part, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": part.text}, "action": action}}


def _media(part: Part) -> dict[str, Any]:
    assert part.media is not None
    kind = _TYPES[part.media.kind]
    file: dict[str, Any] = {"link": part.media.url}
    if part.text and kind in _HAS_CAPTION:
        file["caption"] = part.text
    if part.media.filename and kind == "document":
        file["filename"] = part.media.filename
    return {"type": kind, kind: file}


def _template(template: Template) -> dict[str, Any]:
    shape: dict[str, Any] = {"name": template.name, "language": {"policy": "deterministic", "code": template.language}}
    if template.variables:
        values = [{"type": "text", "text": clean_variable(text)} for text in template.variables]
        shape["components"] = [{"type": "body", "parameters": values}]
    return shape


def _result(response: httpx.Response) -> Mapping[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    fault = answer.get("error") if isinstance(answer, Mapping) else None
    if response.is_success and isinstance(answer, Mapping) and fault is None:
        return answer
    if response.is_success and fault is None:
        raise SendError.of(UNKNOWN, "Meta's answer cannot be read")
    code = fault.get("code") if isinstance(fault, Mapping) else None
    verdict = verdict_of(response.status_code, fault)
    wait = response.headers.get("retry-after", "")
    after = float(wait) if wait.isdecimal() else None
    raise SendError.of(verdict, f"code {code}, status {response.status_code}", after)
