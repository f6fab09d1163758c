"""The vectors of texts, by the fingerprint of the text: whoever is found by the same words shares one."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, LargeBinary, Text, Uuid, delete, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from data.models import TextVector, Variant
from data.repositories.bulk import chunks
from data.repositories.repository import Repository


class VectorRepository(Repository):
    async def save(self, embedder: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Rows are (content hash, little-endian float32 bytes); a hash that has its vector already keeps it."""
        for chunk in chunks(list(rows)):
            hashes, vectors = zip(*chunk, strict=True)
            new = (
                func.unnest(literal(list(hashes), ARRAY(Text())), literal(list(vectors), ARRAY(LargeBinary())))
                .table_valued("content_hash", "vector")
                .render_derived()
            )
            tenant, by = literal(self.tenant_id, Uuid()), literal(embedder)
            statement = insert(TextVector).from_select(
                ["tenant_id", "embedder", "content_hash", "vector"], select(tenant, by, *new.c)
            )
            await self.session.execute(statement.on_conflict_do_nothing())

    async def embedders(self) -> list[str]:
        """Of which embedders there are vectors."""
        statement = select(TextVector.embedder).where(TextVector.tenant_id == self.tenant_id).distinct()
        return list((await self.session.execute(statement)).scalars())

    async def forget_unused(self) -> None:
        """Of every embedder, those of texts that no variant is found by any more, archived ones included."""
        used = exists().where(Variant.tenant_id == self.tenant_id, Variant.content_hash == TextVector.content_hash)
        await self.session.execute(delete(TextVector).where(TextVector.tenant_id == self.tenant_id, ~used))
