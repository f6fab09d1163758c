"""What a short answer means by what was said before it."""

import pytest

from tests.agent.rules.expect import Step, check, named, step

FLOURS = ("HAR5", "HAR1")

WAITING = [
    named(
        "hardware",
        "closing waits for what is to be chosen",
        step("quiero 2 martillos y una brocha, eso nomás", {"BRC-3": 1}, says="martillo"),
        step("el de goma", {"BRC-3": 1, "MAR-GOM": 2}),
        step("eso nomás", has_summary=True),
    ),
    named(
        "corner",
        "an answer to the want that waits; the open question stays open",
        step("dame 2 kilos de harina y una bebida de 3 litros", {}, shown=FLOURS, says="bebida"),
        step("la de naranja", {"BEBN3": 1}, shown=FLOURS, says="2"),
        step("sin polvos", {"BEBN3": 1, "HAR1": 2}),
    ),
    named(
        "corner",
        "the open question first, then the one that waits",
        step("dame 2 kilos de harina y 3 bebidas de 3 litros", {}),
        step("con polvos", {"HAR5": 2}, says="naranja"),
        step("la cola", {"HAR5": 2, "BEB3": 3}),
    ),
    named(
        "hardware",
        "both answered at once",
        step("quiero 2 martillos y 3 alicates", {}),
        step("el cortante y el de goma", {"ALI-COR": 3, "MAR-GOM": 2}),
    ),
    named(
        "hardware",
        "the second, then the first",
        step("quiero 2 martillos y 3 alicates", {}),
        step("el cortante", {"ALI-COR": 3}),
        step("el de goma", {"ALI-COR": 3, "MAR-GOM": 2}),
    ),
]

TOTALS = [
    named(
        "corner",
        "how much it is: the cart",
        step("2 leches enteras y un arroz", {"LEC1": 2, "ARR1": 1}),
        *(
            step(said, {"LEC1": 2, "ARR1": 1}, says="$3.870")
            for said in (
                "cuánto es",
                "cuánto sería",
                "cuánto te debo",
                "cuánto sale todo",
                "a cuánto asciende",
                "cuánto tengo que pagar?",
                "cuánto sería en total?",
            )
        ),
    ),
    named(
        "corner",
        "how much one shown costs: that one",
        step("una azúcar", {"AZU1": 1}),
        step("tienen pan de molde?", {"AZU1": 1}),
        step("¿cuánto cuesta?", {"AZU1": 1}, says="$2.190"),
    ),
    named("corner", "with an empty cart, what was shown", step("pan de molde"), step("cuánto es?", {}, says="$2.190")),
    named(
        "hardware",
        "the price of so many of what was shown",
        step("martillo carpintero", {}),
        step("cuánto por 3?", {}, says="$26.970"),
        step("ya dame esos 3", {"MAR-CAR": 3}),
    ),
]

REPEATED = [
    named(
        "hardware",
        "the same choice again",
        step("muéstrame martillos", {}),
        step("dame el segundo", {"MAR-CAR": 1}),
        *(step(said, {"MAR-CAR": 1}) for said in ("ok llevo esa", "dame esa", "ya, esa", "ya po ese", "lo llevo")),
        step("una más", {"MAR-CAR": 2}),
        step("agrega 2 más", {"MAR-CAR": 4}),
        step("otro", {"MAR-CAR": 5}),
    ),
    named(
        "hardware",
        "the cheapest, again",
        step("quiero el alicate más barato", {"ALI-COR": 1}),
        step("ya, ese", {"ALI-COR": 1}),
        step("2 de esos", {"ALI-COR": 2}),
        step("2 más", {"ALI-COR": 4}),
    ),
    named(
        "hardware",
        "both, again",
        step("muéstrame taladros", {}),
        step("dame los dos", {"TAL-500": 1, "TAL-INA": 1}),
        step("ya, esos", {"TAL-500": 1, "TAL-INA": 1}),
    ),
    named(
        "hardware",
        "yes and the same in one message",
        step("tienes brochas?", {}),
        step("ya, dame esas", {"BRC-3": 1}),
        step("dame 3", {"BRC-3": 3}),
    ),
    named(
        "hardware",
        "named again is another",
        step("un martillo de goma", {"MAR-GOM": 1}),
        step("2 martillos de goma", {"MAR-GOM": 3}),
    ),
    named(
        "hardware",
        "a name or a code alone is only shown",
        step("MAR-GOM", {}, shown=("MAR-GOM",)),
        step("martillo de goma", {}, shown=("MAR-GOM",)),
        step("un martillo de goma", {"MAR-GOM": 1}),
    ),
]

OFFERED = [
    *(
        named(
            "corner",
            f"fewer than asked: {said}",
            step("dame 30 huevos de campo", {}, says="quedan 20"),
            step(said, {"HUEU": count}, unsaid="no tenemos"),
        )
        for said, count in (
            ("mejor una docena", 12),
            ("dame 10", 10),
            ("ya los 20", 20),
            ("ok dame los que quedan", 20),
            ("todos", 20),
            ("los que tengas", 20),
            ("8 nomás", 8),
            ("media docena", 6),
            ("ya dale", 20),
        )
    ),
    named("corner", "those four", step("quiero 10 aceites de 5 litros", {}), step("ya dame los 4", {"ACE5": 4})),
    named(
        "corner",
        "a dozen of what is sold by the dozen",
        step("dame 30 docenas de huevos blancos", {}, says="quedan 20"),
        step("mejor una docena", {"HUE12": 1}),
    ),
    named(
        "bakery",
        "all that is left, over what is held",
        step("12 empanadas de pino", {"EMP-PI": 12}),
        step("mejor 30", {"EMP-PI": 12}, says="quedan 24"),
        step("ya los que queden", {"EMP-PI": 24}),
    ),
]


@pytest.mark.parametrize(("shop", "steps"), [*WAITING, *TOTALS, *REPEATED, *OFFERED])
async def test_what_is_said_next_is_understood(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)
