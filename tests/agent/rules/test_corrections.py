"""A shopper changes their mind: another size, another one, another number."""

import pytest

from tests.agent.rules.expect import Step, check, named, step

CORRECTIONS = [
    *(
        named(
            "boutique",
            f"another size instead: {said}",
            step("dame un polerón gris talla M", {"PR-G-M": 1}),
            step(said, {"PR-G-L": 1}, says="cambié"),
        )
        for said in (
            "mejor en L",
            "mejor la L",
            "lo quiero en L",
            "que sea L",
            "cámbialo a L",
            "no, era talla L",
            "prefiero la L",
            "me queda chico, mejor L",
        )
    ),
    named(
        "boutique",
        "the quantity stays",
        step("dame 2 polerones grises talla M", {"PR-G-M": 2}),
        step("mejor en L", {"PR-G-L": 2}),
    ),
    named(
        "boutique",
        "the same in another size, too",
        step("dame un polerón gris talla M", {"PR-G-M": 1}),
        step("la misma pero en L", {"PR-G-M": 1, "PR-G-L": 1}),
    ),
    named(
        "boutique",
        "and another in L",
        step("dame un polerón gris talla M", {"PR-G-M": 1}),
        step("y otra en L", {"PR-G-M": 1, "PR-G-L": 1}),
    ),
    named(
        "boutique",
        "a size out of stock leaves the line",
        step("una polera negra M", {"PB-N-M": 1}),
        step("mejor en L", {"PB-N-M": 1}, says="sin stock"),
    ),
    named(
        "boutique", "a number that is a size", step("jeans 32", {}, shown=("JE-32",)), step("34 mejor", {"JE-34": 1})
    ),
    named("boutique", "so many in each size", step("2 poleras negras, una M y una S", {"PB-N-M": 1, "PB-N-S": 1})),
    named("boutique", "one and another size", step("una polera negra M y otra S", {"PB-N-M": 1, "PB-N-S": 1})),
    named(
        "books", "by another word of the name", step("2 resmas oficio", {"RES-O": 2}), step("mejor carta", {"RES-C": 2})
    ),
    named("pets", "another colour", step("dame una correa roja", {"COR-R": 1}), step("mejor la azul", {"COR-A": 1})),
    named(
        "hardware",
        "a cheaper one: shown, then instead",
        step("dame un taladro inalámbrico", {"TAL-INA": 1}),
        step("cambia el taladro por uno más barato", {"TAL-INA": 1}, shown=("TAL-500",), says="$34.990"),
        step("sí", {"TAL-500": 1}),
    ),
    named(
        "hardware",
        "a cheaper one, so many as before",
        step("2 martillos carpinteros", {"MAR-CAR": 2}),
        step("cámbialo por uno más barato", {"MAR-CAR": 2}, shown=("MAR-GOM",)),
        step("ese", {"MAR-GOM": 2}),
    ),
    named(
        "hardware",
        "there is no cheaper one",
        step("un alicate cortante", {"ALI-COR": 1}),
        step("cambia el alicate por uno más barato", {"ALI-COR": 1}, says="económico"),
    ),
    named(
        "hardware",
        "one thing for another, one to one",
        step("2 martillos carpinteros", {"MAR-CAR": 2}),
        step("cambia los martillos por un alicate universal", {"ALI-UNI": 2}),
    ),
    named(
        "auto",
        "by model",
        step("pastillas de freno del accent", {}),
        step("dame 2", {"PAST-ACC": 2}),
        step("cambia las pastillas por las de yaris", {"PAST-YAR": 2}),
    ),
]

QUANTITIES = [
    named("corner", "how many after the name", step("azúcar 2 kilos", {"AZU1": 2})),
    named("corner", "the measure that tells which", step("aceite 5 litros", {}, shown=("ACE5",))),
    named("books", "so many boxes of it", step("venden lápices de colores?", {}), step("2 cajas", {"COL12": 2})),
    named(
        "hardware",
        "the first of the cart",
        step("una brocha", {"BRC-3": 1}),
        step("2 huinchas", {"BRC-3": 1, "HUI-5": 2}),
        step("la primera que sean 3", {"BRC-3": 3, "HUI-5": 2}),
    ),
    named("hardware", "down to none", step("una brocha", {"BRC-3": 1}), step("baja la brocha a 0", {})),
    named(
        "hardware",
        "sorry about the brushes",
        step("2 brochas y un cemento", {"BRC-3": 2, "CEM-25": 1}),
        step("me arrepentí de las brochas", {"CEM-25": 1}),
    ),
    *(
        named(
            "corner",
            f"so many and no more: {said}",
            step("3 leches enteras y un arroz", {"LEC1": 3, "ARR1": 1}),
            step(said, {"LEC1": count, "ARR1": 1}),
        )
        for said, count in (
            ("deja solo 1 leche", 1),
            ("que queden 2 leches", 2),
            ("baja la leche a 2", 2),
            ("déjame 2 leches nomás", 2),
        )
    ),
    *(
        named(
            "corner",
            f"so many of the one thing: {said}",
            step("3 leches enteras", {"LEC1": 3}),
            step(said, {"LEC1": 2}),
        )
        for said in ("quédate con 2", "déjame solo 2", "deja 2 no más", "que queden 2", "bájalo a 2")
    ),
    named(
        "corner",
        "so many of each in the cart",
        step("una leche entera y una descremada", {"LEC1": 1, "LECD1": 1}),
        step("2 de cada una", {"LEC1": 2, "LECD1": 2}),
    ),
    named(
        "books",
        "so many of each shown",
        step("muéstrame lápices pasta", {}),
        step("2 de cada uno", {"LAP-A": 2, "LAP-N": 2}, says="sin stock"),
    ),
    named(
        "hardware",
        "only the brushes",
        step("3 brochas y un cemento", {"BRC-3": 3, "CEM-25": 1}),
        step("deja solo las brochas", {"BRC-3": 3}),
    ),
    named(
        "hardware",
        "all but the brushes",
        step("3 brochas y un cemento", {"BRC-3": 3, "CEM-25": 1}),
        step("quita todo menos las brochas", {"BRC-3": 3}),
    ),
    named(
        "hardware",
        "none, fewer than none, too many, and a half",
        step("dame 0 martillos de goma", {}, says="desde 1"),
        step("dame -3 martillos de goma", {}, says="desde 1"),
        step("dame 1000000 martillos de goma", {}, says="quedan 3", unsaid="1000000"),
        step("dame 2,5 martillos de goma", {}, says="no", unsaid="no tenemos"),
    ),
    named(
        "hardware",
        "of which, too",
        step("dame 1000000 martillos", {}, unsaid=("no tenemos", "1000000")),
        step("dame -3 martillos", {}, unsaid="no tenemos"),
        step("dame 2,5 martillos", {}, unsaid="no tenemos"),
    ),
    named(
        "boutique",
        "a number right after one was added",
        step("una correa", {}),
        step("un vestido", {"VE-F": 1}),
        step("2", {"VE-F": 2}),
    ),
]


@pytest.mark.parametrize(("shop", "steps"), [*CORRECTIONS, *QUANTITIES])
async def test_what_is_said_next_is_understood(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)
