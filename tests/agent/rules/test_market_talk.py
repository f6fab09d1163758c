"""How people order at a market: lists without commas, another size asked for, amounts said first, short courtesies."""

import pytest

from agent.brains.rules.reading.after_sale import FAULT, after_sale_apart
from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.normalise import fold, undo_chat_spelling
from agent.brains.rules.reading.parse import read_burst
from tests.agent.rules.conversation import play
from tests.agent.rules.expect import Step, check, named, step

TALKS = [
    *(
        named(
            "garden",
            f"another size is looked at, and then taken: {said}",
            step("cuál es la manguera más barata", {}, shown=("MAN-10",)),
            step(said, {}, shown=("MAN-15",)),
            step("esa sí, 1 porfa", {"MAN-15": 1}),
        )
        for said in (
            "corta, una de 15 metros?",
            "muy corta, una de 15 metros?",
            "queda corta, una de 15 metros?",
            "y una de 15 metros",
        )
    ),
    named(
        "garden",
        "a size there is not buys nothing",
        step("tienen manguera de 10 metros?", {}),
        step("muy corta, una de 20 metros?", {}),
    ),
    named(
        "garden",
        "so many of a size",
        step("2 mangueras de 10 metros", {"MAN-10": 2}),
        step("y una de 15 metros", {"MAN-10": 2, "MAN-15": 1}),
        step("la de 15 ya no la quiero", {"MAN-10": 2}),
    ),
    named(
        "garden",
        "d is de",
        step("a cuánto el aspersor giratorio", {}),
        step("ya mandame 3 d esos", {"ASP-GI": 3}),
    ),
    named("garden", "one d each", step("tienes albahaca y romero? uno d cada uno", {"ALB-PA": 1, "ROM-PA": 1})),
    named(
        "garden",
        "the cheapest of those shown",
        step("qué palas de mano tienen", {}),
        step("dame 2 del más barato entonces", {"PAL-PL": 2}),
    ),
    named(
        "garden",
        "by the kilo and by the bunch",
        step(
            "un kilo de papa semilla suelta 2 tijeras de podar 1 atado de cilantro y 4 aspersores",
            {"PAP-KG": 1, "TIJ-PO": 2, "CIL-AT": 1, "ASP-GI": 4},
        ),
    ),
    named(
        "garden",
        "what it is for, a list, the total",
        step(
            "pal huerto xfa 1 rastrillo 2 albahacas 1 atado d cilantro, el total porfa",
            {"RAS-12": 1, "ALB-PA": 2, "CIL-AT": 1},
            says="11.560",
        ),
    ),
    named(
        "garden",
        "who it is, where, and a list",
        step(
            "buenas soy Rosa Tapia de Las Lilas 220, Cerrillos. me manda 1 rastrillo y 2 aspersores",
            {"RAS-12": 1, "ASP-GI": 2},
            unsaid="no lo encontré",
        ),
    ),
    named(
        "garden",
        "the first noun is not carried over",
        step("1 tablero de 8 módulos y 3 automáticos de 16", {"TAB-8": 1, "AUT-16": 3}),
    ),
    named(
        "garden",
        "amounts said first are kept",
        step("2 kg de tomate 1 de cebolla y 3 de papa semilla", {}),
        step("tomate larga vida, cebolla la normal y papas semilla sueltas", {"TOM-LV": 2, "CEB-KG": 1, "PAP-KG": 3}),
    ),
    *(
        named(
            "garden",
            f"taken out: {said}",
            step("1 rastrillo y 1 tijera de podar", {"RAS-12": 1, "TIJ-PO": 1}),
            step(said, {"RAS-12": 1}),
        )
        for said in (
            "y la tijera sácala q ta muy cara",
            "la tijera quítala mejor",
            "saca la tijera que está muy cara",
            "la tijera ya no la necesito",
            "la tijera mejor no",
        )
    ),
    named(
        "garden",
        "not that one",
        step("1 kilo de cebolla", {}),
        step("la cebolla blanca, no la morada", {"CEB-KG": 1}),
    ),
    named(
        "garden",
        "rejected before the other is said",
        step("qué palas de mano tienen", {}),
        step("no la plástica, la otra", {"PAL-ME": 1}),
    ),
    named("garden", "there is none of it", step("automático de 25 amperes tienen", {}, says="sin stock")),
    named(
        "garden",
        "loose and in a net",
        step("cuánto salen 3 kilos de papa semilla sueltos y cuánto la malla de 5?", {}, says=("5.670", "7.990")),
    ),
    named("garden", "neither of both", step("mangos tienen? y papaya?", {}, says=("mangos", "papaya"))),
]


@pytest.mark.parametrize(("shop", "steps"), TALKS)
async def test_market_talk(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)


@pytest.mark.parametrize(
    "said", ["ya bueno gracias igual", "ya nada más entonces gracias chao", "nada más gracias, nos vemos"]
)
async def test_leaving_with_nothing_is_a_courtesy(said: str) -> None:
    text = (await play("garden", said)).text.casefold()
    assert not any(part in text for part in ("no te entendí", "vacío", "no lo encontré"))


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("pucha sabes que no, muy caro", [Kind.NO, Kind.DEAR]),
        ("ciérralo con factura", [Kind.CHECKOUT]),
        ("eso sería mijito", [Kind.CHECKOUT]),
        ("cuál está abierto", [Kind.SHOP]),
    ],
)
def test_short_words_are_read_as_meant(said: str, kinds: list[Kind]) -> None:
    assert [intent.kind for intent in read_burst(said)] == kinds


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2 d esos", "2 de esos"),
        ("1 malla d ajo", "1 malla de ajo"),
        ("vitamina d gotas", "vitamina d gotas"),
        ("2 pilas d alcalinas", "2 pilas d alcalinas"),
        ("talla d", "talla d"),
    ],
)
def test_a_letter_d_is_de_where_it_names_nothing(typed: str, read: str) -> None:
    assert undo_chat_spelling(fold(typed)) == read


@pytest.mark.parametrize(
    ("said", "is_complaint"),
    [
        ("las paltas que me mandaron ayer venían todas negras, qué hago", True),
        ("oye el romero que les compré venía con bichos", True),
        ("la torta que pedí llegó aplastada", True),
        ("las lavandas que me trajeron el lunes llegaron secas", True),
        ("ayer les compré un casco y quedó bien, tienen en negro?", False),
        ("compré un romero y llegó bueno, quiero otro", False),
    ],
)
def test_what_came_spoilt_is_a_complaint(said: str, is_complaint: bool) -> None:
    assert (FAULT in after_sale_apart(undo_chat_spelling(fold(said)))) == is_complaint
