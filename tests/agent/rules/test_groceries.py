"""Conversations with a corner shop: shopping lists, kilos, litres, dozens."""

import pytest

from tests.agent.rules.expect import Step, check, named, step

CONVERSATIONS = [
    named(
        "groceries",
        "a list with kilos and litres",
        step("2 kilos de harina sin polvos y una bebida de 3 litros", {"HAR-SP": 2, "COC-3": 1}),
    ),
    named(
        "groceries",
        "the flour is asked, the drink added",
        step("2 kilos de harina y una coca cola de 3 litros", {"COC-3": 1}, says="harina"),
        step("sin polvos", {"COC-3": 1, "HAR-SP": 2}),
    ),
    named("groceries", "salt and pepper are two things here", step("quiero sal y pimienta", {"SAL-1": 1, "PIM-NE": 1})),
    named("groceries", "one thing whose name has an and", step("dame unas papas fritas sal y pimienta", {"SAL-PI": 1})),
    named("groceries", "a dozen of what comes by the dozen", step("una docena de huevos porfa", {"HUE-12": 1})),
    named(
        "groceries",
        "half a kilo of what is sold by the kilo is asked",
        step("medio kilo de palta", {}, says="kg", unsaid="agregué"),
        step("1", {"PAL-KG": 1}),
    ),
    named(
        "groceries",
        "kilos of what is sold by the kilo",
        step("3 kilos de tomate y 2 kilos de palta", {"TOM-KG": 3, "PAL-KG": 2}),
    ),
    named(
        "groceries",
        "orange is a fruit and a juice",
        step("quiero 2 kilos de naranjas", {"NAR-KG": 2}),
        step("y un jugo de naranja", {"NAR-KG": 2, "JUG-NA": 1}),
    ),
    named("groceries", "green tea is no colour", step("un té verde", {"TE-VER": 1})),
    named("groceries", "coffee is no colour", step("dame un café", {"CAF-IN": 1})),
    named("groceries", "black pepper", step("2 pimientas negras", {"PIM-NE": 2})),
    named(
        "groceries",
        "out of stock, with what is like it",
        step("quiero 2 leches descremadas", {}, says="sin stock", shown=("LEC-EN", "LEC-SL")),
        step("la primera", {"LEC-EN": 2}),
    ),
    named("groceries", "which milk", step("una leche porfa", {}), step("la sin lactosa", {"LEC-SL": 1})),
    named("groceries", "two sizes of one drink", step("me das 2 coca colas", {}), step("la de 3 litros", {"COC-3": 2})),
    named("groceries", "litres in the name are which, not how many", step("aceite de 1 litro", {}, shown=("ACE-1",))),
    named(
        "groceries", "all the tuna there is", step("dame 5 atunes", {}, says="quedan 3"), step("ya po", {"ATU-AC": 3})
    ),
    named(
        "groceries",
        "a shopping list with everything",
        step(
            "Hola buenas tardes! necesito 2 arroz grado 1, 1 pan de molde, un aceite y una docena de huevos porfis",
            {"ARR-G1": 2, "PAN-MO": 1, "ACE-1": 1, "HUE-12": 1},
            says="asistente automático",
        ),
    ),
    named(
        "groceries",
        "the whole purchase",
        step("wena, tení pan de molde?", {}, shown=("PAN-MO",)),
        step("dame 2", {"PAN-MO": 2}),
        step("y 3 leches enteras", {"PAN-MO": 2, "LEC-EN": 3}),
        step("mejor 2 leches", {"PAN-MO": 2, "LEC-EN": 2}),
        step("cuanto llevo?", says="$6.560"),
        step("eso nomas", has_summary=True),
        step("dale", {}, ordered={"PAN-MO": 2, "LEC-EN": 2}),
        step("muchas gracias, chao", {}, says="de nada"),
    ),
    named(
        "groceries",
        "not in the shop",
        step("tienen sushi?", {}, shown=(), says="no tenemos sushi"),
        step("y cerveza?", {}, says="no tenemos cerveza"),
    ),
    named("groceries", "chocolate with milk is not milk", step("chocolate bitter", {}, shown=("CHO-BI",))),
    named("groceries", "a plural of one product", step("4 panes de molde", {"PAN-MO": 4})),
    named("groceries", "x and a number", step("detergente x2", {"DET-3": 2})),
    named(
        "groceries",
        "voice to text",
        step(
            "hola quiero un kilo de sal dos aceites y tres jugos de naranja por favor",
            {"SAL-1": 1, "ACE-1": 2, "JUG-NA": 3},
        ),
    ),
    named(
        "groceries",
        "add to what is there",
        step("2 jugos de naranja", {"JUG-NA": 2}),
        step("agrega otro jugo", {"JUG-NA": 3}),
        step("quita un jugo", {"JUG-NA": 2}),
    ),
]


@pytest.mark.parametrize(("shop", "steps"), CONVERSATIONS)
async def test_corner_shop_sells(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)
