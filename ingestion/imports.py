"""Takes one uploaded file from the owner's hands into the catalogue: all of it, or nothing."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from data.database import Database
from data.errors import NotFound
from data.jobs import JobName
from data.models import Import
from data.search.embedders import Embedder
from data.states import ImportMode, ImportStatus
from data.transaction import Transaction
from ingestion.errors import RowError, SpreadsheetError
from ingestion.indexing import embed
from ingestion.mapping import ColumnMapping, map_columns
from ingestion.rows import Parsed, parse_rows
from ingestion.sources.spreadsheet import read_spreadsheet
from ingestion.text import clean
from ingestion.upsert import Changes, apply, compare

SAMPLE_ROWS = 200
# The row of an import keeps this many errors: more are as good as "all of them".
MOST_ERRORS_KEPT = 5_000
_SECONDS_BETWEEN_REPORTS = 0.3

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """Why nothing went in; `message` is Spanish, for the owner."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or in a dry run would do, counted in variants."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    archived: int = 0
    errors: Sequence[RowError] = ()
    warnings: Sequence[str] = ()
    failure: ImportFailure | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """A file understood: its rows, and what its columns turned out to be."""

    parsed: Parsed
    mapping: ColumnMapping
    mode: ImportMode
    currency: str

    @property
    def counts_stock(self) -> bool:
        return "stock" in self.mapping.fields or self.mode is ImportMode.REPLACE

    @property
    def row_count(self) -> int:
        return len(self.parsed.rows) + len({error.row for error in self.parsed.errors})

    async def changes(self, tx: Transaction) -> Changes:
        stored = await tx.catalogue.stored()
        # Off the event loop: with many rows it takes long enough for shoppers to notice.
        return await asyncio.to_thread(
            compare, self.parsed, stored, self.mode, self.currency, counts_stock=self.counts_stock
        )

    def outcome(self, changes: Changes) -> ImportOutcome:
        return ImportOutcome(
            created=len(changes.created),
            updated=len(changes.updated),
            unchanged=len(changes.unchanged),
            archived=len(changes.archived),
            errors=self.parsed.errors,
            warnings=self.mapping.warnings,
        )


class Imports:
    """Opens imports and runs them. `embedder` makes the vectors; files are kept under `storage_dir`."""

    def __init__(self, database: Database, embedder: Embedder, storage_dir: Path) -> None:
        self._database = database
        self._embedder = embedder
        self._storage_dir = storage_dir

    async def open(
        self,
        tenant_id: UUID,
        file: Path,
        file_name: str,
        *,
        mode: ImportMode = ImportMode.REPLACE,
        is_dry_run: bool = False,
        enqueue: bool = True,
    ) -> UUID:
        """Keeps a copy of the file and, with `enqueue`, leaves the rest to a worker; else call `run`."""
        import_id = uuid4()
        # The owner's file name never becomes a path.
        path = Path("imports") / str(tenant_id) / str(import_id)
        await asyncio.to_thread(_keep_copy, file, self._storage_dir / path)
        async with self._database.transaction(tenant_id) as tx:
            await tx.imports.add(
                Import(
                    tenant_id=tenant_id,
                    id=import_id,
                    file_name=clean(file_name, 200) or "archivo",
                    file_path=path.as_posix(),
                    mode=mode,
                    is_dry_run=is_dry_run,
                )
            )
            if enqueue:
                await tx.jobs.defer(JobName.RUN_IMPORT, lock=f"import:{tenant_id}", import_id=import_id)
        return import_id

    async def run(self, tenant_id: UUID, import_id: UUID, on_progress: OnProgress | None = None) -> ImportOutcome:
        """Runs an import; one that has ended already is not run again. Raises NotFound."""
        record = await self._start(tenant_id, import_id)
        if record.finished_at is not None:
            return _outcome_of(record)
        path = self._storage_dir / record.file_path
        progress = _Progress(self._database, tenant_id, import_id, on_progress)
        try:
            file = await self._read(tenant_id, path, record.file_name, record.mode)
            await progress.begin(file.row_count)
            _require_good_rows(file)
        except SpreadsheetError as error:
            errors = error.errors if isinstance(error, _NoGoodRows) else ()
            return await self.fail(tenant_id, import_id, error.code, error.message, errors)
        if record.is_dry_run:
            return await self._finish_dry_run(tenant_id, import_id, file)
        return await self._write(tenant_id, import_id, file, progress)

    async def preview(
        self, tenant_id: UUID, file: Path, file_name: str, mode: ImportMode = ImportMode.REPLACE
    ) -> ImportOutcome:
        """What importing the file would do; writes nothing at all."""
        try:
            read = await self._read(tenant_id, file, file_name, mode)
            _require_good_rows(read)
        except SpreadsheetError as error:
            errors = error.errors if isinstance(error, _NoGoodRows) else ()
            return ImportOutcome(errors=errors, failure=ImportFailure(error.code, error.message))
        async with self._database.transaction(tenant_id) as tx:
            return read.outcome(await read.changes(tx))

    async def fail(
        self, tenant_id: UUID, import_id: UUID, code: str, message: str, errors: Sequence[RowError] = ()
    ) -> ImportOutcome:
        """Ends an import without effect on the catalogue."""
        outcome = ImportOutcome(errors=errors, failure=ImportFailure(code, message))
        async with self._database.transaction(tenant_id) as tx:
            await tx.imports.set(import_id, **_columns(outcome))
            await tx.events.add("import.failed", import_id=str(import_id), code=code)
        return outcome

    async def _start(self, tenant_id: UUID, import_id: UUID) -> Import:
        async with self._database.transaction(tenant_id) as tx:
            record = await tx.imports.get(import_id)
            if record is None:
                raise NotFound("import")
            if record.finished_at is None:
                await tx.imports.set(import_id, status=ImportStatus.PROCESSING, started_at=datetime.now(UTC))
        return record

    async def _read(self, tenant_id: UUID, path: Path, file_name: str, mode: ImportMode) -> _File:
        async with self._database.transaction(tenant_id) as tx:
            currency = (await tx.tenants.get()).currency
        return await asyncio.to_thread(_understand, path, file_name, mode, currency)

    async def _finish_dry_run(self, tenant_id: UUID, import_id: UUID, file: _File) -> ImportOutcome:
        async with self._database.transaction(tenant_id) as tx:
            outcome = file.outcome(await file.changes(tx))
            await tx.imports.set(import_id, processed_count=file.row_count, **_columns(outcome))
        return outcome

    async def _write(self, tenant_id: UUID, import_id: UUID, file: _File, progress: "_Progress") -> ImportOutcome:
        # Embedding may take minutes and shoppers are buying meanwhile, so it is done before the transaction
        # that changes the catalogue; what another import changed in between is embedded within it.
        async with self._database.transaction(tenant_id) as tx:
            changes = await file.changes(tx)
            embedded = set((await tx.catalogue.embedded_hashes(self._embedder.name)).values())
        texts = {key: text for key, text in changes.texts().items() if key not in embedded}
        known = file.row_count - len(texts)
        vectors = await embed(texts, self._embedder, lambda done: progress.report(known + done))

        async with self._database.transaction(tenant_id) as tx:
            await tx.catalogue.lock()
            changes = await file.changes(tx)
            hashes = await apply(changes, tx.catalogue, counts_stock=file.counts_stock)
            await self._save_vectors(tx, hashes, changes.texts(), vectors)
            outcome = file.outcome(changes)
            await tx.tenants.bump_catalogue_version()
            await tx.imports.set(import_id, processed_count=file.row_count, **_columns(outcome))
            await tx.events.add("import.completed", import_id=str(import_id), **_counts(outcome))
        progress.end()
        return outcome

    async def _save_vectors(
        self, tx: Transaction, hashes: dict[UUID, str], texts: dict[str, str], vectors: dict[str, bytes]
    ) -> None:
        stored = await tx.catalogue.embedded_hashes(self._embedder.name)
        stale = {variant_id: key for variant_id, key in hashes.items() if stored.get(variant_id) != key}
        late = {key: texts[key] for key in set(stale.values()) if key not in vectors}
        vectors = vectors | await embed(late, self._embedder)
        rows = ((variant_id, key, vectors[key]) for variant_id, key in stale.items())
        await tx.catalogue.save_vectors(self._embedder.name, rows)


class _NoGoodRows(SpreadsheetError):
    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(
            "NO_VALID_ROWS", "Ninguna fila se pudo usar, así que tu catálogo quedó como estaba. Revisa los errores."
        )
        self.errors = errors


class _Progress:
    """Tells how many rows are done: to the caller at once, to the import's row in short transactions of their own."""

    def __init__(self, database: Database, tenant_id: UUID, import_id: UUID, on_progress: OnProgress | None) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._import_id = import_id
        self._on_progress = on_progress or (lambda done, total: None)
        self._total = 0
        self._reported_at = 0.0

    async def begin(self, total: int) -> None:
        self._total = total
        await self._record(row_count=total, processed_count=0)
        self._on_progress(0, total)

    async def report(self, done: int) -> None:
        self._on_progress(done, self._total)
        if time.monotonic() - self._reported_at >= _SECONDS_BETWEEN_REPORTS:
            await self._record(processed_count=done)

    def end(self) -> None:
        self._on_progress(self._total, self._total)

    async def _record(self, **columns: int) -> None:
        async with self._database.transaction(self._tenant_id) as tx:
            await tx.imports.set(self._import_id, **columns)
        self._reported_at = time.monotonic()


def _keep_copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _understand(path: Path, file_name: str, mode: ImportMode, currency: str) -> _File:
    sheet = read_spreadsheet(path, file_name)
    mapping = map_columns(sheet.headers, [cells for _, cells in sheet.rows[:SAMPLE_ROWS]])
    return _File(parse_rows(sheet, mapping, currency), mapping, mode, currency)


def _require_good_rows(file: _File) -> None:
    """A file of which nothing is usable would, taken at its word, empty the shop."""
    if not file.parsed.rows:
        raise _NoGoodRows(file.parsed.errors)


def _counts(outcome: ImportOutcome) -> dict[str, int]:
    return {name: getattr(outcome, name) for name in ("created", "updated", "unchanged", "archived")}


def _columns(outcome: ImportOutcome) -> dict[str, Any]:
    return {
        **{f"{name}_count": count for name, count in _counts(outcome).items()},
        "errors": [asdict(error) for error in outcome.errors[:MOST_ERRORS_KEPT]],
        "failure": asdict(outcome.failure) if outcome.failure else None,
        "status": ImportStatus.FAILED if outcome.failure else ImportStatus.COMPLETED,
        "finished_at": datetime.now(UTC),
    }


def _outcome_of(record: Import) -> ImportOutcome:
    outcome = ImportOutcome(
        created=record.created_count,
        updated=record.updated_count,
        unchanged=record.unchanged_count,
        archived=record.archived_count,
        errors=[RowError(**error) for error in record.errors],
    )
    return replace(outcome, failure=ImportFailure(**record.failure)) if record.failure else outcome
