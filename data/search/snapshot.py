"""A built index as files: arrays, words and the FAISS index, with their checksums; nothing in them can run.

A snapshot is a folder named after its version and embedder. It is written aside, flushed and renamed, so that it is
there whole or not at all; a process that has it open keeps it when a newer one takes its place.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from data.search.codes import CodeIndex
from data.search.dense import VectorIndex
from data.search.embedding import Embedder
from data.search.index import CatalogueIndex
from data.search.lexicon import lexicon_fingerprint
from data.search.own_words import NO_OWN_WORDS, OwnWords
from data.search.postings import Postings
from data.search.vocabulary import Vocabulary

FORMAT = 3
_MANIFEST = "manifest.json"
_VECTORS = "vectors.faiss"
_WORDS = "words.json"
_ARRAYS = "arrays.npz"
_POSTINGS = ("starts", "positions", "counts", "presence", "lengths")


class SnapshotUnusable(Exception):
    """The files are broken, or of another version of the program; an index has to be built instead."""


def write_snapshot(index: CatalogueIndex, folder: Path) -> Path:
    """Keep the index under `folder`, in place of its older snapshots; return where. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / _name(index.version, index.embedder.name)
    aside = folder / f".{final.name}-{uuid4().hex}"
    aside.mkdir()
    try:
        _write_parts(index, aside)
        if not final.exists():
            aside.replace(final)
            _flush(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for other in _snapshots(folder):
        if other != final and _version_of(other) <= index.version:
            shutil.rmtree(other, ignore_errors=True)
    return final


def kept_on_disk(index: CatalogueIndex, folder: Path) -> CatalogueIndex:
    """Write a snapshot and return the index with its vectors there instead of in memory. Raises OSError."""
    path = write_snapshot(index, folder)
    try:
        return index.with_vectors(VectorIndex.read(path / _VECTORS))
    except RuntimeError as error:  # another process has already put a newer one in its place
        raise OSError(str(error)) from error


def read_newest(
    folder: Path, embedder: Embedder, most_version: int, own: OwnWords = NO_OWN_WORDS
) -> CatalogueIndex | None:
    """Open the newest snapshot of this embedder and these words of the shop; None when there is none to use.

    Broken ones are removed, and so are those ahead of the catalogue: its database was restored from an older copy.
    """
    names = {path for path in _snapshots(folder) if path.name.endswith(f"-{_mark(embedder.name)}")}
    for path in sorted(names, key=_version_of, reverse=True):
        try:
            if _version_of(path) > most_version:
                raise SnapshotUnusable(f"{path}: ahead of version {most_version}")
            return _read(path, embedder, own)
        except SnapshotUnusable:
            shutil.rmtree(path, ignore_errors=True)
    return None


def _write_parts(index: CatalogueIndex, folder: Path) -> None:
    vocabulary, codes = index.vocabulary, index.codes
    if not isinstance(index.vectors, VectorIndex):
        raise TypeError("vectors that are kept elsewhere have no snapshot")
    index.vectors.write(folder / _VECTORS)
    arrays: dict[str, NDArray[Any]] = {"ids": index.ids, "code_positions": codes.positions, "models": codes.are_models}
    for name, postings in (("words", vocabulary.words), ("pairs", vocabulary.pairs)):
        arrays |= {f"{name}_{part}": getattr(postings, part) for part in _POSTINGS}
    np.savez(folder / _ARRAYS, **arrays)  # type: ignore[arg-type]  # numpy types the keywords as its own options
    words = {
        "words": list(vocabulary.words.term_ids),
        "pairs": list(vocabulary.pairs.term_ids),
        "brands": sorted(vocabulary.own_brands),
        "codes": list(codes.codes),
    }
    (folder / _WORDS).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    manifest = _identity(index.version, index.embedder, index.vocabulary.own) | {
        "files": {name: _checksum(folder / name) for name in (_VECTORS, _ARRAYS, _WORDS)}
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        _flush(path)


def _identity(version: int, embedder: Embedder, own: OwnWords) -> dict[str, Any]:
    # The same rows read by another program give other terms, so its words are part of what a snapshot is of.
    program = lexicon_fingerprint()
    return {"format": FORMAT, "program": program, "own": own.mark, "version": version, "embedder": embedder.name}


def _read(path: Path, embedder: Embedder, own: OwnWords) -> CatalogueIndex:
    version = _version_of(path)
    try:
        manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        if {key: manifest.get(key) for key in _identity(0, embedder, own)} != _identity(version, embedder, own):
            raise SnapshotUnusable(f"{path}: of another format, program, version, embedder or lexicon")
        if any(_checksum(path / name) != checksum for name, checksum in manifest["files"].items()):
            raise SnapshotUnusable(f"{path}: a checksum differs")
        return _assemble(path, version, embedder, own)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise SnapshotUnusable(f"{path}: {error}") from error


def _assemble(path: Path, version: int, embedder: Embedder, own: OwnWords) -> CatalogueIndex:
    words: Mapping[str, list[str]] = json.loads((path / _WORDS).read_text(encoding="utf-8"))
    with np.load(path / _ARRAYS, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    terms, pairs = (_postings(name, words, arrays) for name in ("words", "pairs"))
    vocabulary = Vocabulary(terms, pairs, words["brands"], own=own)
    codes = CodeIndex(words["codes"], arrays["code_positions"], arrays["models"])
    vectors = VectorIndex.read(path / _VECTORS)
    return CatalogueIndex(version, arrays["ids"], vocabulary, codes, vectors, embedder)


def _postings(name: str, words: Mapping[str, list[str]], arrays: Mapping[str, NDArray[Any]]) -> Postings:
    return Postings(words[name], *(arrays[f"{name}_{part}"] for part in _POSTINGS))


def _snapshots(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.iterdir() if path.is_dir() and path.name[0].isdigit())


def _name(version: int, embedder: str) -> str:
    return f"{version}-{_mark(embedder)}"


def _mark(embedder: str) -> str:
    return blake2b(embedder.encode(), digest_size=6).hexdigest()


def _version_of(path: Path) -> int:
    number = path.name.partition("-")[0]
    return int(number) if number.isdecimal() else -1


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "blake2b").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
