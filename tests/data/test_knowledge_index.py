"""An index follows its entries, and what nobody can answer is kept once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from data.database import Database
from data.knowledge_index import KnowledgeIndexes
from data.models import UnansweredQuestion
from data.repositories.knowledge import MOST_SUGGESTIONS, EntryContent
from data.states import SuggestionStatus
from tests.database import make_tenant

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def tell(database: Database, tenant_id: UUID, question: str, answer: str) -> UUID:
    async with database.transaction(tenant_id) as tx:
        return (await tx.knowledge.add(EntryContent(question, answer))).id


async def answers(database: Database, indexes: KnowledgeIndexes, tenant_id: UUID, question: str) -> list[str]:
    hits = await indexes.search(tenant_id, question, 3)
    async with database.transaction(tenant_id) as tx:
        entries = await tx.knowledge.by_search_ids([hit.id for hit in hits])
    return [entries[hit.id].answer for hit in hits]


async def test_every_process_sees_a_change_at_its_next_search(database: Database) -> None:
    tenant_id = await make_tenant(database)
    here, there = KnowledgeIndexes(database), KnowledgeIndexes(database)
    assert await answers(database, here, tenant_id, "a que hora abren") == []
    entry_id = await tell(database, tenant_id, "¿A qué hora abren?", "A las 9.")
    for indexes in (here, there):
        assert await answers(database, indexes, tenant_id, "a que hora abren") == ["A las 9."]
    async with database.transaction(tenant_id) as tx:
        await tx.knowledge.remove([entry_id])
    for indexes in (here, there):
        assert await answers(database, indexes, tenant_id, "a que hora abren") == []


async def test_each_tenant_is_answered_by_its_own(database: Database) -> None:
    first, second = await make_tenant(database), await make_tenant(database)
    await tell(database, first, "¿A qué hora abren?", "A las 9.")
    await tell(database, second, "¿A qué hora abren?", "A las 10.")
    indexes = KnowledgeIndexes(database)
    assert await answers(database, indexes, first, "a que hora abren") == ["A las 9."]
    assert await answers(database, indexes, second, "a que hora abren") == ["A las 10."]


async def test_the_one_used_longest_ago_is_let_go(database: Database) -> None:
    tenants = [await make_tenant(database) for _ in range(3)]
    indexes = KnowledgeIndexes(database, most_bytes=450_000)
    for tenant_id in tenants:
        await tell(database, tenant_id, "¿A qué hora abren?", "A las 9.")
        await indexes.get(tenant_id)
    assert list(indexes.held()) == tenants[1:]
    assert await answers(database, indexes, tenants[0], "a que hora abren") == ["A las 9."]


async def keep(database: Database, tenant_id: UUID, *texts: str) -> None:
    for text in texts:
        async with database.transaction(tenant_id) as tx:
            await tx.suggestions.keep(text, now=NOW)


async def kept(database: Database, tenant_id: UUID) -> Sequence[tuple[str, int]]:
    async with database.transaction(tenant_id) as tx:
        return [(row.example, row.count) for row in await tx.suggestions.all()]


async def test_questions_alike_are_one_suggestion(database: Database) -> None:
    tenant_id = await make_tenant(database)
    await keep(
        database, tenant_id, "¿Tienen estacionamiento?", "tienen estacionamiento porfa", "¿Aceptan dólares?", "??"
    )
    assert await kept(database, tenant_id) == [("¿Tienen estacionamiento?", 2), ("¿Aceptan dólares?", 1)]


async def test_a_dismissed_question_stays_so_and_an_answered_one_opens_again(database: Database) -> None:
    tenant_id = await make_tenant(database)
    await keep(database, tenant_id, "¿Tienen wifi?", "¿Aceptan dólares?")
    async with database.transaction(tenant_id) as tx:
        first, second = await tx.suggestions.all()
        await tx.suggestions.settle(first.id, SuggestionStatus.DISMISSED)
        await tx.suggestions.settle(second.id, SuggestionStatus.ANSWERED)
    await keep(database, tenant_id, first.example, second.example)
    assert await kept(database, tenant_id) == [(second.example, 2)]


async def test_shoppers_cannot_fill_the_table(database: Database) -> None:
    tenant_id = await make_tenant(database)
    async with database.transaction(tenant_id) as tx:
        await tx.suggestions.keep("¿Tienen wifi?", now=NOW)
        await tx.suggestions.keep("¿Tienen wifi?", now=NOW)
        tx.suggestions.session.add_all(
            UnansweredQuestion(
                tenant_id=tenant_id, id=uuid4(), words=f"{number}", example=f"{number}", count=1,
                status=SuggestionStatus.OPEN, last_asked_at=NOW,
            )
            for number in range(MOST_SUGGESTIONS + 5)
        )  # fmt: skip
        await tx.suggestions.keep("¿Aceptan dólares?", now=NOW + timedelta(days=1))
        rows = await tx.suggestions.all(limit=1_000)
    assert len(rows) == MOST_SUGGESTIONS
    assert {"¿Tienen wifi?", "¿Aceptan dólares?"} <= {row.example for row in rows}
