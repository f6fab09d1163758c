"""What happened: written in the transaction that made it happen."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from data.models import Event
from data.repositories.repository import Repository


class EventRepository(Repository):
    async def add(self, name: str, **payload: Any) -> None:
        """`name` is in the past tense ("order.placed"); `payload` holds ids and figures, no personal data."""
        self.session.add(Event(tenant_id=self.tenant_id, name=name, payload=payload))
        await self.session.flush()

    async def recent(self, limit: int = 100) -> Sequence[Event]:
        """Newest first."""
        statement = (
            select(Event)
            .where(Event.tenant_id == self.tenant_id)
            .order_by(Event.created_at.desc(), Event.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()
