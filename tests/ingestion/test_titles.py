"""What a product is called: by what tells it from its siblings, not by all that the spreadsheet says of it."""

import pytest

from data.repositories.items import CHOSEN_BY
from ingestion.column_names import OPTIONS
from tests.ingestion.shop import Shop


@pytest.mark.parametrize(
    ("sheet", "titles"),
    [
        (
            "SKU;Nombre;Precio;Garantía;Origen\nA;Taladro;990;6 meses;China\nB;Sierra;990;1 año;China\n",
            {"A": "Taladro", "B": "Sierra"},
        ),
        (
            "SKU;Nombre;Precio;Talla;Garantía\nA;Bota;990;40;6 meses\nB;Bota;990;41;6 meses\n",
            {"A": "Bota (40)", "B": "Bota (41)"},
        ),
        (
            "SKU;Nombre;Precio;Potencia;Garantía\nA;Taladro;990;500 W;1 año\nB;Taladro;1990;750 W;1 año\n",
            {"A": "Taladro (500 W)", "B": "Taladro (750 W)"},
        ),
        (
            "SKU;Nombre;Precio;Mango;Garantía\nA;Pala;990;largo;1 año\nB;Pala;1990;;1 año\n",
            {"A": "Pala (largo)", "B": "Pala"},
        ),
        ("SKU;Nombre;Precio;Color;Garantía\nA;Silla;990;negro;1 año\n", {"A": "Silla (negro)"}),
    ],
)
async def test_only_what_tells_variants_apart_is_in_a_title(shop: Shop, sheet: str, titles: dict[str, str]) -> None:
    assert (await shop.upload(sheet)).errors == []
    items = await shop.items()
    assert {sku: item.title for sku, item in items.items()} == titles
    _, *rows = (line.split(";") for line in sheet.splitlines())
    assert [len(items[row[0]].options) for row in rows] == [sum(map(bool, row[3:])) for row in rows]
    assert set(await shop.found(f"{rows[0][1]} {rows[0][-1]}")) & {rows[0][0]}


async def test_a_variant_that_is_archived_tells_nothing_apart(shop: Shop) -> None:
    sheet = "SKU;Nombre;Precio;Potencia\nA;Taladro;990;500 W\nB;Taladro;1990;750 W\n"
    await shop.upload(sheet)
    await shop.upload(sheet.splitlines(keepends=True)[0] + "A;Taladro;990;500 W\n")
    assert (await shop.items())["A"].title == "Taladro"


def test_what_columns_are_recognised_as_is_what_people_choose_by() -> None:
    assert set(OPTIONS.values()) == CHOSEN_BY
