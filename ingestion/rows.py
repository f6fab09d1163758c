"""Turns a sheet's rows into catalogue rows, and says of each row that cannot be one what is wrong with it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ingestion.errors import RowError
from ingestion.identity import Identity, IdentityReader, Variant, often_shown, shown
from ingestion.lines import Columns, Line
from ingestion.mapping import ColumnMapping
from ingestion.messages import row_message
from ingestion.numbers import HIGHEST, SCIENTIFIC, Problem, parse_price, parse_stock
from ingestion.repeats import Fate, Repeat, own_code
from ingestion.skus import LONGEST
from ingestion.survey import Survey, product_name
from ingestion.text import UNCALCULATED, clean, clean_lines

BATCH_ROWS = 1_000
# How lists in one cell come apart.
LIST_BREAK = re.compile(r"[,;|\n]|\s/\s")
# Links hold commas of their own; one ends where the next begins.
_LINK_BREAK = re.compile(r"[\s|]+|[,;]+(?=\s|https?://|$)", re.IGNORECASE)
MOST_WORDS = 60
MOST_IMAGES = 20
_LONGEST_LINKS = 30_000
_TAG = re.compile(r"<(?:/?[a-z][^<>]{0,2000}|!--.{0,2000}?--)>", re.IGNORECASE | re.DOTALL)
_FORMULA = re.compile(r"[=\uff1d]\s*[\w+\-@(\"]")
_BROKEN_SHAPE = frozenset({"ROW_TOO_SHORT", "ROW_TOO_LONG"})
# Of the rows of one code, those that only the owner can settle; None: by whether the file has codes.
_ASKED: Final = {
    Fate.TWO_PRICES: "SKU_TWO_PRICES",
    Fate.TWO_COUNTS: "SKU_TWO_COUNTS",
    Fate.BROKEN_TWIN: "SKU_BROKEN_TWIN",
    Fate.OTHER: None,
}
_ROOT_CATEGORY = re.compile(
    r"(?:all|todos?|todas)(?: (?:los|las)? ?(?:productos|categorias))?\s*(?:/|>)\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One variant as its row states it; stock None means it is not counted.

    `row` is the file's own number. Several variants may have one: of a row that lists sizes, and of sheets read as one.
    The SKU, whatever its case, is what no two rows share.
    """

    row: int
    sku: str
    name: str
    price: Decimal
    stock: int | None
    brand: str | None
    category: str | None
    description: str | None
    barcode: str | None
    unit: str | None
    synonyms: tuple[str, ...]
    image_url: str | None
    options: dict[str, str]
    product_key: str
    tags: tuple[str, ...] = ()
    more_images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """`rejected_skus` are the codes, in lower case, of rows with errors: in the file, though not fit to go in."""

    rows: list[CatalogueRow]
    errors: list[RowError]
    rejected_skus: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowBatch:
    """The next rows of a file, at most about BATCH_ROWS; `read_count` rows of the file are dealt with so far.

    `rejected_skus` are as in Parsed, of this batch. No two good rows of a file share a SKU, whatever its case.
    """

    rows: list[CatalogueRow]
    errors: list[RowError]
    rejected_skus: frozenset[str]
    read_count: int


class RowReader:
    """Knows a file's columns; `survey`, what is known of the whole file, must be set before a row is read.

    A variant's `position` is its place among all of the file, rows with errors included.
    """

    survey: Survey

    def __init__(self, mapping: ColumnMapping, currency: str, columns: Columns, identities: IdentityReader) -> None:
        self._columns = columns
        self._headers = mapping.fields
        self._currency = currency
        self._identities = identities
        self._has_category = "category" in mapping.fields
        self._counts = mapping.has_stock

    def errors(self, line: Line, identity: Identity, position: int, rejected: list[str]) -> list[RowError]:
        """What is wrong with a line, to be asked once of each; `rejected` takes the codes that it keeps out."""
        found = self.own_errors(line, identity)
        if found and found[0].code in _BROKEN_SHAPE:
            return found
        first_seen, repeats = self.repeated(line, identity, position)
        found += repeats
        if found:
            rejected += first_seen
        return found

    def own_errors(self, line: Line, identity: Identity) -> list[RowError]:
        """What is wrong with a line whatever the others say."""
        broken = self._broken_shape(line)
        if broken:
            return [broken]
        return [*self._name_errors(line, identity), *self._code_errors(line), *self._number_errors(line, identity)]

    def _broken_shape(self, line: Line) -> RowError | None:
        width = self._columns.width
        if width is None:
            return None
        if any(cell.strip() for cell in line.cells[width:]):
            return self._error(line, "price", "ROW_TOO_LONG")
        needed = [field for field in ("name", "price") if self._columns.fields[field] >= len(line.cells)]
        if needed:
            return self._error(line, needed[0], "ROW_TOO_SHORT", self._headers[needed[0]])
        return None

    def _name_errors(self, line: Line, identity: Identity) -> Iterator[RowError]:
        if not any(map(str.isalnum, identity.name)):
            yield self._error(line, "name", self._unless_uncalculated(line, "name", "NAME_MISSING"))
        elif _FORMULA.match(identity.name) and not self._columns.are_exact(line.cells):
            yield self._error(line, "name", "CELL_FORMULA", identity.name)

    def _code_errors(self, line: Line) -> Iterator[RowError]:
        sku = self._identities.code(line)
        if self._columns.text(line.cells, "sku") == UNCALCULATED:
            yield self._error(line, "sku", "CELL_UNCALCULATED")
        elif len(sku) > LONGEST:
            yield self._error(line, "sku", "SKU_TOO_LONG", sku)
        elif SCIENTIFIC.fullmatch(sku):
            yield self._error(line, "sku", "SKU_DAMAGED", sku)
        elif _FORMULA.match(sku) and not self._columns.are_exact(line.cells):
            yield self._error(line, "sku", "CELL_FORMULA", sku)

    def repeated(self, line: Line, identity: Identity, position: int) -> tuple[list[str], list[RowError]]:
        """Codes first seen here, and what keeps the line out of what other rows of its codes say."""
        first_seen: list[str] = []
        errors: list[RowError] = []
        if not identity.sku and not any(map(str.isalnum, identity.name)):
            return first_seen, errors
        for offset, variant in enumerate(identity.variants):
            repeat = self.survey.repeat(position + offset)
            key = sku_of(variant, repeat).lower()
            if not key or len(key) > LONGEST:
                continue
            if repeat is None or repeat.is_first:
                first_seen.append(key)
            if repeat is not None and repeat.fate in _ASKED:
                errors.append(self._repeat_error(line, identity, variant, repeat))
        return first_seen, errors[:1]

    def _repeat_error(self, line: Line, identity: Identity, variant: Variant, repeat: Repeat) -> RowError:
        field, value = ("sku", variant.sku) if identity.sku else ("name", identity.name)
        code = _ASKED[repeat.fate] or ("SKU_DUPLICATE" if identity.sku else "ROW_REPEATED")
        return self._error(line, field, code, value, str(repeat.other))

    def _number_errors(self, line: Line, identity: Identity) -> Iterator[RowError]:
        text = self._columns.text(line.cells, "price")
        price = self._price(line)
        if isinstance(price, Problem):
            code = "CELL_FORMULA" if _FORMULA.match(text.strip()) else price.code
            code = self._unless_uncalculated(line, "price", code)
            yield self._error(line, "price", code, text, *price.readings)
        if not self._counts:
            return
        for variant in identity.variants:
            for header, text in self._stock_cells(line, variant):
                stock = parse_stock(text, self.survey.stocks)
                if isinstance(stock, Problem):
                    code = "CELL_UNCALCULATED" if text == UNCALCULATED else stock.code
                    message = row_message(code, text, *stock.readings)
                    yield RowError(line.number, header, code, message, line.sheet)
                    return

    def _price(self, line: Line) -> Decimal | Problem:
        return parse_price(self._columns.text(line.cells, "price"), self._currency, self.survey.prices)

    def _stock_cells(self, line: Line, variant: Variant) -> list[tuple[str, str]]:
        """Behind its header each: several where every branch counts its own."""
        if variant.stock is None:
            return self._columns.texts(line.cells, "stock")
        counted = [size for size in self._columns.size_stocks if size in variant.options.values()]
        return [(self._headers.get("stock") or next(iter(counted), ""), variant.stock)]

    def _stock(self, line: Line, variant: Variant) -> int | None:
        found = [parse_stock(text, self.survey.stocks) for _, text in self._stock_cells(line, variant)]
        counted = [units for units in found if isinstance(units, int)]
        return min(sum(counted), HIGHEST) if len(counted) == len(found) else None

    def _unless_uncalculated(self, line: Line, field: str, code: str) -> str:
        return "CELL_UNCALCULATED" if self._columns.text(line.cells, field) == UNCALCULATED else code

    def _error(self, line: Line, field: str, code: str, value: str = "", *readings: str) -> RowError:
        return RowError(
            line.number, self._headers.get(field, ""), code, row_message(code, value, *readings), line.sheet
        )

    def rows(self, line: Line, identity: Identity, position: int) -> Iterator[CatalogueRow]:
        price = self._price(line)
        assert isinstance(price, Decimal)
        category, description = self.category(line), self.description(line)
        barcode, unit = self.barcode(line), self.unit(line)
        synonyms, tags = self.words(line, "synonyms"), self.words(line, "tags")
        images = self.images(line)
        for offset, variant in enumerate(identity.variants):
            units = self._units(line, identity, variant)
            repeat = self.survey.repeat(position + offset)
            if repeat is not None:
                if not repeat.is_first:
                    continue
                units = repeat.units
            yield CatalogueRow(
                row=line.number,
                sku=sku_of(variant, repeat),
                name=identity.name,
                price=price,
                stock=units,
                brand=identity.brand,
                category=category,
                description=description,
                barcode=barcode,
                unit=unit,
                synonyms=synonyms,
                tags=tags,
                image_url=images[0] if images else None,
                more_images=images[1:],
                options=variant.options,
                product_key=self._product_key(line, identity, variant, position + offset, repeat),
            )

    def _units(self, line: Line, identity: Identity, variant: Variant) -> int | None:
        """A row's units cannot be shared out among the sizes it lists: with some left, each is sold uncounted."""
        if not self._counts:
            return None
        stock = self._stock(line, variant)
        if identity.is_listed and variant.stock is None and stock:
            return None
        return stock

    def price_and_units(self, line: Line, identity: Identity, variant: Variant) -> tuple[Decimal, int | None]:
        """Of a line without errors."""
        price = self._price(line)
        assert isinstance(price, Decimal)
        return price, self._units(line, identity, variant)

    def _product_key(
        self, line: Line, identity: Identity, variant: Variant, position: int, repeat: Repeat | None
    ) -> str:
        if self._columns.are_exact(line.cells):
            return identity.group
        if identity.group:
            return f"={identity.group.lower()}"
        if identity.is_listed or self.survey.is_grouped[position] or (repeat is not None and repeat.is_variant):
            return f"={product_name(identity)}"
        return variant.sku

    def _text(self, line: Line, field: str, limit: int) -> str | None:
        return often_shown(self._columns.text(line.cells, field), limit) or None

    def unit(self, line: Line) -> str | None:
        return self._text(line, "unit", 30)

    def category(self, line: Line) -> str | None:
        """The heading a row stands under is its category when the file has no column for it."""
        if not self._has_category:
            return line.section or None
        if self._columns.are_exact(line.cells):
            return self._text(line, "category", 100)
        text = self._text(line, "category", 200) or ""
        # Shop systems list every category a product is in, each with all that it lies within.
        first = text.split(", ")[0] if " > " in text else text
        return _ROOT_CATEGORY.sub("", first)[:100].rstrip() or None

    def description(self, line: Line) -> str | None:
        text = self._columns.text(line.cells, "description")
        if self._columns.are_exact(line.cells):
            return clean_lines(text, 5_000) or None
        if "<" in text and ">" in text:
            text = html.unescape(_TAG.sub(" ", text))
        return shown(text, 5_000) or None

    def barcode(self, line: Line) -> str | None:
        barcode = (self._text(line, "barcode", LONGEST) or "").removesuffix(".0") or None
        return None if barcode is None or SCIENTIFIC.fullmatch(barcode) else barcode

    def words(self, line: Line, field: str) -> tuple[str, ...]:
        cell = self._columns.text(line.cells, field)
        if not cell or cell == UNCALCULATED:
            return ()
        words = dict.fromkeys(word for part in LIST_BREAK.split(cell) if (word := clean(part, 60)))
        return tuple(words)[:MOST_WORDS]

    def images(self, line: Line) -> tuple[str, ...]:
        links = (link for _, cell in self._columns.texts(line.cells, "image_url") if cell for link in links_in(cell))
        return tuple(dict.fromkeys(links))[:MOST_IMAGES]


def sku_of(variant: Variant, repeat: Repeat | None) -> str:
    return own_code(variant.sku, variant.options) if repeat is not None and repeat.is_variant else variant.sku


def links_in(cell: str) -> Iterator[str]:
    for part in _LINK_BREAK.split(cell[:_LONGEST_LINKS]):
        link = clean(part, 1_001)
        if len(link) <= 1_000 and re.match(r"https?://[^/]", link):
            yield link
