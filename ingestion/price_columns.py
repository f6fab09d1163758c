"""Finds, of several columns of amounts, the one that shoppers pay."""

from decimal import Decimal
from typing import Final

from ingestion.column_draft import Draft, Sample, cells_of
from ingestion.column_names import fields_of, is_private, option_of, plain_name
from ingestion.contents import ratios

# What a price with VAT is of the one without.
_WITH_TAX: Final = {"CLP": "1.19", "COP": "1.19", "MXN": "1.16", "PEN": "1.18", "ARS": "1.21", "UYU": "1.22"}
# An amount this near to its row's price, in every row, is another price: wholesale, by card, of last year.
_NEAR_PRICE = (Decimal("0.4"), Decimal("1.7"))
_ROUNDED = Decimal("0.02")


def take_price_with_tax(draft: Draft, sample_rows: Sample, currency: str) -> None:
    """A column that is the price with VAT in every row, whatever it is called, is what shoppers pay."""
    rate, price = _WITH_TAX.get(currency), draft.fields["price"]
    for header in draft.free if rate else ():
        found = _ratios(header, price, sample_rows, currency)
        if len(found) > 1 and all(abs(ratio - Decimal(rate or 0)) < _ROUNDED for ratio in found):
            draft.fields["price"] = header
            draft.rivals.add(price)
            return


def is_second_price(draft: Draft, header: str, sample_rows: Sample, currency: str) -> bool:
    title = plain_name(header)
    if option_of(title) or any(fields_of(title)) or is_private(title) or header in draft.further:
        return False
    found = _ratios(header, draft.fields["price"], sample_rows, currency)
    low, high = _NEAR_PRICE
    filled = len(cells_of(header, sample_rows))
    return len(found) > 1 and len(found) == filled and all(low < ratio < high for ratio in found)


def _ratios(header: str, price: str, sample_rows: Sample, currency: str) -> list[Decimal]:
    rows = [row for row in sample_rows if header in row and price in row]
    return ratios([row[header] for row in rows], [row[price] for row in rows], currency)
