"""The embedders there are: hashed character n-grams by default, a sentence model or a service by setting."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from data.search.embedding import MAX_QUERY_CHARACTERS, NEVER, Embedder, EmbedderError, Vectors
from data.search.openai_embedder import OpenAIEmbedder
from data.search.words import tokenise

__all__ = ["Embedder", "EmbedderError", "HashedNgramEmbedder", "JoinedEmbedder", "SentenceTransformerEmbedder",
           "Vectors", "embedder_named", "make_embedder"]  # fmt: skip

HASHED_SHARE = 0.5


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
