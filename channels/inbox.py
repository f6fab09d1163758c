"""What providers bring: inbound messages become rows and jobs, once each; statuses move outbound messages on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from channels.adapter import ChannelAccess, InboundMessage, StatusUpdate
from channels.cleaning import ID_LIMIT, TEXT_LIMIT, clean_id, clean_payload, clean_text
from channels.formatting import choice_by_number
from data.content import MessageContent
from data.database import Database
from data.intake import Intake
from data.jobs import current_queue
from data.states import ChannelKind, Delivery

NAME_LIMIT = 200
SHOWS_CHOICES_AS_TEXT = {ChannelKind.TWILIO_WHATSAPP}
LIKE_A_NUMBER = re.compile(r"\W{0,2}\d{1,2}\W{0,2}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Received:
    """Where a message went. `message_id` is None for one that was here already."""

    conversation_id: UUID
    message_id: UUID | None


async def receive(
    database: Database,
    access: ChannelAccess,
    messages: Sequence[InboundMessage],
    *,
    queue: str | None = None,
    now: datetime,
) -> list[Received]:
    """Keep each message and enqueue its turn, one transaction each; a message that cannot be kept is left out."""
    received = []
    for message in messages:
        if kept := await _receive(database, access, message, queue, now):
            received.append(kept)
    return received


async def _receive(
    database: Database, access: ChannelAccess, message: InboundMessage, queue: str | None, now: datetime
) -> Received | None:
    external_id, address = clean_id(message.external_id), clean_id(message.address)
    if external_id is None or address is None:
        log.warning("message.unusable", channel_id=str(access.channel_id))
        return None
    text = clean_text(message.text)
    choice = message.choice or await _numbered_choice(database, access, address, text)
    intake = Intake(
        channel_id=access.channel_id,
        address=address,
        contact_name=clean_text(message.contact_name or "")[:NAME_LIMIT] or None,
        external_id=external_id,
        text=text,
        payload=_payload(message, text, choice),
        sent_at=message.sent_at,
        queue=queue or current_queue.get(),
        received_at=now,
    )
    return Received(*await database.take_in(access.tenant_id, intake))


async def _numbered_choice(database: Database, access: ChannelAccess, address: str, text: str) -> str | None:
    """The choice that "2" names, where choices are shown as numbered lines."""
    if access.kind not in SHOWS_CHOICES_AS_TEXT or not LIKE_A_NUMBER.fullmatch(text):
        return None
    async with database.transaction(access.tenant_id) as tx:
        asked = await tx.messages.latest_outbound(access.channel_id, address)
    choice = choice_by_number(text, MessageContent.from_row(asked.text, asked.payload)) if asked else None
    return choice.id if choice else None


def _payload(message: InboundMessage, text: str, choice: str | None) -> dict[str, Any]:
    """What the row keeps besides its text: `choice`, the whole `raw`, and `text_length` when the text was cut."""
    payload: dict[str, Any] = {"raw": clean_payload(message.raw)}
    if choice:
        payload["choice"] = clean_text(choice)[:ID_LIMIT]
    if len(message.text) > TEXT_LIMIT and len(text) == TEXT_LIMIT:
        payload["text_length"] = len(message.text)
    return payload


async def apply_statuses(database: Database, access: ChannelAccess, statuses: Sequence[StatusUpdate]) -> int:
    """Move outbound messages forward, never back; returns how many moved. A status of no message is ignored."""
    moved = 0
    for status in statuses:
        async with database.transaction(access.tenant_id) as tx:
            message = await tx.messages.get(status.message_id) if status.message_id else None
            if message is None:
                message = await tx.messages.by_external_id(access.channel_id, status.external_id)
            if message is None or message.channel_id != access.channel_id:
                continue
            if await tx.messages.advance(
                message.id, status.delivery, external_id=clean_id(status.external_id), error=status.error
            ):
                moved += 1
                if status.delivery is Delivery.FAILED:
                    await tx.events.add("message.failed", message_id=str(message.id), code=status.error)
                await tx.jobs.notify("messages", f"{access.tenant_id}/{message.conversation_id}")
    return moved
