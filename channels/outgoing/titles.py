"""Titles of choices cut to a channel's size: at words, and never two alike."""

from collections.abc import Collection, Sequence

from channels.outgoing.formatting import fitting, units
from data.content import Choice
from data.marks import plain_data

ELLIPSIS = "…"
# Of WhatsApp's buttons and rows, where choices are most often cut.
_USUAL_LIMITS = (20, 24)


def cut_titles(titles: Sequence[str], limit: int) -> list[str]:
    """Each title in at most `limit` UTF-16 units. Two that would be alike keep the words that tell them apart."""
    whole = [" ".join(title.split()) for title in titles]
    cut = [cut_text(title, limit) for title in whole]
    for clash in {title.casefold() for title in cut if _count(cut, title) > 1}:
        alike = [place for place, title in enumerate(cut) if title.casefold() == clash]
        common = set.intersection(*(set(whole[place].casefold().split()) for place in alike))
        for place in alike:
            cut[place] = _telling(whole[place], common, limit)
    return _numbered(cut, limit)


def choice_by_title(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The one choice whose title this is to the letter, whole or as it was cut."""
    said = " ".join(text.split())
    titles = [" ".join(plain_data(choice.title).split()) for choice in choices]
    ways = [[" ".join(choice.title.split()) for choice in choices], titles]
    ways += [cut_titles(titles, limit) for limit in _USUAL_LIMITS]
    for shown in ways:
        if shown.count(said) == 1:
            return choices[shown.index(said)]
    return None


def cut_text(text: str, limit: int) -> str:
    """The beginning of a text, to its last whole word, with … for the rest; a long word alone is cut anywhere."""
    if units(text) <= limit:
        return text
    room = text[: fitting(text, limit - 1)]
    at_word, _, _ = room.rpartition(" ")
    if text[len(room) : len(room) + 1] == " ":
        at_word = room
    return (at_word if units(at_word) >= limit // 3 else room).rstrip(" ,;:-–(/") + ELLIPSIS


def _telling(title: str, common: Collection[str], limit: int) -> str:
    """The first word, and what follows from the first that others of `common` words lack: "Martillo… 16 oz"."""
    first, *rest = title.split(" ")
    start = next((place for place, word in enumerate(rest) if word.casefold() not in common), None)
    room = limit - units(first) - 2
    if not start or units(title) <= limit or room < units(rest[start]):
        return cut_text(title, limit)
    # As many words before it as fit too.
    while start > 1 and units(" ".join(rest[start - 1 :])) <= room:
        start -= 1
    return f"{first}{ELLIPSIS} {cut_text(' '.join(rest[start:]), room)}"


def _numbered(titles: list[str], limit: int) -> list[str]:
    """Those still alike get their place in front."""
    return [
        cut_text(f"{place}. {title}", limit) if _count(titles, title) > 1 else title
        for place, title in enumerate(titles, start=1)
    ]


def _count(titles: Sequence[str], title: str) -> int:
    return sum(other.casefold() == title.casefold() for other in titles)
