"""A mapping in the making: which field each column may be, and who took it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingestion.column_names import OWN_OPTION, RETAIL, fields_of, is_in_other_money, option_of, plain_name
from ingestion.contents import are_prices
from ingestion.numbers import Column, Problem, parse_stock
from ingestion.text import UNCALCULATED

Cells = Sequence[str]
Sample = Sequence[Mapping[str, str]]
# Fields that may have several columns: images one after the other, units of each branch added up.
SEVERAL: Final = frozenset({"image_url", "stock"})
# Added to the rank of a column whose cells are not what its name says: a "Producto" of bare numbers.
CONTRADICTED: Final = 100
# Of a price by its amounts, under a title such as "Detalle": after any that is called a price, before wholesale ones.
_RETAIL_RANK = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    rank: int
    position: int
    header: str


@dataclass(slots=True)
class Draft:
    """A mapping in the making: whoever comes first keeps a header."""

    headers: Sequence[str]
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    named_options: dict[str, str] = field(default_factory=dict)
    size_stocks: dict[str, str] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    further: dict[str, str] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    rivals: set[str] = field(default_factory=set)

    @property
    def free(self) -> list[str]:
        taken = {*self.fields.values(), *self.options, *self.named_options, *self.named_options.values(),
                 *self.size_stocks, *self.ignored, *self.further}  # fmt: skip
        return [header for header in self.headers if header not in taken]

    def take(self, target: str, header: str) -> None:
        kind, _, name = target.partition(":")
        match kind:
            case "option":
                self.options[header] = name or option_name(header)
            case "option named by":
                self.named_options[header] = name
            case "units of":
                self.size_stocks[header] = name
            case "ignore":
                self.ignored.add(header)
            case _ if target in SEVERAL and target in self.fields:
                self.further[header] = target
            case _:
                self.fields[target] = header


def candidates_of(headers: Sequence[str], sample_rows: Sample, currency: str) -> dict[str, list[Candidate]]:
    found: dict[str, list[Candidate]] = {}
    for position, header in enumerate(headers):
        cells, title = cells_of(header, sample_rows), plain_name(header)
        ranks = dict(fields_of(title))
        if "price" not in ranks and RETAIL.fullmatch(title) and are_prices(cells):
            ranks = {"price": _RETAIL_RANK}
        if is_in_other_money(title, currency):
            ranks.pop("price", None)
        for name, rank in ranks.items():
            penalty = 0 if _CONTENT.get(name, _anything)(cells) else CONTRADICTED
            found.setdefault(name, []).append(Candidate(rank + penalty, position, header))
    return found


def cells_of(header: str, sample_rows: Sample) -> list[str]:
    return [text for row in sample_rows if (text := row.get(header, "").strip()) and text != UNCALCULATED]


def _anything(cells: Cells) -> bool:
    return True


def _mostly(cells: Cells, is_so: Callable[[str], bool]) -> bool:
    return not cells or sum(map(is_so, cells)) * 2 >= len(cells)


def _has_digits(cells: Cells) -> bool:
    return not cells or any(character.isdigit() for cell in cells for character in cell)


def is_counted(cells: Cells) -> bool:
    column = Column.of(cells)
    return _mostly(cells, lambda cell: not isinstance(parse_stock(cell, column), Problem))


def _is_wordy(cells: Cells) -> bool:
    return _mostly(cells, lambda cell: any(character.isalpha() for character in cell))


_CONTENT: Mapping[str, Callable[[Cells], bool]] = {
    "price": _has_digits,
    "stock": is_counted,
    "name": _is_wordy,
    "description": _is_wordy,
    "unit": _is_wordy,
    "image_url": lambda cells: _mostly(cells, lambda cell: cell.lower().startswith(("http://", "https://"))),
}


def option_name(header: str) -> str:
    """Without the "Opción:" that our own exports put before it."""
    if own := OWN_OPTION.match(header):
        return " ".join(own[1].lower().split())[:60]
    return option_of(plain_name(header)) or " ".join(header.lower().split())[:60]
