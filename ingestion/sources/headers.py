"""Finds the row of titles among what shops write above it, and names the columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingestion.column_names import header_score, recognised
from ingestion.sources.records import Record
from ingestion.text import clean, unneutralised

SEARCH_ROWS = 25
_LONGEST_TITLE = 40
# A cell that is data wherever it stands: a price, a bar code, a quantity.
_DATA = re.compile(r"\s*(?:clp|us)?\s*\$?\s*\d[\d.,]*\s*(?:\.-|,-|€|clp)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The titles; `row` is the file's own number, `height` how many records from `position` on are not data."""

    position: int
    height: int
    row: int
    cells: list[str]

    @property
    def score(self) -> int:
        return header_score(self.cells)


def find_header(records: Sequence[Record]) -> Header:
    """The row, or pair of rows under merged titles, that names most columns; else the first with two cells.

    A list may have no titles at all: then its first row is data and every title is blank.
    """
    first = records[:SEARCH_ROWS]
    scores = [header_score(record.cells) for record in first]
    best = scores.index(max(scores))
    pairs = [_joined(upper, lower) for upper, lower in pairwise(first)]
    pair_scores = [header_score(cells) for cells in pairs]
    if pairs and max(pair_scores) > scores[best]:
        at = pair_scores.index(max(pair_scores))
        return Header(at, 2, first[at + 1].number, pairs[at])
    if pairs and best < len(pairs) and _continues(first[best].cells, first[best + 1].cells, pairs[best]):
        return Header(best, 2, first[best + 1].number, pairs[best])
    if scores[best] == 0:
        best = next((i for i, record in enumerate(first) if sum(map(bool, record.cells)) > 1), 0)
        if any(_DATA.fullmatch(cell) for cell in first[best].cells):
            return Header(best, 0, max(0, first[best].number - 1), [""] * len(first[best].cells))
    return Header(best, 1, first[best].number, first[best].cells)


def _continues(upper: list[str], lower: list[str], both: list[str]) -> bool:
    """Whether the lower row names columns that the upper leaves blank; a product would have a name or a code there."""
    tall = [at for at, cell in enumerate(upper) if recognised(cell) in {"name", "sku"}]
    new = [at for at, cell in enumerate(lower) if cell.strip() and not (at < len(upper) and upper[at].strip())]
    is_product = any(at < len(lower) and lower[at].strip() for at in tall)
    return bool(both and tall and new) and not is_product and any(recognised(both[at]) for at in new)


def _joined(upper: Record, lower: Record) -> list[str]:
    """Titles over two rows: a merged one above says what those below it are about ("Precio" over "Neto", "Con IVA")."""
    if any(len(cell) > _LONGEST_TITLE or _DATA.fullmatch(cell) for cell in lower.cells):
        return []
    titles: list[str] = []
    above = ""
    for position in range(max(len(upper.cells), len(lower.cells))):
        own = upper.cells[position].strip() if position < len(upper.cells) else ""
        below = lower.cells[position].strip() if position < len(lower.cells) else ""
        above = own or (above if below else "")
        both = f"{above} {below}".strip()
        titles.append(both if recognised(both) or not below else below)
    return titles


def column_names(header: Header, sample: Sequence[Record]) -> dict[int, str]:
    """Position -> title; a repeated one is numbered, one without title is called by its letter, a blank column goes."""
    width = max([len(header.cells), *(len(record.cells) for record in sample if not header.height)])
    names: dict[int, str] = {}
    for position in range(width):
        title = clean(unneutralised(header.cells[position]), 80) if position < len(header.cells) else ""
        if not title and not any(_at(record, position) for record in sample):
            continue
        title = title or f"Columna {_letter(position)}"
        repeats = sum(1 for known in names.values() if known == title or known.startswith(f"{title} ("))
        names[position] = f"{title} ({repeats + 1})" if title in names.values() else title
    return names


def _at(record: Record, position: int) -> str:
    return record.cells[position].strip() if position < len(record.cells) else ""


def _letter(position: int) -> str:
    """As Excel calls the column: A, B … Z, AA."""
    first, last = divmod(position, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)
