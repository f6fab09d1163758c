"""Knowledge entries, and the questions that none of them answered."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update

from data.errors import AlreadyExists, NotFound
from data.models import KnowledgeEntry, Tenant, UnansweredQuestion
from data.repositories.repository import Repository
from data.search.asking import alike, question_key, question_words
from data.states import SuggestionStatus

# Of all tenants' shoppers together nobody can fill the table: the least asked goes first.
MOST_SUGGESTIONS = 500
EXAMPLE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class EntryContent:
    """What an owner writes. Two entries are the same one when their questions have the same words (`key`)."""

    question: str
    answer: str
    topic: str = ""
    wordings: tuple[str, ...] = ()
    source: str | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        return question_key(self.question)

    @property
    def content_hash(self) -> str:
        parts = (self.question, self.answer, self.topic, *self.wordings)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


class KnowledgeRepository(Repository):
    """Every change tells all processes that their index is out of date."""

    async def version(self) -> int:
        statement = select(Tenant.knowledge_version).where(Tenant.id == self.tenant_id)
        version = (await self.session.execute(statement)).scalar_one_or_none()
        if version is None:
            raise NotFound("tenant")
        return version

    async def all(self, *, with_inactive: bool = False) -> Sequence[KnowledgeEntry]:
        """In the order they were written."""
        statement = select(KnowledgeEntry).where(KnowledgeEntry.tenant_id == self.tenant_id)
        if not with_inactive:
            statement = statement.where(KnowledgeEntry.is_active)
        return (await self.session.execute(statement.order_by(KnowledgeEntry.search_id))).scalars().all()

    async def page(self, limit: int, after: int = 0) -> Sequence[KnowledgeEntry]:
        """Those after a search id."""
        statement = (
            select(KnowledgeEntry)
            .where(KnowledgeEntry.tenant_id == self.tenant_id, KnowledgeEntry.search_id > after)
            .order_by(KnowledgeEntry.search_id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def by_search_ids(self, ids: Collection[int]) -> dict[int, KnowledgeEntry]:
        """Active ones only."""
        statement = select(KnowledgeEntry).where(
            KnowledgeEntry.tenant_id == self.tenant_id, KnowledgeEntry.search_id.in_(ids), KnowledgeEntry.is_active
        )
        return {entry.search_id: entry for entry in (await self.session.execute(statement)).scalars()}

    async def get(self, entry_id: UUID) -> KnowledgeEntry:
        """Raises NotFound."""
        found = await self.session.get(KnowledgeEntry, (self.tenant_id, entry_id), populate_existing=True)
        if found is None:
            raise NotFound("knowledge entry")
        return found

    async def add(self, content: EntryContent) -> KnowledgeEntry:
        """Raises AlreadyExists when a question of these words has its entry."""
        entry = KnowledgeEntry(tenant_id=self.tenant_id, id=uuid4(), is_active=True, **_columns(content))
        await self.insert(entry, AlreadyExists("knowledge entry"))
        await self._bump()
        return entry

    async def change(self, entry_id: UUID, content: EntryContent, *, is_active: bool | None = None) -> KnowledgeEntry:
        """Raises NotFound, AlreadyExists."""
        entry = await self.get(entry_id)
        statement = select(KnowledgeEntry.id).where(
            KnowledgeEntry.tenant_id == self.tenant_id, KnowledgeEntry.key == content.key, KnowledgeEntry.id != entry_id
        )
        if (await self.session.execute(statement)).first() is not None:
            raise AlreadyExists("knowledge entry")
        for name, value in _columns(content).items():
            if name != "source" or value is not None:
                setattr(entry, name, value)
        entry.is_active = entry.is_active if is_active is None else is_active
        await self.session.flush()
        await self._bump()
        await self.session.refresh(entry)
        return entry

    async def remove(self, entry_ids: Collection[UUID]) -> int:
        """How many there were."""
        statement = (
            delete(KnowledgeEntry)
            .where(KnowledgeEntry.tenant_id == self.tenant_id, KnowledgeEntry.id.in_(entry_ids))
            .returning(KnowledgeEntry.id)
        )
        removed = len((await self.session.execute(statement)).all())
        if removed:
            await self._bump()
        return removed

    async def lock(self) -> None:
        """Those who import change it one after the other, until the end of this transaction."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"knowledge:{self.tenant_id}", 0)))
        )

    async def _bump(self) -> None:
        statement = update(Tenant).where(Tenant.id == self.tenant_id)
        await self.session.execute(statement.values(knowledge_version=Tenant.knowledge_version + 1))


def _columns(content: EntryContent) -> dict[str, object]:
    return {
        "key": content.key,
        "question": content.question,
        "answer": content.answer,
        "topic": content.topic,
        "wordings": list(content.wordings),
        "source": content.source,
        "content_hash": content.content_hash,
    }


class SuggestionRepository(Repository):
    async def keep(
        self, question: str, *, now: datetime, topic: str = "", conversation_id: UUID | None = None
    ) -> UnansweredQuestion | None:
        """Count a question that had no answer; one like it that is known is counted there.

        One that was dismissed stays so; one that was answered, and was not, is open again. None: it has no words.
        """
        words = question_words(question)
        if not words:
            return None
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"suggestions:{self.tenant_id}", 0)))
        )
        known = await self._like(words)
        if known is not None:
            known.count += 1
            known.last_asked_at = now
            known.conversation_id = conversation_id
            if known.status is SuggestionStatus.ANSWERED:
                known.status = SuggestionStatus.OPEN
            await self.session.flush()
            return known
        await self._make_room()
        row = UnansweredQuestion(
            tenant_id=self.tenant_id,
            id=uuid4(),
            words=" ".join(words),
            example=question[:EXAMPLE_CHARACTERS],
            topic=topic,
            count=1,
            status=SuggestionStatus.OPEN,
            conversation_id=conversation_id,
            last_asked_at=now,
        )
        self.session.add(row)
        await self.session.flush()
        return row

    async def all(
        self, status: SuggestionStatus | None = SuggestionStatus.OPEN, limit: int = 50
    ) -> Sequence[UnansweredQuestion]:
        """The most asked first; of any status with None."""
        statement = select(UnansweredQuestion).where(UnansweredQuestion.tenant_id == self.tenant_id)
        if status is not None:
            statement = statement.where(UnansweredQuestion.status == status)
        order = (UnansweredQuestion.count.desc(), UnansweredQuestion.last_asked_at.desc(), UnansweredQuestion.id)
        return (await self.session.execute(statement.order_by(*order).limit(limit))).scalars().all()

    async def get(self, suggestion_id: UUID) -> UnansweredQuestion:
        """Raises NotFound."""
        found = await self.session.get(UnansweredQuestion, (self.tenant_id, suggestion_id), populate_existing=True)
        if found is None:
            raise NotFound("suggestion")
        return found

    async def settle(
        self, suggestion_id: UUID, status: SuggestionStatus, entry_id: UUID | None = None
    ) -> UnansweredQuestion:
        """Raises NotFound."""
        row = await self.get(suggestion_id)
        row.status, row.entry_id = status, entry_id
        await self.session.flush()
        return row

    async def _like(self, words: Sequence[str]) -> UnansweredQuestion | None:
        statement = select(UnansweredQuestion.id, UnansweredQuestion.words).where(
            UnansweredQuestion.tenant_id == self.tenant_id
        )
        rows = await self.session.execute(statement.order_by(UnansweredQuestion.count.desc()).limit(MOST_SUGGESTIONS))
        known = next((row.id for row in rows if alike(row.words.split(), words)), None)
        return None if known is None else await self.get(known)

    async def _make_room(self) -> None:
        statement = select(UnansweredQuestion.id).where(UnansweredQuestion.tenant_id == self.tenant_id)
        least = statement.order_by(UnansweredQuestion.count.desc(), UnansweredQuestion.last_asked_at.desc())
        surplus = least.offset(MOST_SUGGESTIONS - 1)
        await self.session.execute(
            delete(UnansweredQuestion).where(
                UnansweredQuestion.tenant_id == self.tenant_id, UnansweredQuestion.id.in_(surplus)
            )
        )
