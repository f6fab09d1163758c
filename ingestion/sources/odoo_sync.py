"""Reads a shop's products from its Odoo and takes them the way of every file: dry run, comparison, versions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import structlog

from connectors.errors import ConnectorError
from connectors.http import GuardedHttp
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import connect
from connectors.odoo.products import (
    OdooProduct,
    changed_products,
    latest_change,
    pictured_products,
    read_products,
    sold_products,
)
from connectors.odoo.quoting import has_price_rules, quoted, ruled_products
from data.database import Database
from data.encryption import SecretBox
from data.jobs import JobName
from data.models import Connection, Import
from data.money import quantum
from data.repositories.catalogue import ExportedVariant
from data.repositories.connections import open_secrets
from data.states import ConnectionKind, ImportMode, ImportPhase, ImportStatus
from ingestion.exporting import line, open_sheet, titles
from ingestion.imports import Imports
from ingestion.sources.odoo import Images, Known, exported, is_news, option_names

log = structlog.get_logger()

FILE_NAME = "Odoo.csv"
# All is read again so often: what was deleted there leaves no trace, and is noticed by being absent.
_WHOLE_AGAIN = timedelta(hours=24)
_OVERLAP = timedelta(minutes=5)


@dataclass
class _Read:
    """What came from Odoo, up to `cursor`. `gone` are codes of what is archived there, or no longer sold."""

    cursor: str
    is_whole: bool
    by_pricelist: bool
    products: list[OdooProduct] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    images: Images | None = None


def _a_little_before(cursor: str) -> str:
    """What is written there bears the time its transaction began, and shows when it ends."""
    return f"{datetime.fromisoformat(cursor) - _OVERLAP:%Y-%m-%d %H:%M:%S}" if cursor else ""


class OdooSync:
    """`imports` takes the rows in; files are kept under `storage_dir` as uploaded ones are."""

    def __init__(
        self,
        database: Database,
        http: GuardedHttp,
        box: SecretBox,
        imports: Imports,
        storage_dir: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._http = http
        self._box = box
        self._imports = imports
        self._storage_dir = storage_dir
        self._clock = clock

    async def start(self, tenant_id: UUID, *, is_whole: bool = True, is_dry_run: bool = False) -> UUID:
        """On demand: the import whose progress may be followed, and its job."""
        import_id = uuid4()
        async with self._database.transaction(tenant_id) as tx:
            await tx.imports.add(self._record(tenant_id, import_id, is_whole=is_whole, is_dry_run=is_dry_run))
            await tx.jobs.defer(JobName.SYNC_CATALOGUE, lock=f"import:{tenant_id}", import_id=import_id)
        return import_id

    async def start_when_due(self, tenant_id: UUID) -> bool:
        """By schedule; nothing where the shop does not take its products from Odoo."""
        now = self._clock()
        async with self._database.transaction(tenant_id) as tx:
            connection = await tx.connections.get(ConnectionKind.ODOO, lock=True)
            if connection is None or not connection.is_active or not connection.config.get("syncs_catalogue"):
                return False
            due = connection.state.get("next_sync_at", "")
            if due and datetime.fromisoformat(due) > now:
                return False
            wait = timedelta(minutes=connection.config.get("sync_minutes", 30))
            await tx.connections.note(ConnectionKind.ODOO, next_sync_at=(now + wait).isoformat())
            await tx.jobs.defer(JobName.SYNC_CATALOGUE, lock=f"import:{tenant_id}")
        return True

    async def run(self, tenant_id: UUID, import_id: UUID | None = None) -> None:
        """A job. Without an import one is made when there is something to take in."""
        async with self._database.transaction(tenant_id) as tx:
            connection = await tx.connections.active(ConnectionKind.ODOO)
            record = await tx.imports.get(import_id) if import_id else None
        if record is not None and record.finished_at is not None:
            return
        if connection is None:
            if import_id is not None:
                await self._imports.fail(tenant_id, import_id, "NOT_CONNECTED", "Tu tienda no tiene un Odoo conectado.")
            return
        is_whole = record.mode is ImportMode.REPLACE if record else self._is_whole_due(connection)
        try:
            read = await self._read(tenant_id, connection, import_id, is_whole=is_whole)
        except ConnectorError as error:
            log.warning("sync_failed", code=error.code, verdict=error.verdict)
            if import_id is not None:
                await self._imports.fail(tenant_id, import_id, error.code.upper(), error.sentence)
            async with self._database.transaction(tenant_id) as tx:
                await tx.connections.note(ConnectionKind.ODOO, sync_error=error.sentence)
            return
        await self._take_in(tenant_id, connection, import_id, read, is_dry_run=bool(record and record.is_dry_run))

    async def _take_in(
        self, tenant_id: UUID, connection: Connection, import_id: UUID | None, read: _Read, *, is_dry_run: bool
    ) -> None:
        rows = await self._rows(tenant_id, read)
        if rows:
            import_id = import_id or await self._open(tenant_id, is_whole=read.is_whole)
            await asyncio.to_thread(self._write, tenant_id, import_id, rows)
            outcome = await self._imports.run(tenant_id, import_id)
            if outcome.failure is not None or is_dry_run:
                return
        elif import_id is not None:
            async with self._database.transaction(tenant_id) as tx:
                await tx.imports.set(
                    import_id, status=ImportStatus.COMPLETED, phase=None, finished_at=datetime.now(UTC)
                )
            if is_dry_run:
                return
        await self._archive(tenant_id, read.gone)
        now = self._clock().isoformat()
        seen = {"cursor": read.cursor, "synced_at": now, "sync_error": None, "has_price_rules": read.by_pricelist}
        async with self._database.transaction(tenant_id) as tx:
            await tx.connections.note(ConnectionKind.ODOO, **seen, **({"whole_at": now} if read.is_whole else {}))

    def _is_whole_due(self, connection: Connection) -> bool:
        whole_at = connection.state.get("whole_at")
        return whole_at is None or self._clock() - datetime.fromisoformat(whole_at) > _WHOLE_AGAIN

    async def _read(self, tenant_id: UUID, connection: Connection, import_id: UUID | None, *, is_whole: bool) -> _Read:
        """Raises ConnectorError."""
        access = OdooAccess.read(connection.config, open_secrets(connection, self._box))
        async with self._database.transaction(tenant_id) as tx:
            currency = (await tx.tenants.get()).currency
        calls = await connect(self._http, access)
        since = "" if is_whole else _a_little_before(connection.state.get("cursor", ""))
        by_pricelist = await has_price_rules(calls)
        decided = connection.state.get("has_price_rules", by_pricelist)
        if since and (by_pricelist != decided or (by_pricelist and await has_price_rules(calls, since))):
            since, is_whole = "", True  # another rule, other prices
        read = _Read(await latest_change(calls) or since, is_whole, by_pricelist)
        if connection.config.get("has_public_images"):
            read.images = Images(access.url, await pictured_products(calls))
        ids = await (changed_products(calls, since) if since else sold_products(calls))
        await self._tell(tenant_id, import_id, len(ids), 0)
        decimals = -int(quantum(currency).as_tuple().exponent)
        ruled = await ruled_products(calls) if by_pricelist else frozenset()
        async for page in read_products(calls, ids, decimals=decimals):
            sold = [product for product in page if product.is_sold]
            read.products += await quoted(calls, sold, ruled, access.company_id)
            read.gone += [product.sku for product in page if not product.is_sold]
            await self._tell(tenant_id, import_id, None, len(read.products) + len(read.gone))
        return read

    async def _tell(self, tenant_id: UUID, import_id: UUID | None, total: int | None, done: int) -> None:
        if import_id is None:
            return
        async with self._database.transaction(tenant_id) as tx:
            await tx.imports.set(
                import_id, status=ImportStatus.PROCESSING, phase=ImportPhase.READING, processed_count=done,
                **({} if total is None else {"row_count": total}),
            )  # fmt: skip

    async def _open(self, tenant_id: UUID, *, is_whole: bool) -> UUID:
        import_id = uuid4()
        async with self._database.transaction(tenant_id) as tx:
            await tx.imports.add(self._record(tenant_id, import_id, is_whole=is_whole, is_dry_run=False))
        return import_id

    def _record(self, tenant_id: UUID, import_id: UUID, *, is_whole: bool, is_dry_run: bool) -> Import:
        return Import(
            tenant_id=tenant_id,
            id=import_id,
            source=ConnectionKind.ODOO.value,
            file_name=FILE_NAME,
            file_path=(Path("imports") / str(tenant_id) / str(import_id)).as_posix(),
            mode=ImportMode.REPLACE if is_whole else ImportMode.UPDATE,
            is_dry_run=is_dry_run,
        )

    async def _rows(self, tenant_id: UUID, read: _Read) -> list[ExportedVariant]:
        """For the file: of a whole catalogue all, else what differs from what we have."""
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            variants = {row.sku.lower(): row async for batch in tx.catalogue.exported() for row in batch}
            known = Known(variants, await tx.submissions.reserved_there())
        rows = [exported(product, known, read.images) for product in read.products]
        return rows if read.is_whole else [row for row in rows if is_news(row, known)]

    def _write(self, tenant_id: UUID, import_id: UUID, rows: list[ExportedVariant]) -> None:
        names = option_names(rows)
        path = self._storage_dir / "imports" / str(tenant_id) / str(import_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open_sheet(path) as write_lines:
            write_lines([titles(names)])
            write_lines(line(row, names) for row in rows)
        path.chmod(0o600)

    async def _archive(self, tenant_id: UUID, skus: list[str]) -> None:
        """What is gone there and on sale here, as a version of the catalogue that can be brought back."""
        if not skus:
            return
        async with self._database.transaction(tenant_id, is_long=True) as tx:
            await tx.tenants.lock_catalogue()
            found = await tx.catalogue.by_skus(skus)
            ids = [item.variant_id for item in found.values()]
            if not ids:
                return
            await tx.edits.begin("Odoo: ya no están a la venta")
            await tx.edits.remember(ids)
            await tx.catalogue.archive(ids)
            await tx.tenants.bump_catalogue_version()
