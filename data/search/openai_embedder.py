"""Vectors from any service that speaks the OpenAI embeddings protocol."""

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache

import httpx
import numpy as np
import structlog
from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from data.search.embedding import MAX_QUERY_CHARACTERS, NEVER, EmbedderError, EmbedderUnavailable, Vectors

DEFAULT_URL = "https://api.openai.com/v1"
MOST_TEXTS = 256
MOST_CHARACTERS = 400_000  # of one request: well under the 300,000 tokens that OpenAI takes
MOST_OF_ONE = 8_000
ATTEMPTS = 6
QUERY_ATTEMPTS = 2
LONGEST_WAIT_SECONDS = 30.0
DOCUMENT_SECONDS = 60.0
QUERY_SECONDS = 3.0  # a shopper waits for this one
_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
# US dollars for a million tokens, as OpenAI lists them; other models cost what their service says.
_PRICES = {"text-embedding-3-small": 0.02, "text-embedding-3-large": 0.13, "text-embedding-ada-002": 0.10}

log = structlog.get_logger()


class _Retryable(Exception):
    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class OpenAIEmbedder:
    """`model` may end in "@512": vectors shortened by the service, smaller to keep and to compare."""

    admission = NEVER
    keeps_vectors = True
    weight = 0.3

    def __init__(self, model: str, api_key: str, base_url: str | None = None) -> None:
        self._model, _, shortened = model.partition("@")
        if not self._model or (shortened and not shortened.isdecimal()):
            raise EmbedderError(
                f"{model!r} no es un modelo de vectores: escribe uno como text-embedding-3-small, o con …@512"
            )
        self._shortened = int(shortened) if shortened else None
        self._dimension = self._shortened or _DIMENSIONS.get(self._model)
        self._client = httpx.Client(
            base_url=(base_url or DEFAULT_URL).rstrip("/"), headers={"Authorization": f"Bearer {api_key}"}
        )
        self._lock = threading.Lock()
        self._embed_one = lru_cache(maxsize=2_000)(self._embed_one_anew)
        self.name = f"openai:{model}:v1"
        self.tokens = 0  # spent since the process began

    @property
    def dimension(self) -> int:
        """Length of a vector; for a model we do not know, one request tells."""
        if self._dimension is None:
            self._dimension = len(self._request(["dimension"], QUERY_ATTEMPTS, QUERY_SECONDS)[0])
        return self._dimension

    @property
    def cost(self) -> float | None:
        """US dollars spent since the process began; None for a model whose price we do not know."""
        price = _PRICES.get(self._model)
        return None if price is None else self.tokens * price / 1_000_000

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed in as many requests as it takes, each tried again while the service is busy.

        Raises EmbedderUnavailable when it stays so, EmbedderError when it refuses.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for numbers in _batches(texts):
            batch = [texts[n].replace("\n", ". ")[:MOST_OF_ONE] for n in numbers]
            vectors[numbers] = self._request(batch, ATTEMPTS, DOCUMENT_SECONDS)
            log.info("embedding.batch", model=self._model, texts=len(numbers), tokens=self.tokens, usd=self.cost)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Embed a query; those asked lately are remembered. Raises EmbedderUnavailable, EmbedderError."""
        text = text[:MAX_QUERY_CHARACTERS].strip()
        return self._embed_one(text) if text else np.zeros(self.dimension, np.float32)

    def _embed_one_anew(self, text: str) -> Vectors:
        vector: Vectors = self._request([text], QUERY_ATTEMPTS, QUERY_SECONDS)[0]
        return vector

    def _request(self, texts: list[str], attempts: int, seconds: float) -> Vectors:
        retrying = Retrying(
            retry=retry_if_exception_type(_Retryable),
            stop=stop_after_attempt(attempts),
            wait=_wait,
            before_sleep=lambda state: log.warning("embedding.again", attempt=state.attempt_number),
        )
        try:
            for attempt in retrying:
                with attempt:
                    return self._ask(texts, seconds)
        except RetryError as error:
            raise EmbedderUnavailable(f"{self.name} does not answer: {error.last_attempt.exception()}") from error
        raise AssertionError("unreachable")

    def _ask(self, texts: list[str], seconds: float) -> Vectors:
        body: dict[str, object] = {"model": self._model, "input": texts, "encoding_format": "float"}
        if self._shortened:
            body["dimensions"] = self._shortened
        try:
            response = self._client.post("/embeddings", json=body, timeout=seconds)
        except httpx.TransportError as error:
            raise _Retryable(type(error).__name__) from error
        if response.status_code in (408, 409, 429) or response.status_code >= 500:
            raise _Retryable(f"status {response.status_code}", _retry_after(response))
        if response.is_error:
            raise EmbedderError(f"{self.name} refused with status {response.status_code}: {response.text[:200]}")
        return self._read(response, len(texts))

    def _read(self, response: httpx.Response, count: int) -> Vectors:
        try:
            answer = response.json()
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
            tokens = int((answer.get("usage") or {}).get("total_tokens", 0))
        except (ValueError, KeyError, TypeError) as error:
            raise _Retryable("an answer that is none") from error
        if vectors.ndim != 2 or len(vectors) != count or self._dimension not in (None, vectors.shape[1]):
            raise EmbedderError(f"{self.name} answered {vectors.shape} numbers for {count} texts")
        with self._lock:
            self.tokens += tokens
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.where(lengths > 0, lengths, np.float32(1)))


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Numbers of texts that fit one request; those of nothing are left out, the service refuses them."""
    batch: list[int] = []
    characters = 0
    for number, text in enumerate(texts):
        if not text.strip():
            continue
        size = min(len(text), MOST_OF_ONE)
        if batch and (len(batch) == MOST_TEXTS or characters + size > MOST_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(number)
        characters += size
    if batch:
        yield batch


_backing_off = wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT_SECONDS)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_seconds if isinstance(error, _Retryable) else None
    return min(asked, LONGEST_WAIT_SECONDS) if asked is not None else _backing_off(state)


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.replace(".", "", 1).isdecimal() else None
