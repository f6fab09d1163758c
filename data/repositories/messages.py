"""Messages: taken in, written, in order, and how far each has got."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from data.intake import TAKE_IN, Consent, Intake
from data.models import Conversation, Message
from data.models.base import Json
from data.repositories.repository import Repository
from data.states import UNKNOWN_FATE, Delivery, Sender

# What one turn reads of a burst; a person who took over may have left hundreds behind.
MOST_UNANSWERED = 20
# A message may skip steps forward (sent -> read) but never go back; a failure is final unless it was read.
_RANK = {
    Delivery.QUEUED: 0,
    Delivery.SENDING: 1,
    Delivery.SENT: 2,
    Delivery.FAILED: 3,
    Delivery.DELIVERED: 4,
    Delivery.READ: 5,
}
_ARRIVED = (Delivery.DELIVERED, Delivery.READ)


def _reached(message: Message) -> int:
    """Where a message stands. One whose fate is unknown is believed to be wherever the provider says."""
    is_unknown = message.delivery is Delivery.FAILED and message.delivery_error == UNKNOWN_FATE
    return _RANK[Delivery.SENDING] if is_unknown else _RANK[message.delivery or Delivery.QUEUED]


def in_order(messages: Iterable[Message]) -> list[Message]:
    """As they were said, by the provider's clock, which tells whole seconds; within one, as they came."""
    return sorted(messages, key=lambda message: (message.said_at.replace(microsecond=0), message.position))


def _of_all_parts(message: Message, part: str | None, delivery: Delivery) -> Delivery:
    """Where a message of several parts is by this news of one of them. What each came to is kept with it.

    A picture beside what says everything may be lost.
    """
    if part is None:
        return delivery
    fates: dict[str, str] = dict(message.payload.get("part_fates", {}))
    if _RANK[delivery] > _RANK[Delivery(fates.get(part, Delivery.QUEUED))]:
        fates[part] = delivery.value
        message.payload = message.payload | {"part_fates": fates}
    lost = {name for name, fate in fates.items() if fate == Delivery.FAILED}
    if message.payload.get("has_picture"):
        lost.difference_update(message.part_ids[message.part_count - 1 :])
    if lost:
        return Delivery.FAILED
    return Delivery.SENT if delivery is Delivery.FAILED else delivery


def _note_part(message: Message, external_id: str | None) -> None:
    """The part that was on its way got there; whoever finds the message queued sends the next."""
    if external_id is None or external_id in message.part_ids or message.delivery is not Delivery.SENDING:
        return
    message.part_ids = [*message.part_ids, external_id]
    if message.doubted_at is not None:
        message.doubted_at = None
        message.delivery = Delivery.QUEUED


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

        One that is still going out in parts stays as it is, but a part that was in doubt has arrived. One whose part
        is lost is lost, however far the others got.
        """
        message = await self.get(message_id, lock=True)
        if message is None or message.delivery is None:
            return False
        if message.part_count > 1:
            delivery = _of_all_parts(message, external_id, delivery)
            if len(message.part_ids) < message.part_count:
                _note_part(message, external_id)
                return False
        is_less = delivery is Delivery.FAILED and message.part_count > 1 and message.delivery in _ARRIVED
        if not is_less and _RANK[delivery] <= _reached(message):
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

    async def by_external_id(self, channel_id: UUID, external_id: str) -> Message | None:
        statement = select(Message).where(
            and_(
                Message.tenant_id == self.tenant_id,
                Message.channel_id == channel_id,
                Message.external_id == external_id,
            )
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def corrections(self, conversation_id: UUID, external_id: str) -> Sequence[Message]:
        """What was written in place of the message that the provider calls this."""
        statement = select(Message).where(
            Message.tenant_id == self.tenant_id,
            Message.conversation_id == conversation_id,
            Message.payload["replaces"].astext == external_id,
        )
        return (await self.session.execute(statement)).scalars().all()

    async def known_as(self, conversation_id: UUID, external_id: str) -> Message | None:
        """The message of a conversation that the provider calls this, or one of whose parts it does."""
        statement = select(Message).where(
            Message.tenant_id == self.tenant_id,
            Message.conversation_id == conversation_id,
            or_(Message.external_id == external_id, Message.part_ids.contains([external_id])),
        )
        return (await self.session.execute(statement.order_by(Message.position).limit(1))).scalars().first()
