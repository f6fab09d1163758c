"""Embeds a whole catalogue with an embedder that was just chosen, while the index of another serves."""

import asyncio
import time
from uuid import UUID

import structlog

from data.database import Database
from data.search.embedding import Embedder

BATCH = 500

log = structlog.get_logger()


async def embed_catalogue(database: Database, tenant_id: UUID, embedder: Embedder) -> None:
    """Make every vector that is missing, batch by batch, then have every process build its index with them.

    Killed and run again, it goes on where it was. Raises EmbedderUnavailable, EmbedderError.
    """
    async with database.transaction(tenant_id, is_long=True) as tx:
        total = await tx.indexed.unembedded_count(embedder.name)
    if not total or not embedder.keeps_vectors:
        return
    started, done = time.monotonic(), 0
    while True:
        async with database.transaction(tenant_id, is_long=True) as tx:
            documents = await tx.indexed.unembedded(embedder.name, BATCH)
        if not documents:
            break
        texts = [document.text() for document in documents.values()]
        matrix = await asyncio.to_thread(embedder.embed_documents, texts)
        rows = (row.astype("<f4").tobytes() for row in matrix)
        async with database.transaction(tenant_id) as tx:
            await tx.vectors.save(embedder.name, zip(documents, rows, strict=True))
        done += len(documents)
        rate = done / (time.monotonic() - started)
        log.info(
            "catalogue.embedding", tenant_id=str(tenant_id), done=done, total=total,
            seconds_left=round((total - done) / rate), usd=getattr(embedder, "cost", None),
        )  # fmt: skip
    async with database.transaction(tenant_id) as tx:
        await tx.tenants.bump_catalogue_version()
