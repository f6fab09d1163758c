"""A store whose tone is formal says "usted" throughout."""

import re

import pytest

from tests.agent.rules.conversation import Conversation

_FAMILIAR = re.compile(
    r"(?i)\b(?:tú|te|ti|tu|tus|dime|quieres|puedes|tienes|llevas|buscas|necesitas|prefieres|responde|pide|cuéntame)\b"
)


@pytest.mark.parametrize(
    "messages",
    [
        ["hola", "martillos", "el segundo", "mi carrito", "cerrar pedido", "no", "gracias", "chao"],
        ["dame 20 martillos de goma", "ya", "saca el martillo", "nada", "hola", "ayuda", "eres un bot?"],
        ["tienen bicicletas?", "a qué hora abren?", "asdf qwer", "una sierra circular", "lo voy a pensar"],
        ["2 brochas", "2 de cada una", "cuánto es", "quiero pagar", "tienen taladros?", "y mi pedido?"],
        ["qué venden?", "quiero pagar", "algo para colgar un cuadro", "cuéntame un chiste", "solo estoy mirando"],
    ],
)
async def test_a_formal_store_is_never_familiar(messages: list[str]) -> None:
    conversation = Conversation("hardware", tone="formal")
    for message in messages:
        answer = await conversation.say(message)
        assert not _FAMILIAR.search(answer.text), answer.text
        assert answer.problems == ()


async def test_the_cart_is_theirs() -> None:
    conversation = Conversation("hardware", tone="formal")
    assert "Su carrito" in (await conversation.say("una brocha")).text
    assert "Este es su pedido" in (await conversation.say("cerrar pedido")).text


async def test_any_other_tone_is_familiar() -> None:
    assert "Tu carrito" in (await Conversation("hardware", tone="divertido").say("una brocha")).text
