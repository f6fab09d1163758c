"""The embedders there are: hashed character n-grams by default, a sentence model or a service by setting."""

from collections.abc import Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np

from data.search.embedding import MAX_QUERY_CHARACTERS, NEVER, Embedder, EmbedderError, Vectors
from data.search.letters import PLACES, grams
from data.search.openai_embedder import OpenAIEmbedder
from data.search.words import tokenise

__all__ = ["Embedder", "EmbedderError", "HashedNgramEmbedder", "JoinedEmbedder", "SentenceTransformerEmbedder",
           "Vectors", "embedder_named", "make_embedder"]  # fmt: skip

HASHED_SHARE = 0.5


class HashedNgramEmbedder:
    """Character 3- and 4-grams hashed into 1,024 places: no model, no fitting, robust to typos."""

    name = "hashed-3-4-1024:v1"
    dimension = PLACES
    weight = 0.5
    admission = NEVER  # shared letters alone are no reason to show a product
    keeps_vectors = False
    _LINE_WEIGHTS = (3.0, 1.5, 1.5)  # name; brand, category and options; synonyms
    _OTHER_LINES = 0.5

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts of documents, in which earlier lines weigh more."""
        counts = np.zeros((len(texts), self.dimension), np.float32)
        for count, text in zip(counts, texts, strict=True):
            for line, weight in zip(
                text.split("\n"), chain(self._LINE_WEIGHTS, repeat(self._OTHER_LINES)), strict=False
            ):
                self._add(count, line, weight)
        return self._scaled(counts)

    def embed_query(self, text: str) -> Vectors:
        """Embed a query."""
        counts = np.zeros((1, self.dimension), np.float32)
        self._add(counts[0], text[:MAX_QUERY_CHARACTERS])
        query: Vectors = self._scaled(counts)[0]
        return query

    @staticmethod
    def _add(counts: Vectors, text: str, weight: float = 1.0) -> None:
        if words := tokenise(text, parts=False):
            places, signs = zip(*map(grams, words), strict=True)
            np.add.at(counts, np.concatenate(places), np.concatenate(signs) * np.float32(weight))

    @staticmethod
    def _scaled(counts: Vectors) -> Vectors:
        vectors = np.sign(counts) * np.sqrt(np.abs(counts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.where(lengths > 0, lengths, np.float32(1)), dtype=np.float32)


class SentenceTransformerEmbedder:
    """A sentence-transformers model, by name or by the path of a folder; loaded when first needed."""

    admission = NEVER
    keeps_vectors = True

    def __init__(self, model: str, weight: float = 0.2, *, local_files_only: bool = False) -> None:
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
                    "Los modelos de frases van aparte: pip install 'caserita[semantic]'; o deja EMBEDDINGS vacío."
                ) from error
            try:
                self._loaded = SentenceTransformer(self._model_name, local_files_only=self._is_local)
            except (OSError, ValueError) as error:
                raise EmbedderError(f"El modelo de frases {self._model_name!r} no se puede cargar: {error}") from error
        return self._loaded


def _short_name(model: str) -> str:
    path = Path(model)
    return path.name if path.is_dir() else model


class JoinedEmbedder:
    """Letters and meaning side by side: the cosine of its vectors is the weighted sum of both cosines."""

    admission = NEVER
    keeps_vectors = True

    def __init__(self, model: Embedder, hashed_share: float = HASHED_SHARE) -> None:
        self._hashed, self._model = HashedNgramEmbedder(), model
        self._scales = np.sqrt(np.array([hashed_share, 1 - hashed_share], dtype=np.float32))
        self.weight = max(self._hashed.weight, model.weight)
        self.name = f"hashed+{model.name}"

    @property
    def dimension(self) -> int:
        """Length of a vector; may load the model."""
        return self._hashed.dimension + self._model.dimension

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts of documents."""
        return self._joined(self._hashed.embed_documents(texts), self._model.embed_documents(texts))

    def embed_query(self, text: str) -> Vectors:
        """Embed a query."""
        return self._joined(self._hashed.embed_query(text), self._model.embed_query(text))

    def _joined(self, hashed: Vectors, model: Vectors) -> Vectors:
        return np.concatenate([hashed * self._scales[0], model * self._scales[1]], axis=-1)


def make_embedder(setting: str, api_key: str = "", base_url: str | None = None) -> Embedder:
    """Make the embedder a setting names; "hashed+…" joins the letters to a model. Raises EmbedderError."""
    setting = setting.strip()
    if setting.startswith("hashed+"):
        return JoinedEmbedder(make_embedder(setting.removeprefix("hashed+"), api_key, base_url))
    kind, _, model = (part.strip() for part in setting.partition(":"))
    if kind in ("", "hashed") and not model:
        return HashedNgramEmbedder()
    if kind == "sentence-transformers" and model:
        return SentenceTransformerEmbedder(model)
    if kind == "openai" and model:
        if not api_key and not base_url:
            raise EmbedderError(
                "EMBEDDINGS=openai:… necesita EMBEDDINGS_API_KEY, o EMBEDDINGS_BASE_URL para un servicio propio."
            )
        return OpenAIEmbedder(model, api_key, base_url)
    raise EmbedderError(
        f"{setting!r} no se conoce: puede ir vacío o decir hashed (lo normal, sin modelo), "
        "sentence-transformers:<modelo o carpeta>, openai:<modelo>, o hashed+ antes de uno de esos dos."
    )


def embedder_named(name: str, api_key: str = "", base_url: str | None = None) -> Embedder | None:
    """Make the embedder that vectors were kept under, if its name is enough to."""
    try:
        embedder = make_embedder(name.removesuffix(":v1"), api_key, base_url)
    except EmbedderError:
        return None
    return embedder if embedder.name == name else None
