"""How a message to a shopper becomes plain text of a channel's size, losing nothing."""

import re
from collections.abc import Sequence

from data.content import Choice, MessageContent

_NUMBERED_LINE = re.compile(r"^\s*\d{1,2}\s?[.)-]\s", re.MULTILINE)
_NUMBER = re.compile(r"\W*(\d{1,2})\W*")
# A break may not fall inside these: an amount, a quantity with its unit. Links hold no space at all.
_WHOLE = re.compile(
    r"(?:US|CLP|UF)?\s?\$\s?\d[\d.,]*|\b(?:CLP|UF|USD)\s?\d[\d.,]*"
    # In "…?a=1 CLP 5.990" the currency belongs to what follows.
    r"|\b\d[\d.,]*\s?(?:pesos|lucas|(?:CLP|UF|USD)(?!\s?\d)|unidades|[uc]/[uc])\b",
    re.IGNORECASE,
)
# Where to break, the best place first: paragraph, line, sentence, word.
_BREAKS = [re.compile(pattern) for pattern in (r"\n[ \t]*\n\s*", r"\n\s*", r"(?<=[.!?…])\s+", r"\s+")]
_JOINERS = "\u200d\ufe0f"


def render_text(content: MessageContent) -> str:
    """The whole message as text, choices as lines at its end: numbered, unless the text numbers its own."""
    is_numbered = numbers_choices(content)
    lines = [
        (f"{number}. " if is_numbered else "• ") + _described(choice, content.text)
        for number, choice in enumerate(content.choices, start=1)
    ]
    return "\n\n".join(part for part in (content.text.strip(), "\n".join(lines)) if part)


def numbers_choices(content: MessageContent) -> bool:
    """Whether `render_text` numbers the choices: a text that numbers lines of its own has taken the numbers."""
    return bool(content.choices) and _NUMBERED_LINE.search(content.text) is None


def _described(choice: Choice, text: str) -> str:
    is_said = not choice.description or choice.description.casefold() in text.casefold()
    return choice.title if is_said else f"{choice.title}: {choice.description}"


def choice_by_number(text: str, content: MessageContent) -> Choice | None:
    """The choice that a shopper who answers "2" means, when `render_text` numbered the choices."""
    number = _NUMBER.fullmatch(text)
    if number is None or not numbers_choices(content):
        return None
    index = int(number.group(1)) - 1
    return content.choices[index] if 0 <= index < len(content.choices) else None


def split_text(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-16 units (providers count so), broken as late and as naturally as can be.

    A word, an amount or a link longer than `limit` is the only thing that is ever cut.
    """
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        end = fitting(rest, limit)
        stop, start = _best_break(rest, end)
        parts.append(rest[:stop].rstrip())
        rest = rest[start:].lstrip()
    return [*parts, rest] if rest else parts


def _best_break(text: str, end: int) -> tuple[int, int]:
    """Where a part stops and the next starts. A break that leaves a tiny part gives way to a lesser kind,
    but any break is better than a cut word."""
    whole = [match.span() for match in _WHOLE.finditer(text, 0, end + 40)]
    for pattern in _BREAKS:
        places = [m.span() for m in pattern.finditer(text, 0, end + 1) if not _inside(m.start(), whole)]
        if places and (places[-1][0] >= end // 3 or pattern is _BREAKS[-1]):
            return places[-1]
    while end > 1 and (text[end] in _JOINERS or text[end - 1] in _JOINERS):
        end -= 1
    return end, end


def _inside(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < place < stop for start, stop in spans)


def fitting(text: str, limit: int) -> int:
    """How many characters of a text are within `limit` UTF-16 units."""
    taken = 0
    for index, character in enumerate(text):
        taken += 2 if ord(character) > 0xFFFF else 1
        if taken > limit:
            return index
    return len(text)


def units(text: str) -> int:
    """How long a provider says it is: in UTF-16 units."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)
