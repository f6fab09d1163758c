"""What is pointed at without its name: by its size, its price, what was shown before, what it takes the place of."""

import pytest

from agent.brains.rules.reading.exchanging import exchanges_as_corrections
from agent.brains.rules.reading.halves import halves_apart
from tests.agent.rules.conversation import Conversation
from tests.agent.rules.expect import Step, check, named, step

RANGES = [
    named("swimming", "a size of two numbers", step(said, {sku: count}))
    for said, sku, count in (
        ("dame un bañador rosado talla 6-12 meses", "BAN-6", 1),
        ("necesito un bañador celeste 6-12m", "BAN-C6", 1),
        ("2 bañadores celestes talla 6 a 12 meses", "BAN-C6", 2),
        ("quiero 2 calcetas T 36-38", "CAL-A-36", 2),
        ("unas calcetas grises talla 40, dame 1", "CAL-G-39", 1),
    )
]
KEPT = [
    named(
        "swimming",
        "those, of the size just shown",
        step("tienen calcetas azules talla 39-42?", {}, shown=("CAL-A-39",)),
        step("ponme 3 de esas calcetas azules", {"CAL-A-39": 3}),
    ),
    *(
        named(
            "swimming",
            f"the same size, said again: {said}",
            step("casco de rafting M tienen?", {}, shown=("CAS-M",)),
            step(said, {}, shown=("ROD-M",)),
            step("me las llevo", {"ROD-M": 1}),
        )
        for said in (
            "y rodilleras en esa misma talla?",
            "y las rodilleras en la misma talla",
            "rodilleras de mi talla?",
        )
    ),
    *(
        named(
            "swimming",
            f"so many of each of two shown one after the other: {said}",
            step("zapatillas acuáticas 38 a cuánto?", {}, shown=("ZAP-38",)),
            step("y en 40 hay?", {}, shown=("ZAP-40",)),
            step(said, {"ZAP-38": count, "ZAP-40": count}),
        )
        for said, count in (("dame un par de cada número", 1), ("2 de cada talla", 2), ("uno de cada uno", 1))
    ),
    *(
        named("swimming", f"two sizes in one breath: {said}", step(said, {"ROD-S": 1, "ROD-M": 1}))
        for said in (
            "2 rodilleras, una talla S y otra talla M",
            "2 rodilleras, una S y la otra M",
            "quiero dos rodilleras, una en S y la otra en talla M",
        )
    ),
    named(
        "swimming", "whatever comes in it", step("qué tienes en talla S por menos de 12 lucas?", {}, shown=("ROD-S",))
    ),
    named(
        "swimming",
        "a number asked about is not bought",
        step("dame unas zapatillas acuáticas 38", {"ZAP-38": 1}),
        step("y 40?", {"ZAP-38": 1}, shown=("ZAP-40",)),
    ),
]
PRICES = [
    *(
        named("swimming", f"by its price: {said}", step("lámparas", {}), step(said, {"LAM-L": 1}))
        for said in ("esa de 8.990", "la de 9 lucas", "la de $8.990 sí, una", "la que vale 8990", "la de 9")
    ),
    named(
        "swimming",
        "out by its price",
        step("un gorro de tela y una lámpara de carpa", {"GOR-T": 1, "LAM-C": 1}),
        step("saca el de 3.990", {"LAM-C": 1}),
    ),
    named(
        "swimming",
        "as many as were asked about",
        step("si llevo 10 gorros de silicona me haces precio?", {}, shown=("GOR-S",)),
        step("ya igual dame los 10", {"GOR-S": 10}),
    ),
    named(
        "swimming",
        "all of several colours are not so many of one",
        step("si llevo 5 calcetas 39-42 me haces descuento?", {}),
        step("dame las 5", {}),
    ),
    named("swimming", "cheaper, about so much", step("lámparas más baratas? tipo 9 lucas", {}, shown=("LAM-L",))),
    named("swimming", "the cheapest, so many", step("gorros"), step("los más baratos, dame 3", {"GOR-T": 3})),
]
CORRECTED = [
    *(
        named(
            "swimming",
            f"another length: {said}",
            step("3 cuerdas rojas de 30 m", {"CUE-30": 3}),
            step(said, {"CUE-60": 3}),
        )
        for said in (
            "ups perdón, de 60 m, no de 30",
            "perdón eran de 60",
            "no, de 60 metros",
            "digo de 60 m",
            "mejor las de 60",
        )
    ),
    *(
        named(
            "swimming", f"the size it should be: {said}", step("2 rodilleras M", {"ROD-M": 2}), step(said, {"ROD-S": 2})
        )
        for said in (
            "oiga es talla S la que uso, cámbiela porfa",
            "la que usa es la S, cámbialas",
            "me las cambias? es talla S",
            "perdón, talla S, no M",
            "sabe que mejor talla S",
        )
    ),
    *(
        named(
            "swimming", f"this out, that in: {said}", step("un gorro de tela", {"GOR-T": 1}), step(said, {"LAM-C": 1})
        )
        for said in (
            "no el gorro no, mejor lámpara de carpa",
            "no, el gorro no, mejor una lámpara de carpa",
            "nah mejor lámpara de carpa",
        )
    ),
    named(
        "swimming",
        "fewer of one of them",
        step("2 cascos M y 3 rodilleras S", {"CAS-M": 2, "ROD-S": 3}),
        step("sabe que mejor una sola rodillera", {"CAS-M": 2, "ROD-S": 1}),
    ),
]
NAMED = [
    named("swimming", "what is done with it", step("tienen lámpara pa leer?", {}, shown=("LAM-L",))),
    named("swimming", "near is not it", step("calzas tienen?", {}, says="no tenemos", unsaid="zapatillas")),
    named("swimming", "either of two", step("el casco S o la cuerda de 30?", {}, unsaid="no tenemos")),
    named("swimming", "the maker's, not the case for it", step("quiero la A9", {"CAM-A9": 1})),
    named("swimming", "a case for that", step("una cámara A9 y un estuche para esa", {"CAM-A9": 1, "EST-A9": 1})),
]


@pytest.mark.parametrize(("shop", "steps"), [*RANGES, *KEPT, *PRICES, *CORRECTED, *NAMED])
async def test_what_is_pointed_at(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)


async def test_a_correction_in_the_same_breath_tells_only_what_stays() -> None:
    answer = await Conversation("swimming").say("3 cuerdas rojas de 30 m", "ups perdón, de 60 m, no de 30")
    assert answer.cart == {"CUE-60": 3}
    assert "30 m" not in answer.text


async def test_what_is_named_after_counted_wants_is_wanted_too() -> None:
    answer = await Conversation("swimming").say("un gorro de tela", "y 2 cascos M", "ah y lámpara de carpa")
    assert answer.cart == {"GOR-T": 1, "CAS-M": 2, "LAM-C": 1}


async def test_what_is_only_asked_about_after_a_counted_want_is_shown() -> None:
    answer = await Conversation("swimming").say("un gorro de tela", "y lámpara de carpa?")
    assert answer.cart == {"GOR-T": 1}
    assert answer.shown == ("LAM-C",)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("talla 6 la que usa, cambialo porfavor", "mejor talla 6"),
        ("me equivoque, era de 50, cambialo", "mejor el de 50"),
        ("era rojo, me lo cambias porfavor?", "mejor rojo"),
        ("calza 41 mi viejo, cambialas", "mejor 41"),
        ("ups perdon, de 20 cm", "mejor el de 20 cm"),
        ("digo talla m", "mejor talla m"),
        ("ese es el que me gusta", None),
        ("cual es el que necesito", None),
        ("2 poleras, talla 6", None),
        ("compre una polera talla 6, la puedo cambiar?", None),
        ("le quedo chico, se puede cambiar?", None),
        ("no de esos no", None),
    ],
)
def test_what_should_have_been_is_a_correction(said: str, meant: str | None) -> None:
    assert exchanges_as_corrections(said) == (meant or said)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2 poleras, una s y la otra talla l", "2 poleras, una s y una talla l"),
        ("uno 38 y otro 40", "uno 38 y uno 40"),
        ("una s y las otras dos m", "una s y dos m"),
        ("una polera y otra cosa", "una polera y otra cosa"),
        ("dame una y la otra despues", "dame una y la otra despues"),
    ],
)
def test_the_other_of_two_is_one_more_want(said: str, meant: str) -> None:
    assert halves_apart(said) == meant
