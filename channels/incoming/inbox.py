"""What providers bring: inbound messages become rows and jobs, once each; statuses move outbound messages on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from channels.adapter import (
    ChannelAccess,
    EchoMessage,
    InboundMessage,
    Moved,
    Parsed,
    Quarantined,
    StatusUpdate,
)
from channels.incoming.bursts import burst_of
from channels.incoming.cleaning import ID_LIMIT, TEXT_LIMIT, clean_id, clean_payload, clean_text
from channels.incoming.consent import read_consent, says_more
from channels.incoming.ownership import REASON_LIMIT, apply_ownership
from channels.incoming.signals import Command, is_automatic, read_command
from channels.outgoing.billing import note_billing
from channels.outgoing.formatting import choice_by_number
from channels.outgoing.titles import choice_by_title
from channels.outgoing.undelivered import tell_failed
from data.content import MessageContent
from data.database import Database
from data.intake import Consent, Intake
from data.jobs import current_queue
from data.models import Conversation
from data.ownership import By, hand_back, hand_off, person_answered, tell_desk
from data.states import Actor, Delivery, Sender, SetAside
from data.transaction import Transaction

NAME_LIMIT = 200
MOST_ATTACHMENTS = 30
MOST_ORDERED = 100
LONGEST_TITLE = 100
_NOT_IDS = "the id or the sender is none that can be kept"
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
    """Keep each message and enqueue its turn, one transaction each; a message that cannot be kept is set aside."""
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
        await quarantine(database, access, [Quarantined(_NOT_IDS, message.raw)])
        return None
    if message.replaces:
        await withdraw(database, access, message.replaces, correction=external_id)
    text = clean_text(message.text)
    choice = message.choice or await _worded_choice(database, access, address, text)
    consent = read_consent(text)
    if consent and choice and await _is_offered(database, access, address, choice):
        consent = None  # "Baja" is a height where we asked for one
    burst = burst_of(access, text, is_whole=bool(choice or message.ordered))
    intake = Intake(
        channel_id=access.channel_id,
        address=address,
        contact_name=clean_text(message.contact_name or "")[:NAME_LIMIT] or None,
        external_id=external_id,
        text=text,
        payload=inbound_payload(message, text, choice, consent),
        sent_at=message.sent_at,
        queue=queue or current_queue.get(),
        received_at=now,
        quiet_seconds=burst.quiet_seconds,
        longest_seconds=burst.longest_seconds,
        consent=consent,
        set_aside=SetAside.AUTOMATIC if is_automatic(text) else None,
    )
    alias = clean_id(message.alias or "")
    is_known = alias is None or await _know_as(database, access, (address, alias))
    received = Received(*await database.take_in(access.tenant_id, intake))
    if alias is not None and not is_known:
        await _know_as(database, access, (address, alias))
    return received


async def _know_as(database: Database, access: ChannelAccess, addresses: Sequence[str]) -> bool:
    async with database.transaction(access.tenant_id) as tx:
        return await tx.conversations.know_as(access.channel_id, addresses)


async def _worded_choice(database: Database, access: ChannelAccess, address: str, text: str) -> str | None:
    """The choice that "2" names, when the last message went with its choices as numbered lines (see the outbox), or
    that comes back as its title alone: some providers say of a tap no more than that."""
    if not text or len(text) > LONGEST_TITLE:
        return None
    asked = await database.last_outbound(access.tenant_id, access.channel_id, address)
    if asked is None or not asked[1].get("choices"):
        return None
    content = MessageContent.from_row(*asked)
    choice = choice_by_title(text, content.choices)
    if choice is None and LIKE_A_NUMBER.fullmatch(text) and asked[1].get("is_numbered"):
        choice = choice_by_number(text, content)
    return choice.id if choice else None


async def _is_offered(database: Database, access: ChannelAccess, address: str, choice: str) -> bool:
    asked = await database.last_outbound(access.tenant_id, access.channel_id, address)
    return asked is not None and any(each["id"] == choice for each in asked[1].get("choices", ()))


def inbound_payload(
    message: InboundMessage, text: str, choice: str | None, consent: Consent | None = None
) -> dict[str, Any]:
    """What the row keeps besides its text and the whole `raw`, each where there is one.

    `choice`; `attachments` (kind, reference, content_type, filename); `consent`, and whether it `says_more`;
    `command`, and `about` whom;
    `quoted`, the external id it answers, `quoted_sku` and `quoted_text`; `ordered` (sku, quantity, price, currency);
    `replaces`, the external id of the message it corrects; `text_length` of a text cut.
    """
    payload: dict[str, Any] = {"raw": clean_payload(message.raw)}
    if choice:
        payload["choice"] = clean_text(choice)[:ID_LIMIT]
    if len(message.text) > TEXT_LIMIT and len(text) == TEXT_LIMIT:
        payload["text_length"] = len(message.text)
    command = read_command(text)
    more: dict[str, Any] = {
        "attachments": [asdict(attachment) for attachment in message.attachments[:MOST_ATTACHMENTS]],
        "consent": consent,
        "says_more": bool(consent) and says_more(text),
        "command": command[0] if command else None,
        "about": command[1] if command else None,
        "quoted": message.quoted_external_id,
        "quoted_sku": message.quoted_sku,
        "quoted_text": message.quoted_text,
        "replaces": message.replaces,
        "ordered": [asdict(product) for product in message.ordered[:MOST_ORDERED]],
    }
    return payload | clean_payload({name: value for name, value in more.items() if value})


async def take_in(database: Database, access: ChannelAccess, parsed: Parsed, now: datetime) -> None:
    """Keep all that a request brought. Said again, it changes nothing."""
    await apply_ownership(database, access, parsed.ownership, now)
    await apply_moves(database, access, parsed.moved)
    await receive(database, access, parsed.messages, now=now)
    for external_id in parsed.withdrawn:
        await withdraw(database, access, external_id)
    await apply_echoes(database, access, parsed.echoes, now)
    await apply_statuses(database, access, parsed.statuses, now)
    await quarantine(database, access, parsed.quarantined)


async def withdraw(
    database: Database, access: ChannelAccess, external_id: str, *, correction: str | None = None
) -> None:
    """Its writer deleted it, or wrote it anew, maybe not for the first time: nobody answers it, or an earlier
    `correction` of it, any more. What was answered stays as it is."""
    if clean_id(external_id) is None:
        return
    async with database.transaction(access.tenant_id) as tx:
        found = await tx.messages.by_external_id(access.channel_id, external_id)
        if found is None or found.sender is not Sender.CONTACT:
            return
        if correction is not None and await tx.messages.by_external_id(access.channel_id, correction) is not None:
            return  # said again: what came after it may have corrected it
        conversation = await tx.conversations.get(found.conversation_id, lock=True)
        for message in (found, *await tx.messages.corrections(conversation.id, external_id)):
            is_open = message.set_aside is None and message.position > conversation.answered_position
            if is_open and message.external_id != correction:
                message.set_aside = SetAside.WITHDRAWN


async def apply_moves(database: Database, access: ChannelAccess, moves: Sequence[Moved]) -> None:
    """Whoever has a new address stays the same contact, and is answered there."""
    for move in moves:
        old, new = clean_id(move.old), clean_id(move.new)
        if old is None or new is None or not await _know_as(database, access, (old, new)):
            continue
        async with database.transaction(access.tenant_id) as tx:
            found = await tx.conversations.find(access.channel_id, new)
            if found is not None and found.address == old:
                conversation = await tx.conversations.get(found.id, lock=True)
                conversation.address = new


async def apply_echoes(
    database: Database, access: ChannelAccess, echoes: Sequence[EchoMessage], now: datetime
) -> list[UUID]:
    """What a person wrote past us joins the conversation, and the agent falls silent in it; "/reanuda" wakes it.

    Returns the conversations. What is here already, as an echo or as a message of our own, changes nothing.
    """
    touched = []
    for echo in echoes:
        external_id, address = clean_id(echo.external_id), clean_id(echo.address)
        if external_id is None or address is None:
            await quarantine(database, access, [Quarantined(_NOT_IDS, echo.raw)])
            continue
        alias = clean_id(echo.alias or "")
        if alias is not None:
            await _know_as(database, access, (address, alias))
        async with database.transaction(access.tenant_id) as tx:
            found = await tx.conversations.open(access.channel_id, address)
            conversation = await tx.conversations.get(found.id, lock=True)
            author = clean_text(echo.author or "")[:NAME_LIMIT] or None
            text = clean_text(echo.text)
            is_new = await tx.messages.add_echo(
                conversation,
                external_id=external_id,
                text=text,
                payload={"raw": clean_payload(echo.raw)} | ({"author": author} if author else {}),
                sent_at=echo.sent_at,
                now=now,
            )
            if is_new:
                if not _is_overtaken(conversation, echo):
                    await _heed(tx, conversation, text, By(echo.actor, author), now)
                if echo.is_unopened or (echo.actor is Actor.DESK and read_command(text)):
                    await tell_desk(tx, conversation)
                await tx.jobs.notify("messages", f"{access.tenant_id}/{conversation.id}")
                touched.append(conversation.id)
    return touched


def _is_overtaken(conversation: Conversation, echo: EchoMessage) -> bool:
    """Whether the phone said something newer already: providers bring what it says in any order."""
    if echo.actor is not Actor.PHONE or echo.sent_at is None:
        return False
    if conversation.owner_as_of is not None and echo.sent_at < conversation.owner_as_of:
        return True
    conversation.owner_as_of = echo.sent_at
    return False


async def _heed(tx: Transaction, conversation: Conversation, text: str, by: By, now: datetime) -> None:
    command = read_command(text)
    place = "desde Chatwoot" if by.actor is Actor.DESK else "desde el teléfono"
    if by.actor is Actor.PHONE and is_automatic(text):
        return  # the greeting and the away message of WhatsApp Business: nobody wrote them
    if command is None:
        await person_answered(tx, conversation, f"Respondió una persona {place}.", by, now)
    elif command[0] is Command.PAUSE:
        await hand_off(tx, conversation, f"Pausa pedida {place}.", by, now)
    else:
        await hand_back(tx, conversation, f"Reanudado {place}.", by, now)


async def quarantine(database: Database, access: ChannelAccess, items: Sequence[Quarantined]) -> None:
    """Keep what could not be read, for people to look at."""
    for item in items:
        log.warning("item_quarantined", channel_id=str(access.channel_id), reason=item.reason)
        raw = item.raw if isinstance(item.raw, Mapping) else {"item": item.raw}
        async with database.transaction(access.tenant_id) as tx:
            await tx.conversations.quarantine(
                access.channel_id, clean_text(item.reason)[:REASON_LIMIT], clean_payload(raw)
            )


async def apply_statuses(
    database: Database, access: ChannelAccess, statuses: Sequence[StatusUpdate], now: datetime | None = None
) -> int:
    """Move outbound messages forward, never back; returns how many moved. A status of no message is ignored."""
    moved = 0
    now = now or datetime.now(UTC)
    for status in statuses:
        external_id = clean_id(status.external_id)
        async with database.transaction(access.tenant_id) as tx:
            message = await tx.messages.get(status.message_id) if status.message_id else None
            if message is None and external_id is not None:
                message = await tx.messages.by_external_id(access.channel_id, external_id)
            if message is None or message.channel_id != access.channel_id:
                continue
            if await tx.messages.advance(message.id, status.delivery, external_id=external_id, error=status.error):
                moved += 1
                if status.delivery is Delivery.FAILED:
                    await tell_failed(tx, message, status.error, now)
                await tx.jobs.notify("messages", f"{access.tenant_id}/{message.conversation_id}")
            await note_billing(tx, access.kind, message, status, now)
    return moved
