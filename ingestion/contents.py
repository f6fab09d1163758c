"""Tells what a column holds from its cells alone, for lists whose titles are missing or say nothing."""

from collections.abc import Sequence
from decimal import Decimal

from stdnum import ean

from ingestion.numbers import Column, Problem, parse_price, parse_stock
from ingestion.sizes import choices_in, is_colour, is_size

_ENOUGH = 0.8
_MOSTLY_DISTINCT = 0.5


def field_of(cells: Sequence[str], missing: frozenset[str]) -> str | None:
    """The field, or "option:<name>", that these cells can only be, among those `missing`; None when unsure.

    | cells                                           | field         |
    |-------------------------------------------------|---------------|
    | EAN-13, EAN-8 or UPC with right check digits    | barcode       |
    | sizes: S, M, 38, "S/M/L"                        | option:talla  |
    | colours                                         | option:color  |
    | links to images                                 | image_url     |
    | amounts with "$", or numbers of 100 and more    | price         |
    | short codes of letters and digits, all distinct | sku           |
    | text, mostly distinct                           | name          |
    | small whole numbers                             | stock         |
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2:
        return None
    for field, holds in _TESTS.items():
        if field in missing and holds(filled):
            return field
    return None


def are_prices(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 0 and _is_prices(filled)


def ratios(cells: Sequence[str], prices: Sequence[str], currency: str) -> list[Decimal]:
    """How many times its row's price each amount is, where both are amounts."""
    amounts = [
        [parse_price(cell, currency, Column.of(column, currency)) for cell in column] for column in (cells, prices)
    ]
    return [a / p for a, p in zip(*amounts, strict=True) if isinstance(a, Decimal) and isinstance(p, Decimal)]


def _share(cells: Sequence[object], are: Sequence[bool]) -> float:
    return sum(are) / len(cells)


def _is_barcode(cells: Sequence[str]) -> bool:
    return _share(cells, [len(cell) in {8, 12, 13} and ean.is_valid(cell) for cell in cells]) >= _ENOUGH


def _is_sizes(cells: Sequence[str]) -> bool:
    are_sizes = [is_size(cell) or bool(choices_in("talla", cell)) for cell in cells]
    # A column of bare numbers may be anything: letters, or a shoe shop's numbers, must be among them.
    has_letters = any(not cell.replace(".", "").replace(",", "").isdigit() for cell in cells)
    return has_letters and _share(cells, are_sizes) >= _ENOUGH


def _is_colours(cells: Sequence[str]) -> bool:
    return _share(cells, [is_colour(cell) or bool(choices_in("color", cell)) for cell in cells]) >= _ENOUGH


def _is_links(cells: Sequence[str]) -> bool:
    return _share(cells, [cell.lower().startswith(("http://", "https://")) for cell in cells]) >= _ENOUGH


def _is_prices(cells: Sequence[str]) -> bool:
    column = Column.of(cells)
    prices = [parse_price(cell, column=column) for cell in cells]
    amounts = [price for price in prices if isinstance(price, Decimal)]
    if len(amounts) < _ENOUGH * len(cells):
        return False
    is_marked = _share(cells, ["$" in cell or "clp" in cell.lower() for cell in cells]) >= _ENOUGH
    # Prices in pesos end in zero nearly always; a column of years or of correlative numbers does not.
    ends_in_zero = _share(amounts, [amount % 10 == 0 for amount in amounts]) >= _ENOUGH
    return is_marked or (ends_in_zero and min(amounts) >= 50)


def _is_codes(cells: Sequence[str]) -> bool:
    are_codes = [
        len(cell) <= 20 and " " not in cell and any(map(str.isdigit, cell)) and any(map(str.isalpha, cell))
        for cell in cells
    ]
    return len(set(cells)) == len(cells) and _share(cells, are_codes) >= _ENOUGH


def _is_names(cells: Sequence[str]) -> bool:
    are_wordy = [sum(map(str.isalpha, cell)) >= 3 and len(cell) <= 200 for cell in cells]
    is_distinct = len(set(cells)) >= _MOSTLY_DISTINCT * len(cells)
    return is_distinct and _share(cells, are_wordy) >= _ENOUGH


def _is_counts(cells: Sequence[str]) -> bool:
    counts = [parse_stock(cell) for cell in cells]
    are_small = [not isinstance(count, Problem) and (count or 0) < 10_000 for count in counts]
    are_bare = [cell.removesuffix(".0").isdigit() for cell in cells]
    is_correlative = [cell for cell in cells if cell.isdigit()] == [str(n) for n in range(1, len(cells) + 1)]
    return not is_correlative and all(are_small) and _share(cells, are_bare) >= _ENOUGH


_TESTS = {
    "barcode": _is_barcode,
    "option:talla": _is_sizes,
    "option:color": _is_colours,
    "image_url": _is_links,
    "price": _is_prices,
    "sku": _is_codes,
    "name": _is_names,
    "stock": _is_counts,
}
