"""WhatsApp by Twilio: signed webhooks in, the Messages API out.

Facts: https://www.twilio.com/docs/messaging/guides/webhook-request and …/usage/webhooks/webhooks-security.
"""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from twilio.request_validator import HMAC_SHA256, RequestValidator, get_signature_algorithm

from channels.access import whatsapp_address
from channels.adapter import (
    Attachment,
    Capabilities,
    ChannelAccess,
    Doubt,
    FetchedMedia,
    Found,
    Parsed,
    SendResult,
    WebhookRequest,
)
from channels.errors import SendError
from channels.http import provider_client
from channels.incoming.downloads import download
from channels.outgoing.rendering import Part, PartKind, as_text, render
from channels.outgoing.sending import send_each
from channels.outgoing.window import clean_variable
from channels.twilio import lists, parsing
from channels.twilio.client import TwilioClient, credentials
from channels.twilio.content import ContentIds, Shape, content_sid, shape_of
from channels.twilio.parsing import Parameters, is_json, read_parameters
from data.content import MediaKind, MessageContent, Template
from data.states import ChannelKind

BODY_LIMIT = 1600
# How Twilio is to insist: five times, at any failure, within its fifteen seconds for all. What follows "#" it keeps to
# itself, neither requested nor signed: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
INSISTENCE = "#rc=5&rp=all&ct=2000&rt=3000"
# Where files are: asked for at the API, which sends on to its stores.
_MEDIA_HOSTS = ("api.twilio.com", ".twiliocdn.com", ".twilio.com", ".amazonaws.com")
# A message with buttons that Twilio refuses for itself, or for a reason of its own, may still go in words.
_REFUSED_SHAPE = re.compile(r"bad_content|too_long|twilio_\d+")


class TwilioWhatsApp:
    """One for all channels: each call brings its own credentials. `api_url` replaces https://api.twilio.com and its
    sisters; without `content_ids` choices are numbered lines."""

    kind = ChannelKind.TWILIO_WHATSAPP
    capabilities = Capabilities(
        text_limit=BODY_LIMIT,
        most_buttons=3,
        most_rows=10,
        has_service_window=True,
        sends_media=True,
        formats_marks=True,
        captioned=frozenset({MediaKind.IMAGE}),  # the text beside any other file is not delivered
    )

    def __init__(self, api_url: str = "", timeout_seconds: float = 15.0, content_ids: ContentIds | None = None) -> None:
        self._api_url = api_url.rstrip("/")
        self._http = provider_client(timeout_seconds)
        self._content_ids = content_ids

    async def close(self) -> None:
        await self._http.aclose()

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        """Checked against the public URL, never the one a proxy rewrote; with and without its default port."""
        algorithm = get_signature_algorithm(request.headers.get("x-twilio-webhooks-signature-settings", ""))
        secret = access.secrets.get("shared_key" if algorithm.upper() == HMAC_SHA256 else "auth_token", "")
        signature = request.headers.get("x-twilio-signature", "")
        if not secret or not signature or not access.webhook_url:
            return False
        url = f"{access.webhook_url}?{request.query}" if request.query else access.webhook_url
        try:
            signed = _signed_content(request)
            return signed is not None and bool(RequestValidator(secret).validate(url, signed, signature, algorithm))
        except ValueError:  # not UTF-8, or too many parameters
            return False

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        return parsing.parse(access, request)

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        client = self._client(access)
        common = {
            "to": to,
            "from_": whatsapp_address(access.address),
            "status_callback": f"{access.webhook_url}?{urlencode({'message_id': str(message_id)})}{INSISTENCE}",
        }
        parts = render(content, self.capabilities)
        if [part.kind for part in parts] in ([PartKind.BUTTONS], [PartKind.LIST]):
            if (sid := await self._send_shape(client, access, parts[0], common)) is not None:
                return SendResult(sid)
            parts = as_text(content, self.capabilities)
        return await send_each(parts, lambda part: _create(client, common | _words(part)))

    async def _send_shape(
        self, client: TwilioClient, access: ChannelAccess, part: Part, common: dict[str, str]
    ) -> str | None:
        """Its id with buttons or a list; None when Twilio will not have them and words must do."""
        shape = shape_of(part) if self._content_ids else None
        if shape is None or self._content_ids is None:
            return None
        try:
            with client.verdicts():
                sid = await content_sid(client, self._content_ids, access, shape)
        except SendError:
            return None  # nothing was sent yet
        try:
            return await _create(client, common | _filled(sid, shape))
        except SendError as error:
            if error.uncertain or not _REFUSED_SHAPE.fullmatch(error.code):
                raise
            await self._content_ids.keep(access, shape.fingerprint, "")  # it may have been deleted there
            return None

    async def find_sent(self, access: ChannelAccess, doubt: Doubt) -> Found:
        return await lists.find_sent(self._client(access), access, doubt, self.capabilities)

    async def fetch_missed(self, access: ChannelAccess, since: datetime) -> Parsed:
        return await lists.fetch_missed(self._client(access), access, since)

    async def show_typing(self, access: ChannelAccess, to: str, inbound_external_id: str) -> None:
        client = self._client(access)
        with client.verdicts():
            await client.rest.messaging.v2.typing_indicator.create_async(
                channel="whatsapp", message_id=inbound_external_id
            )

    async def fetch_media(self, access: ChannelAccess, attachment: Attachment, limit: int) -> FetchedMedia:
        asked_at, url = self._api_url or lists.API_URL, attachment.reference
        if url.startswith(f"{lists.API_URL}/"):
            url = asked_at + url.removeprefix(lists.API_URL)
        if not url.startswith(f"{asked_at}/"):
            raise SendError("refused_address", "the file is not at Twilio's")
        return await download(self._http, url, {}, {*_MEDIA_HOSTS, asked_at}, limit, auth=credentials(access))

    def _client(self, access: ChannelAccess) -> TwilioClient:
        return TwilioClient(self._http, self._api_url, access)


async def _create(client: TwilioClient, fields: dict[str, Any]) -> str:
    with client.verdicts():
        sent = await client.rest.messages.create_async(**fields)
        if not sent.sid:
            raise ValueError("Twilio answered without a sid")
        return str(sent.sid)


def _words(part: Part) -> dict[str, Any]:
    if part.kind is PartKind.TEMPLATE and part.template is not None:
        return _templated(part.template)
    if part.media is not None:
        return {"media_url": [part.media.url]} | ({"body": part.text} if part.text else {})
    return {"body": part.text}


def _templated(template: Template) -> dict[str, Any]:
    variables = {str(place): clean_variable(text) for place, text in enumerate(template.variables, start=1)}
    return {"content_sid": template.name} | ({"content_variables": json.dumps(variables)} if variables else {})


def _filled(sid: str, shape: Shape) -> dict[str, Any]:
    return {"content_sid": sid, "content_variables": json.dumps(dict(shape.variables))}


def _signed_content(request: WebhookRequest) -> Parameters | str | None:
    """What the validator takes: the form, or a JSON body whose hash the signed URL must carry."""
    if not is_json(request):
        return read_parameters(request)
    has_hash = bool(parse_qs(request.query).get("bodySHA256"))
    return request.body.decode("utf-8") if has_hash else None
