"""What Odoo's answers are made of, checked as they come in: another shape is the connection's failure, not a crash."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from connectors.odoo.calls import OdooCalls
from connectors.odoo.faults import odd_answer

T = TypeVar("T")
R = TypeVar("R", bound="Row")


def _related(value: object) -> object:
    """Of what is read with names, and of what is read without."""
    return value[0] if isinstance(value, list | tuple) and value else value or None


# Odoo says False of whatever is empty.
Text = Annotated[str, BeforeValidator(lambda value: value or "")]
Number = Annotated[Decimal, BeforeValidator(lambda value: str(value) if isinstance(value, float) else value or 0)]
Related = Annotated[int | None, BeforeValidator(_related)]
Named = Annotated[tuple[int, str] | None, BeforeValidator(lambda value: value or None)]
# As Odoo writes it, in UTC.
Stamp = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")]
When = Annotated[
    AwareDatetime | None, BeforeValidator(lambda value: f"{value}Z" if isinstance(value, str) else value or None)
]

IDS: TypeAdapter[list[int]] = TypeAdapter(list[int])
COUNT: TypeAdapter[int] = TypeAdapter(int)


class Row(BaseModel):
    """A record as it was asked for: its fields are those that are read."""

    model_config = ConfigDict(frozen=True)

    id: int


def shaped(kind: TypeAdapter[T], answer: object) -> T:
    """Raises ConnectorError."""
    try:
        return kind.validate_python(answer)
    except ValidationError:
        # Without what it was raised from: that holds the server's own words.
        raise odd_answer() from None


async def search_read(
    calls: OdooCalls, model: str, kind: type[R], domain: Sequence[Any], *, lacking: Sequence[str] = (), **options: Any
) -> list[R]:
    """`lacking` are fields this Odoo does not have, or that are not wanted: they keep their defaults.

    Raises ConnectorError.
    """
    fields = [name for name in kind.model_fields if name not in lacking]
    return rows(kind, await calls.call(model, "search_read", domain=list(domain), fields=fields, **options))


def rows(kind: type[R], answer: object) -> list[R]:
    """Raises ConnectorError."""
    return shaped(_rows_of(kind), answer)


@lru_cache
def _rows_of(kind: type[R]) -> TypeAdapter[list[R]]:
    return TypeAdapter(list[kind])  # type: ignore[valid-type]  # known when it runs


async def search(calls: OdooCalls, model: str, domain: Sequence[Any], **options: Any) -> list[int]:
    """Raises ConnectorError."""
    return shaped(IDS, await calls.call(model, "search", domain=list(domain), **options))


async def search_count(calls: OdooCalls, model: str, domain: Sequence[Any], **options: Any) -> int:
    """Raises ConnectorError."""
    return shaped(COUNT, await calls.call(model, "search_count", domain=list(domain), **options))
