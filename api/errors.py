"""What every refusal of the API says: one envelope, one table from exception to HTTP meaning.

ApiError
├── BadRequest          400
├── Unauthorized        401
├── Forbidden           403
├── Missing             404
├── Conflict            409
├── PreconditionFailed  412
├── PayloadTooLarge     413
├── Invalid             422
└── TooManyRequests     429
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from channels.errors import BadPayload
from connectors.errors import ConnectorError, Verdict
from data.errors import AlreadyExists, DatabaseUnavailable, NotFound
from data.outages import is_outage, is_unstorable
from data.states import ChannelKind

RETRY_SECONDS = 5

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    409: "CONFLICT",
    412: "PRECONDITION_FAILED",
    413: "PAYLOAD_TOO_LARGE",
    422: "VALIDATION_ERROR",
    429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "SERVICE_UNAVAILABLE",
}

MESSAGES = {
    400: "No entendimos la solicitud. Revisa su formato.",
    401: "Inicia sesión y envía tu token en el encabezado Authorization.",
    403: "Tu rol no permite hacer esto. Pídeselo a quien administra la tienda.",
    404: "No encontramos lo que buscas. Revisa la dirección.",
    405: "Esta dirección no acepta ese método.",
    408: "La solicitud tardó demasiado en llegar. Vuelve a enviarla.",
    409: "Ya existe. Usa otro o edita el que hay.",
    412: "Esto cambió mientras lo editabas. Ábrelo de nuevo y repite tu cambio.",
    413: "El archivo o mensaje es demasiado grande. Envía uno más pequeño.",
    422: "Hay datos por corregir. Revisa los campos indicados.",
    429: "Demasiados intentos. Espera un momento y vuelve a probar.",
    500: "Algo falló de nuestro lado. Vuelve a intentarlo en un momento.",
    503: "El servicio no está disponible por ahora. Vuelve a intentarlo en unos segundos.",
}


class ApiError(Exception):
    """A refusal with its HTTP status; the table above gives the words when `message` is not given."""

    status = 500

    def __init__(
        self,
        message: str | None = None,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or MESSAGES[self.status])
        self.message = message or MESSAGES[self.status]
        self.details = dict(details or {})
        self.headers = dict(headers or {})


class BadRequest(ApiError):
    status = 400


class Unauthorized(ApiError):
    status = 401

    def __init__(self, message: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer", **(headers or {})})


class Forbidden(ApiError):
    status = 403


class Missing(ApiError):
    status = 404


class Conflict(ApiError):
    status = 409


class PreconditionFailed(ApiError):
    status = 412


class PayloadTooLarge(ApiError):
    status = 413


class Invalid(ApiError):
    status = 422


class TooManyRequests(ApiError):
    status = 429


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it goes over the wire."""

    status: int
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        return JSONResponse(
            {"error": {"code": code_of(self.status), "message": self.message, "details": dict(self.details)}},
            self.status,
            {"Cache-Control": "no-store", **self.headers},
        )


def code_of(status: int) -> str:
    return CODES.get(status, "BAD_REQUEST" if status < 500 else "INTERNAL_ERROR")


def message_of(status: int) -> str:
    return MESSAGES.get(status, MESSAGES[400] if status < 500 else MESSAGES[500])


# Errors of the layers below, by the status they mean here.
_STATUS_OF: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (AlreadyExists, 409),
    (DatabaseUnavailable, 503),
    (BadPayload, 400),
)


# What another system's failure means to who asked us: come back later, change its settings, change what was asked.
_STATUS_OF_VERDICT = {
    Verdict.RETRY: 503,
    Verdict.UNCERTAIN: 503,
    Verdict.CONFIGURATION: 409,
    Verdict.RIGHTS: 409,
    Verdict.REJECTED: 422,
}


def problem_of(error: Exception) -> Problem:
    """What to answer to any exception; an unknown one is a 500 that says nothing of the inside."""
    if isinstance(error, ApiError):
        return Problem(error.status, error.message, error.details, error.headers)
    if isinstance(error, RequestValidationError):
        return Problem(422, MESSAGES[422], {"fields": [_field_error(item) for item in error.errors()]})
    if isinstance(error, HTTPException):
        return Problem(error.status_code, message_of(error.status_code), headers=error.headers or {})
    if isinstance(error, ConnectorError):
        status = _STATUS_OF_VERDICT[error.verdict]
        headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
        return Problem(status, error.sentence, {"code": error.code}, headers)
    for kind, status in _STATUS_OF:
        if isinstance(error, kind):
            return _plain(status)
    if is_unstorable(error):
        return _plain(422)
    return _plain(503 if is_outage(error) else 500)


def _plain(status: int) -> Problem:
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    return Problem(status, MESSAGES[status], headers=headers)


# What pydantic found, in the words of whoever has to correct it.
_FIELD_MESSAGES = {
    "missing": "Falta este dato.",
    "json_invalid": "El cuerpo no es JSON válido.",
    "string_too_short": "Es demasiado corto: mínimo {min_length} caracteres.",
    "string_too_long": "Es demasiado largo: máximo {max_length} caracteres.",
    "string_type": "Debe ser un texto.",
    "string_pattern_mismatch": "No tiene el formato esperado.",
    "uuid_parsing": "Debe ser un identificador UUID.",
    "uuid_type": "Debe ser un identificador UUID.",
    "int_parsing": "Debe ser un número entero.",
    "int_type": "Debe ser un número entero.",
    "float_parsing": "Debe ser un número.",
    "float_type": "Debe ser un número.",
    "greater_than_equal": "Debe ser {ge} o más.",
    "less_than_equal": "Debe ser {le} o menos.",
    "enum": "Debe ser uno de: {expected}.",
    "literal_error": "Debe ser uno de: {expected}.",
    "decimal_parsing": "Debe ser un número, como 12990.",
    "decimal_type": "Debe ser un número, como 12990.",
    "finite_number": "Debe ser un número, como 12990.",
    "too_long": "Es demasiado: máximo {max_length}.",
    "too_short": "Es muy poco: mínimo {min_length}.",
    "list_type": "Debe ser una lista.",
    "dict_type": "Debe ser un objeto de nombre y valor.",
    "bool_parsing": "Debe ser true o false.",
    "union_tag_invalid": "Debe ser uno de: {expected_tags}.",
    "extra_forbidden": "Este dato no se usa aquí.",
}


def _field_error(item: Mapping[str, Any]) -> dict[str, str]:
    template = _FIELD_MESSAGES.get(item["type"])
    context = item.get("ctx", {})
    if template is not None:
        message = template.format_map(_Known(context))
    elif item["type"] == "value_error":
        message = str(context.get("error", MESSAGES[422]))
    else:
        message = "No es válido."
    field = "kind" if item["type"].startswith("union_tag") else _path(item["loc"])
    return {"field": field, "code": item["type"], "message": message}


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


# Where in a request it is, and which of several kinds a body is of.
_NOT_FIELDS = {"body", "query", "path", *ChannelKind}


def _path(location: Sequence[str | int]) -> str:
    parts = [str(part) for part in location if part not in _NOT_FIELDS]
    return ".".join(parts) or str(location[0])


async def _answer(request: Request, error: Exception) -> JSONResponse:
    return problem_of(error).response()


def install(app: FastAPI) -> None:
    """Answers for what is expected to go wrong; api.edge answers for the rest."""
    for kind in (ApiError, RequestValidationError, HTTPException, ConnectorError, *(kind for kind, _ in _STATUS_OF)):
        app.add_exception_handler(kind, _answer)
