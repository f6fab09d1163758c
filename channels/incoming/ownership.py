"""Whom a conversation is with, as its channel says: people, the agent or nobody. News comes late, twice, or never."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from channels.adapter import ChannelAccess, OwnershipChange
from channels.incoming.cleaning import clean_id, clean_text
from data.database import Database
from data.models import Conversation
from data.ownership import By, close, desk_lock, hand_back, hand_off, tell_desk
from data.states import Actor, ConversationStatus
from data.transaction import Transaction

REASON_LIMIT = 300

_AGENTS = ConversationStatus.AUTOMATED
_CHANGES = {
    ConversationStatus.HANDED_OFF: hand_off,
    _AGENTS: hand_back,
    ConversationStatus.CLOSED: close,
}


async def apply_ownership(
    database: Database, access: ChannelAccess, changes: Sequence[OwnershipChange], now: datetime
) -> None:
    """People, the agent or nobody answers from now on, as the channel says."""
    for change in changes:
        address = clean_id(change.address)
        if address is None:
            continue
        async with database.transaction(access.tenant_id) as tx:
            if change.is_left_over and await _is_agents(tx, access.channel_id, address, change):
                continue
            if change.status is ConversationStatus.HANDED_OFF:
                found: Conversation | None = await tx.conversations.open(access.channel_id, address)
            else:
                found = await tx.conversations.find(access.channel_id, address)
            if found is not None and not (change.is_noticed and found.status is change.status is _AGENTS):
                await _apply(tx, await tx.conversations.get(found.id, lock=True), change, now)


async def _apply(tx: Transaction, conversation: Conversation, change: OwnershipChange, now: datetime) -> None:
    if is_old_news(conversation, change):
        return
    is_handed_back = change.status is _AGENTS and change.is_noticed
    if is_handed_back and await tx.jobs.is_waiting(desk_lock(conversation.id)):
        return  # we are still telling the channel that people have it
    conversation.owner_as_of = change.as_of or conversation.owner_as_of
    if change.status is not conversation.status:  # else: not that someone took it, we may have opened it there
        reason = clean_text(change.reason)[:REASON_LIMIT] or "Lo dijo el canal."
        await _CHANGES[change.status](tx, conversation, reason, By(Actor.DESK), now)
    if change.is_left_over and change.is_noticed:  # the shopper writes where its person does not look
        await tell_desk(tx, conversation)


async def _is_agents(tx: Transaction, channel_id: UUID, address: str, change: OwnershipChange) -> bool:
    """Whether the person it is assigned to is only left from before it was closed: the channel has it for the agent
    again, and is told that it is nobody's."""
    newest = await tx.conversations.newest(channel_id, address)
    if newest is None:
        return False
    if newest.status is ConversationStatus.CLOSED:
        if change.is_noticed and not is_old_news(newest, change):
            await tell_desk(tx, await tx.conversations.open(channel_id, address))
        return True
    return newest.status is _AGENTS and await tx.jobs.is_waiting(desk_lock(newest.id))


def is_old_news(conversation: Conversation, change: OwnershipChange) -> bool:
    """Overtaken by what the channel said later, or said again; or by a change of our own in between."""
    if change.as_of is None:
        return False
    if conversation.owner_as_of is not None and change.as_of <= conversation.owner_as_of:
        return True
    since = conversation.status_since
    return conversation.status_actor is not Actor.DESK and since is not None and change.as_of < since
