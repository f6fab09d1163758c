"""What names no product is told apart from what does: names, states, addresses, stories, what was bought before."""

import pytest

from agent.brains.rules.reading.after_sale import EXCHANGE, FAULT, after_sale_apart
from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.normalise import fold, undo_chat_spelling
from agent.brains.rules.reading.parse import read_burst
from agent.brains.rules.reading.unasked import without_address
from agent.order_data import OrderSettings
from tests.agent.rules.conversation import Conversation, play


@pytest.mark.parametrize(
    "said",
    [
        "soy la Karina Paz",
        "estoy apurada",
        "ya, decidido",
        "ok, me convenciste",
        "es pa mañana",
        "soy de Maipú",
        "mi hermana está de cumpleaños",
        "carla muñoz",
        "que amable",
        "perfecto, quedo atento",
        "oki doki",
    ],
)
async def test_what_is_no_product_is_not_denied(said: str) -> None:
    answer = await play("hardware", "una brocha", said)
    assert "no tenemos" not in answer.text.casefold()
    assert answer.cart == {"BRC-3": 1}
    assert not answer.is_handed_off


@pytest.mark.parametrize(
    "said", ["tienen drones?", "quiero un telescopio", "2 drones", "y drones", "una brocha, drones y un alicate"]
)
async def test_what_is_asked_for_is_denied_by_its_name(said: str) -> None:
    text = (await play("hardware", said)).text.casefold()
    assert "no tenemos drones" in text or "no tenemos telescopio" in text


@pytest.mark.parametrize(
    ("said", "cart"),
    [
        (
            "buenas, mi papá se cambió de casa en enero así que necesito la escalera y dos brochas",
            {"ESC-6": 1, "BRC-3": 2},
        ),
        ("te cuento que el vecino anda pintando, necesito dos brochas", {"BRC-3": 2}),
        ("mi hermana quiere una escalera", {"ESC-6": 1}),
        ("me encargaron 3 brochas", {"BRC-3": 3}),
        ("necesito:\n- 2 brochas\n- 1 escalera", {"BRC-3": 2, "ESC-6": 1}),
        ("quiero lo siguiente 2 brochas y una escalera", {"BRC-3": 2, "ESC-6": 1}),
        ("me mandan 2 brochas?", {"BRC-3": 2}),
        ("2 brochas a Los Aromos 345, Ñuñoa", {"BRC-3": 2}),
        ("habla Pedro Mora, vivo en Freire 120, Temuco y quiero dos brochas", {"BRC-3": 2}),
    ],
)
async def test_a_story_is_heard_and_its_wants_are_taken(said: str, cart: dict[str, int]) -> None:
    answer = await play("hardware", said)
    assert answer.cart == cart
    for odd in ("no tenemos", "no lo encontré", "¿qué estás buscando?"):
        assert odd not in answer.text.casefold()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("cámbialo x el rojo", "cambialo por el rojo"),
        ("al x mayor", "al por mayor"),
        ("xmayor", "por mayor"),
        ("algo x menos de 10 lucas", "algo por menos de 10 lucas"),
        ("x favor", "porfavor"),
        ("damee 2 tazas :)", "dame 2 tazas"),
        ("la grande (355)", "la grande 355"),
        ("pino 2 x 4", "pino 2 x 4"),
        ("brocha x 2", "brocha x 2"),
        ("2 x brocha", "2 x brocha"),
        ("talla x l", "talla x l"),
        ("látex blanco", "latex blanco"),
        ("de una, pero", "dale, pero"),
        ("una caja de una vela", "una caja de una vela"),
    ],
)
def test_x_is_por_and_de_una_is_dale(typed: str, read: str) -> None:
    assert undo_chat_spelling(fold(typed)).strip() == read


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("compré un taladro el lunes y no me gustó, lo puedo cambiar?", EXCHANGE),
        ("el taladro que pedí llegó en otro color", EXCHANGE),
        ("hola, ayer les compré una sierra. me quedó grande. se puede cambiar?", EXCHANGE),
        ("si no me sirve la broca la puedo devolver?", EXCHANGE),
        ("me vendieron una brocha y salió mala", FAULT),
        ("compre una lampara hace un mes y no prende", FAULT),
        ("una brocha y un taladro", None),
        ("puedo cambiar la brocha por un martillo?", None),
        ("compré una brocha ayer. ahora necesito dos más", None),
    ],
)
def test_what_was_bought_is_a_question_for_the_shop(said: str, asked: str | None) -> None:
    text = after_sale_apart(fold(said))
    assert (EXCHANGE in text or FAULT in text) == (asked is not None)
    if asked:
        assert asked in text
        assert [intent.kind for intent in read_burst(said)][-1] is Kind.SHOP


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("eso sería, mándamelo a Los Aromos 345, Ñuñoa, con boleta", "eso sería, \n, con boleta"),
        ("2 sillas a Av. Matta 1020 depto 3", "2 sillas \n"),
        ("¿me lo dejan en Los Aromos 345?", "¿me lo dejan en Los Aromos 345?"),
        ("zapatillas en Talla 42", "zapatillas en Talla 42"),
        ("cable de 20 metros a 5000", "cable de 20 metros a 5000"),
    ],
)
def test_where_an_order_goes_is_no_part_of_a_want(text: str, rest: str) -> None:
    assert without_address(text) == rest


@pytest.mark.parametrize(
    ("said", "data"),
    [
        (
            "cierra el pedido, mándenlo a Los Aromos 345, Ñuñoa, soy Ana Rojas, con boleta",
            ("Ana Rojas", "delivery", "Los Aromos 345, Ñuñoa", "boleta"),
        ),
        (
            "boleta. A domicilio: Freire 1200, Concepción. Ana Rojas Pino. eso sería todo",
            ("Ana Rojas Pino", "delivery", "Freire 1200, Concepción", "boleta"),
        ),
        (
            "eso sería, a nombre de mi señora Rosa Vidal, despacho a Colón 1234 dpto 5B, Talca. factura no, boleta",
            ("Rosa Vidal", "delivery", "Colón 1234 dpto 5B, Talca", "boleta"),
        ),
        (
            "mi nombre Carlos Toro, Av Libertad 55 Viña del Mar, con despacho y boleta. cierra el pedido",
            ("Carlos Toro", "delivery", "Av Libertad 55 Viña del Mar", "boleta"),
        ),
        (
            "habla la Ana Rojas, vivo en Pasaje Uno 33, Quilicura. con boleta y eso es todo",
            ("Ana Rojas", "delivery", "Pasaje Uno 33, Quilicura", "boleta"),
        ),
    ],
)
async def test_a_closing_takes_its_data_along(said: str, data: tuple[str, ...]) -> None:
    settings = OrderSettings(required=("name", "fulfilment", "address", "document"))
    conversation = Conversation("hardware", settings=settings)
    await conversation.say("2 brochas")
    answer = await conversation.say(said)
    assert answer.has_summary, answer.text
    known = answer.memory.order_data
    assert (known.name, known.fulfilment, known.address, known.document) == data


@pytest.mark.parametrize("said", ["hola, soy de Viña del Mar", "soy Talla M", "soy alérgico al maní"])
async def test_what_one_is_is_no_name(said: str) -> None:
    assert not (await play("hardware", "una brocha", said)).memory.order_data.name


async def test_a_firm_is_no_person() -> None:
    conversation = Conversation("hardware", settings=OrderSettings(required=("document",)))
    await conversation.say("2 brochas")
    data = (await conversation.say("factura a nombre de Roble SpA, eso es todo")).memory.order_data
    assert (data.legal_name, data.name) == ("Roble SpA", "")


@pytest.mark.parametrize("said", ["venden al x mayor?", "hacen precio por mayor?", "es mayorista?"])
async def test_wholesale_is_asked_of_the_shop(said: str) -> None:
    answer = await play("hardware", said)
    assert "la venta al por mayor" in answer.text
    assert answer.shown == ()


@pytest.mark.parametrize("said", ["cuáles tienes?", "cuáles te quedan", "cuáles son?"])
async def test_which_ones_is_of_what_was_just_looked_for(said: str) -> None:
    assert set((await play("hardware", "martillos", said)).shown) == {"MAR-GOM", "MAR-CAR", "MAR-DEM"}


async def test_all_of_it_is_what_was_shown_or_the_cart() -> None:
    assert len((await play("hardware", "alicates", "llevemos todo")).cart) == 2
    assert (await play("hardware", "2 brochas", "ya llevemos todo entonces")).has_summary
