"""Tells the rows that are products from all else that shops write among them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingestion.arrangements import Arranger
from ingestion.mapping import ColumnMapping
from ingestion.sources.records import Record
from ingestion.sources.spreadsheet import Sheet
from ingestion.text import clean, folded, unneutralised

_TOTALS = re.compile(r"(?:sub|gran )?total(?:es)?(?: (?:general|productos|items|unidades|inventario|stock))?|sumas?")
_TOTALS_HINT = re.compile("tot|sum", re.IGNORECASE)
_NOWHERE = 1_000_000
_LONGEST_HEADING = 80
_MOST_HEADING_WORDS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is meant as a product; `section` is the heading it stands under, or its sheet's title."""

    number: int
    cells: list[str]
    section: str = ""
    sheet: str = ""


class Columns:
    """Where each field, option and size has its cells."""

    def __init__(self, sheet: Sheet, mapping: ColumnMapping) -> None:
        at = dict(zip(sheet.headers, sheet.positions, strict=True))
        self.at = at
        self.width = sheet.width
        self.headers = mapping.fields
        self.fields = {name: at[header] for name, header in mapping.fields.items()}
        self.options = {name: at[header] for header, name in mapping.options.items()}
        self.named_options = [(at[name], at[header]) for header, name in mapping.named_options.items()]
        self.further = {
            name: tuple((header, at[header]) for header, its in mapping.further.items() if its == name)
            for name in mapping.further.values()
        }
        self.size_stocks = {size: at[header] for header, size in mapping.size_stocks.items()}

    def text(self, cells: Sequence[str], name: str) -> str:
        """The cell of a field as it stands, "" when there is none."""
        position = self.fields.get(name, _NOWHERE)
        return cells[position] if position < len(cells) else ""

    def texts(self, cells: Sequence[str], name: str) -> list[tuple[str, str]]:
        """The cells of a field that may have several columns, each behind its header."""
        first = [(self.headers[name], self.text(cells, name))] if name in self.headers else []
        return first + [(header, cell_at(cells, position)) for header, position in self.further.get(name, ())]


def cell_at(cells: Sequence[str], position: int) -> str:
    return cells[position] if position < len(cells) else ""


@dataclass(slots=True)
class LineReader:
    """Reads a sheet's lines, as often as wanted; what else it came upon is counted in the last pass."""

    sheet: Sheet
    mapping: ColumnMapping
    columns: Columns = field(init=False)
    headings: dict[str, int] = field(default_factory=dict)
    unlisted_count: int = 0

    def __post_init__(self) -> None:
        self.columns = Columns(self.sheet, self.mapping)

    def lines(self) -> Iterator[Line]:
        self.headings.clear()
        arranger = Arranger(self.columns.at, self.mapping)
        section = ""
        # A lone text is a heading when products follow it, a note about the list when none do.
        waiting: list[Line] = []
        for record in arranger.arranged(self._counted()):
            if self._is_decoration(record.cells):
                continue
            lone = self._lone_text(record)
            line = Line(record.number, record.cells, section or record.sheet, record.sheet)
            if lone is None:
                yield from waiting
                waiting.clear()
                yield line
            elif self._is_heading(record, lone):
                section = clean(record.cells[lone].strip(" :*-=_."), 100)
                self.headings.setdefault(section, record.number)
            else:
                waiting.append(line)
        self.unlisted_count = arranger.unlisted_count
        yield from (line for line in waiting if not _is_note(line))

    def _counted(self) -> Iterator[Record]:
        for record in self.sheet.body():
            if "'" in "".join(record.cells):
                yield Record(record.number, [unneutralised(cell) for cell in record.cells], record.sheet)
            else:
                yield record

    def _is_decoration(self, cells: Sequence[str]) -> bool:
        """A totals row, a rule of dashes, or the header again at the top of a printed page."""
        columns = self.columns
        first = next((text for text in cells if text.strip()), "")
        if not first[0].isalnum() and not any(map(str.isalnum, "".join(cells))):
            return True
        titles = columns.headers
        if columns.text(cells, "price").strip() == titles["price"]:
            return columns.text(cells, "name").strip() == titles["name"]
        if len(first) > 40 or not _TOTALS_HINT.search(first) or not _TOTALS.fullmatch(folded(first)):
            return False
        return all(columns.text(cells, field) in {"", first} for field in ("sku", "name"))

    def _lone_text(self, record: Record) -> int | None:
        """The position of the only cell that is filled, when it holds words and could not be a price or a stock."""
        if self.columns.text(record.cells, "price"):
            return None
        filled = [position for position, cell in enumerate(record.cells) if cell.strip()]
        if len(filled) != 1 or filled[0] in {self.columns.fields["price"], self.columns.fields.get("stock")}:
            return None
        text = record.cells[filled[0]]
        return filled[0] if any(map(str.isalpha, text)) else None

    def _is_heading(self, record: Record, position: int) -> bool:
        """ "HERRAMIENTAS" alone in a row; "Taladro 20V" alone is a product that lacks its price."""
        text = record.cells[position].strip()
        is_short = len(text) <= _LONGEST_HEADING and len(text.split()) <= _MOST_HEADING_WORDS
        has_digits = any(map(str.isdigit, text))
        if position == self.columns.fields.get("sku"):
            return is_short and (not has_digits or " " in text)
        if position == self.columns.fields["name"]:
            return is_short and (not has_digits or text.endswith(":"))
        return is_short


def _is_note(line: Line) -> bool:
    return len(next(cell for cell in line.cells if cell.strip()).split()) > _MOST_HEADING_WORDS
