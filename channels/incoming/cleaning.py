"""Makes what strangers write safe to keep: text without invisible characters, payloads that JSON can hold."""

import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

TEXT_LIMIT = 4_000
ID_LIMIT = 255
PAYLOAD_LIMIT = 64_000
_NESTING_LIMIT = 20
_JOINER = "\u200d"
_LINE_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Selectors beyond the sixteenth only serve to hide text.
_HIDDEN = re.compile("[\U000e0100-\U000e01ef]")
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_STACKED_MARKS = re.compile(f"({_MARKS}{{4}}){_MARKS}+")


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """NFC, lines kept; no control, direction or zero-width character but the joiner inside an emoji."""
    broken = _LINE_BREAK.sub("\n", text[: limit * 8]).replace("\t", " ")
    visible = [
        character
        for index, character in enumerate(broken)
        if character == "\n"
        or (character == _JOINER and _joins_emoji(broken, index))
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    ]
    composed = unicodedata.normalize("NFC", _HIDDEN.sub("", "".join(visible)))
    return _STACKED_MARKS.sub(r"\1", composed).strip()[:limit]


def clean_id(text: str) -> str | None:
    """An id or an address as it came; None when it cannot be one."""
    return text if 0 < len(text) <= ID_LIMIT and text.isprintable() else None


def clean_payload(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The same values as far as jsonb can hold them; the longest are cut when all is too long."""
    for limit in (TEXT_LIMIT, 200):
        kept = {_plain(key, 200): _clean(value, limit, 1) for key, value in raw.items()}
        size = len(json.dumps(kept, ensure_ascii=False))
        if size <= PAYLOAD_LIMIT:
            return kept
    return {"dropped_length": size}


def _clean(value: Any, limit: int, depth: int) -> Any:
    if isinstance(value, str):
        return _plain(value, limit)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= _NESTING_LIMIT:
        return "…"
    if isinstance(value, Mapping):
        return {_plain(str(key), 200): _clean(item, limit, depth + 1) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_clean(item, limit, depth + 1) for item in value]
    return _plain(str(value), limit)


def _plain(text: str, limit: int) -> str:
    """Without what PostgreSQL refuses: NUL and halves of surrogate pairs."""
    kept = text[:limit].replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return f"{kept}…" if len(text) > limit else kept


def _joins_emoji(text: str, index: int) -> bool:
    before = text[index - 1] if index else ""
    after = text[index + 1] if index + 1 < len(text) else ""
    return _is_emoji_part(before) and _is_emoji_part(after)


def _is_emoji_part(character: str) -> bool:
    return bool(character) and (character == "\ufe0f" or unicodedata.category(character) in ("So", "Sk"))
