"""WhatsApp's marks (*bold*, _italic_, ~struck~, `code`) in text that does not mean them: shown, never applied."""

import re
from collections.abc import Iterable

# Look-alikes: a zero-width character beside a mark leaves it a mark.
_PLAIN = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_LETTER = r"[^\W_ˍˋ]"
_LINK = r"(?:https?://|www\.)\S+"
# A mark opens at the edge of a word and closes at another, in one line.
_PAIR = re.compile(rf"({_LINK})|(?<!{_LETTER})([_~`]+)(?=\S)([^\n]*?\S)\2(?!{_LETTER})")
_EDGE = re.compile(rf"({_LINK})|(?<!{_LETTER})[*_~`]+|[*_~`]+(?!{_LETTER})")
_QUOTE = re.compile(r"^>(?=\s)", re.MULTILINE)


def plain_data(text: str) -> str:
    """A name or another value, every mark of which is its own; links stay."""
    return _EDGE.sub(lambda match: match[1] or match[0].translate(_PLAIN), text)


def plain_marks(text: str, data: Iterable[str]) -> str:
    """A reply: *bold* is ours but not within `data` (product names); no other mark is ever meant."""
    for value in sorted({value for value in data if plain_data(value) != value}, key=len, reverse=True):
        text = text.replace(value, plain_data(value))
    previous = ""
    while text != previous:  # a pair within a pair
        previous, text = text, _PAIR.sub(_unmarked, text)
    return _QUOTE.sub("›", text)


def _unmarked(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    plain = match[2].translate(_PLAIN)
    return f"{plain}{match[3]}{plain}"
