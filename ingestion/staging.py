"""Keeps a file's good rows aside, as the database takes them in, and its row errors."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from ingestion.errors import RowError
from ingestion.file_reader import CopyBatch
from ingestion.stream import OpenFile

# So many errors are kept to be looked at; they are counted all, and the file can say them again (bad_rows).
MOST_ERRORS_KEPT = 5_000
_BATCH_ROWS = 10_000
_BUFFER = 1024 * 1024


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile(buffering=_BUFFER)


@dataclass(slots=True)
class Staged:
    """What came of reading a file. `errors` are the first of all those that `codes` counts; `lines` are for COPY."""

    good_count: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    # Closed when nobody reads it any more.
    lines: IO[bytes] = field(default_factory=_file)

    @property
    def error_count(self) -> int:
        return self.codes.total()

    def note(self, batch: CopyBatch) -> None:
        self.lines.write(batch.lines)
        self.good_count += batch.row_count
        self.codes.update(error.code for error in batch.errors)
        self.errors += batch.errors[: MOST_ERRORS_KEPT - len(self.errors)]


async def stage(file: OpenFile, on_batch: Callable[[float], Awaitable[None]]) -> Staged:
    """`on_batch` hears the share done."""
    staged = Staged()
    noted = _noted(file, staged)
    coming = asyncio.ensure_future(asyncio.to_thread(next, noted, None))
    try:
        while (read_count := await coming) is not None:
            coming = asyncio.ensure_future(asyncio.to_thread(next, noted, None))
            await on_batch(read_count / max(file.row_count, 1))
    finally:
        # A thread cannot be stopped; what it reads from must stay open until it is through.
        await asyncio.gather(coming, return_exceptions=True)
    return staged


def _noted(file: OpenFile, staged: Staged) -> Iterator[int]:
    """How many rows are read, every so many."""
    told = 0
    for batch in file.copies:
        staged.note(batch)
        if not told or batch.read_count - told >= _BATCH_ROWS:
            told = batch.read_count
            yield told
