"""Creating a record exactly once: Odoo's `load` with an external id, which a unique index of its database guards.

Searching first and creating then makes six of six clients that try at once; repeating a lost create makes two.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from connectors.errors import ConnectorError, Verdict
from connectors.odoo.calls import OdooCalls
from connectors.odoo.faults import no_rights, refused
from connectors.odoo.gathering import gathered
from connectors.odoo.shapes import shaped

MODULE = "caserita"
HAS_ACCESS_SINCE = 18
_ATTEMPTS = 4

_Rows = tuple[tuple[str, ...], ...]


class _Loaded(BaseModel):
    """Errors come as a success without ids, too."""

    ids: Annotated[list[int], BeforeValidator(lambda value: value or [])]


class _Field(BaseModel):
    type: str = ""


_LOADED = TypeAdapter(_Loaded)
_FIELDS = TypeAdapter(dict[str, _Field])


async def find(calls: OdooCalls, model: str, external_id: str) -> int | None:
    """The record of an external id of ours: there is no value to write with it, nor enough to create one.

    None also when it is being written to at this very moment, which Odoo tells in words only; `load` makes sure.
    """
    ids = await _load(calls, model, ["id"], [[external(external_id)]])
    return ids[0] if ids else None


async def load(calls: OdooCalls, model: str, fields: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """Creates the record of the first row, or finds it again; the other rows are its lines. Raises ConnectorError."""

    async def load_all(records: Sequence[_Rows]) -> Mapping[_Rows, int]:
        if len(records) == 1:
            return {records[0]: await _load_one(calls, model, fields, records[0])}
        data = [list(row) for record in records for row in record]
        ids = await _load(calls, model, fields, data)
        if len(ids) != len(records):
            raise refused("not_loaded", "Odoo no aceptó los datos.")
        return dict(zip(records, ids, strict=True))

    record = tuple(tuple(_cell(value) for value in row) for row in rows)
    return await gathered(calls, ("load", model, *fields), load_all).ask(record)


async def _load_one(calls: OdooCalls, model: str, fields: Sequence[str], rows: _Rows) -> int:
    data = [list(row) for row in rows]
    for attempt in range(_ATTEMPTS):
        if ids := await _load(calls, model, fields, data):
            return ids[0]
        # Of two that load at once, one is refused: a success without ids, and words. It finds what the other made.
        await asyncio.sleep(0.05 * 2**attempt * (0.5 + random.random()))  # noqa: S311 - not to meet again
    # What `load` says of it is translated; only asking tells a missing right from bad values.
    if not await may(calls, model, "create"):
        raise no_rights()
    raise refused("not_loaded", "Odoo no aceptó los datos: puede que algo esté archivado o mal escrito.")


def external(name: str) -> str:
    """As a column of `load` wants it."""
    return f"{MODULE}.{name}"


async def may(calls: OdooCalls, model: str, operation: str, **options: Any) -> bool:
    """`operation` is read, write, create or unlink. False too where there is no such model."""
    try:
        if calls.version >= HAS_ACCESS_SINCE:
            return bool(await calls.call(model, "has_access", [], operation=operation, **options))
        return bool(
            await calls.call(model, "check_access_rights", operation=operation, raise_exception=False, **options)
        )
    except ConnectorError as error:
        if error.verdict in (Verdict.RIGHTS, Verdict.REJECTED):
            return False
        raise


async def known_fields(calls: OdooCalls, model: str, wanted: Sequence[str]) -> dict[str, str]:
    """Those that this Odoo has, and their types: versions rename them and modules bring them."""
    asked = (model, *wanted)
    if asked not in calls.kept:
        found = await calls.call(model, "fields_get", allfields=list(wanted), attributes=["type"])
        calls.kept[asked] = {name: about.type for name, about in shaped(_FIELDS, found).items()}
    return dict(calls.kept[asked])


async def _load(calls: OdooCalls, model: str, fields: Sequence[str], data: Sequence[Sequence[Any]]) -> list[int]:
    return shaped(_LOADED, await calls.call(model, "load", fields=list(fields), data=list(data))).ids


def _cell(value: object) -> str:
    return "" if value is None or value is False else str(value)
