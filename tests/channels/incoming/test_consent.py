"""Wishes to be left alone are told from what shoppers say about products, however they are worded."""

import pytest

from channels.incoming.consent import read_consent, says_more
from data.intake import Consent


@pytest.mark.parametrize(
    "text",
    ["BAJA", "baja", "Baja por favor", "STOP", "stop.", "Dar de baja", "quiero darme de baja", "DARME DE BAJA",
     "denme de baja", "no me escriban más", "No me manden más mensajes", "por favor no me envíen más publicidad",
     "dejen de escribirme", "paren de mandarme cosas", "sáquenme de su lista", "bórrenme de la base de datos",
     "no quiero recibir más mensajes", "no quiero que me manden ofertas", "unsubscribe", "hola, baja gracias",
     "*BAJA*", "BAJA 🙏", "Baja porfis", "stop please", "solicito la baja", "ya no me escriban",
     "no quiero más publicidad", "¿me pueden dar de baja?", "necesito que me den de baja", "den de baja mi número",
     "borren mi número", "eliminen mi contacto de la base de datos", "no me molesten más", "paren con los mensajes",
     "no me interesa, no me escriban", "no me vuelvan a escribir", "no me sigan escribiendo", "déjenme en paz",
     "no quiero que me escriban", "sáquenme de aquí", "no me manden más", "no deseo recibir publicidad",
     "Por favor dar de baja este número", "Detener promociones"],
)  # fmt: skip
def test_leaving_is_understood(text: str) -> None:
    assert read_consent(text) is Consent.OUT
    assert not says_more(text)


@pytest.mark.parametrize(
    "text",
    ["¿baja de precio?", "la más baja", "mesa alta", "una silla de altura baja", "quiero dar de baja el pedido",
     "no me mandes el pedido todavía", "no me envíes nada todavía", "basta", "no quiero más", "stop motion",
     "¿tienen ampolletas de baja potencia?", "no me escriban todavía", "cancela mi pedido", "hola", "",
     "stop de la puerta", "baja la de 3 metros", "la baja", "stop, quiero cambiar el pedido", "para de manos",
     "no me mandes más tornillos", "no me manden más de 3", "no me envíes más clavos, con esos basta",
     "sácame el martillo de la lista", "quítame los clavos de la lista", "quítame eso de mi lista", "borra la lista",
     "no me envíes más información, con eso me basta", "no quiero recibir más de 5", "no me manden nada roto",
     "si no hay stock, no me escriban", "no quiero la promoción", "no me interesa la oferta",
     "dejen de mandar el pedido a la otra dirección", "no me mandes nada por Bluexpress"],
)  # fmt: skip
def test_shopping_is_no_leaving(text: str) -> None:
    assert read_consent(text) is None


@pytest.mark.parametrize(
    "text", ["ALTA", "alta por favor", "Suscribir", "quiero suscribirme", "START", "denme de alta"]
)
def test_coming_back_is_understood(text: str) -> None:
    assert read_consent(text) is Consent.IN
    assert not says_more(text)


def test_what_is_said_beside_it_is_to_be_answered() -> None:
    text = "No me manden más promociones. ¿Llegó mi pedido?"
    assert read_consent(text) is Consent.OUT
    assert says_more(text)


@pytest.mark.parametrize("words", ["hola ", "nunca más ", "no me manden más ", "más nunca ", "por favor ", "a"])
def test_no_text_takes_long(words: str) -> None:
    for text in (words * 600, f"no me contacten {words * 600} x", f"BAJA {words * 600}"):
        assert read_consent(text) in (None, Consent.OUT)
