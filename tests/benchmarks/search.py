"""Search of a catalogue against FAISS alone over the same vectors; its index made, changed, and opened from disk.

`python -m tests.benchmarks.search --large` measures what takes long: a million products.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import faiss

from data.search.dense import VectorIndex
from data.search.documents import SearchDocument
from data.search.embedders import HashedNgramEmbedder
from data.search.embedding import Vectors
from data.search.index import CatalogueIndex
from data.search.snapshot import kept_on_disk, read_newest, write_snapshot
from tests.benchmarks.measure import Figure, Times, compared, in_turns

KINDS = ["martillo", "taladro", "broca", "cable", "pintura", "polera", "guante", "candado", "ampolleta", "escoba",
         "llave", "sierra", "lija", "enchufe", "manguera", "balde", "cinta", "tornillo", "clavo",
         "bisagra"]  # fmt: skip
TRAITS = ["rojo", "azul", "negro", "grande", "chico", "carpintero", "de goma", "inalámbrico", "12v", "1/2 pulgada",
          "5 metros", "acero", "aluminio", "talla M", "talla L", "profesional", "económico", "reforzado"]  # fmt: skip
QUERIES = 300
SIZES = (150, 1_000, 10_000, 100_000)
BATCH = 5_000
TENANT_PRODUCTS = 1_000
TENANTS, DISTINCT_TENANTS = 1_000, 40
UPDATES = 3
_AIMS = {10_000: "aim: at most 5 ms", 100_000: "aim: at most 2", 1_000_000: "aim: at most 2"}


def catalogue(size: int, seed: int | None = None) -> list[SearchDocument]:
    """The same products at every run, as alike and unlike as a shop's."""
    chance = random.Random(size if seed is None else seed)  # noqa: S311 - repeatable, not secret
    return [
        SearchDocument(
            id=n,
            sku=f"P-{n:06d}",
            name=f"{chance.choice(KINDS)} {chance.choice(TRAITS)} {chance.choice(TRAITS)} {chance.randint(1, 999)}",
            brand=f"Marca{chance.randint(1, 80)}",
            category=chance.choice(KINDS),
        )
        for n in range(size)
    ]


async def run(sizes: tuple[int, ...] = SIZES, tenants: int = TENANTS) -> list[Figure]:
    figures = [figure for size in sizes for figure in await _at(size)]
    return [*figures, *(_tenants(tenants) if tenants else [])]


async def _at(size: int) -> list[Figure]:
    documents = catalogue(size)
    embedder = HashedNgramEmbedder()
    started = time.perf_counter()
    raw = faiss.IndexFlatIP(embedder.dimension)
    for batch in batched(documents, BATCH):
        raw.add(_embed(batch, embedder))
    # Both look at the same vectors in the same place: a million of them twice are more than most machines hold.
    index = CatalogueIndex.build(1, documents, VectorIndex(raw), embedder)
    build = time.perf_counter() - started
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    queries = [f"hola tienen {chance.choice(KINDS)}s {chance.choice(TRAITS)} porfa" for _ in range(QUERIES)]
    embedded = [embedder.embed_query(query).reshape(1, -1) for query in queries]

    async def ours(n: int) -> None:
        index.search(queries[n % QUERIES], 10)

    async def floor(n: int) -> None:
        raw.search(embedded[n % QUERIES], 10)

    count = QUERIES if size <= 10_000 else 60 if size <= 100_000 else 25
    times = await in_turns(ours, floor, count=count, warmup=10)
    name, aim = f"search, {size:,} products", _AIMS.get(size, "")
    figures = [
        compared(name, *times, "raw FAISS, same vectors", percent, aim * (percent == 50)) for percent in (50, 99)
    ]
    return figures if size < 10_000 else [*figures, _update(index, build)]


def batched(documents: list[SearchDocument], size: int) -> Iterator[list[SearchDocument]]:
    return (documents[start : start + size] for start in range(0, len(documents), size))


def _embed(documents: list[SearchDocument], embedder: HashedNgramEmbedder) -> Vectors:
    return embedder.embed_documents([document.text() for document in documents])


def _update(index: CatalogueIndex, build: float) -> Figure:
    """One row in a hundred becomes another: the median of a few times."""
    changed = catalogue(len(index), seed=7)[::100]
    times: list[float] = []
    for _ in range(UPDATES):
        started = time.perf_counter()
        after = index.changed(2, changed, _embed(changed, HashedNgramEmbedder()), [])
        times.append(time.perf_counter() - started)
        assert len(after) == len(index)
        del after
    update = sorted(times)[UPDATES // 2]
    name, floor = f"index of {len(index):,}, 1 % changed", f"made whole: {build:.1f} s"
    return Figure(name, f"{update * 1000:.0f} ms", floor, update / build, "aim: at most 0.05")


def _tenants(count: int) -> list[Figure]:
    """Shops of a thousand products each: opened from their snapshots one after the other, and all kept.

    Some are alike, which saves building them all and changes nothing for those that are opened.
    """
    embedder = HashedNgramEmbedder()
    with tempfile.TemporaryDirectory() as folder:
        built: list[float] = []
        for number in range(min(count, DISTINCT_TENANTS)):
            documents = catalogue(TENANT_PRODUCTS, seed=number)
            started = time.perf_counter()
            index = CatalogueIndex.build(1, documents, _embed(documents, embedder), embedder)
            built.append((time.perf_counter() - started) * 1000)
            write_snapshot(index, Path(folder) / str(number))
        del index
        before, opened, first = _memory_kb(), [], []
        for number in range(count):
            started = time.perf_counter()
            shop = read_newest(Path(folder) / str(number % len(built)), embedder, 1)
            assert shop is not None
            shop.search("hola tienen martiyos rojos porfa", 10)
            first.append((time.perf_counter() - started) * 1000)
            opened.append(shop)
        each = (_memory_kb() - before) / count / 1024
        in_memory = kept_on_disk(opened[0], Path(folder) / "0")
        told = in_memory.nbytes / 1024**2
    name = f"first search of a cold shop of {TENANT_PRODUCTS:,}, {count:,} open"
    return [
        compared(name, Times(tuple(first)), Times(tuple(built)), "built anew", percent, "aim: at most 150 ms")
        for percent in (50, 99)
    ] + [
        Figure(
            f"memory of a shop of {TENANT_PRODUCTS:,}, {count:,} open",
            f"{each:.1f} MB",
            f"by our count: {told:.1f} MB",
            each / told,
        )
    ]


def _memory_kb() -> int:
    """What the process holds now besides mapped files, or the most it ever held where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("RssAnon"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--tenants", type=int, default=TENANTS)
    parser.add_argument("--large", action="store_true", help="a million products, only")
    arguments = parser.parse_args()
    measured = run((1_000_000,), 0) if arguments.large else run(tuple(arguments.sizes), arguments.tenants)
    for figure in asyncio.run(measured):
        print(f"{figure.name:52} {figure.ours:>12}   {figure.floor:38} {figure.ratio:8.3f}  {figure.note}")  # noqa: T201


if __name__ == "__main__":
    main()
