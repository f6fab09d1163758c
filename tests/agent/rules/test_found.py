"""Conversations that once went wrong: what a shopper says next, and what it must not do."""

import pytest

from tests.agent.rules.conversation import Conversation, play
from tests.agent.rules.expect import Step, check, named, step

FLOURS = ("HAR5", "HAR1")

WAITING = [
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

QUANTITIES = [
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


@pytest.mark.parametrize(
    ("shop", "steps"),
    [*WAITING, *CORRECTIONS, *TOTALS, *REPEATED, *OFFERED, *QUANTITIES, *OPTIONS, *NEEDS],
)
async def test_what_is_said_next_is_understood(shop: str, steps: tuple[Step, ...]) -> None:
    await check(shop, steps)


@pytest.mark.parametrize(
    "question",
    [
        "son originales?",
        "llegan hoy?",
        "tienen garantía?",
        "dan factura?",
        "dónde están ubicados",
        "tienen transferencia?",
        "necesitan receta?",
        "son nacionales?",
        "asepta tarjeta?",
        "para cuándo llegaría?",
        "cuánto se demora?",
        "hacen instalaciones?",
        "avísame cuando lleguen",
    ],
)
async def test_a_question_about_the_shop_is_not_answered_with_a_product(question: str) -> None:
    answer = await play("boutique", question)
    assert "persona" in answer.text
    assert "no tenemos" not in answer.text.casefold()
    assert (answer.cart, answer.shown, answer.is_handed_off) == ({}, (), False)


@pytest.mark.parametrize(
    "said",
    [
        "me arrepentí",
        "olvídalo",
        "nada, gracias",
        "después te aviso",
        "lo voy a pensar",
        "solo estoy mirando",
        "te confirmo mañana",
        "otro día mejor",
        "mejor lo consulto con mi señora",
        "ando vitrineando nomás",
    ],
)
async def test_who_leaves_it_is_left_in_peace(said: str) -> None:
    conversation = Conversation("hardware")
    await conversation.say("una brocha")
    answer = await conversation.say(said)
    assert answer.cart == {"BRC-3": 1}
    assert "no tenemos" not in answer.text.casefold()
    assert "no te entendí" not in answer.text.casefold()
    assert not answer.has_summary
    assert len(answer.text) < 200


@pytest.mark.parametrize(
    ("typed", "cart"),
    [
        ("kiero una brocha", {"BRC-3": 1}),
        ("nesecito 2 huinchas", {"HUI-5": 2}),
        ("agrege una escalera", {"ESC-6": 1}),
        ("agregame un cemento", {"CEM-25": 1}),
        ("ponme un alicate cortante", {"ALI-COR": 1}),
        ("dame una brocha|sakame la brocha", {}),
        ("una brocha|kita la brocha", {}),
    ],
)
async def test_verbs_as_they_are_heard(typed: str, cart: dict[str, int]) -> None:
    assert (await play("hardware", *typed.split("|"))).cart == cart


@pytest.mark.parametrize(
    "typed", ["cuanto bale el cemento", "presio del cemento", "tinen cemento", "ai stock de cemento", "ay cemento"]
)
async def test_questions_as_they_are_heard(typed: str) -> None:
    answer = await play("hardware", typed)
    assert answer.shown == ("CEM-25",)
    assert "no tenemos" not in answer.text.casefold()


@pytest.mark.parametrize("typed", ["quiero pagah", "sierra el pedido", "serrar pedido", "cierre el pedido po"])
async def test_closing_as_it_is_heard(typed: str) -> None:
    assert (await play("hardware", "una brocha", typed)).has_summary


@pytest.mark.parametrize(
    "said", ["tienen taladros?", "hacen envíos?", "ya veo", "si tienen boleta", "si es que llega mañana"]
)
async def test_what_is_asked_beside_a_summary_closes_it_and_says_so(said: str) -> None:
    conversation = Conversation("hardware")
    await conversation.say("2 brochas")
    await conversation.say("cerrar pedido")
    answer = await conversation.say(said)
    assert "sin confirmar" in answer.text
    assert (answer.ordered, answer.memory.summary_id) == (None, None)
    assert (await conversation.say("sí")).ordered is None


async def test_a_greeting_in_between_does_not_introduce_again() -> None:
    conversation = Conversation("hardware")
    assert "asistente automático" in (await conversation.say("hola")).text
    await conversation.say("una brocha")
    for greeting in ("hola", "buenas tardes", "hola de nuevo"):
        answer = await conversation.say(greeting)
        assert "asistente automático" not in answer.text
        assert answer.cart == {"BRC-3": 1}
