"""Turns texts into vectors: hashed character n-grams by default, a sentence model by setting."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

from data.search.words import tokenise

Vectors = NDArray[np.float32]
NEVER = 2.0  # above any cosine
MAX_QUERY_CHARACTERS = 2000


class EmbedderError(ValueError):
    """The embedder setting cannot be used."""


class Embedder(Protocol):
    """Makes vectors; those of another `name` are of another space."""

    @property
    def name(self) -> str:
        """Stored beside vectors: when it changes, everything is embedded again."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def weight(self) -> float:
        """Share of the dense side in fusion, 0 to 1."""

    @property
    def admission(self) -> float:
        """Cosine from which a document is relevant without sharing a word with the query."""

    @property
    def keeps_vectors(self) -> bool:
        """Whether what it made is worth a row in the database, or is made anew in less time than it is read."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension), L2-normalised."""

    def embed_query(self, text: str) -> Vectors:
        """Return (dimension,), L2-normalised; zeros for a text of nothing."""


class HashedNgramEmbedder:
    """Character 3- and 4-grams hashed into 1,024 places: no model, no fitting, robust to typos."""

    name = "hashed-3-4-1024:v1"
    dimension = 1024
    weight = 0.5
    admission = NEVER  # shared letters alone are no reason to show a product
    keeps_vectors = False
    _LINE_WEIGHTS = (3.0, 1.5, 1.5)  # name; brand, category and options; synonyms
    _OTHER_LINES = 0.5

    def __init__(self) -> None:
        self._vectorizer = HashingVectorizer(
            analyzer="char_wb", ngram_range=(3, 4), n_features=self.dimension, norm=None, dtype=np.float32
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts of documents, in which earlier lines weigh more."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        lines = [text.split("\n") for text in texts]
        total = None
        for number in range(max(map(len, lines))):
            weight = self._LINE_WEIGHTS[number] if number < len(self._LINE_WEIGHTS) else self._OTHER_LINES
            counts = self._count([one[number] if number < len(one) else "" for one in lines])
            total = counts * weight if total is None else total + counts * weight
        return self._dense(total)

    def embed_query(self, text: str) -> Vectors:
        """Embed a query."""
        query: Vectors = self._dense(self._count([text[:MAX_QUERY_CHARACTERS]]))[0]
        return query

    def _count(self, texts: list[str]) -> Any:
        return self._vectorizer.transform([" ".join(tokenise(text, parts=False)) for text in texts])

    @staticmethod
    def _dense(counts: Any) -> Vectors:
        counts.data = np.sign(counts.data) * np.sqrt(np.abs(counts.data))
        vectors: Vectors = counts.toarray().astype(np.float32, copy=False)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.where(lengths > 0, lengths, np.float32(1)), dtype=np.float32)


class SentenceTransformerEmbedder:
    """A sentence-transformers model, by name or by the path of a folder; loaded when first needed."""

    admission = NEVER
    keeps_vectors = True

    def __init__(self, model: str, weight: float = 0.3, *, local_files_only: bool = False) -> None:
        self._model_name = model
        self._is_local = local_files_only or Path(model).is_dir()
        self._loaded: Any = None
        self.weight = weight
        self.name = f"sentence-transformers:{_short_name(model)}:v1"
        is_e5 = "e5" in _short_name(model).lower()
        self.prefixes = ("query: ", "passage: ") if is_e5 else ("", "")

    @property
    def dimension(self) -> int:
        """Length of a vector; loads the model."""
        return int(self._model().get_embedding_dimension())

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts of documents."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return self._encode([self.prefixes[1] + text.replace("\n", ". ") for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """Embed a query."""
        vector: Vectors = self._encode([self.prefixes[0] + text[:MAX_QUERY_CHARACTERS]])[0]
        return vector

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = self._model().encode(texts, normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _model(self) -> Any:
        if self._loaded is None:
            try:
                from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - an optional extra, heavy
            except ImportError as error:
                raise EmbedderError(
                    "Sentence models need an extra: pip install 'caserita[semantic]', or leave EMBEDDINGS empty."
                ) from error
            try:
                self._loaded = SentenceTransformer(self._model_name, local_files_only=self._is_local)
            except (OSError, ValueError) as error:
                raise EmbedderError(f"The sentence model {self._model_name!r} cannot be loaded: {error}") from error
        return self._loaded


def _short_name(model: str) -> str:
    path = Path(model)
    return path.name if path.is_dir() else model


def make_embedder(setting: str) -> Embedder:
    """Make the embedder a setting names: "" or "hashed", or "sentence-transformers:<model or path>"."""
    kind, _, model = setting.strip().partition(":")
    if kind in ("", "hashed") and not model:
        return HashedNgramEmbedder()
    if kind == "sentence-transformers" and model.strip():
        return SentenceTransformerEmbedder(model.strip())
    raise EmbedderError(
        f"{setting!r} is no embedder: accepted are '' or 'hashed' (the default, no model) and "
        "'sentence-transformers:<model name or folder>'."
    )
