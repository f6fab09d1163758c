"""Voice notes into text, by any server that speaks OpenAI's /audio/transcriptions; what is not certain is nothing."""

import asyncio
from dataclasses import dataclass

import httpx
import structlog

# What such models make of silence: the credits of the films they learned from.
_MADE_UP = ("amara.org", "subtítulos realizados por", "subtítulos por la comunidad", "gracias por ver el video")
_NAMES = {"audio/ogg": "voz.ogg", "audio/mpeg": "voz.mp3", "audio/mp4": "voz.m4a", "audio/wav": "voz.wav",
          "audio/webm": "voz.webm", "audio/amr": "voz.amr", "audio/3gpp": "voz.3gp"}  # fmt: skip

# A voice note is waited for: a server that is busy is asked again at once, within the time it has.
_WAITS = (0.2, 1.0, 3.0)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Transcriber:
    client: httpx.AsyncClient
    base_url: str
    model: str
    api_key: str
    timeout_seconds: float

    async def transcribe(self, audio: bytes, content_type: str) -> str:
        """What was said, or "" when it cannot be told: no answer in time, an error, silence."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                text = (await self._ask(audio, content_type)).json()["text"]
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            log.warning("voice_not_transcribed", byte_count=len(audio), reason=str(error) or type(error).__name__)
            return ""
        if not isinstance(text, str) or any(words in text.casefold() for words in _MADE_UP):
            return ""
        return text.strip()

    async def _ask(self, audio: bytes, content_type: str) -> httpx.Response:
        for wait in (*_WAITS, None):
            response = await self.client.post(
                f"{self.base_url.rstrip('/')}/audio/transcriptions",
                data={"model": self.model, "language": "es", "response_format": "json"},
                files={"file": (_NAMES.get(content_type, "voz.ogg"), audio, content_type)},
                headers={"Authorization": f"Bearer {self.api_key}"} if self.api_key else {},
                timeout=self.timeout_seconds,
            )
            if wait is None or not (response.status_code == 429 or response.status_code >= 500):
                break
            await asyncio.sleep(wait)
        return response.raise_for_status()
