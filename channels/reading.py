"""Reads JSON that strangers sent: whatever it is, it becomes an object or a BadPayload."""

import json
from typing import Any

from channels.errors import BadPayload

# Real payloads have about ten levels; reading far deeper ones exhausts the stack of whatever walks them.
MOST_LEVELS = 60


def read_json(body: bytes) -> dict[str, Any]:
    """Raises BadPayload for what is no JSON object, nested too deeply, or holds numbers that are none."""
    try:
        value = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadPayload("not JSON") from error
    if not isinstance(value, dict):
        raise BadPayload("not a JSON object")
    if _levels(value) > MOST_LEVELS:
        raise BadPayload("nested too deeply")
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _levels(value: object) -> int:
    """How deep it is, without recursion; stops counting beyond the limit."""
    level, inner = 0, [value]
    while inner and level <= MOST_LEVELS:
        level += 1
        inner = [
            child
            for one in inner
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, dict | list)
        ]
    return level
