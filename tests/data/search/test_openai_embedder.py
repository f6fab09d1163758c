"""Vectors from a service, over real HTTP: batches, tries again, cost, and search while it is down."""

from collections.abc import Iterator

import numpy as np
import pytest

from data.search.embedders import EmbedderError, JoinedEmbedder, embedder_named, make_embedder
from data.search.embedding import EmbedderUnavailable
from data.search.index import CatalogueIndex
from data.search.openai_embedder import MOST_TEXTS, OpenAIEmbedder
from tests.data.search import catalogues
from tests.servers.embeddings_server import EmbeddingsServer, running_embeddings_server


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with running_embeddings_server() as server:
        yield server


def make(server: EmbeddingsServer, model: str = "local-model") -> OpenAIEmbedder:
    return OpenAIEmbedder(model, "key-1", server.base_url)


def test_texts_come_back_as_unit_vectors_in_their_order(server: EmbeddingsServer) -> None:
    embedder = make(server)
    texts = [f"Martillo {n}\nHerramientas" for n in range(MOST_TEXTS + 10)]
    vectors = embedder.embed_documents(texts)
    assert vectors.shape == (len(texts), 8) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[3], embedder.embed_query("Martillo 3. Herramientas"), atol=1e-6)
    assert [len(request["input"]) for request in server.requests[1:3]] == [MOST_TEXTS, 10]
    assert set(server.keys) == {"Bearer key-1"}


def test_texts_of_nothing_are_not_sent(server: EmbeddingsServer) -> None:
    embedder = make(server)
    vectors = embedder.embed_documents(["", "Martillo", " \n "])
    assert [bool(vector.any()) for vector in vectors] == [False, True, False]
    assert not embedder.embed_query("  ").any()
    assert embedder.embed_documents([]).shape == (0, 8)


@pytest.mark.parametrize("fault", [429, 500, 503, 408, b"<html>", b'{"data": [{"index": 0}]}'])
def test_a_passing_fault_is_tried_again(server: EmbeddingsServer, fault: int | bytes) -> None:
    embedder = make(server)
    expected = embedder.embed_documents(["Martillo"])
    server.faults = [fault]
    assert np.array_equal(embedder.embed_documents(["Martillo"]), expected)


def test_a_refusal_is_not_tried_again(server: EmbeddingsServer) -> None:
    embedder = make(server)
    assert embedder.dimension == 8
    server.faults = [401]
    with pytest.raises(EmbedderError, match="401"):
        embedder.embed_documents(["Martillo"])
    assert len(server.requests) == 2


def test_vectors_of_another_length_are_refused(server: EmbeddingsServer) -> None:
    embedder = make(server)
    assert embedder.dimension == 8
    server.dimension = 9
    with pytest.raises(EmbedderError, match="9"):
        embedder.embed_documents(["Martillo"])


def test_shortened_vectors_are_asked_for(server: EmbeddingsServer) -> None:
    embedder = make(server, "text-embedding-3-small@16")
    assert embedder.embed_documents(["Martillo"]).shape == (1, 16) == (1, embedder.dimension)
    assert server.requests[0]["dimensions"] == 16 and server.requests[0]["model"] == "text-embedding-3-small"
    assert embedder.tokens == 5 and embedder.cost == pytest.approx(5 * 0.02 / 1_000_000)
    assert make(server).cost is None


def test_a_query_asked_twice_is_embedded_once(server: EmbeddingsServer) -> None:
    embedder = make(server)
    assert np.array_equal(embedder.embed_query("martillo"), embedder.embed_query("martillo"))
    assert [request["input"] for request in server.requests].count(["martillo"]) == 1


def test_a_search_goes_on_without_a_service_that_is_down(server: EmbeddingsServer) -> None:
    embedder = make(server)
    documents = catalogues.hardware()
    vectors = embedder.embed_documents([document.text() for document in documents])
    index = CatalogueIndex.build(1, documents, vectors, embedder)
    server.faults = [503] * 10
    with pytest.raises(EmbedderUnavailable):
        embedder.embed_query("cualquiera")
    skus = {document.id: document.sku for document in documents}
    assert skus[index.search("martiyo de goma")[0].id] == "MAR-20"


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(EmbedderUnavailable, match="does not answer"):
        OpenAIEmbedder("text-embedding-3-small", "key", "http://127.0.0.1:9/v1").embed_query("martillo")


def test_letters_and_a_model_side_by_side(server: EmbeddingsServer) -> None:
    joined = JoinedEmbedder(make(server))
    vectors = joined.embed_documents(["Martillo", "Taladro"])
    assert vectors.shape == (2, joined.dimension) == (2, 1032)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert int(np.argmax(vectors @ joined.embed_query("taladro"))) == 1


def test_settings_name_it(server: EmbeddingsServer) -> None:
    embedder = make_embedder("openai: text-embedding-3-small", "key")
    assert embedder.name == "openai:text-embedding-3-small:v1" and embedder.dimension == 1536
    assert make_embedder("hashed+openai:m", "", server.base_url).name == "hashed+openai:m:v1"
    again = embedder_named(embedder.name, "key")
    assert again is not None and again.name == embedder.name
    assert embedder_named(embedder.name) is None and embedder_named("removed-one:v3") is None
    for setting in ("openai:text-embedding-3-small", "openai:", "openai:m@x", "hashed+nothing"):
        with pytest.raises(EmbedderError):
            make_embedder(setting, "key" if "@" in setting else "")
