"""Follow-ups that only pick: by number, size, colour or how big, one by one or several in one breath."""

import pytest

from tests.agent.rules.expect import Step, check, named, step

PICKS = [
    named("hardware", "the other measure", step("broca concreto 8", {}), step("y la de 6?", {}, shown=("BRO-6C",))),
    named(
        "hardware",
        "none of that measure, said with the product",
        step("broca concreto 8", {}),
        step("y la de 13?", {}, says="No tenemos broca 13"),
    ),
    named(
        "hardware",
        "the smaller of the kind shown alone",
        step("sierra caladora", {}, shown=("SIE-CAL",)),
        step("tienen clavos de 2 1/2 pulgadas?", {}, shown=("CLA-212",)),
        step("dame 3 de esos", {"CLA-212": 3}),
    ),
    named(
        "clothing",
        "another colour keeps the size",
        step("quiero jeans azules 42", {"JEA-AZ-42": 1}),
        step("no, mejor los negros", {"JEA-NE-42": 1}),
    ),
    named(
        "clothing",
        "another size keeps the colour",
        step("polerón gris M", {}, shown=("PRN-GR-M",)),
        step("y en L?", {}, shown=("PRN-GR-L",)),
        step("dale", {"PRN-GR-L": 1}),
    ),
    named(
        "clothing",
        "a number that is a size, of what is in the cart",
        step("quiero jeans azules 42", {"JEA-AZ-42": 1}),
        step("mejor 40", {"JEA-AZ-40": 1}),
    ),
    named(
        "clothing",
        "that one, named again",
        step("polerón gris M", {}, shown=("PRN-GR-M",)),
        step("ya quiero ese polerón", {"PRN-GR-M": 1}),
    ),
    named(
        "clothing",
        "so many of one size and of another",
        step("2 jeans azules talla 40 y uno 42", {"JEA-AZ-40": 2, "JEA-AZ-42": 1}),
    ),
    named(
        "clothing",
        "the heading of its parts is no want",
        step("necesito 3 polerones L, 2 grises y 1 negro", {"PRN-GR-L": 2, "PRN-NE-L": 1}),
    ),
    named("groceries", "how many after the name", step("coca cola 1,5 dos botellas", {"COC-15": 2})),
    named("messy", "of one capacity and of another", step("2 pendrive 64 y uno 128", {"2011": 2, "2012": 1})),
]


@pytest.mark.parametrize(("shop", "steps"), PICKS)
async def test_what_only_picks_is_picked(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)
