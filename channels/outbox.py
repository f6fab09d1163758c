"""Carries one outbound message to its provider, at most once, and records what became of it.

Written before the sending: that it is being sent. A worker that dies in between leaves that behind, and
nobody knows whether the shopper got the message: it is then left for people, never sent again.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import structlog

from channels.adapter import Adapter, ChannelAccess, SendResult
from channels.errors import WINDOW_CLOSED, SendError
from data.content import MessageContent
from data.database import Database
from data.encryption import SecretUnreadable
from data.jobs import JobName
from data.models import Channel, Conversation, Message
from data.states import UNKNOWN_FATE, ChannelKind, Delivery
from data.transaction import Transaction

MAX_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
# Longer than any send takes with its time-outs: after this, the worker that sent is gone.
SENDING_LEASE = timedelta(minutes=2)
SERVICE_WINDOW = timedelta(hours=24)
HAS_SERVICE_WINDOW = {ChannelKind.TWILIO_WHATSAPP, ChannelKind.META_WHATSAPP}
# While a retry waits, later messages of its conversation wait behind it (data.jobs).
RETRY_PRIORITY = 1

log = structlog.get_logger()


class DeliverOutcome(StrEnum):
    SENT = "sent"
    RETRYING = "retrying"  # a job for later is in the queue
    FAILED = "failed"
    SKIPPED = "skipped"  # nothing to do: gone, sent already, or an inbound message


@dataclass(frozen=True, slots=True)
class _Claimed:
    """What sending needs, read in the transaction that marked the message."""

    channel: Channel
    to: str
    content: MessageContent


async def deliver(
    database: Database,
    adapters: Mapping[ChannelKind, Adapter],
    open_access: Callable[[Channel], ChannelAccess],
    tenant_id: UUID,
    message_id: UUID,
    now: datetime,
) -> DeliverOutcome:
    """Run one SEND_MESSAGE job. Running it again, or twice at once, sends nothing twice."""
    async with database.transaction(tenant_id) as tx:
        claimed = await _claim(tx, message_id, now)
    if isinstance(claimed, DeliverOutcome):
        return claimed
    result: SendResult | SendError
    try:
        access = open_access(claimed.channel)
        result = await adapters[access.kind].send(access, claimed.to, claimed.content, message_id)
    except SendError as error:
        result = error
    except SecretUnreadable as error:
        result = SendError("bad_credentials", str(error))
    async with database.transaction(tenant_id) as tx:
        return await _record(tx, message_id, result, now)


async def _claim(tx: Transaction, message_id: UUID, now: datetime) -> _Claimed | DeliverOutcome:
    message = await tx.messages.get(message_id, lock=True)
    if message is None or message.delivery not in (Delivery.QUEUED, Delivery.SENDING):
        return DeliverOutcome.SKIPPED
    if message.delivery is Delivery.SENDING:
        return await _settle_interrupted(tx, message, now)
    conversation = await tx.conversations.get(message.conversation_id)
    channel = await tx.channels.get(message.channel_id)
    if channel is None or not channel.is_active:
        return await _fail(tx, message, "channel_inactive")
    if not _in_service_window(channel.kind, conversation, now):
        return await _fail(tx, message, WINDOW_CLOSED)
    message.delivery = Delivery.SENDING
    message.attempt_count += 1
    message.attempted_at = now
    content = MessageContent.from_row(message.text, message.payload)
    return _Claimed(channel, conversation.address, content)


async def _settle_interrupted(tx: Transaction, message: Message, now: datetime) -> DeliverOutcome:
    """Another worker is sending it, or was when it died."""
    lease_ends = (message.attempted_at or now) + SENDING_LEASE
    if message.attempted_at is None or lease_ends <= now:
        return await _fail(tx, message, UNKNOWN_FATE)
    await _send_later(tx, message, lease_ends)
    return DeliverOutcome.RETRYING


def _in_service_window(kind: ChannelKind, conversation: Conversation, now: datetime) -> bool:
    """WhatsApp takes free text only within 24 hours of the contact's last message."""
    if kind not in HAS_SERVICE_WINDOW:
        return True
    return conversation.last_inbound_at is not None and now - conversation.last_inbound_at < SERVICE_WINDOW


async def _record(tx: Transaction, message_id: UUID, result: SendResult | SendError, now: datetime) -> DeliverOutcome:
    if isinstance(result, SendResult):
        await _record_sent(tx, message_id, result)
        return DeliverOutcome.SENT
    message = await tx.messages.get(message_id, lock=True)
    if message is None or message.delivery is not Delivery.SENDING:
        return DeliverOutcome.SKIPPED  # a status of the provider came first and knows better
    if not result.retryable or result.uncertain or message.attempt_count >= MAX_ATTEMPTS:
        return await _fail(tx, message, UNKNOWN_FATE if result.uncertain else result.code)
    message.delivery = Delivery.QUEUED
    message.delivery_error = result.code
    await _send_later(tx, message, now + _wait(message.attempt_count, result.retry_after))
    return DeliverOutcome.RETRYING


async def _record_sent(tx: Transaction, message_id: UUID, result: SendResult) -> None:
    await tx.messages.advance(message_id, result.delivery, external_id=result.external_id)
    message = await tx.messages.get(message_id)
    if message is None:
        return
    if result.more_external_ids:
        message.payload = message.payload | {"more_external_ids": list(result.more_external_ids)}
    await _announce(tx, message)


async def _fail(tx: Transaction, message: Message, code: str) -> DeliverOutcome:
    message.delivery = Delivery.FAILED
    message.delivery_error = code
    await tx.events.add("message.failed", message_id=str(message.id), code=code)
    log.warning("message.failed", message_id=str(message.id), code=code, attempt_count=message.attempt_count)
    await _announce(tx, message)
    return DeliverOutcome.FAILED


async def _send_later(tx: Transaction, message: Message, when: datetime) -> None:
    await tx.jobs.defer(
        JobName.SEND_MESSAGE,
        lock=f"outbox:{message.conversation_id}",
        scheduled_at=when,
        priority=RETRY_PRIORITY,
        message_id=message.id,
    )


async def _announce(tx: Transaction, message: Message) -> None:
    await tx.jobs.notify("messages", f"{tx.tenant_id}/{message.conversation_id}")


def _wait(attempt_count: int, retry_after: float | None) -> timedelta:
    """Twice as long each time, between half and all of it so that many do not come back at once."""
    longest = min(FIRST_WAIT.total_seconds() * 2.0 ** (attempt_count - 1), LONGEST_WAIT.total_seconds())
    wait = longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing
    return timedelta(seconds=max(wait, min(retry_after or 0.0, LONGEST_WAIT.total_seconds())))
