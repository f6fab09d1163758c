"""A server that speaks the OpenAI embeddings protocol over real HTTP on loopback, with faults on demand."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.threaded import served


@dataclass(slots=True)
class EmbeddingsServer:
    """`faults` are answered first, one a request: a status, or the body to send instead of vectors."""

    dimension: int = 8
    faults: list[int | bytes] = field(default_factory=list)
    retry_after: str = "0.01"
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def embed(self, request: Request) -> Response:
        body = await request.json()
        self.keys.append(request.headers.get("authorization", ""))
        texts = body["input"]
        if not 1 <= len(texts) <= 2048 or not all(isinstance(text, str) and text for text in texts):
            return JSONResponse({"error": {"message": "'$.input' is invalid"}}, 400)
        self.requests.append(body)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, bytes):
                return Response(fault, media_type="application/json")
            return JSONResponse({"error": {"message": "fault"}}, fault, {"Retry-After": self.retry_after})
        dimension = body.get("dimensions", self.dimension)
        rows = [{"object": "embedding", "index": n, "embedding": vector_of(t, dimension)} for n, t in enumerate(texts)]
        usage = {"prompt_tokens": 5 * len(texts), "total_tokens": 5 * len(texts)}
        # In any order: the protocol gives each row its index.
        return JSONResponse({"object": "list", "model": body["model"], "data": rows[::-1], "usage": usage})


def vector_of(text: str, dimension: int) -> list[float]:
    """Not of unit length, and the same for the same text."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    return [float(number) for number in 3 * np.random.default_rng(seed).normal(size=dimension)]


@contextmanager
def running_embeddings_server() -> Iterator[EmbeddingsServer]:
    """In a thread of its own, on a free port."""
    fake = EmbeddingsServer()
    app = Starlette(routes=[Route("/v1/embeddings", fake.embed, methods=["POST"])])
    with served(app) as port:
        fake.port = port
        yield fake
