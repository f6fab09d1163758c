"""What people say and do at the tenant's Chatwoot, for shoppers of other channels: their replies go out through the
outbox, once each; resolving a conversation gives it back to the agent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from channels.adapter import EchoMessage, OwnershipChange
from channels.chatwoot.client import ChatwootClient, listed_messages
from channels.chatwoot.parsing import read_event
from channels.desk.markdown import as_shopper_reads
from channels.errors import SendError
from channels.http import Http
from channels.incoming.cleaning import clean_id, clean_text
from channels.incoming.inbox import NAME_LIMIT
from channels.incoming.ownership import is_old_news
from channels.incoming.signals import Command, read_command
from data.content import Media, MessageContent
from data.database import Database
from data.encryption import SecretBox, SecretUnreadable
from data.jobs import JobName
from data.models import Conversation, DeskConversation
from data.ownership import By, hand_back, hand_off, person_answered
from data.repositories.connections import open_secrets
from data.states import Actor, ConnectionKind, ConversationStatus, Sender
from data.transaction import Transaction

# What was said longer ago is no answer any more.
_OLDEST = timedelta(days=1)
_MOST_FILES = 10
# Chatwoot's editor takes half of it.
LONGEST_REPLY = 20_000

log = structlog.get_logger()


async def take_in_desk(
    database: Database, tenant_id: UUID, config: Mapping[str, Any], event: Mapping[str, Any], now: datetime
) -> None:
    """Keep what an event of Chatwoot's brings. Said again, it changes nothing. Raises BadPayload."""
    if _inbox_of(event) not in (None, config.get("inbox_id")):
        return
    parsed = read_event(event)
    for echo in parsed.echoes:
        await hear(database, tenant_id, echo, now)
    for status in parsed.statuses:
        if status.message_id is not None:
            await _settle(database, tenant_id, status.message_id, status.external_id)
    if str(event.get("event")).startswith("conversation_"):
        for change in parsed.ownership:
            await _heed_change(database, tenant_id, change, now)


async def hear(database: Database, tenant_id: UUID, echo: EchoMessage, now: datetime) -> bool:
    """What a person wrote to the shopper; False for what is known, too old, or of no conversation of ours."""
    external_id = clean_id(echo.external_id)
    if external_id is None or (echo.sent_at is not None and now - echo.sent_at > _OLDEST):
        return False
    async with database.transaction(tenant_id) as tx:
        shown = await tx.desks.called(echo.address)
        if shown is None:
            return False
        conversation = await tx.conversations.get(shown.conversation_id, lock=True)
        if await tx.desks.is_heard(shown.conversation_id, external_id) or await _is_from_before(tx, echo):
            return False
        await _answer(tx, conversation, shown, echo, external_id, now)
    return True


async def _is_from_before(tx: Transaction, echo: EchoMessage) -> bool:
    """Of a desk connected again, which may still have the same conversations: what we had heard there is forgotten."""
    connection = await tx.connections.active(ConnectionKind.CHATWOOT)
    connected_at = connection.state.get("connected_at") if connection is not None else None
    if connected_at is None or echo.sent_at is None:
        return False
    return echo.sent_at < datetime.fromisoformat(connected_at).replace(microsecond=0)  # theirs are whole seconds


async def _answer(
    tx: Transaction,
    conversation: Conversation,
    shown: DeskConversation,
    echo: EchoMessage,
    external_id: str,
    now: datetime,
) -> None:
    if conversation.status is ConversationStatus.CLOSED:  # closed here, while someone still wrote there
        current = await tx.conversations.open(conversation.channel_id, conversation.address)
        conversation = await tx.conversations.get(current.id, lock=True)
    text, author = (
        as_shopper_reads(clean_text(echo.text, LONGEST_REPLY)),
        clean_text(echo.author or "")[:NAME_LIMIT] or None,
    )
    command = read_command(text)
    if command is not None:
        await tx.desks.note_heard(shown.conversation_id, external_id)
        await _obey(tx, conversation, command[0], author, now)
        return
    by = By(Actor.DESK, author)
    files = tuple(Media(file.kind, file.reference, filename=file.filename) for file in echo.attachments[:_MOST_FILES])
    has_words = bool(str(echo.raw.get("content") or "").strip())  # else they only name the files
    content = MessageContent(text if has_words or not files else "", media=files, is_verbatim=True)
    payload = content.payload() | ({"author": author} if author else {})
    message = await tx.messages.add_outbound(
        conversation, text=content.text, payload=payload, now=now, sender=Sender.HUMAN
    )
    await tx.desks.note_heard(shown.conversation_id, external_id, message.id)
    await person_answered(tx, conversation, "Respondió una persona desde Chatwoot.", by, now)
    await tx.jobs.defer(JobName.SEND_MESSAGE, lock=f"outbox:{conversation.id}", message_id=message.id)
    await tx.jobs.notify("messages", f"{tx.tenant_id}/{conversation.id}")


async def _obey(
    tx: Transaction, conversation: Conversation, command: Command, author: str | None, now: datetime
) -> None:
    """What the desk was told in words it does not know of itself: it is told, as of any change made here."""
    change = hand_off if command is Command.PAUSE else hand_back
    await change(tx, conversation, "Lo pidió una persona en Chatwoot.", By(Actor.MEMBER, author), now)


async def _settle(database: Database, tenant_id: UUID, post_id: UUID, external_id: str) -> None:
    """The desk has something of ours: news when the answer to its sending was lost."""
    async with database.transaction(tenant_id) as tx:
        post = await tx.desks.post(post_id)
        if post is not None and post.external_id is None:
            post.external_id = external_id


async def _heed_change(database: Database, tenant_id: UUID, change: OwnershipChange, now: datetime) -> None:
    async with database.transaction(tenant_id) as tx:
        shown = await tx.desks.called(change.address)
        if shown is None:
            return
        conversation = await tx.conversations.get(shown.conversation_id, lock=True)
        if conversation.status is ConversationStatus.CLOSED or is_old_news(conversation, change):
            return
        conversation.owner_as_of = change.as_of or conversation.owner_as_of
        if change.status is not ConversationStatus.HANDED_OFF:
            await hand_back(tx, conversation, change.reason, By(Actor.DESK), now)
        elif conversation.status is ConversationStatus.AUTOMATED:
            await hand_off(tx, conversation, change.reason, By(Actor.DESK), now)


@dataclass(frozen=True, slots=True)
class DeskPoller:
    """Reads what was said at a desk while nobody listened here: Chatwoot posts it once and never again."""

    database: Database
    http: Http
    secrets: SecretBox

    async def poll(self, tenant_id: UUID, now: datetime) -> None:
        async with self.database.transaction(tenant_id) as tx:
            connection = await tx.connections.active(ConnectionKind.CHATWOOT)
            shown = await tx.desks.all_shown(_MOST_POLLED)
        if connection is None or not shown:
            return
        try:
            token = open_secrets(connection, self.secrets).get("token", "")
            client = ChatwootClient.of(self.http, connection.config, token)
            for each in shown:
                await self._poll_one(client, tenant_id, str(each.external_id), now)
        except (SendError, SecretUnreadable) as error:
            log.warning("desk_not_polled", tenant_id=str(tenant_id), error=str(error))

    async def _poll_one(self, client: ChatwootClient, tenant_id: UUID, number: str, now: datetime) -> None:
        try:
            conversation = await client.get(f"conversations/{number}")
            listed = [message async for message in listed_messages(client, number, now)]
        except SendError as error:
            if error.code == "bad_channel":  # deleted there
                return
            raise
        is_whole = isinstance(conversation, Mapping)
        for message in sorted(listed, key=lambda each: int(each["id"])):
            event = {**message, "event": "message_created", "conversation": {"id": int(number)}}
            for echo in read_event(event).echoes:
                await hear(self.database, tenant_id, echo, now)
        if is_whole and conversation.get("status") == "resolved":
            for change in read_event({**conversation, "event": "conversation_resolved"}).ownership:
                await _heed_change(self.database, tenant_id, change, now)


_MOST_POLLED = 100


def _inbox_of(event: Mapping[str, Any]) -> Any:
    """An account's webhook brings the events of all its inboxes."""
    conversation = event.get("conversation")
    place = conversation if isinstance(conversation, Mapping) else event
    return place.get("inbox_id")
