"""Contacts, conversations, messages, turns and handoffs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from data.errors import NotFound
from data.intake import TAKE_IN, Consent, Intake
from data.models import (
    Contact,
    ContactAddress,
    Conversation,
    Handoff,
    Message,
    OwnershipChange,
    QuarantinedItem,
    Turn,
)
from data.models.base import Json
from data.repositories.repository import Repository
from data.states import UNKNOWN_FATE, ConversationStatus, Delivery, Sender

QUARANTINE_LASTS = timedelta(days=30)
# A message may skip steps forward (sent -> read) but never go back; a failure is final unless it was read.
_RANK = {
    Delivery.QUEUED: 0,
    Delivery.SENDING: 1,
    Delivery.SENT: 2,
    Delivery.FAILED: 3,
    Delivery.DELIVERED: 4,
    Delivery.READ: 5,
}


def _reached(message: Message) -> int:
    """Where a message stands. One whose fate is unknown is believed to be wherever the provider says."""
    is_unknown = message.delivery is Delivery.FAILED and message.delivery_error == UNKNOWN_FATE
    return _RANK[Delivery.SENDING] if is_unknown else _RANK[message.delivery or Delivery.QUEUED]


def in_order(messages: Iterable[Message]) -> list[Message]:
    """As they were said, by the provider's clock where it tells; as they came where it does not."""
    return sorted(messages, key=lambda message: (message.said_at, message.position))


def _note_part(message: Message, external_id: str | None) -> None:
    """The part that was on its way got there; whoever finds the message queued sends the next."""
    if external_id is None or external_id in message.part_ids or message.delivery is not Delivery.SENDING:
        return
    message.part_ids = [*message.part_ids, external_id]
    if message.doubted_at is not None:
        message.doubted_at = None
        message.delivery = Delivery.QUEUED


_MOST_TURNS_COUNTED = 1_000
# What one turn reads of a burst; a person who took over may have left hundreds behind.
MOST_UNANSWERED = 20


class ConversationRepository(Repository):
    async def open(self, channel_id: UUID, address: str, contact_name: str | None = None) -> Conversation:
        """The open conversation of whoever writes from `address`, made (contact included) when there is none.

        Safe against two messages arriving at once: both get the same conversation.
        """
        contact_id = await self._contact(channel_id, address, contact_name)
        found = select(Conversation).where(
            Conversation.tenant_id == self.tenant_id,
            Conversation.channel_id == channel_id,
            Conversation.contact_id == contact_id,
            Conversation.status != ConversationStatus.CLOSED,
        )
        conversation = (await self.session.execute(found)).scalar_one_or_none()
        if conversation is None:
            statement = insert(Conversation).values(
                tenant_id=self.tenant_id, id=uuid4(), contact_id=contact_id, channel_id=channel_id, address=address
            )
            await self.session.execute(statement.on_conflict_do_nothing())
            conversation = (await self.session.execute(found)).scalar_one()
        return conversation

    async def _contact(self, channel_id: UUID, address: str, name: str | None) -> UUID:
        found = select(ContactAddress.contact_id).where(
            ContactAddress.tenant_id == self.tenant_id,
            ContactAddress.channel_id == channel_id,
            ContactAddress.address == address,
        )
        contact_id = (await self.session.execute(found)).scalar_one_or_none()
        if contact_id is not None:
            return contact_id
        contact = Contact(tenant_id=self.tenant_id, id=uuid4(), name=name)
        self.session.add(contact)
        await self.session.flush()
        statement = insert(ContactAddress).values(
            tenant_id=self.tenant_id, id=uuid4(), contact_id=contact.id, channel_id=channel_id, address=address
        )
        await self.session.execute(statement.on_conflict_do_nothing())
        settled = (await self.session.execute(found)).scalar_one()
        if settled != contact.id:  # another message was first
            await self.session.delete(contact)
        return settled

    async def know_as(self, channel_id: UUID, addresses: Sequence[str]) -> bool:
        """One person behind all these addresses: the contact of any that is known gets the others.

        False, and nothing is written, while none is known.
        """
        found = select(ContactAddress.address, ContactAddress.contact_id).where(
            ContactAddress.tenant_id == self.tenant_id,
            ContactAddress.channel_id == channel_id,
            ContactAddress.address.in_(addresses),
        )
        known = {row.address: row.contact_id for row in await self.session.execute(found)}
        if not known:
            return False
        contact_id = next(known[address] for address in addresses if address in known)
        for address in addresses:
            if address not in known:
                statement = insert(ContactAddress).values(
                    tenant_id=self.tenant_id, id=uuid4(), contact_id=contact_id, channel_id=channel_id, address=address
                )
                await self.session.execute(statement.on_conflict_do_nothing())
        return True

    async def get(self, conversation_id: UUID, *, lock: bool = False) -> Conversation:
        """With `lock`, no other transaction can change it until this one ends. Raises NotFound."""
        statement = select(Conversation).where(
            Conversation.tenant_id == self.tenant_id, Conversation.id == conversation_id
        )
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        conversation = (await self.session.execute(statement)).scalar_one_or_none()
        if conversation is None:
            raise NotFound("conversation")
        return conversation

    async def find(self, channel_id: UUID, address: str) -> Conversation | None:
        statement = select(Conversation).where(
            Conversation.tenant_id == self.tenant_id,
            Conversation.channel_id == channel_id,
            Conversation.address == address,
            Conversation.status != ConversationStatus.CLOSED,
        )
        return (await self.session.execute(statement)).scalars().first()

    async def find_by_digits(self, channel_id: UUID, digits: str) -> Conversation | None:
        """The open conversation whose address ends with these digits, however the provider writes it: "987654321" is
        found at "whatsapp:+56987654321"."""
        if not digits:
            return None
        statement = (
            select(Conversation)
            .where(
                Conversation.tenant_id == self.tenant_id,
                Conversation.channel_id == channel_id,
                Conversation.status != ConversationStatus.CLOSED,
                func.regexp_replace(Conversation.address, "[^0-9]", "", "g").endswith(digits, autoescape=True),
            )
            .order_by(Conversation.last_inbound_at.desc().nulls_last())
            .limit(1)
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def waiting_on(self, channel_id: UUID, limit: int = 1_000) -> Sequence[Conversation]:
        """Those of a channel that the agent answers and where something waits, longest first."""
        statement = (
            select(Conversation)
            .where(
                Conversation.tenant_id == self.tenant_id,
                Conversation.channel_id == channel_id,
                Conversation.status == ConversationStatus.AUTOMATED,
                select(Message.id)
                .where(
                    Message.tenant_id == Conversation.tenant_id,
                    Message.conversation_id == Conversation.id,
                    Message.position > Conversation.answered_position,
                    Message.sender == Sender.CONTACT,
                    Message.set_aside.is_(None),
                )
                .exists(),
            )
            .order_by(Conversation.last_inbound_at)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def contact(self, contact_id: UUID) -> Contact:
        contact = await self.session.get(Contact, (self.tenant_id, contact_id))
        if contact is None:
            raise NotFound("contact")
        return contact

    async def recent(self, limit: int = 50, before: datetime | None = None) -> Sequence[Conversation]:
        """Most recently active first."""
        statement = select(Conversation).where(Conversation.tenant_id == self.tenant_id)
        if before is not None:
            statement = statement.where(Conversation.last_message_at < before)
        statement = statement.order_by(Conversation.last_message_at.desc().nulls_last(), Conversation.id).limit(limit)
        return (await self.session.execute(statement)).scalars().all()

    async def open_handoff(self, conversation_id: UUID, reason: str, now: datetime) -> Handoff:
        handoff = Handoff(tenant_id=self.tenant_id, conversation_id=conversation_id, reason=reason, opened_at=now)
        self.session.add(handoff)
        conversation = await self.get(conversation_id)
        conversation.status = ConversationStatus.HANDED_OFF
        await self.session.flush()
        return handoff

    async def close_handoff(self, conversation_id: UUID, now: datetime) -> None:
        """People are done: the agent answers again. Nothing happens when no handoff is open."""
        await self.session.execute(
            update(Handoff)
            .where(
                Handoff.tenant_id == self.tenant_id,
                Handoff.conversation_id == conversation_id,
                Handoff.closed_at.is_(None),
            )
            .values(closed_at=now)
        )
        conversation = await self.get(conversation_id)
        if conversation.status is ConversationStatus.HANDED_OFF:
            conversation.status = ConversationStatus.AUTOMATED

    async def take_handoff(self, conversation_id: UUID, now: datetime) -> None:
        """A person attends to it now; the first one counts."""
        await self.session.execute(
            update(Handoff)
            .where(
                Handoff.tenant_id == self.tenant_id,
                Handoff.conversation_id == conversation_id,
                Handoff.closed_at.is_(None),
                Handoff.taken_at.is_(None),
            )
            .values(taken_at=now)
        )

    async def handoff(self, handoff_id: UUID, *, anew: bool = False) -> Handoff | None:
        """As it is now with `anew`, whatever was read before."""
        return await self.session.get(Handoff, (self.tenant_id, handoff_id), populate_existing=anew)

    async def current_handoff(self, conversation_id: UUID) -> Handoff | None:
        """The one that is open."""
        statement = select(Handoff).where(
            Handoff.tenant_id == self.tenant_id,
            Handoff.conversation_id == conversation_id,
            Handoff.closed_at.is_(None),
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def has_timed_out(self, conversation_id: UUID, since: datetime) -> bool:
        """Whether one of its hand-offs timed out after `since`."""
        statement = select(
            select(Handoff.id)
            .where(
                Handoff.tenant_id == self.tenant_id,
                Handoff.conversation_id == conversation_id,
                Handoff.timed_out_at > since,
            )
            .exists()
        )
        return bool((await self.session.execute(statement)).scalar_one())

    async def add_ownership_change(self, conversation: Conversation, now: datetime) -> None:
        """As the conversation's own columns say it now."""
        assert conversation.status_actor is not None
        self.session.add(
            OwnershipChange(
                tenant_id=self.tenant_id,
                conversation_id=conversation.id,
                status=conversation.status,
                actor=conversation.status_actor,
                actor_name=conversation.status_actor_name,
                reason=conversation.status_reason or "",
                changed_at=now,
            )
        )
        await self.session.flush()

    async def ownership_changes(self, conversation_id: UUID, limit: int = 100) -> Sequence[OwnershipChange]:
        """Newest first."""
        statement = (
            select(OwnershipChange)
            .where(OwnershipChange.tenant_id == self.tenant_id, OwnershipChange.conversation_id == conversation_id)
            .order_by(OwnershipChange.changed_at.desc(), OwnershipChange.created_at.desc())
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def may_start(self, contact_id: UUID) -> bool:
        """Whether the shop may write to them unasked: they are ours, and have not said BAJA."""
        statement = select(Contact.opted_out_at).where(Contact.tenant_id == self.tenant_id, Contact.id == contact_id)
        row = (await self.session.execute(statement)).one_or_none()
        return row is not None and row.opted_out_at is None

    async def quarantine(self, channel_id: UUID, reason: str, raw: Json) -> None:
        """Keep an item that could not be read, and drop those of thirty days ago."""
        old = QuarantinedItem.created_at < func.now() - QUARANTINE_LASTS
        await self.session.execute(delete(QuarantinedItem).where(QuarantinedItem.tenant_id == self.tenant_id, old))
        self.session.add(QuarantinedItem(tenant_id=self.tenant_id, channel_id=channel_id, reason=reason, raw=raw))
        await self.session.flush()

    async def quarantined(self, limit: int = 100) -> Sequence[QuarantinedItem]:
        """Newest first."""
        statement = (
            select(QuarantinedItem)
            .where(QuarantinedItem.tenant_id == self.tenant_id)
            .order_by(QuarantinedItem.created_at.desc(), QuarantinedItem.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def add_turn(self, turn: Turn) -> None:
        self.session.add(turn)
        await self.session.flush()


class MessageRepository(Repository):
    async def receive(
        self,
        channel_id: UUID,
        *,
        address: str,
        contact_name: str | None,
        external_id: str,
        text: str,
        payload: Json,
        sent_at: datetime | None,
        queue: str,
        now: datetime,
        **more: Any,
    ) -> tuple[UUID, UUID | None]:
        """The conversation and the new message, in one round trip: contact and conversation are made when there
        are none, and the turn is enqueued and announced.

        The message is None, and nothing is changed, when this external id is here already. `more` is what else an
        Intake may say.
        """
        intake = Intake(channel_id, address, contact_name, external_id, text, payload, sent_at, queue, now, **more)
        row = (await self.session.execute(TAKE_IN, intake.values(self.tenant_id))).one()
        return row.found_conversation, row.new_message

    async def add_outbound(
        self,
        conversation: Conversation,
        *,
        text: str,
        payload: Json,
        now: datetime,
        sender: Sender = Sender.AGENT,
        turn_id: UUID | None = None,
    ) -> Message:
        message = Message(
            tenant_id=self.tenant_id,
            id=uuid4(),
            conversation_id=conversation.id,
            channel_id=conversation.channel_id,
            sender=sender,
            text=text,
            payload=payload,
            delivery=Delivery.QUEUED,
            turn_id=turn_id,
            said_at=now,
        )
        self.session.add(message)
        conversation.last_message_at = now
        await self.session.flush()
        return message

    async def add_echo(
        self,
        conversation: Conversation,
        *,
        external_id: str,
        text: str,
        payload: Json,
        sent_at: datetime | None,
        now: datetime,
    ) -> bool:
        """What a person wrote to the contact past us; False when it is here already."""
        said_at = min(sent_at or now, now)
        statement = (
            insert(Message)
            .values(
                tenant_id=self.tenant_id,
                id=uuid4(),
                conversation_id=conversation.id,
                channel_id=conversation.channel_id,
                sender=Sender.HUMAN,
                text=text,
                payload=payload,
                external_id=external_id,
                sent_at=sent_at,
                said_at=said_at,
                delivery=Delivery.SENT,
            )
            .on_conflict_do_nothing()
            .returning(Message.id)
        )
        if (await self.session.execute(statement)).scalar_one_or_none() is None:
            return False
        conversation.last_message_at = max(conversation.last_message_at or said_at, said_at)
        return True

    async def get(self, message_id: UUID, *, lock: bool = False) -> Message | None:
        statement = select(Message).where(Message.tenant_id == self.tenant_id, Message.id == message_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def unanswered(self, conversation: Conversation) -> Sequence[Message]:
        """Inbound messages that want an answer and have none, in the order they were said; of very many only the
        newest."""
        statement = (
            select(Message)
            .where(
                Message.tenant_id == self.tenant_id,
                Message.conversation_id == conversation.id,
                Message.sender == Sender.CONTACT,
                Message.position > conversation.answered_position,
                Message.set_aside.is_(None),
            )
            .order_by(Message.position.desc())
            .limit(MOST_UNANSWERED)
        )
        return in_order((await self.session.execute(statement)).scalars().all())

    async def newest_inbound_position(self, conversation_id: UUID) -> int:
        """Of those that want an answer."""
        statement = select(func.max(Message.position)).where(
            Message.tenant_id == self.tenant_id,
            Message.conversation_id == conversation_id,
            Message.sender == Sender.CONTACT,
            Message.set_aside.is_(None),
        )
        return (await self.session.execute(statement)).scalar_one() or 0

    async def history(
        self,
        conversation_id: UUID,
        *,
        limit: int,
        before_position: int | None = None,
    ) -> list[Message]:
        """The newest `limit` messages of the conversation, or of those before a position, in the order they were
        said."""
        statement = select(Message).where(
            Message.tenant_id == self.tenant_id, Message.conversation_id == conversation_id
        )
        if before_position is not None:
            statement = statement.where(Message.position < before_position)
        statement = statement.order_by(Message.position.desc()).limit(limit)
        return in_order((await self.session.execute(statement)).scalars().all())

    async def following(self, conversation_id: UUID, position: int, *, limit: int) -> Sequence[Message]:
        """The first `limit` messages after a position, oldest first."""
        statement = (
            select(Message)
            .where(
                Message.tenant_id == self.tenant_id,
                Message.conversation_id == conversation_id,
                Message.position > position,
            )
            .order_by(Message.position)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def by_turn(self, turn_id: UUID) -> Sequence[Message]:
        statement = (
            select(Message)
            .where(Message.tenant_id == self.tenant_id, Message.turn_id == turn_id)
            .order_by(Message.position)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def advance(
        self, message_id: UUID, delivery: Delivery, *, external_id: str | None = None, error: str | None = None
    ) -> bool:
        """Move an outbound message forward; False when it is further already or not here.

        One that is still going out in parts stays as it is, but a part that was in doubt has arrived.
        """
        message = await self.get(message_id, lock=True)
        if message is not None and len(message.part_ids) < message.part_count > 1:
            _note_part(message, external_id)
            return False
        if message is None or message.delivery is None or _RANK[delivery] <= _reached(message):
            return False
        message.delivery = delivery
        message.external_id = message.external_id or external_id
        message.delivery_error = error
        return True

    async def has_opted_out(self, contact_id: UUID, before_position: int) -> bool:
        """Whether they ever said BAJA before this message."""
        statement = select(
            select(Message.id)
            .join(
                Conversation,
                and_(Conversation.tenant_id == Message.tenant_id, Conversation.id == Message.conversation_id),
            )
            .where(
                Message.tenant_id == self.tenant_id,
                Conversation.contact_id == contact_id,
                Message.position < before_position,
                Message.payload["consent"].astext == Consent.OUT,
            )
            .exists()
        )
        return bool((await self.session.execute(statement)).scalar_one())

    async def latest_outbound(self, channel_id: UUID, address: str) -> Message | None:
        """The last message sent to whoever writes from `address`, in the conversation that is open."""
        statement = (
            select(Message)
            .join(
                Conversation,
                and_(Conversation.tenant_id == Message.tenant_id, Conversation.id == Message.conversation_id),
            )
            .where(
                Message.tenant_id == self.tenant_id,
                Message.sender != Sender.CONTACT,
                Conversation.channel_id == channel_id,
                Conversation.address == address,
                Conversation.status != ConversationStatus.CLOSED,
            )
            .order_by(Message.position.desc())
            .limit(1)
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def by_external_id(self, channel_id: UUID, external_id: str) -> Message | None:
        statement = select(Message).where(
            and_(
                Message.tenant_id == self.tenant_id,
                Message.channel_id == channel_id,
                Message.external_id == external_id,
            )
        )
        return (await self.session.execute(statement)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Pace:
    """How many turns were taken lately; `without_progress` is how many of the newest achieved nothing."""

    in_minute: int
    in_hour: int
    of_tenant_in_minute: int
    without_progress: int


class TurnRepository(Repository):
    async def pace(self, conversation_id: UUID, now: datetime) -> Pace:
        mine = (Turn.tenant_id == self.tenant_id, Turn.conversation_id == conversation_id)
        newest = (
            select(Turn.started_at, Turn.receipts)
            .where(*mine, Turn.started_at > now - timedelta(hours=1))
            .order_by(Turn.started_at.desc())
            .limit(_MOST_TURNS_COUNTED)
        )
        turns = (await self.session.execute(newest)).all()
        a_minute_ago = now - timedelta(minutes=1)
        everyones = select(func.count()).where(Turn.tenant_id == self.tenant_id, Turn.started_at > a_minute_ago)
        idle = next((index for index, turn in enumerate(turns) if turn.receipts), len(turns))
        return Pace(
            in_minute=sum(turn.started_at > a_minute_ago for turn in turns),
            in_hour=len(turns),
            of_tenant_in_minute=(await self.session.execute(everyones)).scalar_one(),
            without_progress=idle,
        )

    async def get(self, turn_id: UUID) -> Turn | None:
        return await self.session.get(Turn, (self.tenant_id, turn_id))

    async def of_conversation(
        self, conversation_id: UUID, limit: int, before: datetime | None = None
    ) -> Sequence[Turn]:
        """Newest first."""
        statement = select(Turn).where(Turn.tenant_id == self.tenant_id, Turn.conversation_id == conversation_id)
        if before is not None:
            statement = statement.where(Turn.started_at < before)
        statement = statement.order_by(Turn.started_at.desc()).limit(limit)
        return (await self.session.execute(statement)).scalars().all()

    async def heard(self, turn: Turn) -> Sequence[Message]:
        """The inbound messages it answered, in the order they were said."""
        statement = select(Message).where(
            Message.tenant_id == self.tenant_id,
            Message.conversation_id == turn.conversation_id,
            Message.sender == Sender.CONTACT,
            Message.position.between(turn.first_position, turn.last_position),
        )
        return in_order((await self.session.execute(statement)).scalars().all())

    async def latest(self, conversation_id: UUID) -> Turn | None:
        statement = (
            select(Turn)
            .where(Turn.tenant_id == self.tenant_id, Turn.conversation_id == conversation_id)
            .order_by(Turn.last_position.desc())
            .limit(1)
        )
        return (await self.session.execute(statement)).scalar_one_or_none()
