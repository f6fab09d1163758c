"""Titles of choices cut to a channel's size: at words, and never two alike."""

from collections.abc import Sequence

from channels.formatting import fitting, units

ELLIPSIS = "…"


def cut_titles(titles: Sequence[str], limit: int) -> list[str]:
    """Each title in at most `limit` UTF-16 units. Two that would be alike keep the words that tell them apart."""
    whole = [" ".join(title.split()) for title in titles]
    cut = [cut_text(title, limit) for title in whole]
    clashes = {title.casefold() for title in cut if _count(cut, title) > 1}
    if clashes:
        cut = [
            _ends(title, limit) if short.casefold() in clashes and short != title else short
            for title, short in zip(whole, cut, strict=True)
        ]
    return _numbered(cut, limit)


def cut_text(text: str, limit: int) -> str:
    """The beginning of a text, to its last whole word, with … for the rest; a long word alone is cut anywhere."""
    if units(text) <= limit:
        return text
    room = text[: fitting(text, limit - 1)]
    at_word, _, _ = room.rpartition(" ")
    if text[len(room) : len(room) + 1] == " ":
        at_word = room
    return (at_word if units(at_word) >= limit // 3 else room).rstrip(" ,;:-–(/") + ELLIPSIS


def _ends(title: str, limit: int) -> str:
    """The first word and as many of the last as fit: "Martillo… 16 oz"."""
    first, *rest = title.split(" ")
    for start in range(1, len(rest)):
        short = f"{first}{ELLIPSIS} {' '.join(rest[start:])}"
        if units(short) <= limit:
            return short
    return cut_text(title, limit)


def _numbered(titles: list[str], limit: int) -> list[str]:
    """Those still alike get their place in front."""
    return [
        cut_text(f"{place}. {title}", limit) if _count(titles, title) > 1 else title
        for place, title in enumerate(titles, start=1)
    ]


def _count(titles: Sequence[str], title: str) -> int:
    return sum(other.casefold() == title.casefold() for other in titles)
