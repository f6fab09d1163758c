"""Embeds what an import changed, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha256

import numpy as np

from data.search.embedders import Embedder

BATCH = 500


def content_hash(text: str) -> str:
    """The fingerprint of a text to search by: a variant whose fingerprint stays needs no new vector."""
    return sha256(text.encode()).hexdigest()


async def embed(
    texts: Mapping[str, str], embedder: Embedder, on_batch: Callable[[int], Awaitable[None]] | None = None
) -> dict[str, bytes]:
    """Texts by their hash -> vectors as little-endian float32 by the same hash, off the event loop."""
    vectors: dict[str, bytes] = {}
    hashes = list(texts)
    for start in range(0, len(hashes), BATCH):
        batch = hashes[start : start + BATCH]
        matrix = await asyncio.to_thread(embedder.embed_documents, [texts[key] for key in batch])
        vectors.update(zip(batch, _packed(matrix), strict=True))
        if on_batch:
            await on_batch(len(vectors))
    return vectors


def _packed(matrix: np.ndarray) -> Iterable[bytes]:
    return (row.tobytes() for row in np.ascontiguousarray(matrix, dtype="<f4"))
