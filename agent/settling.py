"""What waits in a conversation and needs no brain: an opt-out to confirm, an owner's command, a loop to sit out."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from agent.handoff import asks_for_human
from agent.wording import say
from data.accents import unaccented
from data.intake import Consent
from data.jobs import JobName
from data.models import Channel, Conversation, Message, Tenant
from data.ownership import By, hand_back, hand_off, say_in_between, take_turn_if_waiting
from data.repositories.turns import Pace
from data.states import Actor, ChannelKind, Sender, SetAside
from data.tenant_settings import digits_of, number, owner_phones
from data.transaction import Transaction

# A loop: the same words so often, within this time, while nothing is achieved. Who asks for one size after another
# says the same but for a figure, which auto-responders change too: once more.
MOST_REPEATED = 4
MOST_ALIKE = 5
REPEATED_WITHIN = timedelta(minutes=10)
# Turns looked at for anything achieved: a cart that changes is no loop.
TURNS_WITHOUT_PROGRESS = 3
TRY_AGAIN_AFTER = timedelta(seconds=30)

log = structlog.get_logger()


async def settle(
    tx: Transaction,
    conversation: Conversation,
    waiting: Sequence[Message],
    history: Sequence[Message],
    *,
    channel: Channel | None,
    tenant: Tenant,
    now: datetime,
) -> list[Message]:
    """What is left for a turn; the rest is set aside here, or left waiting while the channel is paused."""
    left = await _consents(tx, conversation, waiting, tenant, now)
    left = await _commands(tx, conversation, left, tenant, now)
    if left and channel is not None and channel.config.get("is_paused"):
        return []
    if left and channel is not None and channel.kind is not ChannelKind.TERMINAL:
        left = await _sit_out(tx, conversation, left, history, tenant, now)
    return left


async def _consents(
    tx: Transaction, conversation: Conversation, waiting: Sequence[Message], tenant: Tenant, now: datetime
) -> list[Message]:
    """BAJA is confirmed once, however often it is said; ALTA only to those who had said BAJA."""
    asked = [message for message in waiting if message.payload.get("consent")]
    if not asked:
        return list(waiting)
    contact = await tx.conversations.contact(conversation.contact_id)
    last = asked[-1]
    if Consent(last.payload["consent"]) is Consent.OUT:
        if any(message.said_at == contact.opted_out_at for message in asked):
            await say_in_between(tx, conversation, say("consent.out", store=tenant), now)
    elif await tx.messages.has_opted_out(conversation.contact_id, last.position):
        await say_in_between(tx, conversation, say("consent.in", store=tenant), now)
    else:
        return list(waiting)  # "alta" and nothing to undo: they mean something else
    settled = [message for message in asked if not message.payload.get("says_more")]
    for message in settled:
        message.set_aside = SetAside.CONSENT
    return [message for message in waiting if message not in settled]


async def _commands(
    tx: Transaction, conversation: Conversation, waiting: Sequence[Message], tenant: Tenant, now: datetime
) -> list[Message]:
    """/pausa and /reanuda from a phone of the owner: the whole channel, or the conversation whose phone is named."""
    commands = [message for message in waiting if message.payload.get("command")]
    if not commands or digits_of(conversation.address) not in owner_phones(tenant):
        return list(waiting)
    for message in commands:
        pauses, about = message.payload["command"] == "pause", message.payload.get("about")
        obey = _obey_about(tx, conversation, about, now, pauses=pauses) if about else None
        text = await (obey or _obey(tx, conversation, now, pauses=pauses))
        await say_in_between(tx, conversation, text, now)
        message.set_aside = SetAside.COMMAND
    return [message for message in waiting if message not in commands]


async def _obey(tx: Transaction, conversation: Conversation, now: datetime, *, pauses: bool) -> str:
    channel = await tx.channels.get(conversation.channel_id)
    assert channel is not None
    others = {key: value for key, value in channel.config.items() if key != "is_paused"}
    channel.config = others | {"is_paused": True} if pauses else others
    if pauses:
        return say("command.paused")
    waiting = 0
    for other in await tx.conversations.waiting_on(channel.id):
        if other.id != conversation.id:
            waiting += await take_turn_if_waiting(tx, other)
    return say("command.resumed", waiting=waiting)


async def _obey_about(tx: Transaction, conversation: Conversation, phone: str, now: datetime, *, pauses: bool) -> str:
    found = await tx.conversations.find_by_digits(conversation.channel_id, digits_of(phone))
    if found is None or found.id == conversation.id:
        return say("command.unknown", phone=phone)
    other = await tx.conversations.get(found.id, lock=True)
    by = By(Actor.PHONE)
    if pauses:
        await hand_off(tx, other, "Pausa pedida por quien atiende.", by, now)
        return say("command.paused_one", phone=phone)
    await hand_back(tx, other, "Reanudado por quien atiende.", by, now)
    return say("command.resumed_one", phone=phone)


async def _sit_out(
    tx: Transaction,
    conversation: Conversation,
    waiting: list[Message],
    history: Sequence[Message],
    tenant: Tenant,
    now: datetime,
) -> list[Message]:
    """Two auto-responders would write to each other for ever: one notice, then silence until it was quiet a while, or,
    after a loop, until something else is said.

    Nothing of it is lost: it stays in the conversation, and GET /v1/unanswered lists it.
    """
    if conversation.quieted_at is not None:
        before = await tx.turns.pace(conversation.id, conversation.quieted_at)
        is_over = _has_been_quiet(waiting, history, tenant) or asks_for_human(m.text for m in waiting)
        if not is_over and (_is_flood(before, tenant) or not _says_something_else(waiting, history)):
            return _set_aside(waiting)
        conversation.quieted_at = None
        return waiting
    pace = await tx.turns.pace(conversation.id, now)
    if 0 < number(tenant, "tenant_turns_per_minute") <= pace.of_tenant_in_minute:
        log.warning("tenant_turns_limited", tenant_id=str(tx.tenant_id), turns=pace.of_tenant_in_minute)
        await tx.jobs.defer(
            JobName.TAKE_TURN,
            lock=f"conversation:{conversation.id}",
            scheduled_at=now + TRY_AGAIN_AFTER,
            conversation_id=conversation.id,
        )
        return []
    is_loop = pace.without_progress >= TURNS_WITHOUT_PROGRESS and _repeats(waiting, history)
    if not (_is_flood(pace, tenant) or is_loop) or asks_for_human(message.text for message in waiting):
        return waiting
    conversation.quieted_at = now
    await tx.events.add("conversation.quieted", conversation_id=str(conversation.id), loop=is_loop)
    await say_in_between(tx, conversation, say("quiet.notice", store=tenant), now)
    return _set_aside(waiting)


def _is_flood(pace: Pace, tenant: Tenant) -> bool:
    return (
        0 < number(tenant, "contact_turns_per_minute") <= pace.in_minute
        or 0 < number(tenant, "contact_turns_per_hour") <= pace.in_hour
    )


def _set_aside(messages: Sequence[Message]) -> list[Message]:
    for message in messages:
        message.set_aside = SetAside.FLOOD
    return []


def _has_been_quiet(waiting: Sequence[Message], history: Sequence[Message], tenant: Tenant) -> bool:
    before = [message.said_at for message in history if message.sender is Sender.CONTACT]
    gap = timedelta(minutes=number(tenant, "quiet_minutes"))
    return not before or waiting[0].said_at - max(before) >= gap


def _repeats(waiting: Sequence[Message], history: Sequence[Message]) -> bool:
    newest = waiting[-1]
    said = [
        message.text
        for message in (*history, *waiting)
        if message.sender is Sender.CONTACT and newest.said_at - message.said_at <= REPEATED_WITHIN
    ]
    return any(
        bool(words(newest.text)) and sum(words(text) == words(newest.text) for text in said) >= most
        for words, most in ((_plain, MOST_REPEATED), (_gist, MOST_ALIKE))
    )


def _says_something_else(waiting: Sequence[Message], history: Sequence[Message]) -> bool:
    said = {_gist(message.text) for message in history if message.sender is Sender.CONTACT}
    return any(_gist(message.text) not in said for message in waiting)


def _plain(text: str) -> str:
    return " ".join(unaccented(text).split())


def _gist(text: str) -> str:
    """The words alone: an auto-responder's time, ticket number or greeting name changes with each message."""
    plain = _plain(text)
    without_figures = " ".join(re.sub(r"[^a-z\s]", " ", plain).split())
    return without_figures if len(without_figures) > 20 else plain
