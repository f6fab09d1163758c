"""An index on disk is the index that was built, whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from data.search.documents import SearchDocument
from data.search.embedders import HashedNgramEmbedder
from data.search.index import CatalogueIndex
from data.search.own_words import OwnWords
from data.search.snapshot import read_newest, write_snapshot
from tests.data.search.conftest import Shop

QUERIES = ("taladro", "codo 1/2", "pintura blanca", "ampoyeta led", "TAL-500", "huincha", "bicicleta", "destornillador")


def test_an_opened_snapshot_answers_as_the_index_did(shops: dict[str, Shop], tmp_path: Path) -> None:
    index, _ = shops["hardware"]
    write_snapshot(index, tmp_path)
    opened = read_newest(tmp_path, HashedNgramEmbedder(), index.version)
    assert opened is not None and opened.version == index.version and len(opened) == len(index)
    for query in QUERIES:
        assert opened.search(query) == index.search(query)


def test_a_newer_snapshot_takes_the_place_of_the_older(shops: dict[str, Shop], tmp_path: Path) -> None:
    index, _ = shops["hardware"]
    write_snapshot(index, tmp_path)
    opened = read_newest(tmp_path, HashedNgramEmbedder(), 99)
    write_snapshot(index.changed(7, [], _none(), []), tmp_path)
    assert [path.name.partition("-")[0] for path in tmp_path.iterdir()] == ["7"]
    assert opened is not None and opened.search("taladro") == index.search("taladro")


def test_a_snapshot_ahead_of_a_restored_database_is_not_used(shops: dict[str, Shop], tmp_path: Path) -> None:
    index, _ = shops["hardware"]
    write_snapshot(index.changed(7, [], _none(), []), tmp_path)
    assert read_newest(tmp_path, HashedNgramEmbedder(), 6) is None
    assert read_newest(tmp_path, HashedNgramEmbedder(), 7) is None


@pytest.mark.parametrize("name", ["vectors.faiss", "arrays.npz", "words.json", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_damaged_snapshot_is_not_used_and_not_kept(
    shops: dict[str, Shop], tmp_path: Path, name: str, damage: str
) -> None:
    file = write_snapshot(shops["hardware"][0], tmp_path) / name
    content = bytearray(file.read_bytes())
    if damage == "gone":
        file.unlink()
    else:
        content[len(content) // 2] ^= 0x41
        file.write_bytes(content if damage == "flip" else content[: len(content) // 2])
    found = read_newest(tmp_path, HashedNgramEmbedder(), 99)
    # A flipped letter in the manifest may fall where nothing reads it.
    assert found is None or name == "manifest.json"
    assert found is not None or list(tmp_path.iterdir()) == []


def test_a_snapshot_of_another_program_is_not_used(shops: dict[str, Shop], tmp_path: Path) -> None:
    manifest = write_snapshot(shops["hardware"][0], tmp_path) / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"program": "older"}))
    assert read_newest(tmp_path, HashedNgramEmbedder(), 99) is None


def test_a_snapshot_of_other_words_of_the_shop_is_not_used(shops: dict[str, Shop], tmp_path: Path) -> None:
    own = OwnWords((("pichicatero", "taladro"),))
    index = shops["hardware"][0].with_own(own)
    write_snapshot(index, tmp_path)
    opened = read_newest(tmp_path, HashedNgramEmbedder(), index.version, own)
    assert opened is not None and opened.search("pichicatero") == index.search("pichicatero") != []
    assert read_newest(tmp_path, HashedNgramEmbedder(), index.version) is None


def test_a_changed_index_answers_as_one_built_anew(shops: dict[str, Shop]) -> None:
    index, by_id = shops["hardware"]
    embedder = HashedNgramEmbedder()
    new = [
        SearchDocument(id=9001, sku="LLM-99", name="Llave de mono tuercas XJ-7200", brand="Nuevamarca"),
        SearchDocument(id=2, sku="MAR-X", name="Martillo demoledor 1500 W"),
    ]
    gone = [1, 5]
    after = index.changed(2, new, embedder.embed_documents([d.text() for d in new]), gone)
    documents = [d for d in by_id.values() if d.id not in (2, *gone)] + new
    anew = CatalogueIndex.build(2, documents, embedder.embed_documents([d.text() for d in documents]), embedder)
    assert len(after) == len(anew) and after.version == 2
    for query in (*QUERIES, "nuevamarca", "xj7200", "demoledor 1500w", "taladro percutor makita", "MAR-X", "percutor"):
        assert after.search(query) == anew.search(query), query
    assert sorted(after.vocabulary.words.term_ids) == sorted(anew.vocabulary.words.term_ids)


def test_everything_may_go_and_come_back(shops: dict[str, Shop]) -> None:
    index, by_id = shops["grocery"]
    embedder = HashedNgramEmbedder()
    empty = index.changed(2, [], _none(), list(by_id))
    assert len(empty) == 0 and empty.search("leche") == []
    documents = list(by_id.values())
    again = empty.changed(3, documents, embedder.embed_documents([d.text() for d in documents]), [])
    assert again.search("leche") == index.search("leche") != []


def _none() -> np.ndarray:
    return np.zeros((0, HashedNgramEmbedder.dimension), np.float32)
