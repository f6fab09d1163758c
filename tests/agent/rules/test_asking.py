"""Asked for without a product, with too many words, or about its sizes."""

import pytest

from tests.agent.rules.expect import Step, check, named, step

OPTIONS = [
    named(
        "boutique",
        "which sizes",
        step("qué tallas hay del polerón?", {}, says=("L, M", "quedan 6"), unsaid="no tenemos"),
        step("qué colores tienen?", {}, says="Gris"),
    ),
    named(
        "boutique",
        "which sizes it comes in",
        step("poleras", {}),
        step("en qué tallas viene", {}, says="L (sin stock)"),
        step("hay más colores?", {}, says="Blanco"),
    ),
    named("boutique", "the sizes alone", step("zapatillas", {}), step("tallas?", {}, says="42 (sin stock)")),
    named("hardware", "which measures", step("qué medidas tienen de clavos", {}, shown=("CLA-2", "CLA-212"))),
    named(
        "boutique",
        "in another colour",
        step("quiero un vestido", {"VE-F": 1}),
        step("lo tienen en azul?", {"VE-F": 1}, says="Rojo", unsaid="agregué"),
    ),
]

NEEDS = [
    named(
        "hardware",
        "something to paint with",
        step("busco algo pa pintar mi pieza", {}, says="Pintura", unsaid="no tenemos"),
    ),
    *(
        named("hardware", f"a need without a product: {said}", step(said, {}, says="producto", unsaid="no tenemos"))
        for said in ("algo para colgar un cuadro", "necesito arreglar una llave que gotea")
    ),
    named(
        "pets",
        "a story",
        step("mi perro tiene pulgas que me recomiendas", {}, shown=("COL-S", "COL-L"), unsaid="no tenemos"),
    ),
    named(
        "books",
        "a list with its heading",
        step(
            "necesito la lista de útiles: 2 cuadernos college, 1 goma de borrar y 3 lápices grafito",
            {"C080": 2, "GOM": 1, "LAP-G": 3},
        ),
    ),
    named(
        "hardware",
        "dictated without a pause",
        step(
            "hola buenas tardes mira necesito dos martillos de goma y también tres brochas y si tienen ampolletas de "
            "nueve watts me das cuatro",
            {"MAR-GOM": 2, "BRC-3": 3, "AMP-9": 4},
        ),
    ),
    named(
        "corner",
        "dictated, with the verbs again",
        step(
            "hola necesito 3 leches descremadas quiero un pan de molde y agregame 2 aceites de 1 litro",
            {"LECD1": 3, "PAN1": 1, "ACE1": 2},
        ),
    ),
    named(
        "hardware",
        "which is best is not for it to say",
        step("tienen taladros?", {}),
        step("cuál me recomiendas?", {}, says="económico", shown=("TAL-500", "TAL-INA")),
    ),
]


@pytest.mark.parametrize(("shop", "steps"), [*OPTIONS, *NEEDS])
async def test_what_is_said_next_is_understood(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)
