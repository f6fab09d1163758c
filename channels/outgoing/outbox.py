"""Carries one outbound message to its provider, at most once, and records what became of it.

Written before the sending: that it is being sent. A worker that dies in between, or an answer that is lost, leaves
that behind: the provider is asked whether it has the message before it is ever sent again (see `doubts`), and what
it cannot tell goes to a person.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from channels.adapter import Adapter, ChannelAccess, Doubt, Fate, FindsSent, Found, SendResult
from channels.errors import WINDOW_CLOSED, SendError
from channels.outgoing.billing import kind_of
from channels.outgoing.doubts import Patience, Step, backoff
from channels.outgoing.rendering import render, split_content, with_picture
from channels.outgoing.undelivered import CHANNEL_INACTIVE, OPTED_OUT, fail
from channels.outgoing.window import by_template, is_window_open
from connectors.deadline import TooLate, writing_until
from data.content import MessageContent
from data.database import Database
from data.encryption import SecretUnreadable
from data.jobs import JobName
from data.models import Channel, Conversation, Message
from data.states import UNKNOWN_FATE, ChannelKind, Delivery, Sender
from data.transaction import Transaction

# With the waits between them, four to eight minutes: a person could not reach the contact any sooner.
MAX_ATTEMPTS = 9
# Longer than any send takes with its time-outs: after this, the worker that sent is gone.
SENDING_LEASE = timedelta(seconds=45)
# Nothing is written to the provider later than this after the claim: a worker that stood still may not go on, another
# may be at it by now. With the longest wait for an answer it ends within the lease.
FRESH_SECONDS = 20.0
# While a retry waits, later messages of its conversation wait behind it (data.jobs).
RETRY_PRIORITY = 1


class DeliverOutcome(StrEnum):
    SENT = "sent"
    RETRYING = "retrying"  # a job for later is in the queue
    FAILED = "failed"
    SKIPPED = "skipped"  # nothing to do: gone, sent already, or an inbound message


@dataclass(frozen=True, slots=True)
class _Sending:
    """One part of a message that is now to be sent; `attempted_at` tells this attempt from any other."""

    channel: Channel
    to: str
    content: MessageContent
    attempted_at: datetime
    claimed_at: float


@dataclass(frozen=True, slots=True)
class _Asking:
    """A part that may have been sent. `is_retry`: its provider refused it, and is about to be tried again."""

    channel: Channel
    doubt: Doubt
    is_retry: bool


_Step = _Sending | _Asking | DeliverOutcome


@dataclass(frozen=True, slots=True)
class Outbox:
    """Runs SEND_MESSAGE jobs. Running one again, or twice at once, sends nothing twice."""

    database: Database
    adapters: Mapping[ChannelKind, Adapter]
    open_access: Callable[[Channel], ChannelAccess]
    patience: Patience = field(default_factory=Patience)
    lease: timedelta = SENDING_LEASE
    fresh_seconds: float = FRESH_SECONDS

    async def deliver(self, tenant_id: UUID, message_id: UUID, now: datetime) -> DeliverOutcome:
        began = time.monotonic()
        async with self.database.transaction(tenant_id) as tx:
            step = await self._begin(tx, message_id, now)
        if isinstance(step, _Asking):
            found = await self._ask(step)
            async with self.database.transaction(tenant_id) as tx:
                step = await self._settle(tx, message_id, step, found, now)
        while isinstance(step, _Sending):
            result = await self._send(step, message_id)
            next_at = now + timedelta(seconds=time.monotonic() - began)
            async with self.database.transaction(tenant_id) as tx:
                step = await self._record(tx, message_id, step, result, now, next_at)
        assert isinstance(step, DeliverOutcome)
        return step

    async def _begin(self, tx: Transaction, message_id: UUID, now: datetime) -> _Step:
        message = await tx.messages.get(message_id, lock=True)
        if message is None or message.delivery not in (Delivery.QUEUED, Delivery.SENDING):
            return DeliverOutcome.SKIPPED
        channel = await tx.channels.get(message.channel_id)
        adapter = self.adapters.get(channel.kind) if channel else None
        if channel is None or not channel.is_active or adapter is None:
            is_unknown = message.delivery is Delivery.SENDING
            return await _fail(tx, message, UNKNOWN_FATE if is_unknown else CHANNEL_INACTIVE, now)
        if adapter.capabilities.is_pulled:
            return await self._claim(tx, message, channel, now)
        if message.delivery is Delivery.SENDING:
            return await self._look_into(tx, message, channel, adapter, now)
        if message.attempt_count and isinstance(adapter, FindsSent):
            return await self._asking(tx, message, channel, is_retry=True)
        return await self._claim(tx, message, channel, now)

    async def _look_into(
        self, tx: Transaction, message: Message, channel: Channel, adapter: Adapter, now: datetime
    ) -> _Step:
        """Another worker is sending it, or was when it died, or its answer was lost."""
        if message.doubted_at is None:
            lease_ends = (message.attempted_at or now) + self.lease
            if lease_ends > now:
                await _send_later(tx, message, lease_ends)
                return DeliverOutcome.RETRYING
            message.doubted_at = message.attempted_at or now
        if isinstance(adapter, FindsSent):
            return await self._asking(tx, message, channel, is_retry=False)
        # Nobody can be asked: a status may still tell. It will not be sent again, so nothing need wait behind it.
        if self.patience.is_over(message, now):
            return await _fail(tx, message, UNKNOWN_FATE, now)
        wait = self.patience.next_wait(message, now)
        await _send_later(tx, message, now + wait, lock=f"doubt:{message.id}", priority=0)
        return DeliverOutcome.RETRYING

    async def _asking(self, tx: Transaction, message: Message, channel: Channel, *, is_retry: bool) -> _Asking:
        conversation = await tx.conversations.get(message.conversation_id)
        assert message.attempted_at is not None
        doubt = Doubt(
            to=conversation.address,
            content=self._pieces(message, channel)[len(message.part_ids)],
            message_id=message.id,
            sent_after=message.attempted_at,
            known_external_ids=await tx.outbound.known_ids(message),
        )
        return _Asking(channel, doubt, is_retry)

    async def _ask(self, asking: _Asking) -> Found | SendError:
        adapter = self.adapters[asking.channel.kind]
        assert isinstance(adapter, FindsSent)
        try:
            return await adapter.find_sent(self.open_access(asking.channel), asking.doubt)
        except SendError as error:
            return error
        except SecretUnreadable as error:
            return SendError("bad_credentials", str(error))

    async def _settle(
        self, tx: Transaction, message_id: UUID, asking: _Asking, found: Found | SendError, now: datetime
    ) -> _Step:
        message = await tx.messages.get(message_id, lock=True)
        if message is None or message.delivery not in (Delivery.QUEUED, Delivery.SENDING):
            return DeliverOutcome.SKIPPED  # a status of the provider came first and knows better
        if asking.is_retry and message.delivery is Delivery.QUEUED and not _is_taken(found):
            return await self._try_again(tx, message, asking.channel, found, now)
        step = self.patience.judge(message, found, now)
        if step is Step.TAKEN and isinstance(found, Found):
            return await self._taken(tx, message, asking.channel, found.result or SendResult(None), now)
        if step is Step.SEND:
            if message.attempt_count >= MAX_ATTEMPTS:
                return await _fail(tx, message, "provider_unavailable", now)
            return await self._claim(tx, message, asking.channel, now)
        if step is Step.GIVE_UP:
            return await _fail(tx, message, UNKNOWN_FATE, now)
        await _send_later(tx, message, now + self.patience.next_wait(message, now))
        return DeliverOutcome.RETRYING

    async def _try_again(
        self, tx: Transaction, message: Message, channel: Channel, found: Found | SendError, now: datetime
    ) -> _Step:
        """Of a message that its provider refused for now; when it cannot even be asked, that was an attempt too."""
        if isinstance(found, Found):
            return await self._claim(tx, message, channel, now)
        message.attempt_count += 1
        return await self._refused(tx, message, found, now)

    async def _claim(self, tx: Transaction, message: Message, channel: Channel, now: datetime) -> _Step:
        conversation = await tx.conversations.get(message.conversation_id)
        if refusal := await self._prepare(tx, message, conversation, channel, now):
            return await _fail(tx, message, refusal, now)
        pieces = self._pieces(message, channel)
        if len(message.part_ids) >= len(pieces):
            return await _fail(tx, message, "bad_content", now)
        message.part_count = len(pieces)
        message.attempt_count += 1
        if any(part.is_numbered for part in render(pieces[-1], self.adapters[channel.kind].capabilities)):
            message.payload = message.payload | {"is_numbered": True}
        if len(pieces) > 1 and pieces[-1].media and not message.payload.get("media"):
            message.payload = message.payload | {"has_picture": True}
        return _marked(message, channel, conversation, pieces, now)

    async def _prepare(
        self, tx: Transaction, message: Message, conversation: Conversation, channel: Channel, now: datetime
    ) -> str | None:
        """Why it may not be sent. Outside the service window it becomes a template, for good."""
        content = MessageContent.from_row(message.text, message.payload)
        is_open = is_window_open(self.adapters[channel.kind].capabilities, conversation.last_inbound_at, now)
        if (content.purpose or not is_open) and not await tx.conversations.may_start(conversation.contact_id):
            return OPTED_OUT
        if is_open or message.part_ids:
            return None
        contact = await tx.conversations.contact(conversation.contact_id)
        store = await tx.tenants.get()
        values = {"name": contact.name or "", "text": content.text, "store": store.name}
        template = by_template(content, channel.config, values)
        if template is None:
            return WINDOW_CLOSED
        message.payload = message.payload | {"template": template.payload()["template"]}
        return None

    def _pieces(self, message: Message, channel: Channel) -> tuple[MessageContent, ...]:
        """The parts it goes in; the same ones every time."""
        content = MessageContent.from_row(message.text, message.payload)
        content = replace(content, is_verbatim=content.is_verbatim or message.sender is Sender.HUMAN)
        capabilities = self.adapters[channel.kind].capabilities
        if capabilities.is_pulled:
            return (content,)
        wants_pictures = capabilities.sends_media and channel.config.get("product_pictures") is True
        return split_content(with_picture(content, capabilities) if wants_pictures else content, capabilities)

    async def _send(self, sending: _Sending, message_id: UUID) -> SendResult | SendError:
        try:
            access = self.open_access(sending.channel)
            with writing_until(sending.claimed_at + self.fresh_seconds):
                return await self.adapters[access.kind].send(access, sending.to, sending.content, message_id)
        except SendError as error:
            return error
        except TooLate:
            return SendError(UNKNOWN_FATE, "this worker stood still", uncertain=True)
        except SecretUnreadable as error:
            return SendError("bad_credentials", str(error))

    async def _record(
        self,
        tx: Transaction,
        message_id: UUID,
        sending: _Sending,
        result: SendResult | SendError,
        now: datetime,
        next_at: datetime,
    ) -> _Step:
        message = await tx.messages.get(message_id, lock=True)
        if message is None:
            return DeliverOutcome.SKIPPED
        if isinstance(result, SendResult):
            return await self._taken(tx, message, sending.channel, result, next_at)
        if message.delivery is not Delivery.SENDING or message.attempted_at != sending.attempted_at:
            return DeliverOutcome.SKIPPED  # a status of the provider, or another worker, came first
        return await self._refused(tx, message, result, now)

    async def _refused(self, tx: Transaction, message: Message, error: SendError, now: datetime) -> DeliverOutcome:
        message.delivery_error = error.code
        if error.uncertain and message.delivery is Delivery.SENDING:
            message.doubted_at = now
            await _send_later(tx, message, now + self.patience.first)
            return DeliverOutcome.RETRYING
        if not (error.retryable or error.uncertain) or message.attempt_count >= MAX_ATTEMPTS:
            return await _fail(tx, message, error.code, now)
        message.delivery = Delivery.QUEUED
        await _send_later(tx, message, now + backoff(message.attempt_count, error.retry_after))
        return DeliverOutcome.RETRYING

    async def _taken(
        self, tx: Transaction, message: Message, channel: Channel, result: SendResult, now: datetime
    ) -> _Step:
        """The provider has a part of it: the next one, or the end."""
        if result.external_id not in message.part_ids:
            message.part_ids = [*message.part_ids, result.external_id or "", *result.more_external_ids]
        pieces = self._pieces(message, channel)
        message.delivery_error = None
        if len(message.part_ids) < message.part_count and message.delivery is not Delivery.FAILED:
            message.attempt_count = 1
            conversation = await tx.conversations.get(message.conversation_id)
            return _marked(message, channel, conversation, pieces, now)
        message.part_count = len(message.part_ids)
        message.doubted_at = None
        if result.delivery is Delivery.FAILED:  # so the provider said when it was asked
            return await _fail(tx, message, "undelivered", now)
        if result.is_numbered:
            message.payload = message.payload | {"is_numbered": True}
        await tx.messages.advance(message.id, result.delivery, external_id=message.part_ids[0] or None)
        if message.delivery is Delivery.FAILED:  # a part was told lost before the last was on its way
            return await _fail(tx, message, "undelivered", now)
        await tx.outbound.count(channel.kind, kind_of(message), now, sent=len(message.part_ids))
        await tx.jobs.notify("messages", f"{tx.tenant_id}/{message.conversation_id}")
        return DeliverOutcome.SENT


async def deliver(
    database: Database,
    adapters: Mapping[ChannelKind, Adapter],
    open_access: Callable[[Channel], ChannelAccess],
    tenant_id: UUID,
    message_id: UUID,
    now: datetime,
) -> DeliverOutcome:
    """Run one SEND_MESSAGE job."""
    return await Outbox(database, adapters, open_access).deliver(tenant_id, message_id, now)


def _marked(
    message: Message, channel: Channel, conversation: Conversation, pieces: Sequence[MessageContent], now: datetime
) -> _Sending:
    """Written before the sending of the next part: that it is being sent."""
    message.delivery = Delivery.SENDING
    message.attempted_at = now
    message.doubted_at = None
    message.absence_count = 0
    return _Sending(channel, conversation.address, pieces[len(message.part_ids)], now, time.monotonic())


def _is_taken(found: Found | SendError) -> bool:
    return isinstance(found, Found) and found.fate is Fate.TAKEN


async def _fail(tx: Transaction, message: Message, code: str, now: datetime) -> DeliverOutcome:
    await fail(tx, message, code, now)
    await tx.jobs.notify("messages", f"{tx.tenant_id}/{message.conversation_id}")
    return DeliverOutcome.FAILED


async def _send_later(
    tx: Transaction, message: Message, when: datetime, *, lock: str = "", priority: int = RETRY_PRIORITY
) -> None:
    await tx.jobs.defer(
        JobName.SEND_MESSAGE,
        lock=lock or f"outbox:{message.conversation_id}",
        scheduled_at=when,
        priority=priority,
        message_id=message.id,
    )
