"""Has Chatwoot show whom a conversation is with and what was said: TELL_DESK jobs.

A job looks at how things are and brings Chatwoot there; one too many changes nothing. While Chatwoot cannot be reached
it is tried again, ever later, for a day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from channels.adapter import ChannelAccess
from channels.chatwoot.client import ChatwootClient
from channels.chatwoot.handoff import Holding, tell_inbox
from channels.chatwoot.posts import DeskPosts
from channels.desk.notes import failure_id, failure_note, handoff_note
from channels.desk.relay import Person, Relay, is_gone
from channels.errors import SendError
from channels.http import Http
from channels.outgoing.doubts import backoff
from data.database import Database
from data.encryption import SecretBox, SecretUnreadable
from data.errors import NotFound
from data.jobs import JobName
from data.models import Channel, Connection, Conversation, DeskConversation, Handoff, Media, Message
from data.ownership import PEOPLE, desk_lock
from data.repositories.connections import open_secrets
from data.states import Actor, ChannelKind, ConnectionKind, MediaStatus, Sender
from data.tenant_settings import digits_of
from data.transaction import Transaction

LONGEST = timedelta(days=1)
# A file that a shopper sent may still be on its way here.
_FILE_PATIENCE = timedelta(minutes=1)
_FILE_WAIT = timedelta(seconds=5)
_MOST_AT_ONCE = 50
_WITH_PHONES = frozenset({ChannelKind.TWILIO_WHATSAPP, ChannelKind.META_WHATSAPP})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """Runs TELL_DESK jobs, one at a time for each conversation."""

    database: Database
    http: Http
    secrets: SecretBox
    open_access: Callable[[Channel], ChannelAccess]
    media_path: Callable[[Media], Path]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def tell(self, tenant_id: UUID, conversation_id: UUID) -> None:
        now = self.clock()
        try:
            async with self.database.transaction(tenant_id) as tx:
                conversation = await tx.conversations.get(conversation_id)
                channel = await tx.channels.get(conversation.channel_id)
                connection = await tx.connections.active(ConnectionKind.CHATWOOT)
        except NotFound:
            return
        posts = DeskPosts(self.database, tenant_id, conversation_id, now)
        try:
            if channel is not None and channel.kind is ChannelKind.CHATWOOT:
                await self._tell_inbox(conversation, channel, posts)
            elif connection is not None:
                await self._relay(conversation, connection, posts)
            async with self.database.transaction(tenant_id) as tx:
                await tx.desks.reached(conversation_id)
        except SendError as error:
            await self._later(conversation, error, now)
        except SecretUnreadable as error:
            await self._later(conversation, SendError("bad_credentials", str(error)), now)

    async def _later(self, conversation: Conversation, error: SendError, now: datetime) -> None:
        """Also what only the owner can put right: a new token may come tomorrow morning."""
        log.warning("desk_not_told", conversation_id=str(conversation.id), code=error.code)
        async with self.database.transaction(conversation.tenant_id) as tx:
            await tx.connections.note(
                ConnectionKind.CHATWOOT, failure={"code": error.code, "failed_at": now.isoformat()}
            )
            if now - (conversation.status_since or now) > LONGEST:
                log.error("desk_given_up", conversation_id=str(conversation.id), code=error.code)
                return
            attempt_count = await tx.desks.count_attempt(conversation.id)
            await _defer(tx, conversation.id, now + backoff(min(attempt_count, 10), error.retry_after))

    async def _tell_inbox(self, conversation: Conversation, channel: Channel, posts: DeskPosts) -> None:
        async with self.database.transaction(conversation.tenant_id) as tx:
            handoff = await tx.conversations.current_handoff(conversation.id)
            is_ours = handoff is not None and conversation.status_actor not in PEOPLE
            note = await handoff_note(tx, conversation, handoff) if is_ours and handoff is not None else ""
        holding = Holding(conversation.status, handoff.id if handoff else None, note)
        await tell_inbox(self.http, self.open_access(channel), conversation.address, holding, posts)

    async def _relay(self, conversation: Conversation, connection: Connection, posts: DeskPosts) -> None:
        token = open_secrets(connection, self.secrets).get("token", "")
        client = ChatwootClient.of(self.http, connection.config, token)
        relay = Relay(client, connection.config, self.database, posts, self.media_path)
        async with self.database.transaction(conversation.tenant_id) as tx:
            shown = await tx.desks.get(conversation.id)
        if shown is None:
            return
        try:
            if shown.is_shown:
                await self._show(conversation, shown, relay)
            elif shown.external_id is not None and conversation.status_actor is not Actor.DESK:
                await relay.resolve(shown.external_id)
        except SendError as error:
            if not is_gone(error) or shown.external_id is None:
                raise
            await self._forget(conversation, shown)

    async def _show(self, conversation: Conversation, shown: DeskConversation, relay: Relay) -> None:
        number = shown.external_id
        if number is None:
            async with self.database.transaction(conversation.tenant_id) as tx:
                person = await _person(tx, conversation)
            number = await relay.number(shown.id, person)
            async with self.database.transaction(conversation.tenant_id) as tx:
                kept = await tx.desks.get(conversation.id, lock=True)
                if kept is None:
                    return
                kept.external_id = number
        async with self.database.transaction(conversation.tenant_id) as tx:
            handoff, note = await _note_due(tx, conversation)
        if handoff is not None and note:
            await relay.open(number, handoff.id, note)
        while await self._show_some(conversation, number, relay):
            pass
        async with self.database.transaction(conversation.tenant_id) as tx:
            now_shown = await tx.desks.get(conversation.id)
            undelivered = await tx.desks.undelivered(now_shown) if now_shown is not None else []
        for message in undelivered:
            await relay.note(number, failure_id(message.id), failure_note(message))

    async def _show_some(self, conversation: Conversation, number: str, relay: Relay) -> bool:
        """Whether there may be more."""
        now = self.clock()
        async with self.database.transaction(conversation.tenant_id) as tx:
            shown = await tx.desks.get(conversation.id)
            if shown is None or not shown.is_shown:
                return False
            messages = await tx.desks.unposted(shown, _MOST_AT_ONCE)
            media = await tx.media.of_messages([message.id for message in messages])
        for message in messages:
            files = [each for each in media if each.message_id == message.id]
            if _waits_for_files(message, files, now):
                async with self.database.transaction(conversation.tenant_id) as tx:
                    await _defer(tx, conversation.id, now + _FILE_WAIT)
                return False
            await relay.show(number, message, files)
        return len(messages) == _MOST_AT_ONCE

    async def _forget(self, conversation: Conversation, shown: DeskConversation) -> None:
        """Someone deleted it there: another one is made, and told anew."""
        async with self.database.transaction(conversation.tenant_id) as tx:
            await tx.desks.start_anew(shown)
            if shown.is_shown:
                await _defer(tx, conversation.id, None)


async def _note_due(tx: Transaction, conversation: Conversation) -> tuple[Handoff | None, str]:
    """The open hand-off and its note, while the desk has not got it. What was said before is told in it, up to the
    shopper's last message: that one goes there as theirs, and what follows it."""
    handoff = await tx.conversations.current_handoff(conversation.id)
    shown = await tx.desks.get(conversation.id)
    if handoff is None or shown is None:
        return None, ""
    post = await tx.desks.post(handoff.id)
    if post is not None and post.external_id is not None:
        return None, ""
    return handoff, await handoff_note(tx, conversation, handoff, await tx.desks.told(shown))


async def _person(tx: Transaction, conversation: Conversation) -> Person:
    contact = await tx.conversations.contact(conversation.contact_id)
    channel = await tx.channels.get(conversation.channel_id)
    has_phone = channel is not None and channel.kind in _WITH_PHONES
    digits = digits_of(conversation.address) if has_phone and "." not in conversation.address else ""
    return Person(contact.id, contact.name or "", f"+{digits}" if digits else "")


def _waits_for_files(message: Message, media: list[Media], now: datetime) -> bool:
    if message.sender is not Sender.CONTACT or now - message.created_at > _FILE_PATIENCE:
        return False
    expected: Any = message.payload.get("attachments", [])
    is_complete = len(media) >= sum(isinstance(each, Mapping) for each in expected)
    return bool(expected) and (not is_complete or any(each.status is MediaStatus.PENDING for each in media))


async def _defer(tx: Transaction, conversation_id: UUID, when: datetime | None) -> None:
    await tx.jobs.defer(
        JobName.TELL_DESK, lock=desk_lock(conversation_id), scheduled_at=when, conversation_id=conversation_id
    )
