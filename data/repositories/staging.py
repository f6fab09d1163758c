"""Texts of which an import needs vectors before it may change the catalogue."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import text

from data.repositories.repository import Repository
from data.search.documents import SearchDocument


class StagingRepository(Repository):
    async def clear(self, import_id: UUID) -> None:
        await self._delete("import_id = :import_id", import_id=import_id)

    async def clear_abandoned(self) -> None:
        """Texts of imports that were killed a day ago or more."""
        await self._delete("staged_at < now() - interval '1 day'")

    async def _delete(self, condition: str, **values: Any) -> None:
        statement = f"DELETE FROM app.import_texts WHERE tenant_id = app.tenant() AND {condition}"  # noqa: S608 - ours
        await self.session.execute(text(statement), values)

    async def unembedded(self, import_id: UUID, embedder: str, limit: int) -> dict[str, str]:
        """Texts the import will need and there is no vector of yet, by their content hash."""
        statement = text(
            """
            SELECT t.content_hash, t.document FROM app.import_texts t
            WHERE t.tenant_id = app.tenant() AND t.import_id = :import_id AND NOT EXISTS (
                SELECT FROM app.text_vectors v WHERE v.tenant_id = t.tenant_id AND v.embedder = :embedder
                    AND v.content_hash = t.content_hash)
            ORDER BY t.content_hash LIMIT :limit
            """
        )
        rows = await self.session.execute(statement, {"import_id": import_id, "embedder": embedder, "limit": limit})
        return {content_hash: _text(document) for content_hash, document in rows}

    async def text_count(self, import_id: UUID) -> int:
        statement = text("SELECT count(*) FROM app.import_texts WHERE tenant_id = app.tenant() AND import_id = :id")
        return int((await self.session.execute(statement, {"id": import_id})).scalar_one())


def _text(document: str | dict[str, Any]) -> str:
    fields = json.loads(document) if isinstance(document, str) else document
    return SearchDocument(id=0, sku="", **fields).text()
