"""How far an import is: told to the caller at once, and to the import's row in short transactions of their own."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from data.database import Database
from data.states import ImportPhase

_SECONDS_BETWEEN_REPORTS = 0.3
# Which share of an import is over when a phase begins.
_BEGINS = {ImportPhase.READING: 0.0, ImportPhase.EMBEDDING: 0.25, ImportPhase.SAVING: 0.25}
_WITH_EMBEDDING = _BEGINS | {ImportPhase.SAVING: 0.85}

OnProgress = Callable[[int, int], None]


class ImportCancelled(Exception):
    """Somebody asked for the import to stop; nothing of it was written."""


class Progress:
    """Counts in rows of the file, of which all are done only when the catalogue has changed."""

    def __init__(
        self,
        database: Database,
        tenant_id: UUID,
        import_id: UUID | None,
        on_progress: OnProgress | None,
        *,
        has_embedding: bool,
    ) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._import_id = import_id
        self._on_progress = on_progress or (lambda done, total: None)
        self._begins = _WITH_EMBEDDING if has_embedding else _BEGINS
        self._phase = ImportPhase.READING
        self._total = 0
        self._done = 0
        self._reported_at = 0.0

    async def begin(self, total: int) -> None:
        self._total = total
        await self._record(row_count=total)
        self._on_progress(0, total)

    async def enter(self, phase: ImportPhase) -> None:
        self._phase = phase
        await self._record()

    async def report(self, share: float) -> None:
        """The share of this phase that is done, 0 to 1. Raises ImportCancelled."""
        begin = self._begins[self._phase]
        end = min((each for each in self._begins.values() if each > begin), default=1.0)
        self._done = max(self._done, int(self._total * (begin + (end - begin) * min(share, 1.0))))
        self._on_progress(self._done, self._total)
        if time.monotonic() - self._reported_at >= _SECONDS_BETWEEN_REPORTS:
            await self._record()

    def end(self) -> None:
        self._on_progress(self._total, self._total)

    async def _record(self, **columns: Any) -> None:
        self._reported_at = time.monotonic()
        if self._import_id is None:
            return
        async with self._database.transaction(self._tenant_id) as tx:
            await tx.imports.set(self._import_id, processed_count=self._done, phase=self._phase, **columns)
            is_cancelled = await tx.imports.is_cancel_requested(self._import_id)
        if is_cancelled:
            raise ImportCancelled
