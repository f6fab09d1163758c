"""The three shops as built indexes."""

from collections.abc import Callable, Sequence

import pytest

from data.search.documents import SearchDocument
from data.search.embedders import HashedNgramEmbedder
from data.search.index import CatalogueIndex
from tests.data.search import catalogues

Shop = tuple[CatalogueIndex, dict[int, SearchDocument]]


def build(documents: Sequence[SearchDocument]) -> CatalogueIndex:
    embedder = HashedNgramEmbedder()
    vectors = embedder.embed_documents([document.text() for document in documents])
    return CatalogueIndex.build(1, documents, vectors, embedder)


def _shop(make: Callable[[], list[SearchDocument]]) -> Shop:
    documents = make()
    return build(documents), {document.id: document for document in documents}


@pytest.fixture(scope="session")
def shops() -> dict[str, Shop]:
    return {
        "hardware": _shop(catalogues.hardware),
        "clothes": _shop(catalogues.clothes),
        "grocery": _shop(catalogues.grocery),
    }
