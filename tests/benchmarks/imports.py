"""A spreadsheet becoming a catalogue, against pandas.read_csv and COPY of the same file into a bare table."""

import asyncio
import random
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

ROWS = 10_000


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

        floor = max([await _copy(file, owner_url) for _ in range(3)])
        first, again = await take_in(), await take_in()
    note = "rows/s: 1 would be as fast as the floor"
    shown = f"read_csv + COPY: {floor:,.0f} rows/s"
    return [
        Figure(f"import, {ROWS:,} new rows", f"{first:,.0f} rows/s", shown, first / floor, note),
        Figure(f"import, {ROWS:,} unchanged rows", f"{again:,.0f} rows/s", shown, again / floor, note),
    ]


def _write(file: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    with file.open("w", encoding="utf-8") as out:
        out.write("SKU;Nombre;Marca;Categoría;Precio;Stock\n")
        for n in range(ROWS):
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
