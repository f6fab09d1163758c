"""Sizes as shops write them and as shoppers say them."""

import pytest

from data.search.filters import take_filters
from data.search.options import offers


@pytest.mark.parametrize(
    ("written", "said", "is_it"),
    [
        ("3-6 meses", "3-6", True),
        ("3-6 meses", "3-6m", True),
        ("03-06M", "3-6 meses", True),
        ("3 a 6 meses", "3-6 MESES", True),
        ("3-6 meses", "3-6 años", False),
        ("3-6 meses", "6-9 meses", False),
        ("6-9 meses", "6", False),
        ("5-7 años", "6", True),
        ("36-38", "37", True),
        ("36/38", "36-38", True),
        ("39-42", "38", False),
        ("S/M", "S", True),
        ("S-M", "M", True),
        ("S-M", "S/M", True),
        ("azul-marino", "marino", False),
        ("42", "42", True),
    ],
)
def test_a_size_is_known_however_it_is_written(written: str, said: str, is_it: bool) -> None:
    assert offers("Body", {"talla": written}, said) is is_it


@pytest.mark.parametrize(
    ("said", "size", "left"),
    [
        ("bañador talla 6-12 meses", "6-12 meses", "bañador"),
        ("bañador rosado talla 6 a 12 meses", "6 a 12 meses", "bañador"),
        ("aletas t 37-39", "37-39", "aletas"),
        ("en 9 a 12 meses", "9 a 12 meses", ""),
        ("traje talla s/m", "S/M", "traje"),
        ("polera talla 6 anos", "6", "polera"),
        ("jeans talla 38", "38", "jeans"),
        ("juguetes de 3 a 6 anos", None, "juguetes de 3 a 6 anos"),
        ("cable de 10-20 m", None, "cable de 10-20 m"),
    ],
)
def test_a_size_is_read_off(said: str, size: str | None, left: str) -> None:
    filters, rest = take_filters(said)
    assert (filters.size, rest) == (size, left)
    assert not size or take_filters(filters.spelt())[0].size == size
