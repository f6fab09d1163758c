"""Prices and stock as shops write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.numbers import HIGHEST, Column, ExactNumber, Problem, parse_price, parse_stock

PRICES = {
    "12990": 12990,
    "$12.990": 12990,
    "$ 12.990.-": 12990,
    "$12.990,-": 12990,
    "12.990,00": 12990,
    "1.290,00": 1290,
    "1,290.00": 1290,
    "1.290.000": 1290000,
    "1,290,000": 1290000,
    "CLP 12.990": 12990,
    "CLP$12.990": 12990,
    "$12.990 CLP": 12990,
    "12.990 pesos": 12990,
    "12990.0": 12990,
    "12990.00": 12990,
    "12990,000": 12990,
    "1.990": 1990,
    "990": 990,
    "190": 190,
    "12 990": 12990,
    "$ 1 990,00": 1990,
    "12'990": 12990,
    "'12990": 12990,
    " $\u00a012.990 ": 12990,
    "$12.990 c/u": 12990,
    "$12.990 IVA incl.": 12990,
    "\uff15\uff10\uff10": 500,
}
PROBLEMS = {
    "": "PRICE_MISSING",
    "   ": "PRICE_MISSING",
    "-": "PRICE_MISSING",
    "$": "PRICE_MISSING",
    "N/A": "PRICE_MISSING",
    "sin precio": "PRICE_MISSING",
    "consultar": "PRICE_ON_REQUEST",
    "A CONVENIR": "PRICE_ON_REQUEST",
    "0": "PRICE_NOT_POSITIVE",
    "$0": "PRICE_NOT_POSITIVE",
    "0,00": "PRICE_NOT_POSITIVE",
    "-500": "PRICE_NOT_POSITIVE",
    "-$ 1.990": "PRICE_NOT_POSITIVE",
    "$-500": "PRICE_NOT_POSITIVE",
    "(1.990)": "PRICE_NOT_POSITIVE",
    "\u2212500": "PRICE_NOT_POSITIVE",
    "1.5": "PRICE_DECIMALS",
    "12.5": "PRICE_DECIMALS",
    "12,50": "PRICE_DECIMALS",
    "12.990,50": "PRICE_DECIMALS",
    "10084.03": "PRICE_DECIMALS",
    "0.990": "PRICE_DECIMALS",
    "1,990": "PRICE_AMBIGUOUS",
    "$12,990": "PRICE_AMBIGUOUS",
    "1.290,000": "PRICE_AMBIGUOUS",
    "US$ 12": "PRICE_CURRENCY",
    "12,99 €": "PRICE_CURRENCY",
    "0,5 UF": "PRICE_CURRENCY",
    "10.000 + IVA": "PRICE_WITHOUT_TAX",
    "$10.000 más IVA": "PRICE_WITHOUT_TAX",
    "1.29.000": "PRICE_INVALID",
    "12..990": "PRICE_INVALID",
    "5.990 - 7.990": "PRICE_INVALID",
    "2 x 5.000": "PRICE_INVALID",
    "abc": "PRICE_INVALID",
    "NaN1": "PRICE_INVALID",
    "1e5": "PRICE_INVALID",
    "Infinity": "PRICE_INVALID",
    "#REF!": "PRICE_INVALID",
    "\u0661\u0662": "PRICE_INVALID",
    "7801234567890": "PRICE_INVALID",
}
STOCKS = {
    "10": 10,
    "10 un": 10,
    "10 Unidades": 10,
    "10 mts.": 10,
    "10.0": 10,
    "10,5": 10,
    "1.200": 1200,
    "+10": 10,
    "10+": 10,
    "más de 10": 10,
    "-3": 0,
    "0": 0,
    "": 0,
    "-": 0,
    "no": 0,
    "Agotado": 0,
    "SIN STOCK": 0,
    "Si": None,
    "sí": None,
    "Disponible": None,
    "en stock": None,
}


@pytest.mark.parametrize(("cell", "price"), PRICES.items())
def test_price_is_read(cell: str, price: int) -> None:
    assert parse_price(cell) == Decimal(price)


@pytest.mark.parametrize(("cell", "code"), PROBLEMS.items())
def test_what_is_no_price_says_why(cell: str, code: str) -> None:
    found = parse_price(cell)
    assert isinstance(found, Problem)
    assert found.code == code


def test_ambiguous_price_names_both_readings() -> None:
    found = parse_price("12,990")
    assert found == Problem("PRICE_AMBIGUOUS", ("12990", "12,990"))


@pytest.mark.parametrize("neighbour", ["1,290.00", "1,290,000"])
def test_a_column_that_shows_comma_as_thousands_settles_it(neighbour: str) -> None:
    assert parse_price("12,990", column=Column.of(["990", neighbour, "12,990"])) == 12990


@pytest.mark.parametrize("cells", [["990"], ["1.290,00"], ["1.5"], ["1,290.00", "1.290,00"], []])
def test_a_column_that_proves_nothing_leaves_it_ambiguous(cells: list[str]) -> None:
    assert isinstance(parse_price("12,990", column=Column.of(cells)), Problem)


def test_a_slip_in_one_cell_does_not_spoil_its_neighbours() -> None:
    assert parse_price("$12.990", column=Column.of(["1.5", "$12.990", "10.50"])) == 12990


def test_a_number_of_the_spreadsheet_is_exact() -> None:
    assert parse_price(ExactNumber("12990")) == 12990
    assert parse_price(ExactNumber("12.345")) == Problem("PRICE_DECIMALS")
    assert parse_stock(ExactNumber("1.200")) == 1


def test_currencies_with_decimals_keep_them() -> None:
    assert parse_price("12,99 €", "EUR") == Decimal("12.99")
    assert parse_price("$ 1,290.50", "MXN") == Decimal("1290.50")
    assert isinstance(parse_price("1.290", "MXN"), Problem)


@pytest.mark.parametrize(("cell", "stock"), STOCKS.items())
def test_stock_is_read(cell: str, stock: int | None) -> None:
    assert parse_stock(cell) == stock


@pytest.mark.parametrize("cell", ["muchos", "aprox 10", "10/12", "NaN", "99999999999", "\u0661\u0662", "1.2.3"])
def test_what_is_no_stock_is_refused(cell: str) -> None:
    assert parse_stock(cell) == Problem("STOCK_INVALID")


def test_ambiguous_stock_is_refused_unless_its_column_settles_it() -> None:
    assert parse_stock("1,200") == Problem("STOCK_AMBIGUOUS", ("1200", "1,200"))
    assert parse_stock("1,200", Column.of(["1,200.00"])) == 1200


PESOS = st.integers(min_value=1, max_value=HIGHEST)


def _chilean(pesos: int) -> str:
    return f"{pesos:,}".replace(",", ".")


@given(PESOS, st.sampled_from(["{}", "${}", "$ {}", "$ {}.-", "CLP {}", "{},00", "{} c/u", " {} "]))
def test_every_chilean_price_is_read_back(pesos: int, style: str) -> None:
    assert parse_price(style.format(_chilean(pesos))) == pesos
    assert parse_price(style.format(pesos)) == pesos


@given(st.text(), st.sampled_from(["CLP", "USD"]), st.lists(st.text(alphabet="1.,0 $", max_size=8)))
def test_no_text_breaks_the_readers(text: str, currency: str, column: list[str]) -> None:
    proven = Column.of(column, currency)
    price, stock = parse_price(text, currency, proven), parse_stock(text, proven)
    assert isinstance(price, Problem) or 0 < price <= HIGHEST
    assert stock is None or isinstance(stock, Problem) or 0 <= stock <= HIGHEST


@given(st.text(alphabet="0123456789.,$- '()", max_size=14))
def test_a_price_in_pesos_has_the_digits_of_its_cell(text: str) -> None:
    price = parse_price(text)
    digits = "".join(c for c in text if c.isdigit())
    if isinstance(price, Decimal):
        assert price == price.to_integral_value()
        assert digits.lstrip("0").startswith(str(price))
        assert set(digits.lstrip("0")[len(str(price)) :]) <= {"0"}
