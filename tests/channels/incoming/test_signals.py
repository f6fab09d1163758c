"""Auto-replies and commands are told from what shoppers say about products."""

import pytest

from channels.incoming.signals import Command, is_automatic, quiet_share, read_command


@pytest.mark.parametrize(
    "text",
    ["Gracias por comunicarte con Ferretería Sol. ¿En qué podemos ayudarte?",
     "¡Hola! 👋 Gracias por contactarnos, te responderemos a la brevedad.",
     "Gracias por escribirnos. Nuestro horario de atención es de lunes a viernes.",
     "Este es un mensaje automático, por favor no responder.",
     "En este momento no podemos atenderte, te contestaremos lo antes posible apenas volvamos",
     "Estamos fuera de horario", "Respuesta automática: vuelvo el lunes", "Soy el asistente virtual de Claro",
     "I am currently out of office", "¡Gracias por comunicarse con Banco Andino!",
     "Gracias por escribirnos 😊 ¿En qué te podemos ayudar?", "Tu mensaje es muy importante para nosotros",
     "Hola! Te comunicaste con Ferretería El Clavo. Nuestro horario es de 9 a 18",
     "No estoy disponible en este momento, te responderé yo: le atenderemos lo antes posible",
     "Bienvenido a Entel. Selecciona una opción: 1 Ventas, 2 Soporte"],
)  # fmt: skip
def test_an_auto_responder_is_recognised(text: str) -> None:
    assert is_automatic(text)


@pytest.mark.parametrize(
    "text",
    ["gracias por el mensaje, me llevo 2", "gracias por tu ayuda", "¿tienen portones automáticos?", "motor automático",
     "gracias por responder", "ahora no puedo, mañana te escribo", "¿en qué horario atienden?", "gracias", "hola",
     "¿tienen respuesta automática para portones?", "muchas gracias por todo",
     "gracias por tu contacto, me sirve con despacho", "gracias por comunicarte con mi mamá",
     "gracias por ponerte en contacto con el vendedor", "estamos de vacaciones hasta el 15, ¿pueden despachar después?",
     "los contactaremos en breve para pagar, ¿queda stock?"],
)  # fmt: skip
def test_a_shopper_is_no_auto_responder(text: str) -> None:
    assert not is_automatic(text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/pausa", (Command.PAUSE, None)),
        (" /Pausa. ", (Command.PAUSE, None)),
        ("/REANUDA", (Command.RESUME, None)),
        ("/reanudar +56 9 8765 4321", (Command.RESUME, "+56 9 8765 4321")),
        ("pausa", None),
        ("/precio", None),
        ("/pausa ahora mismo", None),
    ],
)
def test_commands(text: str, command: tuple[Command, str | None] | None) -> None:
    assert read_command(text) == command


def test_one_letter_that_stands_for_eighteen_holds_nobody_up() -> None:
    """Read for minutes, it would keep everybody waiting."""
    assert quiet_share("\ufdfa" * 600) == 0.5
