"""Text written by others, made safe to show a model: cleaned, bounded, and fenced as data.

A fence only lowers the noise; what a model can do with what it reads is bounded by its tools and the guardrails.
"""

import json
import re
import secrets
import unicodedata
from typing import Any

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
_JOINER = "\u200d"  # holds the parts of one emoji together


def clean(text: str, most_characters: int) -> str:
    """NFC, without control, bidirectional, tag and zero-width characters, and not longer than asked."""
    shown = "".join(c for c in unicodedata.normalize("NFC", text[: most_characters * 4]) if _is_shown(c))
    shown = re.sub(r"\n{3,}", "\n\n", shown).strip()
    return shown if len(shown) <= most_characters else shown[: most_characters - 1] + "…"


def clean_values(value: Any, most_characters: int, depth: int = 4) -> Any:
    """The same for every text inside a JSON value; what is nested too deep is cut off."""
    if isinstance(value, str):
        return clean(value, most_characters)
    if isinstance(value, dict | list) and depth == 0:
        return "…"
    if isinstance(value, dict):
        return {clean(str(key), 64): clean_values(inner, most_characters, depth - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean_values(inner, most_characters, depth - 1) for inner in value]
    return value


def _is_shown(character: str) -> bool:
    return character in {"\n", _JOINER} or unicodedata.category(character) not in _HIDDEN


def new_fence() -> str:
    return f"datos-{secrets.token_hex(8)}"


def fenced(data: Any, fence: str) -> str:
    return f"<<{fence}>>\n{json.dumps(data, ensure_ascii=False, indent=1)}\n<</{fence}>>"
