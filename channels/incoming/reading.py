"""Reads JSON that strangers sent: whatever it is, it becomes an object or a BadPayload."""

import json
from typing import Any

from channels.errors import BadPayload

# Real payloads have about ten levels; reading far deeper ones exhausts the stack of whatever walks them.
MOST_LEVELS = 60


def read_json(body: bytes) -> dict[str, Any]:
    """What is nested too deeply, and numbers that are none, read as null: the good items beside them are not lost.

    Raises BadPayload for what is no JSON object.
    """
    try:
        value = json.loads(body, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise BadPayload("not JSON") from error
    if not isinstance(value, dict):
        raise BadPayload("not a JSON object")
    _cut(value)
    return value


def _cut(value: dict[str, Any] | list[Any]) -> None:
    """Level by level, without recursion."""
    level: list[dict[str, Any] | list[Any]] = [value]
    for depth in range(MOST_LEVELS):
        inner = []
        for one in level:
            for key, child in one.items() if isinstance(one, dict) else enumerate(one):
                if isinstance(child, dict | list):
                    if depth == MOST_LEVELS - 1:
                        one[key] = None  # type: ignore[index]  # a key of its own kind
                    inner.append(child)
        level = inner
