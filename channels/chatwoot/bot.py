"""Chatwoot as agent bot: Chatwoot owns the inbox, we answer what is pending and nobody holds.

It waits five seconds for an answer and then hands the conversation to people: a webhook only keeps what came.
"""

import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.adapter import (
    Attachment,
    Capabilities,
    ChannelAccess,
    Doubt,
    Fate,
    FetchedMedia,
    Found,
    Parsed,
    SendResult,
    WebhookRequest,
)
from channels.chatwoot.client import ChatwootClient, fetch_file, listed_messages
from channels.chatwoot.handoff import shown_to_bot
from channels.chatwoot.parsing import OWN_ID, read_event
from channels.errors import CONTENT, UNAVAILABLE, UNKNOWN, SendError
from channels.http import Http
from channels.incoming.reading import read_json
from channels.outgoing.rendering import Part, PartKind, as_text, render
from channels.outgoing.sending import send_each
from connectors.signatures import PREFIX, is_signed
from data.content import MessageContent
from data.states import ChannelKind

# The channels of Chatwoot's that show the options of an `input_select`.
WITH_OPTIONS = frozenset(f"Channel::{name}" for name in ("WebWidget", "Whatsapp", "Telegram", "FacebookPage", "Line"))


class Chatwoot:
    """One for all channels: each call brings its own address and token. `http` guards the addresses tenants choose."""

    kind = ChannelKind.CHATWOOT
    capabilities = Capabilities(
        text_limit=4096,
        most_buttons=3,
        most_rows=10,
        interactive_text_limit=1024,
        # WhatsApp's, which Chatwoot does not look after. Its options have a title and nothing below it.
        button_title_limit=20,
        row_title_limit=24,
        row_description_limit=0,
    )

    def __init__(self, http: Http, clock: Callable[[], float] = time.time) -> None:
        self._http = http
        self._clock = clock

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        return is_genuine(access.secrets, request, self._clock())

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        return read_event(read_json(request.body))

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        client = ChatwootClient.of_bot(self._http, access)
        path = f"conversations/{_number(to)}/messages"
        parts = render(content, self.capabilities)
        if any(part.choices for part in parts) and not await self._shows_options(access, to):
            parts = as_text(content, self.capabilities)

        async def post(part: Part) -> str:
            return _id_of(await client.post(path, _body(part, message_id)))

        return await send_each(parts, post)

    async def _shows_options(self, access: ChannelAccess, to: str) -> bool:
        """Whether the shopper sees them: mail and SMS, and WhatsApp by Twilio, are sent the words alone."""
        try:
            shown = await shown_to_bot(self._http, access, _number(to))
        except SendError as error:
            if error.uncertain:  # of this call: nothing was sent yet
                raise SendError.of(UNAVAILABLE, "the conversation cannot be looked at") from error
            raise
        meta = shown.get("meta") if shown is not None else None
        channel = meta.get("channel") if isinstance(meta, Mapping) else None
        return channel in WITH_OPTIONS if isinstance(channel, str) else shown is not None

    async def find_sent(self, access: ChannelAccess, doubt: Doubt) -> Found:
        """A bot may not read the messages of a conversation: with a person's token in `user_token` it is looked for."""
        token = access.secrets.get("user_token", "")
        if not token:
            return Found(Fate.UNKNOWN)
        client = ChatwootClient.of(self._http, access.config, token)
        shapes = (render(doubt.content, self.capabilities), as_text(doubt.content, self.capabilities))
        texts = ["\n\n".join(part.text for part in parts) for parts in shapes]
        async for message in listed_messages(client, _number(doubt.to), doubt.sent_after):
            if _is_it(message, doubt, texts):
                return Found(Fate.TAKEN, SendResult(str(message["id"])))
        return Found(Fate.NOT_TAKEN)

    async def show_typing(self, access: ChannelAccess, to: str, inbound_external_id: str) -> None:
        client = ChatwootClient.of_bot(self._http, access)
        await client.post(f"conversations/{_number(to)}/toggle_typing_status", {"typing_status": "on"})

    async def fetch_media(self, access: ChannelAccess, attachment: Attachment, limit: int) -> FetchedMedia:
        """Its address says by itself that it may be read; it leads from Chatwoot to wherever that keeps its files."""
        return await fetch_file(self._http, attachment.reference, limit)


def is_genuine(secrets: Mapping[str, str], request: WebhookRequest, now: float) -> bool:
    """By its signature where we have Chatwoot's secret; servers before 4.13 sign nothing, and bring the token in
    their address instead."""
    secret, token = secrets.get("webhook_secret", ""), secrets.get("url_token", "")
    if secret:
        moment, signature = (request.headers.get(f"x-chatwoot-{name}", "") for name in ("timestamp", "signature"))
        return signature.startswith(PREFIX) and is_signed(secret, moment, request.body, signature, now)
    given = parse_qs(request.query).get("token", [""])[0]
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_it(message: Mapping[str, Any], doubt: Doubt, texts: Sequence[str]) -> bool:
    if str(message.get("id")) in doubt.known_external_ids:
        return False
    attributes = message.get("content_attributes")
    if isinstance(attributes, Mapping) and OWN_ID in attributes:
        return str(attributes[OWN_ID]) == str(doubt.message_id)
    moment = message.get("created_at")
    return (
        message.get("message_type") == 1
        and message.get("private") is not True
        and message.get("content") in texts
        and isinstance(moment, int | float)
        and moment >= doubt.sent_after.timestamp() - 1
    )


def _body(part: Part, message_id: UUID) -> dict[str, Any]:
    attributes: dict[str, Any] = {OWN_ID: str(message_id)}
    body: dict[str, Any] = {"content": part.text, "message_type": "outgoing", "private": False}
    if part.kind in (PartKind.BUTTONS, PartKind.LIST):
        attributes["items"] = [{"title": choice.title, "value": choice.id} for choice in part.choices]
        body["content_type"] = "input_select"
    return body | {"content_attributes": attributes, "echo_id": str(message_id)}


def _id_of(answer: Any) -> str:
    number = answer.get("id") if isinstance(answer, Mapping) else None
    if not isinstance(number, int):
        raise SendError.of(UNKNOWN, "Chatwoot answered without a message")
    return str(number)


def _number(to: str) -> str:
    if not to.isdecimal():
        raise SendError.of(CONTENT, "no conversation of Chatwoot")
    return to
