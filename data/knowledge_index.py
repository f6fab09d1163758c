"""The knowledge indexes of a process, one per tenant: caches that carry the version of the entries they hold."""

import asyncio
from collections import OrderedDict
from uuid import UUID

from data.database import Database
from data.models import KnowledgeEntry
from data.search.index import SearchHit
from data.search.knowledge import KnowledgeDocument, KnowledgeIndex

MOST_BYTES = 128 * 1024**2


class KnowledgeIndexes:
    """Serves each tenant's index at the version its entries have now; made when first asked, let go when many are."""

    def __init__(self, database: Database, *, most_bytes: int = MOST_BYTES) -> None:
        self._database = database
        self._most_bytes = most_bytes
        self._indexes: OrderedDict[UUID, KnowledgeIndex] = OrderedDict()

    async def search(self, tenant_id: UUID, question: str, limit: int) -> list[SearchHit]:
        """Ids and scores, best first; none when no entry answers."""
        index = await self.get(tenant_id)
        return await asyncio.to_thread(index.search, question, limit) if len(index) else []

    async def get(self, tenant_id: UUID) -> KnowledgeIndex:
        async with self._database.transaction(tenant_id) as tx:
            version = await tx.knowledge.version()
            index = self._indexes.get(tenant_id)
            if index is None or index.version != version:
                documents = [document_of(entry) for entry in await tx.knowledge.all()]
                _, own = await tx.tenants.catalogue_version_and_words()
                index = None
        if index is None:
            index = await asyncio.to_thread(KnowledgeIndex, version, documents, own)
            self._indexes[tenant_id] = index
        self._indexes.move_to_end(tenant_id)
        self._let_go()
        return index

    def held(self) -> dict[UUID, int]:
        """Roughly the bytes of each tenant's index in memory, the one used longest ago first."""
        return {tenant_id: index.nbytes for tenant_id, index in self._indexes.items()}

    def _let_go(self) -> None:
        total = sum(self.held().values())
        while total > self._most_bytes and len(self._indexes) > 1:
            _, oldest = self._indexes.popitem(last=False)
            total -= oldest.nbytes


def document_of(entry: KnowledgeEntry) -> KnowledgeDocument:
    return KnowledgeDocument(entry.search_id, entry.question, entry.answer, entry.topic, tuple(entry.wordings))
