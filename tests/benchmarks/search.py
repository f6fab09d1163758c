"""Search of a catalogue, against FAISS alone over the same vectors."""

import random

import faiss

from data.search.documents import SearchDocument
from data.search.embedders import make_embedder
from data.search.index import CatalogueIndex
from tests.benchmarks.measure import Figure, compared, in_turns

KINDS = ["martillo", "taladro", "broca", "cable", "pintura", "polera", "guante", "candado", "ampolleta", "escoba",
         "llave", "sierra", "lija", "enchufe", "manguera", "balde", "cinta", "tornillo", "clavo",
         "bisagra"]  # fmt: skip
TRAITS = ["rojo", "azul", "negro", "grande", "chico", "carpintero", "de goma", "inalámbrico", "12v", "1/2 pulgada",
          "5 metros", "acero", "aluminio", "talla M", "talla L", "profesional", "económico", "reforzado"]  # fmt: skip
QUERIES = 300


def catalogue(size: int) -> list[SearchDocument]:
    """The same products at every run, as alike and unlike as a shop's."""
    chance = random.Random(size)  # noqa: S311 - repeatable, not secret
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


async def run() -> list[Figure]:
    return [figure for size in (150, 1_000, 10_000) for figure in await _at(size)]


async def _at(size: int) -> list[Figure]:
    documents = catalogue(size)
    embedder = make_embedder("")
    vectors = embedder.embed_documents([document.text() for document in documents])
    index = CatalogueIndex.build(1, documents, vectors, embedder)
    raw = faiss.IndexFlatIP(embedder.dimension)
    raw.add(vectors)
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    queries = [f"hola tienen {chance.choice(KINDS)}s {chance.choice(TRAITS)} porfa" for _ in range(QUERIES)]
    embedded = [embedder.embed_query(query).reshape(1, -1) for query in queries]

    async def ours(n: int) -> None:
        index.search(queries[n % QUERIES], 10)

    async def floor(n: int) -> None:
        raw.search(embedded[n % QUERIES], 10)

    times = await in_turns(ours, floor, count=QUERIES, warmup=20)
    name = f"search, {size:,} products"
    return [compared(name, *times, "raw FAISS, same vectors", percent) for percent in (50, 99)]
