"""Carries a file's good rows into the database batch by batch, and keeps its row errors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from data.database import Database
from data.repositories.staging import StagedRow
from ingestion.errors import RowError
from ingestion.reading import Reading, Rejected
from ingestion.rows import CatalogueRow
from ingestion.text import unaccented

BATCH = 4_000
# An import keeps this many errors: more are as good as "all of them".
MOST_ERRORS_KEPT = 5_000


@dataclass(slots=True)
class Staged:
    """What came of reading a file. `errors` are the first of `error_count`."""

    row_count: int = 0
    error_row_count: int = 0
    error_count: int = 0
    errors: list[RowError] = field(default_factory=list)

    def note(self, errors: list[RowError]) -> None:
        self.error_row_count += 1 if errors else 0
        self.error_count += len(errors)
        self.errors += errors[: MOST_ERRORS_KEPT - len(self.errors)]


async def stage(
    database: Database,
    tenant_id: UUID,
    import_id: UUID,
    reading: Reading,
    on_batch: Callable[[float], Awaitable[None]],
) -> Staged:
    """Each batch in a transaction of its own, while the next is being read. `on_batch` hears the share done."""
    staged = Staged()
    batches = _batches(reading, staged)
    position = 0
    coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        while batch := await coming:
            coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
            async with database.transaction(tenant_id) as tx:
                await tx.staging.add(import_id, batch)
            position += len(batch)
            await on_batch(position / max(reading.row_count, position))
    finally:
        if not coming.done():
            # A thread cannot be stopped; what it reads from must stay open until it is through.
            await asyncio.wait([coming])
        if not coming.cancelled():
            coming.exception()
    return staged


def _batches(reading: Reading, staged: Staged) -> Iterator[list[StagedRow]]:
    rows = enumerate(_usable(reading, staged))
    while batch := [_staged(position, row) for position, row in islice(rows, BATCH)]:
        yield batch


def _usable(reading: Reading, staged: Staged) -> Iterator[CatalogueRow | Rejected]:
    for row in reading.rows:
        if isinstance(row, Rejected):
            staged.note(row.errors)
            if not row.sku:
                continue
        else:
            staged.row_count += 1
        yield row


def _staged(position: int, row: CatalogueRow | Rejected) -> StagedRow:
    if isinstance(row, Rejected):
        return StagedRow(position, row.row, row.sku, is_rejected=True)
    options = row.options
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
        image_url=row.image_url,
        options=options,
        group_key=unaccented(f"{row.name}|{row.brand or ''}"),
        choice="|".join(sorted(f"{name}={unaccented(value)}" for name, value in options.items())),
    )
