"""Makes the vectors that an import's new texts need, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import numpy as np

from data.database import Database
from data.search.embedders import Embedder

BATCH = 500


async def embed_staged(
    database: Database,
    tenant_id: UUID,
    import_id: UUID,
    embedder: Embedder,
    on_batch: Callable[[float], Awaitable[None]],
) -> None:
    """Saves them batch by batch: nobody sees a vector before its text is in use, and an import that is begun again
    goes on where it was. `on_batch` hears the share done, 0 to 1."""
    async with database.transaction(tenant_id, is_long=True) as tx:
        total = await tx.staging.text_count(import_id)
    done = 0
    while True:
        async with database.transaction(tenant_id, is_long=True) as tx:
            texts = await tx.staging.unembedded(import_id, embedder.name, BATCH)
        if not texts:
            return
        matrix = await asyncio.to_thread(embedder.embed_documents, list(texts.values()))
        async with database.transaction(tenant_id) as tx:
            await tx.vectors.save(embedder.name, zip(texts, _packed(matrix), strict=True))
        done += len(texts)
        await on_batch(done / total)


def _packed(matrix: np.ndarray) -> Iterable[bytes]:
    return (row.tobytes() for row in np.ascontiguousarray(matrix, dtype="<f4"))
