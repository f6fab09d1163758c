"""What the tenant's desk shows of conversations, and what was said there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import case, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from data.models import DeskConversation, DeskPost, Handoff, Message
from data.repositories.repository import Repository
from data.states import Delivery, Sender

# What a person who takes over reads of what was said before.
_MOST_TOLD = 40
_MOST_UNDELIVERED = 20

_SHOW_ALL = text(
    """
    WITH shown AS (
        INSERT INTO app.desk_conversations (tenant_id, id, conversation_id, shown_from)
        SELECT c.tenant_id, gen_random_uuid(), c.id, greatest(0, coalesce((
            SELECT max(m.position) - 1 FROM app.messages m
            WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.sender = 'contact'), 0))
        FROM app.conversations c JOIN app.channels ch ON (ch.tenant_id, ch.id) = (c.tenant_id, c.channel_id)
        WHERE c.tenant_id = app.tenant() AND c.status = 'handed_off' AND ch.kind NOT IN ('chatwoot', 'terminal')
        ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET is_shown = true, attempt_count = 0
        RETURNING tenant_id, conversation_id
    )
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        'default', 'tell_desk', 0, 'desk:' || conversation_id, NULL,
        jsonb_build_object('tenant_id', tenant_id, 'conversation_id', conversation_id), NULL
    )]::procrastinate_job_to_defer_v1[]) FROM shown
    """
)


class DeskRepository(Repository):
    async def show(self, conversation_id: UUID) -> None:
        """From now on it is to be seen at the desk, with the shopper's last message and what follows it; what was said
        since it was seen there before is told."""
        begin = max(await self.last_said(conversation_id) - 1, 0)
        statement = insert(DeskConversation).values(
            tenant_id=self.tenant_id, id=uuid4(), conversation_id=conversation_id, shown_from=begin
        )
        row = DeskConversation
        anew = {
            "is_shown": True,
            "attempt_count": 0,
            "told_from": case((row.is_shown, row.told_from), else_=row.shown_from),
            "shown_from": case((row.is_shown, row.shown_from), else_=func.greatest(row.shown_from, begin)),
        }
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id", "conversation_id"], set_=anew)
        )

    async def show_all(self) -> None:
        """Those that people answer at this moment, on channels that are not the desk's own; each with its job."""
        await self.session.execute(_SHOW_ALL)

    async def hide(self, conversation_id: UUID) -> bool:
        """Nothing more of it goes there; False where it was not shown."""
        statement = (
            update(DeskConversation)
            .where(
                DeskConversation.tenant_id == self.tenant_id,
                DeskConversation.conversation_id == conversation_id,
                DeskConversation.is_shown,
            )
            .values(is_shown=False, attempt_count=0)
            .returning(DeskConversation.id)
        )
        return bool((await self.session.execute(statement)).all())

    async def get(self, conversation_id: UUID, *, lock: bool = False) -> DeskConversation | None:
        statement = select(DeskConversation).where(
            DeskConversation.tenant_id == self.tenant_id, DeskConversation.conversation_id == conversation_id
        )
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def called(self, external_id: str) -> DeskConversation | None:
        """The one that the desk calls so."""
        statement = select(DeskConversation).where(
            DeskConversation.tenant_id == self.tenant_id, DeskConversation.external_id == external_id
        )
        return (await self.session.execute(statement)).scalars().first()

    async def all_shown(self, limit: int = 1_000) -> Sequence[DeskConversation]:
        """Those the desk has and people answer."""
        statement = (
            select(DeskConversation)
            .where(
                DeskConversation.tenant_id == self.tenant_id,
                DeskConversation.is_shown,
                DeskConversation.external_id.is_not(None),
            )
            .order_by(DeskConversation.created_at)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def forget(self) -> None:
        """Another desk knows none of it: neither the conversations nor what was said in them."""
        shown = select(DeskConversation.conversation_id).where(
            DeskConversation.tenant_id == self.tenant_id,
            or_(DeskConversation.external_id.is_not(None), DeskConversation.is_shown),
        )
        await self.session.execute(
            delete(DeskPost).where(DeskPost.tenant_id == self.tenant_id, DeskPost.conversation_id.in_(shown))
        )
        await self.session.execute(
            update(DeskConversation)
            .where(DeskConversation.tenant_id == self.tenant_id)
            .values(external_id=None, attempt_count=0)
        )

    async def start_anew(self, shown: DeskConversation) -> None:
        """The desk has it no more: it is to be made again, and the note of the open hand-off written again."""
        kept = await self.get(shown.conversation_id, lock=True)
        if kept is not None:
            kept.external_id = None
        notes = select(Handoff.id).where(
            Handoff.tenant_id == self.tenant_id, Handoff.conversation_id == shown.conversation_id
        )
        await self.session.execute(
            delete(DeskPost).where(
                DeskPost.tenant_id == self.tenant_id,
                DeskPost.conversation_id == shown.conversation_id,
                or_(DeskPost.id == shown.id, DeskPost.id.in_(notes)),
            )
        )

    async def last_said(self, conversation_id: UUID) -> int:
        """The position of the shopper's last message; 0 when there is none."""
        statement = select(func.max(Message.position)).where(
            Message.tenant_id == self.tenant_id,
            Message.conversation_id == conversation_id,
            Message.sender == Sender.CONTACT,
        )
        return (await self.session.execute(statement)).scalar_one() or 0

    async def told(self, shown: DeskConversation) -> list[Message]:
        """What was said before it was shown, the newest of it, oldest first."""
        found = await self._unposted(
            shown.conversation_id, shown.told_from, shown.shown_from, newest_first=True, limit=_MOST_TOLD
        )
        return found[::-1]

    async def unposted(self, shown: DeskConversation, limit: int = 50) -> list[Message]:
        """What was said since it is shown and is not there yet, oldest first."""
        return await self._unposted(shown.conversation_id, shown.shown_from, None, newest_first=False, limit=limit)

    async def undelivered(self, shown: DeskConversation) -> list[Message]:
        """What people wrote since it is shown and the shopper did not get."""
        statement = (
            select(Message)
            .where(
                Message.tenant_id == self.tenant_id,
                Message.conversation_id == shown.conversation_id,
                Message.position > shown.shown_from,
                Message.sender == Sender.HUMAN,
                Message.delivery == Delivery.FAILED,
            )
            .order_by(Message.position.desc())
            .limit(_MOST_UNDELIVERED)
        )
        return list((await self.session.execute(statement)).scalars().all())[::-1]

    async def reached(self, conversation_id: UUID) -> None:
        """The desk was told: what went before does not count any more."""
        await self.session.execute(
            update(DeskConversation)
            .where(
                DeskConversation.tenant_id == self.tenant_id,
                DeskConversation.conversation_id == conversation_id,
                DeskConversation.attempt_count > 0,
            )
            .values(attempt_count=0)
        )

    async def _unposted(
        self, conversation_id: UUID, after: int, until: int | None, *, newest_first: bool, limit: int
    ) -> list[Message]:
        posted = (
            select(DeskPost.id)
            .where(
                DeskPost.tenant_id == Message.tenant_id, DeskPost.id == Message.id, DeskPost.external_id.is_not(None)
            )
            .exists()
        )
        statement = select(Message).where(
            Message.tenant_id == self.tenant_id,
            Message.conversation_id == conversation_id,
            Message.position > after,
            ~posted,
        )
        if until is not None:
            statement = statement.where(Message.position <= until)
        order = Message.position.desc() if newest_first else Message.position
        return list((await self.session.execute(statement.order_by(order).limit(limit))).scalars().all())

    async def post(self, post_id: UUID) -> DeskPost | None:
        return await self.session.get(DeskPost, (self.tenant_id, post_id), populate_existing=True)

    async def begin_post(self, post_id: UUID, conversation_id: UUID, now: datetime | None) -> DeskPost:
        """From `now` on it may be there; None: it is to go there."""
        statement = insert(DeskPost).values(
            tenant_id=self.tenant_id, id=post_id, conversation_id=conversation_id, posting_at=now
        )
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"posting_at": now})
        )
        post = await self.post(post_id)
        assert post is not None
        return post

    async def is_heard(self, conversation_id: UUID, external_id: str) -> bool:
        """Whether this was said at both places already; ask with the conversation locked."""
        statement = select(
            select(DeskPost.id)
            .where(
                DeskPost.tenant_id == self.tenant_id,
                DeskPost.conversation_id == conversation_id,
                DeskPost.external_id == external_id,
            )
            .exists()
        )
        return bool((await self.session.execute(statement)).scalar_one())

    async def note_heard(self, conversation_id: UUID, external_id: str, post_id: UUID | None = None) -> None:
        """Something said at the desk, and our message of it, if it made one."""
        post = DeskPost(
            tenant_id=self.tenant_id, id=post_id or uuid4(), conversation_id=conversation_id, external_id=external_id
        )
        self.session.add(post)
        await self.session.flush()

    async def count_attempt(self, conversation_id: UUID) -> int:
        """How often in a row the desk could not be told of it, this time included."""
        statement = insert(DeskConversation).values(
            tenant_id=self.tenant_id, id=uuid4(), conversation_id=conversation_id, is_shown=False, attempt_count=1
        )
        counted = statement.on_conflict_do_update(
            index_elements=["tenant_id", "conversation_id"],
            set_={"attempt_count": DeskConversation.attempt_count + 1},
        ).returning(DeskConversation.attempt_count)
        return (await self.session.execute(counted)).scalar_one()
