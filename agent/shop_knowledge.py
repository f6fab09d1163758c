"""Finds what the shop has told of itself: the index gives ids, the rows read now give the owner's words."""

from collections.abc import Sequence
from uuid import UUID

from agent.context import ShopAnswer
from agent.untrusted import clean
from data.database import Database
from data.knowledge_index import KnowledgeIndexes

ANSWER_CHARACTERS = 1_200
QUESTION_CHARACTERS = 300


class ShopKnowledge:
    """One tenant's entries as a turn sees them (agent.context.Knowledge)."""

    def __init__(self, database: Database, indexes: KnowledgeIndexes, tenant_id: UUID) -> None:
        self._database = database
        self._indexes = indexes
        self._tenant_id = tenant_id

    async def search(self, question: str, limit: int) -> Sequence[ShopAnswer]:
        found = await self._indexes.search(self._tenant_id, question, limit)
        if not found:
            return ()
        async with self._database.transaction(self._tenant_id) as tx:
            entries = await tx.knowledge.by_search_ids([hit.id for hit in found])
        return [
            ShopAnswer(
                entry.id,
                clean(entry.topic, QUESTION_CHARACTERS),
                clean(entry.question, QUESTION_CHARACTERS),
                clean(entry.answer, ANSWER_CHARACTERS),
                hit.score,
            )
            for hit in found
            if (entry := entries.get(hit.id))
        ]
