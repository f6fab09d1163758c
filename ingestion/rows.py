"""Turns a sheet's rows into catalogue rows, and says of each row that cannot be one what is wrong with it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.errors import RowError
from ingestion.mapping import ColumnMapping
from ingestion.messages import row_message
from ingestion.numbers import Column, Problem, parse_price, parse_stock
from ingestion.skus import LONGEST, derived_sku, product_keys
from ingestion.sources.spreadsheet import Sheet
from ingestion.text import CELL_FAULTS, clean, folded

BATCH_ROWS = 1_000
_TOTALS = re.compile(r"(?:sub|gran )?total(?:es)?(?: (?:general|productos|items|unidades|inventario|stock))?|sumas?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,2}")
_LIST_BREAK = re.compile(r"[,;|\n]|\s/\s")


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One variant as its row states it; `row` is the file's own number, stock None means it is not counted."""

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


def parse_rows(sheet: Sheet, mapping: ColumnMapping, currency: str = "CLP") -> Parsed:
    """A row with any error stays out; totals and repeated headers are no rows at all."""
    reader = _RowReader(sheet, mapping, currency)
    rows: list[CatalogueRow] = []
    errors: list[RowError] = []
    for number, cells in sheet.rows:
        read = reader.read(number, cells)
        if isinstance(read, CatalogueRow):
            rows.append(read)
        else:
            errors.extend(read)
    keys = product_keys([(row.sku, row.name, row.brand, row.options) for row in rows])
    rows = [replace(row, product_key=key) for row, key in zip(rows, keys, strict=True)]
    return Parsed(rows, errors, reader.seen_skus - {row.sku.lower() for row in rows})


class _RowReader:
    """Knows the columns, what they prove about their numbers, and the SKUs already seen."""

    def __init__(self, sheet: Sheet, mapping: ColumnMapping, currency: str) -> None:
        self._columns = mapping.fields
        self._options = mapping.options
        self._currency = currency
        self._overflowing = sheet.overflowing
        self._prices = Column.of(self._column_cells(sheet, "price"), currency)
        self._stocks = Column.of(self._column_cells(sheet, "stock"))
        self._first_rows: dict[str, int] = {}

    @property
    def seen_skus(self) -> frozenset[str]:
        return frozenset(self._first_rows)

    def _column_cells(self, sheet: Sheet, field: str) -> Iterable[str]:
        header = self._columns.get(field)
        return (cells.get(header, "") for _, cells in sheet.rows) if header else ()

    def read(self, number: int, cells: Mapping[str, str]) -> CatalogueRow | list[RowError]:
        if self._is_decoration(cells):
            return []
        broken = self._broken_shape(number, cells)
        if broken:
            return [broken]
        errors: list[RowError] = []
        name = self._name(number, cells, errors)
        options = self._read_options(cells)
        brand = self._text(cells, "brand", 100)
        sku = self._sku(number, cells, derived_sku(name, brand, options.values()), errors)
        price = self._price(number, cells, errors)
        stock = self._stock(number, cells, errors)
        if errors or price is None:
            return errors
        return CatalogueRow(
            row=number,
            sku=sku,
            name=name,
            price=price,
            stock=stock,
            brand=brand,
            category=self._text(cells, "category", 100),
            description=self._text(cells, "description", 5_000),
            barcode=self._barcode(cells),
            unit=self._text(cells, "unit", 30),
            synonyms=self._synonyms(cells),
            image_url=self._image_url(cells),
            options=options,
            product_key=sku,
        )

    def _is_decoration(self, cells: Mapping[str, str]) -> bool:
        """A totals row, or the header again at the top of a printed page."""
        name, price = self._columns["name"], self._columns["price"]
        if cells.get(name, "").strip() == name and cells.get(price, "").strip() == price:
            return True
        first = next((text for text in cells.values() if text.strip()), "")
        identity = [cells.get(self._columns[field], "") for field in ("sku", "name") if field in self._columns]
        return _TOTALS.fullmatch(folded(first)) is not None and all(cell in {"", first} for cell in identity)

    def _broken_shape(self, number: int, cells: Mapping[str, str]) -> RowError | None:
        if number in self._overflowing:
            return RowError(number, self._columns["price"], "ROW_TOO_LONG", row_message("ROW_TOO_LONG"))
        absent = [self._columns[field] for field in ("name", "price") if self._columns[field] not in cells]
        if absent:
            return RowError(number, absent[0], "ROW_TOO_SHORT", row_message("ROW_TOO_SHORT", absent[0]))
        return None

    def _text(self, cells: Mapping[str, str], field: str, limit: int) -> str | None:
        header = self._columns.get(field)
        text = clean(cells.get(header, ""), limit) if header else ""
        return None if text.upper() in CELL_FAULTS else text or None

    def _name(self, number: int, cells: Mapping[str, str], errors: list[RowError]) -> str:
        name = self._text(cells, "name", 200) or ""
        if not any(character.isalnum() for character in name):
            errors.append(self._error(number, "name", "NAME_MISSING"))
        return name

    def _sku(self, number: int, cells: Mapping[str, str], derived: str, errors: list[RowError]) -> str:
        """Compared whatever the case; a repeated one is an error even when its first row was wrong too."""
        if "sku" not in self._columns:
            field, sku, code = "name", derived, "ROW_REPEATED"
        else:
            field, sku, code = "sku", self._text(cells, "sku", LONGEST + 1) or "", "SKU_DUPLICATE"
        if not sku:
            errors.append(self._error(number, "sku", "SKU_MISSING"))
        elif len(sku) > LONGEST:
            errors.append(self._error(number, "sku", "SKU_TOO_LONG", sku))
        elif _SCIENTIFIC.fullmatch(sku):
            errors.append(self._error(number, "sku", "SKU_DAMAGED", sku))
        elif not errors or "sku" in self._columns:
            first = self._first_rows.setdefault(sku.lower(), number)
            if first != number:
                shown = sku if code == "SKU_DUPLICATE" else self._text(cells, "name", 200) or sku
                errors.append(self._error(number, field, code, shown, str(first)))
        return sku

    def _price(self, number: int, cells: Mapping[str, str], errors: list[RowError]) -> Decimal | None:
        text = cells[self._columns["price"]]
        price = parse_price(text, self._currency, self._prices)
        if isinstance(price, Problem):
            errors.append(self._error(number, "price", price.code, text, *price.readings))
            return None
        return price

    def _stock(self, number: int, cells: Mapping[str, str], errors: list[RowError]) -> int | None:
        if "stock" not in self._columns:
            return None
        text = cells.get(self._columns["stock"], "")
        stock = parse_stock(text, self._stocks)
        if isinstance(stock, Problem):
            errors.append(self._error(number, "stock", stock.code, text, *stock.readings))
            return None
        return stock

    def _error(self, number: int, field: str, code: str, value: str = "", *readings: str) -> RowError:
        return RowError(number, self._columns[field], code, row_message(code, value, *readings))

    def _read_options(self, cells: Mapping[str, str]) -> dict[str, str]:
        values = {name: clean(cells.get(header, ""), 100) for header, name in self._options.items()}
        return {name: value for name, value in values.items() if value not in {"", "-"} | CELL_FAULTS}

    def _barcode(self, cells: Mapping[str, str]) -> str | None:
        barcode = self._text(cells, "barcode", LONGEST)
        return None if barcode is None or _SCIENTIFIC.fullmatch(barcode) else barcode

    def _synonyms(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        header = self._columns.get("synonyms")
        parts = _LIST_BREAK.split(cells.get(header, "")) if header else []
        words = dict.fromkeys(word for part in parts if (word := clean(part, 60)))
        return tuple(words)[:30]

    def _image_url(self, cells: Mapping[str, str]) -> str | None:
        text = (self._text(cells, "image_url", 2_000) or "").split(" ")[0].rstrip(",;")
        return text if re.match(r"https?://[^/]", text) and len(text) <= 1_000 else None
