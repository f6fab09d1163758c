"""One tenant that uploads files, in the real database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from data.catalogue_index import CatalogueIndexes
from data.database import Database
from data.models import Import
from data.repositories.items import CatalogueItem
from data.search.embedders import HashedNgramEmbedder, Vectors
from data.states import ImportMode
from ingestion.imports import Imports
from ingestion.outcome import ImportOutcome
from tests.ingestion.sheets import text_file

HEADER = "SKU;Nombre;Precio;Stock;Talla\n"
FIRST = HEADER + "A;Martillo;$8.990;5;\nB;Polera;6.990;3;S\nC;Polera;6.990;0;M\n"


class CountingEmbedder(HashedNgramEmbedder):
    """The default embedder as one whose vectors are kept, which also remembers what it was given."""

    keeps_vectors = True

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return super().embed_documents(texts)


@dataclass
class Shop:
    """One tenant that uploads files."""

    database: Database
    tenant_id: UUID
    folder: Path
    embedder: CountingEmbedder = field(default_factory=CountingEmbedder)

    @property
    def imports(self) -> Imports:
        return Imports(self.database, self.embedder, self.folder / "var")

    async def upload(
        self, text: str, mode: ImportMode = ImportMode.REPLACE, *, is_dry_run: bool = False
    ) -> ImportOutcome:
        return await self.imports.run(self.tenant_id, await self.open(text, mode, is_dry_run=is_dry_run))

    async def open(self, text: str, mode: ImportMode = ImportMode.REPLACE, *, is_dry_run: bool = False) -> UUID:
        path = text_file(self.folder, text)
        return await self.imports.open(
            self.tenant_id, path, "mi lista.csv", mode=mode, is_dry_run=is_dry_run, enqueue=False
        )

    async def record(self, import_id: UUID) -> Import:
        async with self.database.transaction(self.tenant_id) as tx:
            record = await tx.imports.get(import_id)
        assert record
        return record

    async def items(self) -> dict[str, CatalogueItem]:
        async with self.database.transaction(self.tenant_id) as tx:
            return {item.sku: item for item in await tx.catalogue.page(1_000)}

    async def version(self) -> int:
        async with self.database.transaction(self.tenant_id) as tx:
            return await tx.tenants.catalogue_version()

    async def events(self) -> list[str]:
        async with self.database.transaction(self.tenant_id) as tx:
            return [each.name for each in await tx.events.recent()]

    async def found(self, query: str) -> list[str]:
        index = await CatalogueIndexes(self.database, self.embedder).get(self.tenant_id)
        ids = [hit.id for hit in index.search(query, 3)]
        async with self.database.transaction(self.tenant_id) as tx:
            items = await tx.catalogue.by_search_ids(ids)
        return [items[each].sku for each in ids]


def counts(outcome: ImportOutcome) -> tuple[int, int, int, int]:
    return outcome.created, outcome.updated, outcome.unchanged, outcome.archived
