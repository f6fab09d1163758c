"""What an embedder is: something that turns texts into vectors of one space."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
NEVER = 2.0  # above any cosine
MAX_QUERY_CHARACTERS = 2000


class EmbedderError(ValueError):
    """The embedder setting cannot be used."""


class EmbedderUnavailable(Exception):
    """The service that makes vectors does not answer now; words find alone meanwhile."""


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
