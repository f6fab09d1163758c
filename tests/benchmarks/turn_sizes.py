"""One turn of the rules brain on shops of a hundred to a hundred thousand products, and what of it is CPU.

`python -m tests.benchmarks.turn_sizes` measures this alone.
"""

import asyncio
import logging
import os
import sys
import tempfile
import time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import asyncpg
import structlog

from api.runtime import Runtime, open_runtime
from api.settings import Settings
from data.database import libpq_url
from data.embedded import start_embedded
from data.search.documents import SearchDocument
from tests.benchmarks.measure import Figure
from tests.benchmarks.search import catalogue
from tests.benchmarks.turn import figures_of, play
from tests.database import make_tenant

SIZES = (100, 10_000, 100_000)
SHOPPERS = 10
# As turn.DIALOGUE, in the words of these catalogues.
DIALOGUE = [
    "hola",
    "tienen martillos?",
    "el segundo",
    "dame 2 candados grandes",
    "polera negra talla M, bajo 50 lucas",
    "qué llevo?",
    "mejor 3",
    "y taladro inalambrico?",
    "agrega el primero",
    "eso sería todo",
    "sí",
    "gracias!",
]


async def run(settings: Settings, owner_url: str, sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    async with open_runtime(settings) as runtime:
        return [figure for size in sizes for figure in await _at(runtime, owner_url, size)]


async def _at(runtime: Runtime, owner_url: str, size: int) -> list[Figure]:
    tenant_id = await make_tenant(runtime.database)
    await put_in(owner_url, tenant_id, catalogue(size))
    started = time.perf_counter()
    index = await runtime.indexes.get(tenant_id)
    built = time.perf_counter() - started
    assert len(index) == size
    played = await play(runtime, tenant_id, DIALOGUE, SHOPPERS)
    return figures_of(f"rules turn, {size:,} products", played, {50: f"its index was made in {built:.1f} s"})


async def put_in(owner_url: str, tenant_id: UUID, documents: list[SearchDocument]) -> None:
    """A whole catalogue by COPY: an import of as many is measured elsewhere, and takes much longer."""
    ids = [UUID(int=tenant_id.int // 2**32 * 2**32 + document.id) for document in documents]
    tables = {
        "products": (
            ("tenant_id", "id", "key", "name", "brand", "category"),
            [(tenant_id, id, each.sku.lower(), each.name, each.brand, each.category)
             for id, each in zip(ids, documents, strict=True)],
        ),
        "variants": (
            ("tenant_id", "id", "product_id", "sku", "price", "currency", "content_hash", "indexed_version"),
            [(tenant_id, id, id, each.sku, Decimal(1_990 + each.id % 99 * 1_000), "CLP",
              sha256(each.text().encode()).hexdigest(), 1) for id, each in zip(ids, documents, strict=True)],
        ),
        "stock_levels": (("tenant_id", "variant_id", "on_hand"), [(tenant_id, id, 10_000) for id in ids]),
    }  # fmt: skip
    connection = await asyncpg.connect(libpq_url(owner_url))
    try:
        for table, (columns, records) in tables.items():
            await connection.copy_records_to_table(table, schema_name="app", columns=columns, records=records)
        await connection.execute("UPDATE app.tenants SET catalogue_version = 1 WHERE id = $1", tenant_id)
        # What autovacuum does by itself a minute later.
        await connection.execute("ANALYZE app.products, app.variants, app.stock_levels")
    finally:
        await connection.close()


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sizes = tuple(int(size) for size in sys.argv[1:]) or SIZES
    with tempfile.TemporaryDirectory() as folder:
        figures = await run(Settings(storage_dir=Path(folder), port=8000), start_embedded(Path(folder)), sizes)
    for figure in figures:
        print(f"{figure.name:42} {figure.ours:>10}   {figure.floor:34} {figure.ratio:6.3f}  {figure.note}")  # noqa: T201
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
