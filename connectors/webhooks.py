"""One event to one subscriber's URL, signed as Standard Webhooks has it (standardwebhooks.com)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from standardwebhooks import Webhook

from connectors.errors import ConnectorError
from connectors.http import GuardedHttp

ATTEMPT_SECONDS = 10.0
MOST_BYTES = 4 * 1024
EXCERPT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """How it went. `status` is None where nothing was answered; `retry_after` in seconds, where they asked for it."""

    is_delivered: bool
    status: int | None
    sentence: str
    excerpt: str = ""
    retry_after: float | None = None

    @property
    def is_gone(self) -> bool:
        """Nobody wants to hear of anything there any more."""
        return self.status == HTTPStatus.GONE


def body_of(name: str, moment: datetime, data: Mapping[str, Any]) -> bytes:
    """The same bytes at every attempt."""
    stamp = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    document = {"type": name, "timestamp": stamp, "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(message_id: str, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """A signature for each secret: a receiver that has either of them finds its own."""
    text = body.decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, now.astimezone(UTC), text) for secret in secrets
        ),
    }


async def post_event(
    http: GuardedHttp, url: str, message_id: str, body: bytes, secrets: Sequence[str], now: datetime
) -> Attempt:
    headers = signed_headers(message_id, body, secrets, now)
    try:
        answer = await http.request(
            "POST", url, headers=headers, content=body, total_seconds=ATTEMPT_SECONDS, most_bytes=MOST_BYTES,
            is_body_needed=False,
        )  # fmt: skip
    except ConnectorError as error:
        return Attempt(False, None, error.sentence)
    excerpt = "".join(c for c in answer.body.decode("utf-8", "replace") if c.isprintable())[:EXCERPT_CHARACTERS]
    is_delivered = 200 <= answer.status < 300
    return Attempt(is_delivered, answer.status, _sentence(answer.status), excerpt, answer.retry_after)


def _sentence(status: int) -> str:
    if 200 <= status < 300:
        return "Recibido."
    if 300 <= status < 400:
        return f"Respondió {status}: manda a otra dirección, y no la seguimos."
    if status == HTTPStatus.GONE:
        return "Respondió 410: ya no quiere recibir avisos."
    return f"Respondió {status}."
