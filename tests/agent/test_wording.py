"""How a price is written beside what it is of."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.wording import price_of, say
from tests.agent.rules.shops import catalogue


@pytest.mark.parametrize(
    ("unit", "price"),
    [
        ("caja", "$2.490 por caja"),
        ("Unidad", "$2.490"),
        (None, "$2.490"),
        ("pack", "$2.490"),
        ("kg", "$2.490 por kg"),
    ],
)
async def test_a_price_tells_its_unit_where_the_name_does_not(unit: str | None, price: str) -> None:
    [item] = (await catalogue("hardware").by_skus(["MAR-CAR"])).values()
    sold = replace(item, name="Tornillo pack 100", options={}, unit_price=Decimal(2490), unit=unit)
    assert price_of(sold) == price
    assert f"*Tornillo pack 100* a {price} (" in say("products.list", items=[sold], currency="CLP")
