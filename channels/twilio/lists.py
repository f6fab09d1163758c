"""Twilio's own list of messages: whether it has one of ours, and what shoppers wrote while we were away."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from twilio.base.exceptions import TwilioException
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.rest.api.v2010.account.message.media import MediaInstance

from channels.access import whatsapp_address
from channels.adapter import (
    Capabilities,
    ChannelAccess,
    Doubt,
    Fate,
    Found,
    InboundMessage,
    Parsed,
    Quarantined,
    SendResult,
)
from channels.errors import BadPayload
from channels.outgoing.rendering import Part, PartKind, as_text, render
from channels.twilio.client import TwilioClient, refusal_of
from channels.twilio.parsing import DELIVERIES, Parameters, inbound
from data.states import Delivery

API_URL = "https://api.twilio.com"
_PAGE = 100
_MOST_LISTED = 500
# Their clock and ours may differ, and they name whole seconds.
_SKEW = timedelta(seconds=60)


async def find_sent(
    client: TwilioClient, access: ChannelAccess, doubt: Doubt, capabilities: Capabilities, api_url: str = ""
) -> Found:
    """By addressee, time and words, apart from those whose ids we know. Raises channels.errors.SendError."""
    with client.verdicts():
        listed = client.rest.messages.stream_async(
            to=doubt.to, from_=whatsapp_address(access.address), limit=_MOST_LISTED, page_size=_PAGE
        )
        unknown = []
        async for message in await listed:
            if _moment(message) < doubt.sent_after - _SKEW:
                break  # the newest come first
            if message.sid not in doubt.known_external_ids and str(message.direction) != "inbound":
                unknown.append(message)
    shapes = [render(doubt.content, capabilities), as_text(doubt.content, capabilities)]
    found = next((found for parts in shapes if (found := _match(parts, unknown))), None)
    if found is None:
        return Found(Fate.NOT_TAKEN)
    if len(found) < max(len(parts) for parts in shapes if _match(parts, unknown)):
        return Found(Fate.UNKNOWN)  # the first of several: to be sent again neither whole nor in part
    delivery = DELIVERIES.get(str(found[0].status), Delivery.SENT)
    ids = [str(message.sid) for message in found]
    return Found(Fate.TAKEN, SendResult(ids[0], delivery, tuple(ids[1:])))


def _match(parts: Sequence[Part], unknown: Sequence[MessageInstance]) -> list[MessageInstance]:
    """The messages that are these parts, the oldest first; each stands for one part only."""
    left = list(reversed(unknown))
    found = []
    for part in parts:
        match = next((message for message in left if _is(part, message)), None)
        if match is not None:
            left.remove(match)
            found.append(match)
    return found


def _is(part: Part, message: MessageInstance) -> bool:
    if part.kind is PartKind.TEMPLATE:
        return True  # worded by the provider; nothing else of ours is on its way to this address
    if part.kind is PartKind.MEDIA and str(message.num_media or "0") == "0":
        return False
    words, body = _words(part.text), _words(message.body or "")
    if part.choices:  # by a Content, whose buttons and rows may follow its text here, or whose words may be missing
        return body[: len(words)] == words or not body
    return body == words


def _words(text: str) -> list[str]:
    return text.split()


def _moment(message: MessageInstance) -> datetime:
    moment: datetime | None = message.date_created or message.date_sent
    return (moment or datetime.now(UTC)).astimezone(UTC)


async def fetch_missed(client: TwilioClient, access: ChannelAccess, since: datetime) -> Parsed:
    """What shoppers wrote since then, the oldest first. Raises channels.errors.SendError."""
    missed: list[InboundMessage] = []
    unread: list[Quarantined] = []
    with client.verdicts():
        listed = client.rest.messages.stream_async(
            to=whatsapp_address(access.address), date_sent_after=since.astimezone(UTC), page_size=_PAGE
        )
        async for message in await listed:
            if _moment(message) < since:
                break
            if str(message.direction) == "inbound":
                form = await _form(client, message)
                try:
                    missed.append(inbound(form, str(message.sid), _moment(message)))
                except BadPayload as error:
                    unread.append(Quarantined(str(error), form.flat()))
    return Parsed(messages=missed[::-1], quarantined=unread)


async def _form(client: TwilioClient, message: MessageInstance) -> Parameters:
    """As the webhook would have brought it, but for the payload of a tapped button, which the list has not."""
    form = {
        "MessageSid": message.sid,
        "AccountSid": message.account_sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(message.num_media or "0"),
    }
    if form["NumMedia"] not in ("", "0"):
        for place, media in enumerate(await _files(client, message)):
            form[f"MediaUrl{place}"] = API_URL + str(media.uri).removesuffix(".json")
            form[f"MediaContentType{place}"] = media.content_type
    return Parameters({name: [str(value or "")] for name, value in form.items()})


async def _files(client: TwilioClient, message: MessageInstance) -> Sequence[MediaInstance]:
    """None of a message that was deleted there meanwhile: it must not hold up the others."""
    try:
        return list(await client.rest.messages(message.sid).media.list_async(limit=10))
    except TwilioException as error:
        if refusal_of(error)[0] != HTTPStatus.NOT_FOUND:
            raise
        return []
