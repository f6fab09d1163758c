"""Contacts, conversations, hand-offs, and what nobody could read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from data.errors import NotFound
from data.models import Contact, ContactAddress, Conversation, Handoff, Message, OwnershipChange, QuarantinedItem, Turn
from data.models.base import Json
from data.repositories.repository import Repository
from data.states import ConversationStatus, Sender

QUARANTINE_LASTS = timedelta(days=30)


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

    def _who(self, channel_id: UUID, address: str) -> Select[UUID]:
        return select(ContactAddress.contact_id).where(
            ContactAddress.tenant_id == self.tenant_id,
            ContactAddress.channel_id == channel_id,
            ContactAddress.address == address,
        )

    async def _contact(self, channel_id: UUID, address: str, name: str | None) -> UUID:
        found = self._who(channel_id, address)
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
        """The one that is open with whoever writes from `address`."""
        statement = select(Conversation).where(
            Conversation.tenant_id == self.tenant_id,
            Conversation.channel_id == channel_id,
            Conversation.contact_id == self._who(channel_id, address).scalar_subquery(),
            Conversation.status != ConversationStatus.CLOSED,
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def newest(self, channel_id: UUID, address: str) -> Conversation | None:
        """The last one with whoever writes from `address`, closed or not."""
        statement = select(Conversation).where(
            Conversation.tenant_id == self.tenant_id,
            Conversation.channel_id == channel_id,
            Conversation.contact_id == self._who(channel_id, address).scalar_subquery(),
        )
        is_closed = Conversation.status == ConversationStatus.CLOSED
        newest = statement.order_by(is_closed, Conversation.created_at.desc()).limit(1)
        return (await self.session.execute(newest)).scalar_one_or_none()

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
