"""Cells that list what a product comes in, and cells that only look so."""

import pytest

from ingestion.sizes import choices_in

LISTED = {
    ("talla", "S/M/L"): "S M L",
    ("talla", "S, M, L"): "S M L",
    ("talla", "s; m"): "s m",
    ("talla", "XS-XL"): "XS S M L XL",
    ("talla", "S a XL"): "S M L XL",
    ("talla", "38-42"): "38 39 40 41 42",
    ("talla", "38 al 42"): "38 39 40 41 42",
    ("talla", "del 36 al 38"): "36 37 38",
    ("talla", "36/37/38"): "36 37 38",
    ("talla", "2, 4, 6"): "2 4 6",
    ("medida", "S/M/L"): "S M L",
    ("color", "negro/azul"): "negro azul",
    ("color", "Rojo, Verde, Gris"): "Rojo Verde Gris",
    ("sabor", "coco, vainilla"): "coco vainilla",
}
SINGLE = [
    ("talla", "M"),
    ("talla", "S/M"),
    ("talla", "38/39"),
    ("talla", "35/38"),
    ("talla", "6-8 años"),
    ("talla", "única"),
    ("talla", "10-20000"),
    ("medida", "1/2"),
    ("medida", "3/4, 1/2"),
    ("medida", "10x20"),
    ("color", "negro"),
    ("color", "negro/gato"),
    ("color", "blanco con rojo"),
    ("material", "lana, algodón"),
    ("talla", ""),
]


@pytest.mark.parametrize(("case", "values"), LISTED.items())
def test_listed_choices_are_taken_apart(case: tuple[str, str], values: str) -> None:
    assert [value for value, _ in choices_in(*case)] == values.split()


@pytest.mark.parametrize(("option", "cell"), SINGLE)
def test_what_is_one_choice_stays_one(option: str, cell: str) -> None:
    assert choices_in(option, cell) == ()


@pytest.mark.parametrize("cell", ["S: 3, M: 2", "S(3) M(2)", "S=3; M=2", "S: 3 un, M: 2 un"])
def test_units_of_each_size_are_read(cell: str) -> None:
    assert choices_in("talla", cell) == (("S", "3"), ("M", "2"))


def test_trousers_come_in_every_second_number() -> None:
    assert [value for value, _ in choices_in("talla", "38-42", "Jeans recto")] == ["38", "40", "42"]
