"""Carries a file's good rows into the database batch by batch, and keeps its row errors."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from data.database import Database
from data.repositories.staging import StagedRow
from ingestion.errors import RowError
from ingestion.rows import CatalogueRow, RowBatch
from ingestion.stream import OpenFile

BATCH = 4_000
# So many errors are kept to be looked at; they are counted all, and the file can say them again (bad_rows).
MOST_ERRORS_KEPT = 5_000


@dataclass(slots=True)
class Staged:
    """What came of reading a file. `errors` are the first of all those that `codes` counts."""

    good_count: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)

    @property
    def error_count(self) -> int:
        return self.codes.total()

    def note(self, batch: RowBatch) -> None:
        self.good_count += len(batch.rows)
        self.codes.update(error.code for error in batch.errors)
        self.errors += batch.errors[: MOST_ERRORS_KEPT - len(self.errors)]


@dataclass(frozen=True, slots=True)
class _Batch:
    rows: list[StagedRow]
    read_count: int


async def stage(
    database: Database,
    tenant_id: UUID,
    import_id: UUID,
    file: OpenFile,
    on_batch: Callable[[float], Awaitable[None]],
) -> Staged:
    """Each batch in a transaction of its own, while the next is being read. `on_batch` hears the share done."""
    staged = Staged()
    batches = _batches(file, staged)
    coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        while batch := await coming:
            coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
            async with database.transaction(tenant_id) as tx:
                await tx.staging.add(import_id, batch.rows)
            await on_batch(batch.read_count / max(file.row_count, 1))
    finally:
        # A thread cannot be stopped; what it reads from must stay open until it is through.
        await asyncio.gather(coming, return_exceptions=True)
    return staged


def _batches(file: Iterable[RowBatch], staged: Staged) -> Iterator[_Batch]:
    rows: list[StagedRow] = []
    position, read_count = 0, 0
    for batch in file:
        staged.note(batch)
        rows += [_staged(at, row) for at, row in enumerate(batch.rows, start=position)]
        position += len(batch.rows)
        rows += [StagedRow(at, 0, sku, is_rejected=True) for at, sku in enumerate(batch.rejected_skus, start=position)]
        position += len(batch.rejected_skus)
        read_count = batch.read_count
        if len(rows) >= BATCH:
            yield _Batch(rows, read_count)
            rows = []
    if rows:
        yield _Batch(rows, read_count)


def _staged(position: int, row: CatalogueRow) -> StagedRow:
    return StagedRow(
        position=position,
        row=row.row,
        sku=row.sku,
        name=row.name,
        brand=row.brand,
        category=row.category,
        description=row.description,
        barcode=row.barcode,
        unit=row.unit,
        price=str(row.price),
        stock=row.stock,
        synonyms=row.synonyms,
        tags=row.tags,
        image_url=row.image_url,
        more_images=row.more_images,
        options=row.options,
        product_key=row.product_key,
    )
