"""Starting a workflow by its webhook: what is sent, and what an answer means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.errors import ConnectorError, Verdict
from connectors.http import Answer, GuardedHttp
from connectors.n8n.access import N8nAccess
from connectors.signatures import sign

CALL_SECONDS = 15.0
MOST_BYTES = 64 * 1024
_STARTED = {"Workflow was started", "Workflow got started"}

_FAULTS: dict[int, tuple[str, Verdict, str]] = {
    401: ("signature_refused", Verdict.CONFIGURATION, "El flujo de n8n no aceptó nuestra firma: revisa su secreto."),
    403: ("bad_credentials", Verdict.CONFIGURATION, "n8n no aceptó el encabezado de autenticación del webhook."),
    404: (
        "not_registered", Verdict.CONFIGURATION,
        "n8n no conoce ese webhook: publica el flujo, y revisa que su ruta sea la misma y su método POST.",
    ),
    405: ("not_registered", Verdict.CONFIGURATION, "El webhook de n8n no acepta POST."),
    413: ("too_large", Verdict.REJECTED, "n8n no acepta tantos datos."),
    422: ("unreadable", Verdict.REJECTED, "n8n no entendió los datos."),
    429: ("too_many", Verdict.RETRY, "n8n pide esperar."),
    502: ("unavailable", Verdict.RETRY, "n8n no está disponible por ahora."),
    503: ("unavailable", Verdict.RETRY, "n8n no está disponible por ahora."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Started:
    """`is_final` false: the workflow runs on, and its answer may come by the callback. `reply` is for the shopper."""

    is_final: bool
    reply: str
    data: Any


async def start_workflow(
    http: GuardedHttp,
    access: N8nAccess,
    path: str,
    event_id: str,
    document: Mapping[str, Any],
    now: datetime,
    *,
    seconds: float = CALL_SECONDS,
) -> Started:
    """May be repeated: n8n is told the same `event_id`. Raises ConnectorError."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = str(int(now.timestamp()))
    headers = {
        "content-type": "application/json",
        "x-caserita-event-id": event_id,
        "x-caserita-timestamp": timestamp,
        "x-caserita-signature": sign(access.secret, timestamp, body),
    }
    if access.header_name:
        headers[access.header_name.lower()] = access.header_value
    answer = await http.request(
        "POST", access.url + path, headers=headers, content=body, total_seconds=seconds, most_bytes=MOST_BYTES
    )
    return read_answer(answer)


def read_answer(answer: Answer) -> Started:
    """Raises ConnectorError; n8n's own words, a stack trace among them, are not passed on."""
    if not 200 <= answer.status < 300:
        raise _failure(answer)
    data = _read(answer)
    if isinstance(data, list):
        data = data[0] if data else None
    if not isinstance(data, dict):
        return Started(answer.status != 202, "", data)
    is_final = answer.status != 202 and data.get("message") not in _STARTED and data.get("status") != "waiting"
    reply = data.get("reply")
    return Started(is_final, reply if isinstance(reply, str) else "", data)


def _read(answer: Answer) -> Any:
    """A text is no answer that code can use; it is kept as it is."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return answer.body.decode("utf-8", "replace")[:1000] or None


def _failure(answer: Answer) -> ConnectorError:
    if 300 <= answer.status < 400:
        sentence = "n8n manda a otra dirección: escribe la definitiva."
        return ConnectorError("redirected", Verdict.CONFIGURATION, sentence)
    if answer.status in _FAULTS:
        code, verdict, sentence = _FAULTS[answer.status]
        return ConnectorError(code, verdict, sentence, retry_after=answer.retry_after)
    if answer.status >= 500:
        sentence = "El flujo de n8n terminó con un error: revísalo en sus ejecuciones."
        return ConnectorError("workflow_error", Verdict.UNCERTAIN, sentence)
    return ConnectorError("refused", Verdict.REJECTED, f"n8n respondió {answer.status}.")
