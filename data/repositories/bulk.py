"""Many rows in one parameter: PostgreSQL unpacks them far faster than a statement with a thousand VALUES compiles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import JSON, TableValuedAlias, Text, cast, column, func, literal

from data.models import Base

T = TypeVar("T")

_CHUNK = 5_000


def chunks(rows: Sequence[T]) -> Iterable[Sequence[T]]:
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))


def recordset(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    """The rows as something to select from, with the types of the model's columns; all have the same keys."""
    columns = [column(name, model.__table__.c[name].type) for name in rows[0]]
    packed = cast(literal(json.dumps(rows, default=str, ensure_ascii=False), Text), JSON)
    return func.json_to_recordset(packed).table_valued(*columns, name="packed").render_derived(with_types=True)
