"""A spreadsheet becoming a catalogue, against pandas.read_csv and COPY of the same file into a bare table."""

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import asyncpg
import pandas as pd

from data.database import Database, libpq_url
from data.search.embedders import make_embedder
from ingestion.imports import Imports
from tests.benchmarks.measure import Figure
from tests.benchmarks.search import KINDS, TRAITS
from tests.database import make_tenant

ROWS = 50_000
MILLION = 1_000_000
MOST_DRY_RUN_SECONDS = 10
MOST_MEBIBYTES = 600


async def run(database: Database, owner_url: str) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogo.csv"
        _write(file)
        tenant_id = await make_tenant(database)
        imports = Imports(database, make_embedder(""), Path(folder))

        async def take_in() -> float:
            import_id = await imports.open(tenant_id, file, file.name, enqueue=False)
            started = time.perf_counter()
            outcome = await imports.run(tenant_id, import_id)
            assert outcome.failure is None and not outcome.errors
            return ROWS / (time.perf_counter() - started)

        started = time.perf_counter()
        await imports.preview(tenant_id, file, file.name)
        dry_run = time.perf_counter() - started
        floor = max([await _copy(file, owner_url) for _ in range(3)])
        first, again = await take_in(), await take_in()
    million, mebibytes = await _measure_million(owner_url)
    note = "rows/s: 1 would be as fast as the floor"
    shown = f"read_csv + COPY: {floor:,.0f} rows/s"
    return [
        Figure(f"import, {ROWS:,} new rows", f"{first:,.0f} rows/s", shown, first / floor, note),
        Figure(f"import, {ROWS:,} unchanged rows", f"{again:,.0f} rows/s", shown, again / floor, note),
        Figure(f"import, {MILLION:,} new rows", f"{million:,.0f} rows/s", shown, million / floor, note),
        Figure(
            f"dry run of {ROWS:,} rows",
            f"{dry_run:.1f} s",
            f"at most {MOST_DRY_RUN_SECONDS} s",
            dry_run / MOST_DRY_RUN_SECONDS,
        ),
        Figure(
            f"memory of importing {MILLION:,} rows",
            f"{mebibytes:,.0f} MiB",
            f"at most {MOST_MEBIBYTES} MiB",
            mebibytes / MOST_MEBIBYTES,
            "peak of the process and of its parser together",
        ),
    ]


async def _measure_million(owner_url: str) -> tuple[float, float]:
    """In a process of its own, whose peak of memory is this import's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.imports", owner_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    told = json.loads((await process.stdout.read()).splitlines()[-1])
    await process.wait()
    return told["rows_per_second"], told["mebibytes"]


async def _import_million(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogo.csv"
        _write(file, MILLION)
        database = Database(url)
        tenant_id = await make_tenant(database)
        imports = Imports(database, make_embedder(""), Path(folder))
        import_id = await imports.open(tenant_id, file, file.name, enqueue=False)
        started = time.perf_counter()
        outcome = await imports.run(tenant_id, import_id)
        assert outcome.created == MILLION
        pace = MILLION / (time.perf_counter() - started)
        await database.close()
    kibibytes = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"rows_per_second": pace, "mebibytes": kibibytes / 1024}))  # noqa: T201 - for the parent


def _write(file: Path, rows: int = ROWS) -> None:
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    with file.open("w", encoding="utf-8") as out:
        out.write("SKU;Nombre;Marca;Categoría;Precio;Stock\n")
        for n in range(rows):
            name = f"{chance.choice(KINDS)} {chance.choice(TRAITS)} {n}"
            out.write(f"P-{n};{name};Marca{n % 80};{chance.choice(KINDS)};${chance.randint(1, 99)}.990;{n % 40}\n")


async def _copy(file: Path, owner_url: str) -> float:
    connection = await asyncpg.connect(libpq_url(owner_url))
    try:
        await connection.execute("CREATE TEMP TABLE bare (sku text, name text, brand text, c text, p text, s text)")
        started = time.perf_counter()
        frame = await asyncio.to_thread(pd.read_csv, file, sep=";", dtype=str)
        await connection.copy_to_table(
            "bare", source=BytesIO(frame.to_csv(index=False, header=False).encode()), format="csv"
        )
        return ROWS / (time.perf_counter() - started)
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(_import_million(sys.argv[1]))
