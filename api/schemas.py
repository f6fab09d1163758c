"""What the routes' answers share: times, money, pages, and the error envelope as OpenAPI shows it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field, PlainSerializer

from api.errors import CODES, MESSAGES
from data.money import plain


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(_utc, return_type=str)]
"""UTC, as "2026-11-21T12:00:00.000000Z"."""

Money = Annotated[str, Field(examples=["5990"], description="Monto exacto, como texto.")]

Limit = Annotated[int, Query(ge=1, le=200, description="Cuántos, como máximo.")]


def money(amount: Decimal, currency: str) -> str:
    return plain(amount, currency)


class ErrorBody(BaseModel):
    code: str
    message: str
    details: dict[str, Any] = {}


class ErrorEnvelope(BaseModel):
    error: ErrorBody


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for its OpenAPI entry; api.app adds what stands around every route."""
    return {status: {"model": ErrorEnvelope, **_described(status)} for status in statuses}


def refusal(status: int) -> dict[str, Any]:
    """The same as OpenAPI has it."""
    described = _described(status)
    described["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/ErrorEnvelope"}
    return described


def _described(status: int) -> dict[str, Any]:
    example = {"error": {"code": CODES[status], "message": MESSAGES[status], "details": {}}}
    return {"description": MESSAGES[status], "content": {"application/json": {"example": example}}}
