"""Tells the rows that are products from all else that shops write among them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ingestion.arrangements import Arranger
from ingestion.column_names import CHOSEN_BY, UNLISTED, tells_variants
from ingestion.mapping import ColumnMapping
from ingestion.sources.records import Record, is_blank
from ingestion.sources.spreadsheet import Sheet
from ingestion.text import UNCALCULATED, clean, folded, unneutralised

_TOTALS = re.compile(r"(?:sub|gran )?total(?:es)?(?: (?:general|productos|items|unidades|inventario|stock))?|sumas?")
# Of one section, and what stands under a sum: never products, "Total Care" with its price is.
_SUBTOTAL = re.compile(r"sub ?total\b.*|iva(?: \d+)?|(?:monto |total )?neto")
_SECTION_TOTAL = re.compile(r"totale?s?\b.*")
TOTALS_HINT = re.compile(r"tot|sum|\biva\b|\bneto\b", re.IGNORECASE)
_COMMENT = re.compile(r"\s*(?:#|//)")
# What a row without a name, but with a size or a colour, has from the row above it; its price where that is blank too.
_HANDED_DOWN = ("name", "brand", "category", "description", "price", "unit", "synonyms", "tags", "image_url")
_NOWHERE = 1_000_000
FLOAT_CODE = re.compile(r"\d+\.0")
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
        self.more_options = at.get(mapping.flags.get("more_options", ""), _NOWHERE)
        # Programs that take codes for numbers write 1001 as 1001.0, in the whole column.
        codes = [text for row in sheet.sample if (text := row.get(mapping.fields.get("sku", ""), "").strip())]
        self.has_float_codes = bool(codes) and all(map(FLOAT_CODE.fullmatch, codes))
        self.places = tuple(at[header] for header in mapping.places)
        self._is_own = mapping.export is not None and mapping.export.arrangement == "own"
        self.on_sale = at.get(mapping.flags.get("on_sale", ""), _NOWHERE) if mapping.export is None else _NOWHERE
        self.category_heads = mapping.export is None and _heads_groups(sheet, mapping)
        self.size_stocks = {size: at[header] for header, size in mapping.size_stocks.items()}

    def text(self, cells: Sequence[str], name: str) -> str:
        """The cell of a field as it stands, "" when there is none."""
        position = self.fields.get(name, _NOWHERE)
        return cells[position] if position < len(cells) else ""

    def are_exact(self, cells: Sequence[str]) -> bool:
        """Of a catalogue that we exported: what stands there is meant as it stands. Rows added to it have no group."""
        return self._is_own and bool(self.text(cells, "group"))

    def are_unlisted(self, cells: Sequence[str]) -> bool:
        """Of a product that its own row says is not on sale."""
        return self.on_sale < len(cells) and folded(cells[self.on_sale]) in UNLISTED

    def tells_place(self, cells: Sequence[str]) -> bool:
        return any(cell_at(cells, at).strip() for at in self.places)

    def place(self, cells: Sequence[str]) -> int:
        """A hash of what tells the units of this row from those of another of its code."""
        return _place(tuple(cell_at(cells, at) for at in self.places)) if self.places else 0

    def texts(self, cells: Sequence[str], name: str) -> list[tuple[str, str]]:
        """The cells of a field that may have several columns, each behind its header."""
        first = [(self.headers[name], self.text(cells, name))] if name in self.headers else []
        return first + [(header, cell_at(cells, position)) for header, position in self.further.get(name, ())]


def _heads_groups(sheet: Sheet, mapping: ColumnMapping) -> bool:
    """Whether the category stands once above all that is of it: at first, no two alike, and most are blank."""
    if "category" not in mapping.fields:
        return False
    name, category = mapping.fields["name"], mapping.fields["category"]
    said = [row.get(category, "").strip() for row in sheet.sample if row.get(name, "").strip()]
    heads = [text for text in said if text]
    return len(said) > 2 and bool(said[0]) and len(heads) == len(set(heads)) and len(heads) * 2 <= len(said)


@lru_cache(maxsize=16_384)
def _place(cells: tuple[str, ...]) -> int:
    return hash(tuple(map(folded, cells)))


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
    filled_count: int = 0
    fills_down: bool = field(init=False)
    section: str = ""
    _named: list[str] = field(default_factory=list)
    _category: str = ""
    # A lone text is a heading when products follow it, a note about the list when none do.
    _waiting: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = Columns(self.sheet, self.mapping)
        mapping = self.mapping
        is_list = not mapping.export or mapping.export.arrangement == "flat"
        self.fills_down = is_list and (mapping.has_options or bool(mapping.places))

    def lines(self) -> Iterator[Line]:
        """A whole pass; else `taken` for each record in turn, and `ended`."""
        self.headings.clear()
        self.section = ""
        arranger = Arranger(self.columns.at, self.mapping)
        for record in arranger.arranged(map(_unneutralised, self.sheet.body())):
            yield from self._read(record)
        self.unlisted_count += arranger.unlisted_count
        yield from self.ended()

    def taken(self, record: Record) -> list[Line]:
        """The lines that this record lets know about: itself and what was in doubt before it, or none yet."""
        return [] if is_blank(record.cells) else self._read(_unneutralised(record))

    def _read(self, record: Record) -> list[Line]:
        if self.columns.are_exact(record.cells):
            return [Line(record.number, record.cells, sheet=record.sheet)]
        if self._is_decoration(record.cells):
            return []
        if self.columns.are_unlisted(record.cells):
            self.unlisted_count += 1
            return []
        if self.fills_down:
            record = self._filled(record)
        if self.columns.category_heads:
            record = self._categorised(record)
        lone = self._lone_text(record)
        line = Line(record.number, record.cells, self.section or record.sheet, record.sheet)
        if lone is None:
            return [*self.flushed(), line]
        if self._is_comment(record.cells[lone]):
            return []
        self._named = []
        if self._is_heading(record, lone):
            self.section = clean(record.cells[lone].strip(" :*-=_."), 100)
            self.headings.setdefault(self.section, record.number)
        else:
            self._waiting.append(line)
        return []

    def came_before(self, cells: list[str]) -> None:
        """A row that was dealt with elsewhere stands right above the next record."""
        self._named = cells

    def _filled(self, record: Record) -> Record:
        """ "Polera | S", " | M", " | L": cells merged over the sizes of one product leave all but the first blank."""
        columns, above = self.columns, self._named
        if self._is_of_another_place(record.cells, above):
            return self._handed_down(record, above, (*_HANDED_DOWN, "sku"), self.columns.options.values())
        if columns.text(record.cells, "name").strip():
            self._named = record.cells
            return record
        # What people choose by tells variants of one product; a guarantee, or an origin, does not.
        chosen = [at for name, at in columns.options.items() if name in CHOSEN_BY or tells_variants(name)]
        if not above or not any(cell_at(record.cells, at).strip() for at in chosen):
            return record
        self.filled_count += 1
        return self._handed_down(record, above, _HANDED_DOWN, chosen)

    def _categorised(self, record: Record) -> Record:
        at = self.columns.fields["category"]
        own = cell_at(record.cells, at)
        if own.strip():
            self._category = own
            return record
        if not self.columns.text(record.cells, "name").strip():
            return record
        cells = record.cells + [""] * (at + 1 - len(record.cells))
        cells[at] = self._category
        return Record(record.number, cells, record.sheet)

    def _is_of_another_place(self, cells: list[str], above: list[str]) -> bool:
        """Units of the product above in another branch, or of another lot: nothing else is in the row."""
        columns = self.columns
        own = {*columns.places, columns.fields.get("stock", _NOWHERE)}
        return (
            bool(above)
            and columns.tells_place(cells)
            and not any(cell.strip() for at, cell in enumerate(cells) if at not in own)
        )

    def _handed_down(self, record: Record, above: list[str], fields: Iterable[str], options: Iterable[int]) -> Record:
        cells = record.cells + [""] * (len(above) - len(record.cells))
        for at in [*(self.columns.fields.get(name, _NOWHERE) for name in fields), *options]:
            if at < len(above) and not cells[at].strip():
                cells[at] = above[at]
        self._named = cells
        return Record(record.number, cells, record.sheet)

    def _is_comment(self, text: str) -> bool:
        is_long = len(text.split()) > _MOST_HEADING_WORDS
        return _COMMENT.match(text) is not None or (is_long and text.lstrip().startswith("*"))

    def flushed(self) -> list[Line]:
        """What was in doubt, when a product comes after it."""
        found, self._waiting = self._waiting, []
        return found

    def ended(self) -> list[Line]:
        return [line for line in self.flushed() if not _is_note(line)]

    def _is_decoration(self, cells: Sequence[str]) -> bool:
        """A totals row, a rule of dashes, or the header again at the top of a printed page."""
        columns = self.columns
        if all(cell == UNCALCULATED or not cell.strip() for cell in cells):
            return True
        first = next((text for text in cells if text.strip()), "")
        if not first[0].isalnum() and not any(map(str.isalnum, "".join(cells))):
            return True
        titles = columns.headers
        if columns.text(cells, "price").strip() == titles["price"]:
            return columns.text(cells, "name").strip() == titles["name"]
        if len(first) > 40 or not TOTALS_HINT.search(first):
            return False
        if not all(columns.text(cells, field) in {"", first} for field in ("sku", "name")):
            return False
        words = folded(first)
        if _TOTALS.fullmatch(words) or _SUBTOTAL.fullmatch(words):
            return True
        return _SECTION_TOTAL.fullmatch(words) is not None and not columns.text(cells, "price").strip()

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


def _unneutralised(record: Record) -> Record:
    if "'" in "".join(record.cells):
        return Record(record.number, [unneutralised(cell) for cell in record.cells], record.sheet)
    return record


def _is_note(line: Line) -> bool:
    return len(next(cell for cell in line.cells if cell.strip()).split()) > _MOST_HEADING_WORDS
