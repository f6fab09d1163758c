"""Conversations with a clothes shop: sizes, colours, variants of one product."""

import pytest

from tests.agent.rules.expect import Step, check, named, step

CONVERSATIONS = [
    named(
        "clothing",
        "kind, colour, size and price in one message",
        step("hola tienen poleras negras talla M? bajo 10 lucas", {}, shown=("POL-NE-M",), says="$5.990"),
        step("la llevo", {"POL-NE-M": 1}),
    ),
    named(
        "clothing", "colour and size said: added at once", step("quiero 2 poleras negras talla eme", {"POL-NE-M": 2})
    ),
    named(
        "clothing",
        "without a size the sizes are asked",
        step("quiero una polera roja", {"POL-RO-M": 1}),
        step("quiero 2 jeans azules", {"POL-RO-M": 1}, shown=("JEA-AZ-40", "JEA-AZ-42", "JEA-AZ-44"), says="talla"),
        step("42", {"POL-RO-M": 1, "JEA-AZ-42": 2}),
    ),
    named("clothing", "the size alone answers", step("dame un polerón gris", {}), step("la L", {"PRN-GR-L": 1})),
    named(
        "clothing", "size in words answers", step("dame un polerón gris", {}), step("talla ele porfa", {"PRN-GR-L": 1})
    ),
    named(
        "clothing",
        "another colour",
        step("zapatillas blancas talla 40", {}, shown=("ZAP-BL-40",)),
        step("¿y en negro?", {}, says="41"),
    ),
    named(
        "clothing",
        "the same in another size",
        step("polera blanca talla S", {}, shown=("POL-BL-S",)),
        step("la misma pero en L", {}, shown=("POL-BL-L",)),
        step("sí", {"POL-BL-L": 1}),
    ),
    named(
        "clothing",
        "buy the same in another size",
        step("una polera blanca talla S", {"POL-BL-S": 1}),
        step("dame la misma en M", {"POL-BL-S": 1, "POL-BL-M": 1}),
    ),
    named(
        "clothing",
        "a size that is not made is said",
        step("zapatillas blancas talla 45", {}, says=("45",), unsaid="agregué"),
    ),
    named(
        "clothing",
        "a size out of stock is said, with the others",
        step("quiero la polera negra talla L", {}, says="sin stock"),
    ),
    named("clothing", "a colour not made adds nothing", step("quiero una polera verde", {}, says="no tenemos")),
    named(
        "clothing", "the colour chooses", step("dame una zapatilla talla 40 o 41"), step("la negra", {"ZAP-NE-41": 1})
    ),
    named("clothing", "another word for the same thing", step("quiero una remera roja", {"POL-RO-M": 1})),
    named(
        "clothing", "a pair is one of what is sold by the pair", step("un par de zapatillas negras", {"ZAP-NE-41": 1})
    ),
    named("clothing", "jeans cheaper than a limit", step("jeans por menos de 15 lucas", {}, says="en ese precio")),
    named(
        "clothing",
        "the black ones and the white ones",
        step("quiero la polera negra M y la blanca M", {"POL-NE-M": 1, "POL-BL-M": 1}),
    ),
    named(
        "clothing",
        "remove by colour",
        step("polera negra M, quiero 1"),
        step("ok dame 2 poleras blancas talla L"),
        step("saca la blanca", says="saqué"),
    ),
    named(
        "clothing",
        "change to another size",
        step("quiero 2 poleras negras talla M", {"POL-NE-M": 2}),
        step("cámbiala por la S", {"POL-NE-S": 2}),
    ),
    named(
        "clothing",
        "more than there is of a size",
        step("quiero 5 zapatillas blancas talla 42", {}, says="queda 1"),
        step("si", {"ZAP-BL-42": 1}),
    ),
    named(
        "clothing",
        "colour that is part of what is asked twice",
        step("calcetines negros", {}, shown=("CAL-3",)),
        step("dame 2", {"CAL-3": 2}),
    ),
    named("clothing", "more options", step("muéstrame poleras", {}), step("tienes otras?", {}, says="Polera")),
    named(
        "clothing",
        "sizes of what is talked about",
        step("polera blanca talla S?", {}, shown=("POL-BL-S",)),
        step("qué tallas tienes?", {}, says="talla"),
    ),
    named("clothing", "typed in a hurry", step("tienn polerass negrass tall M", {}, shown=("POL-NE-M",))),
]


@pytest.mark.parametrize(("shop", "steps"), CONVERSATIONS)
async def test_clothes_shop_sells(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)
