"""A local stand-in for OpenAI's /audio/transcriptions: says what it is told to, or fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.servers.loopback import served


class TranscriptionServer:
    def __init__(self) -> None:
        self.url = ""
        self.text = ""
        self.status = 200
        self.busy = 0  # how many requests are answered with 429 first
        self.hang_seconds = 0.0
        self.heard: list[dict[str, object]] = []

    async def transcribe(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.heard.append(
            {
                "model": form["model"],
                "key": request.headers.get("Authorization"),
                "type": file.content_type,
                "body": file.file.read(),
            }
        )
        await asyncio.sleep(self.hang_seconds)
        if self.busy:
            self.busy -= 1
            return web.json_response({"error": {"message": "busy"}}, status=429)
        if self.status != 200:
            return web.json_response({"error": {"message": "no"}}, status=self.status)
        return web.json_response({"text": self.text})


@asynccontextmanager
async def transcription_server() -> AsyncIterator[TranscriptionServer]:
    server = TranscriptionServer()
    app = web.Application(client_max_size=32 * 1024**2)
    app.router.add_post("/v1/audio/transcriptions", server.transcribe)
    async with served(app) as url:
        server.url = f"{url}/v1"
        yield server
