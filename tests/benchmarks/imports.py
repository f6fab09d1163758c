"""A spreadsheet becoming a catalogue, against pandas.read_csv and COPY of the same file into a bare table."""

import asyncio
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from uuid import UUID

import asyncpg
import pandas as pd
import psutil  # type: ignore[import-untyped]  # ships no types

from data.database import Database, as_service, libpq_url
from data.search.embedders import make_embedder
from ingestion.imports import Imports
from tests.benchmarks.measure import Figure
from tests.benchmarks.search import KINDS, TRAITS
from tests.database import make_tenant

SIZES = (10_000, 100_000)
DRY_RUN_ROWS = 50_000
MILLION = 1_000_000
REPEATS = 3
MOST_DRY_RUN_SECONDS = 10
MOST_MEBIBYTES = 600
_SECONDS_BETWEEN_SAMPLES = 0.1
_NOTE = "rows/s: 1 would be as fast as the floor"


async def run(database: Database, owner_url: str) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        imports = Imports(database, make_embedder(""), Path(folder))
        for rows in SIZES:
            figures += await _compared(database, imports, owner_url, Path(folder), rows)
        file = write_list(Path(folder), DRY_RUN_ROWS)
        tenant_id = await make_tenant(database)
        started = time.perf_counter()
        await imports.preview(tenant_id, file, file.name)
        dry_run = time.perf_counter() - started
    return [*figures, _limit(f"dry run of {DRY_RUN_ROWS:,} rows", dry_run, MOST_DRY_RUN_SECONDS, "s", ""),
            *await _measure_million(owner_url)]  # fmt: skip


async def _compared(database: Database, imports: Imports, owner_url: str, folder: Path, rows: int) -> Iterator[Figure]:
    file = write_list(folder, rows)
    floor = max([await copy_pace(file, owner_url, rows) for _ in range(REPEATS)])
    bound = max([await insert_pace(owner_url, rows) for _ in range(REPEATS)])

    async def take_in(tenant_id: UUID) -> float:
        import_id = await imports.open(tenant_id, file, file.name, enqueue=False)
        started = time.perf_counter()
        outcome = await imports.run(tenant_id, import_id)
        assert outcome.failure is None
        assert not outcome.errors
        return rows / (time.perf_counter() - started)

    shops = [await make_tenant(database) for _ in range(REPEATS)]
    # Of everything the best: what else the machine does slows each of them at other times.
    first, again = [max([await take_in(shop) for shop in shops]) for _ in range(2)]
    shown = f"read_csv + COPY: {floor:,.0f} rows/s"
    return iter([
        Figure(f"import, {rows:,} new rows", f"{first:,.0f} rows/s", shown, first / floor, _NOTE),
        Figure(f"import, {rows:,} new rows", f"{first:,.0f} rows/s", f"inserting alone: {bound:,.0f} rows/s",
               first / bound, "into the same tables, with their indexes and keys"),
        Figure(f"import, {rows:,} unchanged rows", f"{again:,.0f} rows/s", shown, again / floor, _NOTE),
    ])  # fmt: skip


def _limit(name: str, found: float, most: float, unit: str, note: str) -> Figure:
    return Figure(name, f"{found:,.1f} {unit}", f"at most {most} {unit}", found / most, note)


async def _measure_million(owner_url: str) -> list[Figure]:
    """In a process of its own, whose memory is this import's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.imports", owner_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    told = json.loads((await process.stdout.read()).splitlines()[-1])
    await process.wait()
    shown = f"read_csv + COPY: {told['floor']:,.0f} rows/s"
    names = {"new": "new rows", "again": "unchanged rows"}
    return [
        *(
            Figure(f"import, {MILLION:,} {name}", f"{told[key]:,.0f} rows/s", shown, told[key] / told["floor"], _NOTE)
            for key, name in names.items()
        ),
        _limit(
            f"memory of importing {MILLION:,} rows",
            told["mebibytes"],
            MOST_MEBIBYTES,
            "MiB",
            "peak of the process and of its parser together, shared pages once (PSS)",
        ),
    ]


async def import_million(url: str) -> None:
    """Tells, as a line of JSON, the pace of new and of unchanged rows, that of the floor, and the peak of memory."""
    told: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = write_list(Path(folder), MILLION)
        database = Database(as_service(url))
        tenant_id = await make_tenant(database)
        imports = Imports(database, make_embedder(""), Path(folder))
        with _peak() as peak:
            for name in ("new", "again"):
                import_id = await imports.open(tenant_id, file, file.name, enqueue=False)
                started = time.perf_counter()
                outcome = await imports.run(tenant_id, import_id)
                assert outcome.created + outcome.unchanged == MILLION
                told[name] = MILLION / (time.perf_counter() - started)
        told["mebibytes"] = peak[0] / 2**20
        await database.close()
        # After the memory was measured: the floor takes a gigabyte.
        told["floor"] = await copy_pace(file, url, MILLION)
    print(json.dumps(told))  # noqa: T201 - for the parent


@contextmanager
def _peak() -> Iterator[list[int]]:
    """The most bytes that this process and its children held at one moment; the database server is none of them."""
    most = [0]
    is_over = threading.Event()

    def watch() -> None:
        own = psutil.Process()
        while not is_over.wait(_SECONDS_BETWEEN_SAMPLES):
            held = 0
            for process in (own, *own.children(recursive=True)):
                with suppress(psutil.Error):
                    held += process.memory_full_info().pss
            most[0] = max(most[0], held)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        is_over.set()
        watcher.join()


def write_list(folder: Path, rows: int) -> Path:
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    file = folder / f"catalogo-{rows}.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("SKU;Nombre;Marca;Categoría;Precio;Stock\n")
        for n in range(rows):
            name = f"{chance.choice(KINDS)} {chance.choice(TRAITS)} {n}"
            out.write(f"P-{n};{name};Marca{n % 80};{chance.choice(KINDS)};${chance.randint(1, 99)}.990;{n % 40}\n")
    return file


async def copy_pace(file: Path, owner_url: str, rows: int) -> float:
    """The floor, in rows a second."""
    connection = await asyncpg.connect(libpq_url(owner_url))
    try:
        await connection.execute("CREATE TEMP TABLE bare (sku text, name text, brand text, c text, p text, s text)")
        started = time.perf_counter()
        frame = await asyncio.to_thread(pd.read_csv, file, sep=";", dtype=str)
        await connection.copy_to_table(
            "bare", source=BytesIO(frame.to_csv(index=False, header=False).encode()), format="csv"
        )
        return rows / (time.perf_counter() - started)
    finally:
        await connection.close()


_MADE = """
    CREATE TEMPORARY TABLE made ON COMMIT DROP AS
    SELECT n, ('01990000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id, 'P-' || n AS sku,
        'Taladro percutor ' || n AS name, 'Marca' || n % 80 AS brand, 1990 + n % 99 AS price, n % 40 AS stock,
        encode(sha256(n::text::bytea), 'hex') AS content_hash
    FROM generate_series(1, {rows}) n
"""
_INSERTS = (
    "INSERT INTO app.products (tenant_id, id, key, name, brand) SELECT $1, id, lower(sku), name, brand FROM made",
    """
    INSERT INTO app.variants (tenant_id, id, product_id, sku, price, currency, content_hash)
    SELECT $1, id, id, sku, price, 'CLP', content_hash FROM made
    """,
    "INSERT INTO app.stock_levels (tenant_id, variant_id, on_hand) SELECT $1, id, stock FROM made",
)


async def insert_pace(owner_url: str, rows: int) -> float:
    """What the database can do at the most: rows that are ready, by its owner, into the tables as they are."""
    connection = await asyncpg.connect(libpq_url(owner_url))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_MADE.format(rows=rows))
        tenant_id = await connection.fetchval(
            "INSERT INTO app.tenants (id, rut, name) VALUES (gen_random_uuid(), 'bench', 'Bench') RETURNING id"
        )
        started = time.perf_counter()
        for statement in _INSERTS:
            await connection.execute(statement, tenant_id)
        return rows / (time.perf_counter() - started)
    finally:
        await transaction.rollback()
        await connection.close()


if __name__ == "__main__":
    asyncio.run(import_million(sys.argv[1]))
