"""Voice notes into text, by any server that speaks OpenAI's /audio/transcriptions; what is not certain is nothing."""

from dataclasses import dataclass

import httpx

# What such models make of silence: the credits of the films they learned from.
_MADE_UP = ("amara.org", "subtítulos realizados por", "subtítulos por la comunidad", "gracias por ver el video")
_NAMES = {"audio/ogg": "voz.ogg", "audio/mpeg": "voz.mp3", "audio/mp4": "voz.m4a", "audio/wav": "voz.wav",
          "audio/webm": "voz.webm", "audio/amr": "voz.amr", "audio/3gpp": "voz.3gp"}  # fmt: skip


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
            response = await self.client.post(
                f"{self.base_url.rstrip('/')}/audio/transcriptions",
                data={"model": self.model, "language": "es", "response_format": "json"},
                files={"file": (_NAMES.get(content_type, "voz.ogg"), audio, content_type)},
                headers={"Authorization": f"Bearer {self.api_key}"} if self.api_key else {},
                timeout=self.timeout_seconds,
            )
            text = response.raise_for_status().json()["text"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return ""
        if not isinstance(text, str) or any(words in text.casefold() for words in _MADE_UP):
            return ""
        return text.strip()
