"""Reads the rows that need no second look, a whole page at a time and column by column.

What one row means is said in `ingestion.rows` and its neighbours. Here is only what of it can be settled for a column
at once, or once for every cell of the same text; a row of which anything is out of the ordinary is left to them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import Final

from data.accents import unaccented, unaccented_all
from ingestion.column_names import tells_variants
from ingestion.copying import COLUMNS, NULL, copied, escaped
from ingestion.identity import LISTING_OPTIONS, NO_CODE, NO_VALUE, often_shown, shown
from ingestion.lines import TOTALS_HINT, Columns, Line
from ingestion.mapping import ColumnMapping
from ingestion.numbers import ExactNumber, Problem, Separator, parse_price, parse_stock, proof
from ingestion.rows import RowReader
from ingestion.sizes import choices_in
from ingestion.skus import LONGEST, derived_sku
from ingestion.sources.records import Page
from ingestion.sources.spreadsheet import Sheet
from ingestion.text import unneutralised

# With fewer plain rows than this share of a page, sorting them out costs more than it saves.
_FEWEST_PLAIN = 0.7
_MOST_REMEMBERED = 50_000
# Characters that `shown` may take away or replace; those of _UNTIDY are the others.
_DOUBTFUL = re.compile("[^\n -~\u00a1-\u00ac\u00ae-\u0148\u014a-\u017f\u2013\u2014\u2018-\u201d\u2022\u20ac]")
_UNTIDY = ("  ", " \n", "\n ")
_BEGINS_ODDLY = re.compile("\n(?![0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f])")
_FAULT_OR_QUOTED = re.compile("\n[#'=]")
_EXACT: Final = "\x00"


class _Remembered(dict[str, str | None]):
    """What a text comes to, worked out once; None when the row of such a cell needs a second look."""

    def __init__(self, work_out: Callable[[str], str | None]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, text: str) -> str | None:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        found = self[text] = self._work_out(text)
        return found

    def column(self, cells: Iterable[str]) -> list[str | None]:
        return list(map(self.__getitem__, cells))


@dataclass(slots=True)
class PlainPage:
    """A page taken apart: which rows are `odd`, and of all others the columns to be copied.

    `products` and `choices` are what the variants of one product share, and what tells them apart; `places` as in
    Columns, none where no column tells any; `prices` and `stocks` the cells as they stand.
    """

    odd: list[int]
    numbers: Sequence[int]
    columns: dict[str, Sequence[str] | str]
    products: list[str]
    choices: list[int] | int
    places: list[int]
    prices: Sequence[str]
    stocks: Sequence[str]

    def lines(self, start: int, stop: int, position: int, category: str | None) -> bytes:
        """Rows of the page, the first to be at that position; `category` is for files without such a column."""
        values: dict[str, Sequence[str] | str] = {
            **self.columns,
            "position": list(map(str, range(position, position + stop - start))),
            "row": list(map(str, self.numbers[start:stop])),
        }
        if category is not None:
            values["category"] = category
        own = {"position", "row"}
        parts: list[Sequence[str] | str] = []
        for name in COLUMNS:
            value = values[name]
            if not isinstance(value, str):
                parts.append(value if name in own else value[start:stop])
            elif parts and isinstance(parts[-1], str):  # what every row has the same is put together once
                parts[-1] = f"{parts[-1]}\t{value}"
            else:
                parts.append(value)
        cells = (repeat(part) if isinstance(part, str) else part for part in parts)
        return ("\n".join(map("\t".join, zip(*cells, strict=False))) + "\n").encode()

    def hashes(self, start: int, stop: int) -> tuple[list[int], list[int], Iterable[int], list[int]]:
        """Of codes, products, choices and places, as the survey counts them."""
        codes = list(map(hash, map(str.lower, self.columns["sku"][start:stop])))
        choices = repeat(self.choices, stop - start) if isinstance(self.choices, int) else self.choices[start:stop]
        return codes, list(map(hash, self.products[start:stop])), choices, self.places[start:stop]


class PlainReader:
    """Knows a file's columns. `reader` is asked about what is rare, cell by cell."""

    def __init__(
        self, sheet: Sheet, mapping: ColumnMapping, currency: str, columns: Columns, reader: RowReader
    ) -> None:
        self._columns = columns
        self._currency = currency
        self._reader = reader
        self._counts = mapping.has_stock
        self._is_typed = sheet.encoding is None
        self._derives_codes = "sku" not in mapping.fields
        self._width = 1 + max(sheet.positions, default=0) if sheet.width is None else sheet.width
        self._is_ragged = sheet.width is not None
        self._needed = max(columns.fields["name"], columns.fields["price"])
        # A second look is what an export needs whose products are spread over rows, and a count spread over columns.
        self.is_of_use = (
            mapping.export is None
            and "group" not in mapping.fields
            and not mapping.named_options
            and not mapping.size_stocks
            and "stock" not in mapping.further.values()
            and not columns.category_heads
            and len(sheet.titles) < 2
            and not columns.has_float_codes
            and isinstance(parse_price(mapping.fields["price"], currency), Problem)
        )
        self._prices = _Remembered(self._price)
        self._stocks = _Remembered(self._stock)
        self._brands = _Remembered(lambda cell: often_shown(unneutralised(cell), 100))
        self._options = {name: _Remembered(self._option_reader(name)) for name in columns.options}
        self._by_cell = {
            "category": _Remembered(self._asking("category", reader.category)),
            "unit": _Remembered(self._asking("unit", reader.unit)),
            "synonyms": _Remembered(self._asking("synonyms", lambda line: reader.words(line, "synonyms"))),
            "tags": _Remembered(self._asking("tags", lambda line: reader.words(line, "tags"))),
            "barcode": _Remembered(self._asking("barcode", reader.barcode)),
            "description": _Remembered(self._asking("description", reader.description)),
        }
        self._choices: dict[tuple[str | None, ...], tuple[str, int, tuple[str, ...]]] = {}

    def read(self, page: Page) -> PlainPage | None:
        """None when too few rows are plain."""
        rows = page.rows
        if set(map(len, rows)) != {self._width}:
            rows = [self._fitted(row) for row in rows]
        cells = list(zip(*rows, strict=True))
        at = self._columns.fields
        odd = _with_backslash(rows, cells)
        if self._columns.on_sale < len(cells):
            odd.update(at for at, row in enumerate(rows) if self._columns.are_unlisted(row))
        prices = self._numbers(self._prices, cells[at["price"]], odd)
        stocks: Sequence[str] | str = NULL
        if self._counts:
            stocks = self._numbers(self._stocks, cells[at["stock"]], odd)
        names = self._names(cells[at["name"]], odd)
        brands = self._brands.column(cells[at["brand"]]) if "brand" in at else [""] * len(rows)
        options, choices, values = self._option_columns(cells, odd)
        skus = self._derived(names, brands, values, odd) if self._derives_codes else self._skus(cells[at["sku"]], odd)
        if len(odd) > (1 - _FEWEST_PLAIN) * len(rows):
            return None
        columns: dict[str, Sequence[str] | str] = {
            "sku": skus, "name": names, "price": prices, "stock": stocks, "options": options, "product_key": skus,
            "brand": [brand or NULL for brand in brands] if "brand" in at else NULL, "is_rejected": "f",
            **{name: self._remembered(name, cells) for name in self._by_cell}, **self._images(rows, odd),
        }  # fmt: skip
        products = unaccented_all([f"{name}|{brand}" for name, brand in zip(names, brands, strict=True)])
        stock_cells = cells[at["stock"]] if self._counts else ()
        places = [self._columns.place(row) for row in rows] if self._columns.places else []
        return PlainPage(sorted(odd), page.numbers, columns, products, choices, places, cells[at["price"]], stock_cells)

    def proofs(self, page: PlainPage, start: int, stop: int) -> tuple[set[Separator], set[Separator]]:
        """What the prices and the stocks of these rows prove about their columns."""
        prices, stocks = page.prices[start:stop], page.stocks[start:stop]
        if self._is_typed:
            prices, stocks = _untyped(prices), _untyped(stocks)
        return _proofs(prices, self._currency), _proofs(stocks, "CLP")

    def _fitted(self, row: list[str]) -> list[str]:
        """As wide as the header; a row that lacks what it needs, or has too much, is blank here and so an odd one."""
        missing = self._width - len(row)
        if missing < 0:
            is_blank = not self._is_ragged or not "".join(row[self._width :]).strip()
            return row[: self._width] if is_blank else [""] * self._width
        if missing and self._is_ragged and len(row) <= self._needed:
            return [""] * self._width
        return row + [""] * missing

    def _numbers(self, remembered: _Remembered, cells: Sequence[str], odd: set[int]) -> list[str]:
        if self._is_typed:
            cells = [_EXACT + cell if isinstance(cell, ExactNumber) else cell for cell in cells]
        return _noting(remembered.column(cells), odd)

    def _price(self, cell: str) -> str | None:
        price = parse_price(_typed(cell), self._currency)
        return copied(price) if isinstance(price, Decimal) else None

    def _stock(self, cell: str) -> str | None:
        stock = parse_stock(_typed(cell))
        return None if isinstance(stock, Problem) else copied(stock)

    def _names(self, cells: Sequence[str], odd: set[int]) -> Sequence[str]:
        joined = "\n" + "\n".join(cells) + "\n"
        names: Sequence[str] = cells
        if _is_untidy(joined) or len(cells) != joined.count("\n") - 1 or max(map(len, cells)) > 200:
            names = [shown(cell, 200) for cell in cells]
            joined = "\n" + "\n".join(names) + "\n"
        if _BEGINS_ODDLY.search(joined[:-1]):
            odd.update(at for at, name in enumerate(names) if not name[:1].isalnum())
        if _may_total(joined):
            odd.update(at for at, name in enumerate(names) if TOTALS_HINT.search(name))
        return names

    def _skus(self, cells: Sequence[str], odd: set[int]) -> Sequence[str]:
        joined = "\n" + "\n".join(cells) + "\n"
        skus: Sequence[str] = cells
        if _is_untidy(joined) or len(cells) != joined.count("\n") - 1 or max(map(len, cells)) > LONGEST:
            skus = [shown(cell, LONGEST + 1) for cell in cells]
            odd.update(at for at, sku in enumerate(skus) if len(sku) > LONGEST)
            joined = "\n" + "\n".join(skus) + "\n"
        if _BEGINS_ODDLY.search(joined[:-1]):
            odd.update(at for at, sku in enumerate(skus) if not sku[:1].isalnum())
        odd.update(at for at, sku in enumerate(skus) if sku[:1] in "sSnN" and NO_CODE.fullmatch(sku))
        if "+" in joined:  # a code that a spreadsheet program turned into 7,8E+12
            odd.update(at for at, sku in enumerate(skus) if "+" in sku)
        return skus

    def _derived(
        self, names: Sequence[str], brands: Sequence[str | None], values: Sequence[tuple[str, ...]], odd: set[int]
    ) -> Sequence[str]:
        return [
            derived_sku(name, brand, own) if at not in odd else ""
            for at, (name, brand, own) in enumerate(zip(names, brands, values, strict=True))
        ]

    def _option_columns(
        self, cells: list[tuple[str, ...]], odd: set[int]
    ) -> tuple[Sequence[str] | str, list[int] | int, Sequence[tuple[str, ...]]]:
        """Options as JSON, what they come to in the survey, and their values."""
        count = len(cells[0])
        if not self._options:
            return "{}", hash(frozenset()), [()] * count
        found = [self._options[name].column(cells[at]) for name, at in self._columns.options.items()]
        for column in found:
            if None in column:
                odd.update(at for at, value in enumerate(column) if value is None)
        if len(self._choices) > _MOST_REMEMBERED:
            self._choices.clear()
        chosen = [self._choices.get(values) or self._chosen(values) for values in zip(*found, strict=True)]
        return [json for json, _, _ in chosen], [choice for _, choice, _ in chosen], [own for _, _, own in chosen]

    def _chosen(self, values: tuple[str | None, ...]) -> tuple[str, int, tuple[str, ...]]:
        options = {name: value for name, value in zip(self._options, values, strict=True) if value}
        choice = hash(frozenset((name, unaccented(value)) for name, value in options.items()))
        found = self._choices[values] = copied(options), choice, tuple(options.values())
        return found

    def _option_reader(self, name: str) -> Callable[[str], str | None]:
        def read(cell: str) -> str | None:
            cell = unneutralised(cell)
            value = often_shown(cell, 100)
            if value in NO_VALUE:
                return ""
            if (":" in value and tells_variants(name)) or (name in LISTING_OPTIONS and choices_in(name, cell)):
                return None
            return value

        return read

    def _asking(self, field_name: str, ask: Callable[[Line], object]) -> Callable[[str], str]:
        position = self._columns.fields.get(field_name, 0)

        def answer(cell: str) -> str:
            cells = [""] * self._width
            cells[position] = unneutralised(cell)
            return copied(ask(Line(0, cells)))

        return answer

    def _remembered(self, name: str, cells: list[tuple[str, ...]]) -> Sequence[str] | str:
        position = self._columns.fields.get(name)
        if position is None:
            return self._by_cell[name][""] or NULL
        column = cells[position]
        if name in _TIDY and _TIDY[name](column):
            return column
        return [value or NULL for value in self._by_cell[name].column(column)]

    def _images(self, rows: list[list[str]], odd: set[int]) -> dict[str, Sequence[str] | str]:
        if "image_url" not in self._columns.fields:
            return {"image_url": NULL, "more_images": "[]"}
        found = [self._reader.images(Line(0, [unneutralised(cell) for cell in row])) for row in rows]
        return {
            "image_url": [escaped(links[0]) if links else NULL for links in found],
            "more_images": [copied(links[1:]) for links in found],
        }


def _with_backslash(rows: list[list[str]], cells: list[tuple[str, ...]]) -> set[int]:
    if not any("\\" in "".join(column) for column in cells):
        return set()
    return {at for at, row in enumerate(rows) if "\\" in "".join(row)}


def _typed(cell: str) -> str:
    return ExactNumber(cell[1:]) if cell.startswith(_EXACT) else unneutralised(cell)


def _untyped(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if not isinstance(cell, ExactNumber)]


def _noting(found: list[str | None], odd: set[int]) -> list[str]:
    if None in found:
        odd.update(at for at, value in enumerate(found) if value is None)
    return [value or "" for value in found] if None in found else found  # type: ignore[return-value]  # none is None


def _is_untidy(joined: str) -> bool:
    """Whether `shown` would change any of these texts, each between line breaks; not for their length."""
    is_plain = joined.isascii() and joined.replace("\n", "").isprintable()
    return any(spaces in joined for spaces in _UNTIDY) or not (is_plain or _DOUBTFUL.search(joined) is None)


def _may_total(joined: str) -> bool:
    lower = joined.lower()
    return (
        any(part in lower for part in ("tot", "sum", "iva", "neto", "\u017f"))
        and TOTALS_HINT.search(joined) is not None
    )


def _is_tidy(column: Sequence[str]) -> bool:
    joined = "\n" + "\n".join(column) + "\n"
    return (
        all(column)
        and "<" not in joined
        and not _is_untidy(joined)
        and not _FAULT_OR_QUOTED.search(joined)
        and joined.count("\n") == len(column) + 1
        and max(map(len, column)) <= 5_000
    )


def _are_digits(column: Sequence[str]) -> bool:
    joined = "".join(column)
    return all(column) and joined.isascii() and joined.isdigit() and max(map(len, column)) <= LONGEST


# Columns whose cells mostly differ, and a test by which all of a page may stay as they are.
_TIDY = {"description": _is_tidy, "barcode": _are_digits}


def _proofs(cells: Iterable[str], currency: str) -> set[Separator]:
    telling = (cell for cell in set(cells) if "," in cell or "." in cell)
    return {found for cell in telling if (found := proof(cell, currency))}
