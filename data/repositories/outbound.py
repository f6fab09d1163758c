"""What carrying messages out needs to remember: provider ids, what providers keep of ours, what was billed."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from data.models import Message, ProviderContent, UsageCount
from data.repositories.repository import Repository
from data.states import ChannelKind, Sender

# Of one conversation: a message in doubt is minutes old at most.
_MOST_KNOWN = 200


class OutboundRepository(Repository):
    async def known_ids(self, message: Message) -> frozenset[str]:
        """The provider's ids of the latest messages of its conversation, and of its own parts that went."""
        statement = (
            select(Message.external_id, Message.part_ids)
            .where(
                Message.tenant_id == self.tenant_id,
                Message.conversation_id == message.conversation_id,
                Message.sender != Sender.CONTACT,
            )
            .order_by(Message.position.desc())
            .limit(_MOST_KNOWN)
        )
        rows = (await self.session.execute(statement)).all()
        return frozenset(name for row in rows for name in (row.external_id, *row.part_ids) if name)

    async def content_id(self, channel_id: UUID, fingerprint: str) -> str | None:
        """What the provider calls a content of ours."""
        statement = select(ProviderContent.external_id).where(
            ProviderContent.tenant_id == self.tenant_id,
            ProviderContent.channel_id == channel_id,
            ProviderContent.fingerprint == fingerprint,
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def keep_content_id(self, channel_id: UUID, fingerprint: str, external_id: str) -> None:
        """The latest one stays: an older one may have been deleted there."""
        statement = insert(ProviderContent).values(
            tenant_id=self.tenant_id, channel_id=channel_id, fingerprint=fingerprint, external_id=external_id
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "channel_id", "fingerprint"], set_={"external_id": external_id}
            )
        )

    async def count(
        self, channel_kind: ChannelKind, kind: str, when: datetime, *, sent: int = 0, billed: int = 0
    ) -> None:
        """Add to the month (UTC) of `when`. `kind` is "service" for an answer, else what the provider bills it as."""
        statement = insert(UsageCount).values(
            tenant_id=self.tenant_id,
            month=when.date().replace(day=1),
            channel_kind=channel_kind,
            kind=kind[:40],
            sent_count=sent,
            billed_count=billed,
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "month", "channel_kind", "kind"],
                set_={
                    "sent_count": UsageCount.sent_count + sent,
                    "billed_count": UsageCount.billed_count + billed,
                },
            )
        )

    async def usage(self, month: date) -> Sequence[UsageCount]:
        """The counts of the month that begins on this day."""
        statement = (
            select(UsageCount)
            .where(UsageCount.tenant_id == self.tenant_id, UsageCount.month == month)
            .order_by(UsageCount.channel_kind, UsageCount.kind)
        )
        return (await self.session.execute(statement)).scalars().all()
