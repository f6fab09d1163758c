"""Takes one uploaded file from the owner's hands into the catalogue: all of it, or nothing."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from data.database import Database
from data.errors import NotFound
from data.jobs import JobName
from data.models import Import
from data.repositories.planning import OPTIONAL_FIELDS, Counts, Scope
from data.search.embedders import Embedder
from data.states import ImportMode, ImportPhase, ImportStatus
from data.stock_changes import tell_emptied
from data.transaction import Transaction
from ingestion.bad_rows import write_bad_rows
from ingestion.copying import COLUMNS
from ingestion.errors import SpreadsheetError
from ingestion.indexing import embed_staged
from ingestion.mapping import ColumnMapping
from ingestion.outcome import CANCELLED, ImportFailure, ImportOutcome, columns_of, counts_of, outcome_of
from ingestion.progress import ImportCancelled, OnProgress, Progress
from ingestion.reading import Choices, fingerprint, open_file
from ingestion.staging import Staged, stage
from ingestion.stream import OpenFile
from ingestion.text import clean
from ingestion.warnings import find_warnings, jump_threshold

# So many changes are kept to be looked at, and so many are handed back at once; the counts are of all.
MOST_CHANGES_KEPT = 20_000
MOST_CHANGES_RETURNED = 200


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and what the owner says about it."""

    path: Path
    file_name: str
    mode: ImportMode
    override: Choices | None


@dataclass(frozen=True, slots=True)
class _File:
    """A file whose good rows are read, and what its columns turned out to be."""

    opened: OpenFile
    staged: Staged
    scope: Scope
    override: Choices | None


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
        override: Choices | None = None,
    ) -> UUID:
        """Keeps a copy of the file and, with `enqueue`, leaves the rest to a worker; else call `run`.

        `override` is what the owner says about the columns; it is remembered for files with the same titles.
        """
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
                    columns={"override": dict(override)} if override else {},
                )
            )
            if enqueue:
                await tx.jobs.defer(JobName.RUN_IMPORT, lock=f"import:{tenant_id}", import_id=import_id)
        return import_id

    async def run(self, tenant_id: UUID, import_id: UUID, on_progress: OnProgress | None = None) -> ImportOutcome:
        """Runs an import; one that has ended already is not run again. Raises NotFound."""
        record = await self._start(tenant_id, import_id)
        if record.finished_at is not None:
            return await self._outcome_of(tenant_id, record)
        progress = self._progress(tenant_id, import_id, on_progress)
        source = Source(self.path_of(record), record.file_name, record.mode, record.columns.get("override"))
        try:
            async with self._staged(tenant_id, import_id, source, progress) as file:
                if record.is_dry_run:
                    return await self._finish_dry_run(tenant_id, file)
                return await self._write(tenant_id, file, record.file_name, progress)
        except ImportCancelled:
            return await self.fail(tenant_id, import_id, *CANCELLED)
        except SpreadsheetError as error:
            return await self.fail(tenant_id, import_id, error.code, error.message, _read_by(error))

    async def preview(
        self,
        tenant_id: UUID,
        file: Path,
        file_name: str,
        mode: ImportMode = ImportMode.REPLACE,
        override: Choices | None = None,
        on_progress: OnProgress | None = None,
    ) -> ImportOutcome:
        """What importing the file would do; leaves nothing behind."""
        progress = self._progress(tenant_id, None, on_progress)
        try:
            async with self._staged(tenant_id, uuid4(), Source(file, file_name, mode, override), progress) as read:
                return await self._compare(tenant_id, read)
        except SpreadsheetError as error:
            staged, failure = _read_by(error), ImportFailure(error.code, error.message)
            return ImportOutcome(error_count=staged.error_count, errors=staged.errors, failure=failure)

    async def write_bad_rows(self, tenant_id: UUID, record: Import, out: Path) -> int:
        """The rows with errors as a CSV to mend and upload again; how many. Raises SpreadsheetError."""
        async with self._database.transaction(tenant_id) as tx:
            currency = (await tx.tenants.get()).currency
        override = record.columns.get("columns") or record.columns.get("override")
        source = self.path_of(record)
        return await asyncio.to_thread(write_bad_rows, source, record.file_name, out, currency, override)

    def path_of(self, record: Import) -> Path:
        """Where the uploaded file is kept."""
        return self._storage_dir / record.file_path

    async def cancel(self, tenant_id: UUID, import_id: UUID) -> bool:
        """Ask for an import to stop before it changes anything; False when it has ended. Raises NotFound."""
        async with self._database.transaction(tenant_id) as tx:
            record = await tx.imports.get(import_id)
            if record is None:
                raise NotFound("import")
            if record.finished_at is not None:
                return False
            await tx.imports.set(import_id, is_cancel_requested=True)
        if record.status is ImportStatus.PENDING:
            await self.fail(tenant_id, import_id, *CANCELLED)
        return True

    async def abandon(self, tenant_id: UUID, import_id: UUID) -> None:
        """Note that an import was stopped by whoever ran it; one that has ended stays as it is."""
        async with self._database.transaction(tenant_id) as tx:
            record = await tx.imports.get(import_id)
        if record is not None and record.finished_at is None:
            await self.fail(tenant_id, import_id, *CANCELLED)

    async def fail(
        self, tenant_id: UUID, import_id: UUID, code: str, message: str, staged: Staged | None = None
    ) -> ImportOutcome:
        """Ends an import without effect on the catalogue."""
        read = staged or Staged()
        outcome = ImportOutcome(error_count=read.error_count, errors=read.errors, failure=ImportFailure(code, message))
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            await tx.staging.clear(import_id)
            await tx.imports.set(import_id, **columns_of(outcome))
            await tx.events.add("import.failed", import_id=str(import_id), code=code)
        return outcome

    async def _start(self, tenant_id: UUID, import_id: UUID) -> Import:
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            record = await tx.imports.get(import_id)
            if record is None:
                raise NotFound("import")
            if record.finished_at is None:
                # What an attempt that was killed has left.
                await tx.staging.clear(import_id)
                await tx.staging.clear_abandoned()
                await tx.imports.set(import_id, status=ImportStatus.PROCESSING, started_at=datetime.now(UTC))
        return record

    def _progress(self, tenant_id: UUID, import_id: UUID | None, on_progress: OnProgress | None) -> Progress:
        return Progress(self._database, tenant_id, import_id, on_progress, has_embedding=self._embedder.keeps_vectors)

    @asynccontextmanager
    async def _staged(
        self, tenant_id: UUID, import_id: UUID, source: Source, progress: Progress
    ) -> AsyncIterator[_File]:
        """The file's rows ready to be loaded while the block runs. Raises SpreadsheetError, ImportCancelled."""
        async with self._database.transaction(tenant_id) as tx:
            currency = (await tx.tenants.get()).currency
            remembered = await tx.mappings.all()
        opening = open_file(source.path, source.file_name, currency, override=source.override, remembered=remembered)
        opened = await asyncio.to_thread(opening.__enter__)
        try:
            await progress.begin(opened.row_count)
            staged = await stage(opened, progress.report)
            if not staged.good_count:
                raise _NoGoodRows(staged)
            yield _File(opened, staged, _scope(import_id, source.mode, currency, opened.mapping), source.override)
        finally:
            await asyncio.to_thread(opening.__exit__, None, None, None)
            if self._embedder.keeps_vectors:
                async with self._database.transaction(tenant_id, is_long=True) as tx:
                    await tx.staging.clear(import_id)

    async def _compare(self, tenant_id: UUID, file: _File) -> ImportOutcome:
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            counts = await _planned(tx, file)
            return await self._outcome(tx, file, counts)

    async def _finish_dry_run(self, tenant_id: UUID, file: _File) -> ImportOutcome:
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            counts = await _planned(tx, file)
            outcome = await self._outcome(tx, file, counts)
            await self._keep(tx, file, counts, outcome)
        return outcome

    async def _write(self, tenant_id: UUID, file: _File, file_name: str, progress: Progress) -> ImportOutcome:
        import_id = file.scope.import_id
        if self._embedder.keeps_vectors:
            # A model may take minutes and shoppers are buying meanwhile, so it is asked before the transaction that
            # changes the catalogue; what another import changes in between gets its vectors from the index.
            await progress.enter(ImportPhase.EMBEDDING)
            async with self._database.transaction(tenant_id, is_long=True) as tx:
                await _planned(tx, file)
                await tx.plan.keep_texts(import_id)
            await embed_staged(self._database, tenant_id, import_id, self._embedder, progress.report)

        await progress.enter(ImportPhase.SAVING)
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            await tx.plan.load(COLUMNS, file.staged.lines)
            await tx.tenants.lock_catalogue()
            counts = await tx.plan.make(file.scope)
            outcome = await self._outcome(tx, file, counts)
            if outcome.has_changes:
                await tx.plan.apply(file.scope, counts, file_name, progress.report)
                await tx.versions.forget_old()
                await tx.vectors.forget_unused()
            # The last word of the progress: from here on this transaction holds the import's row.
            await progress.report(1.0)
            await self._keep(tx, file, counts, outcome)
            done = counts_of(outcome) | {"rejected": outcome.error_count}
            await tx.events.add("import.completed", import_id=str(import_id), **done)
            if outcome.has_changes:
                await tell_emptied(tx)
                await tx.tenants.bump_catalogue_version()
        progress.end()
        return outcome

    async def _outcome(self, tx: Transaction, file: _File, counts: Counts) -> ImportOutcome:
        jumps = await tx.plan.price_jumps(jump_threshold((await tx.tenants.get()).settings), limit=3)
        return ImportOutcome(
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            archived=counts.archived,
            error_count=file.staged.error_count,
            errors=file.staged.errors,
            warnings=find_warnings(file.opened.warnings, file.staged, counts, jumps),
            changes=await tx.plan.changes(MOST_CHANGES_RETURNED),
        )

    async def _keep(self, tx: Transaction, file: _File, counts: Counts, outcome: ImportOutcome) -> None:
        """What the owner may look at later."""
        import_id = file.scope.import_id
        await tx.plan.keep_changes(import_id, MOST_CHANGES_KEPT)
        headers, columns = file.opened.headers, file.opened.mapping.choices()
        if file.override:
            await tx.mappings.save(fingerprint(headers), dict(file.override))
        await tx.imports.set(
            import_id,
            row_count=file.opened.row_count,
            processed_count=file.opened.row_count,
            change_count=min(counts.created + counts.updated + counts.archived, MOST_CHANGES_KEPT),
            columns={"headers": headers, "columns": columns, "override": file.override},
            **columns_of(outcome),
        )

    async def _outcome_of(self, tenant_id: UUID, record: Import) -> ImportOutcome:
        async with self._database.transaction(tenant_id) as tx:
            changes = await tx.imports.changes(record.id, MOST_CHANGES_RETURNED)
        return outcome_of(record, changes)


async def _planned(tx: Transaction, file: _File) -> Counts:
    await tx.plan.load(COLUMNS, file.staged.lines)
    return await tx.plan.make(file.scope)


class _NoGoodRows(SpreadsheetError):
    """A file of which nothing is usable would, taken at its word, empty the shop."""

    def __init__(self, staged: Staged) -> None:
        super().__init__(
            "NO_VALID_ROWS", "Ninguna fila se pudo usar, así que tu catálogo quedó como estaba. Revisa los errores."
        )
        self.staged = staged


def _read_by(error: SpreadsheetError) -> Staged:
    """What was read of the file before it was refused."""
    return error.staged if isinstance(error, _NoGoodRows) else Staged()


def _keep_copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _scope(import_id: UUID, mode: ImportMode, currency: str, mapping: ColumnMapping) -> Scope:
    fields = {name for name in OPTIONAL_FIELDS if name in mapping.fields}
    has_options = mapping.options or mapping.named_options or mapping.size_stocks
    return Scope(
        import_id=import_id,
        mode=mode,
        currency=currency,
        fields=frozenset(fields | ({"options"} if has_options else set())),
        has_stock="stock" in mapping.fields or bool(mapping.size_stocks),
    )
