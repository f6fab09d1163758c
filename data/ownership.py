"""Whom a conversation is with: the one place that changes it, with its history, its events and the jobs that follow.

The caller has locked the conversation (`tx.conversations.get(…, lock=True)`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from data.jobs import JobName
from data.models import Channel, Conversation
from data.states import Actor, ChannelKind, ConnectionKind, ConversationStatus, Sender
from data.tenant_settings import handoff_timeout
from data.transaction import Transaction

PEOPLE = frozenset({Actor.MEMBER, Actor.DESK, Actor.PHONE})


@dataclass(frozen=True, slots=True)
class By:
    """Who changes it; `name` is how the people of the shop call them."""

    actor: Actor
    name: str | None = None

    @property
    def is_person(self) -> bool:
        return self.actor in PEOPLE


async def hand_off(tx: Transaction, conversation: Conversation, reason: str, by: By, now: datetime) -> bool:
    """People answer from here on; False when they did already, or it is closed.

    One that is opened by nobody in person times out when no person takes it.
    """
    if conversation.status is not ConversationStatus.AUTOMATED:
        if by.is_person and conversation.status is ConversationStatus.HANDED_OFF:
            await tx.conversations.take_handoff(conversation.id, now)
        return False
    handoff = await tx.conversations.open_handoff(conversation.id, reason, now)
    await _note(tx, conversation, reason, by, now)
    await tx.events.add("handoff.opened", handoff_id=str(handoff.id), conversation_id=str(conversation.id))
    await _tell_desk(tx, conversation, by)
    if by.is_person:
        handoff.taken_at = now
    elif patience := handoff_timeout(await tx.tenants.get()):
        await tx.jobs.defer(
            JobName.TIME_OUT_HANDOFF,
            lock=f"handoff:{handoff.id}",
            scheduled_at=now + patience,
            handoff_id=handoff.id,
        )
    return True


async def hand_back(tx: Transaction, conversation: Conversation, reason: str, by: By, now: datetime) -> bool:
    """The agent answers again, at once what nobody answered meanwhile; False when people did not have it."""
    if conversation.status is not ConversationStatus.HANDED_OFF:
        return False
    await tx.conversations.close_handoff(conversation.id, now)
    await _note(tx, conversation, reason, by, now)
    await tx.events.add("handoff.closed", conversation_id=str(conversation.id))
    await _tell_desk(tx, conversation, by)
    await take_turn_if_waiting(tx, conversation)
    return True


async def close(tx: Transaction, conversation: Conversation, reason: str, by: By, now: datetime) -> bool:
    """Nothing more is said in it: whoever writes next begins another. False when it was closed already."""
    if conversation.status is ConversationStatus.CLOSED:
        return False
    if conversation.status is ConversationStatus.HANDED_OFF:
        await tx.conversations.close_handoff(conversation.id, now)
        await tx.events.add("handoff.closed", conversation_id=str(conversation.id))
    conversation.status = ConversationStatus.CLOSED
    conversation.closed_at = now
    await _note(tx, conversation, reason, by, now)
    await tx.events.add("conversation.closed", conversation_id=str(conversation.id))
    await _tell_desk(tx, conversation, by)
    return True


async def person_answered(tx: Transaction, conversation: Conversation, reason: str, by: By, now: datetime) -> None:
    """A person of the shop wrote to the contact: it is theirs, and what waited is answered."""
    await hand_off(tx, conversation, reason, by, now)
    conversation.answered_position = await tx.messages.newest_inbound_position(conversation.id)


async def say_in_between(
    tx: Transaction, conversation: Conversation, text: str, now: datetime, sender: Sender = Sender.AGENT
) -> None:
    """A fixed text to the contact, outside any turn."""
    message = await tx.messages.add_outbound(conversation, text=text, payload={}, now=now, sender=sender)
    await tx.jobs.defer(JobName.SEND_MESSAGE, lock=f"outbox:{conversation.id}", message_id=message.id)
    await tx.jobs.notify("messages", f"{tx.tenant_id}/{conversation.id}")


def desk_lock(conversation_id: UUID) -> str:
    """One job at a time tells Chatwoot of it."""
    return f"desk:{conversation_id}"


async def tell_desk(tx: Transaction, conversation: Conversation) -> None:
    """Have Chatwoot show whom the conversation is with, and what was said."""
    await tx.jobs.defer(JobName.TELL_DESK, lock=desk_lock(conversation.id), conversation_id=conversation.id)


async def tell_desk_if_shown(tx: Transaction, conversation_id: UUID) -> None:
    shown = await tx.desks.get(conversation_id)
    if shown is not None and shown.is_shown:
        await tx.jobs.defer(JobName.TELL_DESK, lock=desk_lock(conversation_id), conversation_id=conversation_id)


async def take_turn_if_waiting(tx: Transaction, conversation: Conversation) -> bool:
    if not await tx.messages.unanswered(conversation):
        return False
    await tx.jobs.defer(JobName.TAKE_TURN, lock=f"conversation:{conversation.id}", conversation_id=conversation.id)
    return True


async def _tell_desk(tx: Transaction, conversation: Conversation, by: By) -> None:
    """Where Chatwoot owns the inbox, all but what it said itself; else where the tenant has it as its desk."""
    channel = await tx.channels.get(conversation.channel_id)
    if channel is not None and channel.kind is ChannelKind.CHATWOOT:
        is_told = by.actor is not Actor.DESK
    elif conversation.status is not ConversationStatus.HANDED_OFF:
        is_told = await tx.desks.hide(conversation.id)
    else:
        is_told = await _is_shown(tx, channel)
        if is_told:
            await tx.desks.show(conversation.id)
    if is_told:
        await tell_desk(tx, conversation)


async def _is_shown(tx: Transaction, channel: Channel | None) -> bool:
    is_real = channel is not None and channel.kind is not ChannelKind.TERMINAL
    return is_real and await tx.connections.active(ConnectionKind.CHATWOOT) is not None


async def _note(tx: Transaction, conversation: Conversation, reason: str, by: By, now: datetime) -> None:
    conversation.status_since = now
    conversation.status_actor = by.actor
    conversation.status_actor_name = by.name
    conversation.status_reason = reason
    await tx.conversations.add_ownership_change(conversation, now)
    await tx.jobs.notify("messages", f"{tx.tenant_id}/{conversation.id}")
