"""One message each: questions about the shop, leaving it, verbs written as they are heard."""

import pytest

from tests.agent.rules.conversation import Conversation, play


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
