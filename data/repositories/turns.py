"""Turns: how many lately, and what each heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from data.models import Message, Turn
from data.repositories.messages import in_order
from data.repositories.repository import Repository
from data.states import Sender

_MOST_TURNS_COUNTED = 1_000


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
