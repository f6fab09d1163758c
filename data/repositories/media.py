"""Files that shoppers sent: what is to be fetched, and what was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from data.models import Media
from data.repositories.repository import Repository
from data.states import MediaStatus


class MediaRepository(Repository):
    async def open(self, message_id: UUID, attachments: Sequence[dict[str, Any]]) -> Sequence[Media]:
        """A row for each attachment of a message ("kind", "reference", "content_type", "filename"), made once."""
        for place, attachment in enumerate(attachments):
            statement = insert(Media).values(
                tenant_id=self.tenant_id, id=uuid4(), message_id=message_id, place=place, **attachment
            )
            await self.session.execute(statement.on_conflict_do_nothing(constraint="uq_media_tenant_id"))
        return await self.of_messages([message_id])

    async def get(self, media_id: UUID) -> Media | None:
        return await self.session.get(Media, (self.tenant_id, media_id), populate_existing=True)

    async def of_messages(self, message_ids: Sequence[UUID]) -> Sequence[Media]:
        """In the order they were sent."""
        statement = (
            select(Media)
            .where(Media.tenant_id == self.tenant_id, Media.message_id.in_(message_ids))
            .order_by(Media.message_id, Media.place)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def stored_before(self, moment: datetime, limit: int) -> Sequence[Media]:
        """The oldest first, among those whose file is kept."""
        statement = (
            select(Media)
            .where(Media.tenant_id == self.tenant_id, Media.status == MediaStatus.STORED, Media.created_at < moment)
            .order_by(Media.created_at, Media.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()
