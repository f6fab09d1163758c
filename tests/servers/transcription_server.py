"""A local stand-in for OpenAI's /audio/transcriptions: says what it is told to, or fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class TranscriptionServer:
    def __init__(self) -> None:
        self.url = ""
        self.text = ""
        self.status = 200
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
        if self.status != 200:
            return web.json_response({"error": {"message": "no"}}, status=self.status)
        return web.json_response({"text": self.text})


@asynccontextmanager
async def transcription_server() -> AsyncIterator[TranscriptionServer]:
    server = TranscriptionServer()
    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", server.transcribe)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
