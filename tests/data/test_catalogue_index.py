"""The life of a search index: made from rows, changed by what changed, kept on disk, let go and opened again."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import text, update

from data.catalogue_index import CatalogueIndexes
from data.database import Database
from data.errors import NotFound
from data.jobs import JobName
from data.models import Product, Variant
from data.search.embedders import HashedNgramEmbedder
from data.search.embedding import Embedder, EmbedderUnavailable, Vectors
from ingestion.embedding import embed_catalogue


class CountingEmbedder(HashedNgramEmbedder):
    """The hashed one, telling what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().embed_documents(texts)


class ModelEmbedder(CountingEmbedder):
    """Stands for a model: its vectors are worth keeping, and it may be down."""

    name: ClassVar[str] = "model:v1"  # type: ignore[misc]  # a class variable here, an instance's in the protocol
    keeps_vectors = True
    is_down = False

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if self.is_down:
            raise EmbedderUnavailable("down")
        return super().embed_documents(texts)


async def add(database: Database, tenant_id: UUID, names: dict[str, str]) -> None:
    """Products by SKU, as an import writes them."""
    async with database.transaction(tenant_id) as tx:
        version = await tx.tenants.bump_catalogue_version()
        session = tx.catalogue.session
        for sku, name in names.items():
            product = Product(tenant_id=tenant_id, id=uuid4(), key=sku, name=name)
            session.add(product)
            await session.flush()
            session.add(
                Variant(
                    tenant_id=tenant_id, id=uuid4(), product_id=product.id, sku=sku, price=1000, currency="CLP",
                    content_hash=f"{sku}:{name}", indexed_version=version,
                )
            )  # fmt: skip


async def change(database: Database, tenant_id: UUID, of_sku: str, **values: object) -> None:
    async with database.transaction(tenant_id) as tx:
        version = await tx.tenants.bump_catalogue_version()
        of_tenant = Variant.tenant_id == tenant_id, Variant.sku == of_sku
        await tx.catalogue.session.execute(update(Variant).where(*of_tenant).values(indexed_version=version, **values))


@pytest.fixture
async def shop(database: Database, tenant_id: UUID) -> UUID:
    names = {f"T-{n}": f"Tornillo madera {n} mm" for n in range(1, 40)}
    await add(database, tenant_id, {"M-1": "Martillo carpintero", "T-500": "Taladro percutor"} | names)
    return tenant_id


def make(database: Database, folder: Path | None, embedder: Embedder | None = None, most_bytes: int = 10**9,
         others: Embedder | None = None) -> CatalogueIndexes:  # fmt: skip
    return CatalogueIndexes(
        database, embedder or HashedNgramEmbedder(), folder=folder, most_bytes=most_bytes,
        others=lambda name: others if others and others.name == name else None,
    )  # fmt: skip


async def skus(database: Database, indexes: CatalogueIndexes, tenant_id: UUID, query: str) -> list[str]:
    hits = await indexes.search(tenant_id, query, 5)
    async with database.transaction(tenant_id) as tx:
        items = await tx.catalogue.by_search_ids([hit.id for hit in hits])
    return [items[hit.id].sku for hit in hits if hit.id in items]


async def test_a_change_is_found_by_every_process_at_once(database: Database, shop: UUID, tmp_path: Path) -> None:
    here, there = make(database, tmp_path), make(database, tmp_path)
    assert await skus(database, here, shop, "martiyo") == ["M-1"]
    assert await skus(database, there, shop, "serrucho") == []
    await add(database, shop, {"S-1": "Serrucho costilla"})
    await change(database, shop, "M-1", is_archived=True)
    for indexes in (here, there):
        assert await skus(database, indexes, shop, "serruchos") == ["S-1"]
        assert await skus(database, indexes, shop, "martillo") == []


async def test_only_what_changed_is_read_again(database: Database, shop: UUID, tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    indexes = make(database, tmp_path, embedder)
    await indexes.get(shop)
    embedder.asked.clear()
    await add(database, shop, {"S-1": "Serrucho costilla"})
    await indexes.get(shop)
    assert embedder.asked == ["Serrucho costilla"]


async def test_a_process_that_starts_opens_the_snapshot(database: Database, shop: UUID, tmp_path: Path) -> None:
    await make(database, tmp_path).get(shop)
    embedder = CountingEmbedder()
    indexes = make(database, tmp_path, embedder)
    assert await skus(database, indexes, shop, "taladros") == ["T-500"]
    assert embedder.asked == []
    await change(database, shop, "M-1", sku="M-2")
    later = make(database, tmp_path, embedder)
    assert await skus(database, later, shop, "m-2") == ["M-2"]
    assert embedder.asked == ["Martillo carpintero"]


async def test_a_broken_snapshot_costs_a_build_and_nothing_else(database: Database, shop: UUID, tmp_path: Path) -> None:
    await make(database, tmp_path).get(shop)
    _cut_short(tmp_path / str(shop))
    assert await skus(database, make(database, tmp_path), shop, "taladro") == ["T-500"]
    assert await skus(database, make(database, tmp_path, CountingEmbedder()), shop, "taladro") == ["T-500"]


async def test_a_disk_that_cannot_be_written_costs_the_snapshot_only(
    database: Database, shop: UUID, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert await skus(database, make(database, tmp_path / "file"), shop, "taladro") == ["T-500"]


async def test_indexes_used_longest_ago_are_let_go_and_come_back(
    database: Database, shop: UUID, other_tenant_id: UUID, tmp_path: Path
) -> None:
    await add(database, other_tenant_id, {"P-1": "Polera negra"})
    indexes = make(database, tmp_path, most_bytes=1)
    for _ in range(2):
        assert await skus(database, indexes, shop, "martillo") == ["M-1"]
        assert set(indexes.held()) == {shop}
        assert await skus(database, indexes, other_tenant_id, "polera") == ["P-1"]
        assert set(indexes.held()) == {other_tenant_id}


async def test_many_searches_at_once_build_one_index(database: Database, shop: UUID) -> None:
    embedder = CountingEmbedder()
    indexes = make(database, None, embedder)
    answers = await asyncio.gather(*(indexes.search(shop, "martillo", 3) for _ in range(8)))
    assert all(answer == answers[0] != [] for answer in answers)
    assert len(embedder.asked) == len(set(embedder.asked))


async def test_a_search_cut_short_does_not_stop_the_building(database: Database, shop: UUID) -> None:
    indexes = make(database, None)
    impatient = asyncio.create_task(indexes.search(shop, "martillo", 3))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await skus(database, indexes, shop, "martillo") == ["M-1"]


async def test_a_chosen_model_takes_over_once_its_vectors_are_made(
    database: Database, shop: UUID, tmp_path: Path
) -> None:
    await add(database, shop, {f"B-{n}": f"Broca {n}" for n in range(120)})
    model = ModelEmbedder()
    indexes = make(database, tmp_path, model)
    assert (await indexes.get(shop)).embedder.name == HashedNgramEmbedder.name
    assert await skus(database, indexes, shop, "martillo") == ["M-1"]
    assert await _waiting_jobs(database, shop) == [JobName.EMBED_CATALOGUE]
    await embed_catalogue(database, shop, model)
    index = await indexes.get(shop)
    assert index.embedder is model and len(model.asked) == len(index)
    await embed_catalogue(database, shop, model)
    assert len(model.asked) == len(index)
    second = ModelEmbedder()
    second.name = "another:v1"  # type: ignore[misc]
    assert (await make(database, tmp_path, second, others=model).get(shop)).embedder is model


async def test_while_a_model_is_down_letters_serve(database: Database, shop: UUID, tmp_path: Path) -> None:
    model = ModelEmbedder()
    model.is_down = True
    indexes = make(database, tmp_path, model)
    assert await skus(database, indexes, shop, "martillo") == ["M-1"]
    model.is_down = False
    await add(database, shop, {"S-1": "Serrucho costilla"})
    assert (await indexes.get(shop)).embedder is model


def test_a_row_of_zeros_is_a_vector_like_none() -> None:
    assert np.array_equal(HashedNgramEmbedder().embed_query(""), np.zeros(1024, np.float32))


def _cut_short(folder: Path) -> None:
    (file,) = folder.glob("*/arrays.npz")
    file.write_bytes(file.read_bytes()[:100])


async def _waiting_jobs(database: Database, tenant_id: UUID) -> list[str]:
    statement = text("SELECT task_name FROM procrastinate_jobs WHERE args->>'tenant_id' = :id")
    async with database.lookup() as connection:
        return list((await connection.execute(statement, {"id": str(tenant_id)})).scalars())


async def test_postgresql_may_keep_the_vectors(database: Database, shop: UUID, tmp_path: Path) -> None:
    here, there = (
        CatalogueIndexes(database, HashedNgramEmbedder(), folder=tmp_path, vectors="pgvector") for _ in range(2)
    )
    assert await skus(database, here, shop, "martiyo") == ["M-1"]
    assert await skus(database, there, shop, "tornillo 7 mm") == await skus(
        database, make(database, None), shop, "tornillo 7 mm"
    )
    await add(database, shop, {"S-1": "Serrucho costilla"})
    await change(database, shop, "M-1", is_archived=True)
    for indexes in (here, there):
        assert await skus(database, indexes, shop, "serruchos") == ["S-1"]
        assert await skus(database, indexes, shop, "martillo") == []
    kept = await there.get(shop)
    assert kept.vectors.is_remote
    async with database.transaction(shop) as tx:
        assert set(await tx.search_vectors.digests(HashedNgramEmbedder.name)) == set(kept.ids.tolist())


async def test_the_version_asked_for_alone_is_the_tenants_own(
    database: Database, shop: UUID, other_tenant_id: UUID
) -> None:
    for tenant_id in (shop, other_tenant_id):
        async with database.transaction(tenant_id) as tx:
            assert await database.catalogue_version(tenant_id) == await tx.tenants.catalogue_version()
    with pytest.raises(NotFound):
        await database.catalogue_version(uuid4())
