"""What counts as a plain yes or no, and as asking for a person."""

from uuid import uuid4

import pytest

from agent.confirmation import NO_CHOICE, YES_CHOICE, Answer, answer_to_summary, confirm_choice, read_answer
from agent.handoff import asks_for_human


@pytest.mark.parametrize(
    "text",
    ["sí", "Si", "SIII", "ya po", "dale", "ok", "Sí, confirmo", "si porfa", "sí, gracias", "confirmo!", "👍", "de una",
     "  listo  ", "sí.", "Sí, por favor", "sip", "claro que sí",
     "ok, confirmo el pedido", "dale, confirma", "sí, eso es todo", "sí, quiero confirmar mi pedido",
     "sí, está todo bien", "si, es correcto", "sí, lo quiero", "ya si", "sí nomás", "dale no más", "ok 👍",
     "si quiero confirmar mi pedido", "por supuesto que sí", "si claro que si"],
)  # fmt: skip
def test_a_plain_yes(text: str) -> None:
    assert read_answer(text) is Answer.YES


@pytest.mark.parametrize(
    "text", ["no", "No.", "todavía no", "no gracias", "espera", "NOOO", "mejor no", "nopo", "no, no", "claro que no"]
)
def test_a_plain_no(text: str) -> None:
    assert read_answer(text) is Answer.NO


@pytest.mark.parametrize(
    "text",
    ["", "ok?", "¿sí?", "sí pero agrega otro", "si tienen en rojo", "sí, y quita el martillo", "no sé", "😀", "...",
     "y si mejor dos", "confirmo mañana", "no quiero el azul, dame el rojo", "ya no", "si o no", "\x00", "sí no",
     "si es que llega mañana", "si tienen boleta", "si es así", "sí o no", "ya veo", "ok pero", "listo?", "¿listo",
     "confirmo si llega hoy", "quiero confirmar si es el pedido", "dale si tienen", "ya no más", "ya nomás",
     "creo que sí", "ojalá", "ok 🤔", "sí, pero mañana", "si no", "no sí", "si me hacen precio", "luego confirmo",
     "si lo envían hoy", "cuando confirmo", "ya casi", "bueno no sé", "ok gracias, lo pienso",
     "qué bueno", "el pedido", "confirmo dos", "ok muéstrame otro"],
)  # fmt: skip
def test_anything_more_is_neither(text: str) -> None:
    assert read_answer(text) is Answer.NEITHER


def test_a_tapped_button_says_it_whatever_its_title() -> None:
    assert read_answer("cualquier cosa", YES_CHOICE) is Answer.YES
    assert read_answer("cualquier cosa", NO_CHOICE) is Answer.NO


@pytest.mark.parametrize(
    "text",
    ["quiero hablar con una persona", "me puede atender alguien?", "persona por favor", "necesito un ejecutivo",
     "HUMANO", "no quiero hablar con un robot", "comunícame con el dueño", "dame un humano", "pásame con un vendedor",
     "prefiero hablar con alguien real", "quiero que me atienda una persona"],
)  # fmt: skip
def test_asking_for_a_person(text: str) -> None:
    assert asks_for_human([text])


@pytest.mark.parametrize(
    "text",
    ["algo para una persona de 2 metros", "agente limpiador", "un regalo para mi jefe", "tienen llaves?", "hola",
     "quiero un martillo", "para 4 personas", "guantes de vendedor"],
)  # fmt: skip
def test_words_about_people_are_not_asking_for_one(text: str) -> None:
    assert not asks_for_human([text])


@pytest.mark.parametrize(
    "text",
    ["sí", "sí gracias", "dale, muchas gracias", "sí 👍", "ok 🙏", "confirmo 😊", "ok", "listo", "ya po",
     "hágale no más", "oki doki", "demosle", "demosle nomás", "sipi", "vamos po", "hecho", "va po", "confirmadísimo",
     "dalee", "ya po, mándamelo nomás", "igual lo llevo, confirmo", "si lo llevo", "me los llevo todos",
     "todo ok, confirmo", "sí, todo ok", "está todo bien, dale", "listo, mándelo", "perfecto, procésalo", "de una po",
     "de todas maneras", "trato hecho", "así es", "como no, dale", "sin problema, confirmo", "despáchalo", "me tinca",
     "ok, está perfecto", "sí, tal cual", "dale con todo", "sí 🥰", "sí\nconfirmo", "dale no más, vecina"],
)  # fmt: skip
def test_a_yes_to_a_summary(text: str) -> None:
    assert answer_to_summary(text, None, uuid4()) is Answer.YES


@pytest.mark.parametrize(
    "text",
    ["👍", "👌", "✅", "😂", "ok 😂", "si 🙃", "ya gracias", "listo gracias", "perfecto, gracias", "ok gracias",
     "dale pero con 2", "ok, y el despacho", "mándalo mañana", "mándalo a mi oficina", "lo llevo si me hacen precio",
     "va a llover", "vamos viendo", "todo bien gracias", "me parece caro", "confirmo con mi señora", "llevo dos más",
     "mándame otro", "no lo mandes", "igual", "hecho en Chile", "de una marca mejor", "sí, con boleta",
     "va con despacho",
     "confirmo uno solo", "mándalo con factura", "como no me gusta", "sí\nno", "dale\n¿y el despacho?",
     "ok sin el cable",
     "gracias", "está confirmado el pedido", "ya esta confirmado", "quedó confirmado", ""],
)  # fmt: skip
def test_no_yes_to_a_summary(text: str) -> None:
    assert answer_to_summary(text, None, uuid4()) is Answer.NEITHER


def test_sending_what_is_to_be_fetched_is_no_yes() -> None:
    assert answer_to_summary("mándalo", None, uuid4(), is_pickup=True) is Answer.NEITHER
    assert answer_to_summary("sí, procésalo", None, uuid4(), is_pickup=True) is Answer.YES


def test_a_button_confirms_its_own_summary_only() -> None:
    summary_id = uuid4()
    assert answer_to_summary("Sí, confirmar", confirm_choice(summary_id), summary_id) is Answer.YES
    assert answer_to_summary("Sí, confirmar", confirm_choice(uuid4()), summary_id) is Answer.NEITHER
    assert answer_to_summary("Sí, confirmar", YES_CHOICE, summary_id) is Answer.NEITHER


def test_a_person_asked_for_anywhere_in_a_burst() -> None:
    assert asks_for_human(["busco un regalo", "no me sirves, quiero hablar con una persona"])
    assert asks_for_human(["x" * 3000, "quiero hablar con una persona"])
    assert asks_for_human(["quiero hablar", "con una persona"])
    assert not asks_for_human(["busco algo", "para una persona mayor"])
