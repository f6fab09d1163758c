"""What a message plainly is, judged by code as it comes in: an auto-reply, a command, a whole thought."""

import re
from collections.abc import Callable
from enum import StrEnum

from data.accents import unaccented

_MOST_READ = 600

# What WhatsApp Business, mail and call centres answer by themselves.
_AUTOMATIC = re.compile(
    r"\bgracias por (?:comunicarte|comunicarse|contactarte|contactarse|ponerte en contacto|ponerse en contacto) con\b"
    r"(?! (?:el|la|un|una|mi|alguien)\b)"
    r"|\bgracias por (?:comunicarte|comunicarse|contactarnos|contactar|escribirnos|tu mensaje|su mensaje|preferirnos"
    r"|tu contacto|su contacto)\b.{0,80}(?:\b(?:te|le|lo) (?:responderemos|atenderemos|contactaremos)"
    r"|\b(?:responderemos|atenderemos|contactaremos)\b|\ben que (?:te |le )?(?:podemos|puedo) ayudar"
    r"|\b(?:nuestro|el) horario|\ba la brevedad|\ben este momento no|\bdejanos|\bdejenos)"
    r"|\b(?:este|esta|esto) es (?:un|una) (?:mensaje|respuesta) automatic[oa]"
    r"|^\W*(?:mensaje|respuesta|contestacion|correo) automatic[oa]\b|\b(?:mensaje|respuesta) automatic[oa]\W*$"
    r"|\brespuesta generada automaticamente|\bauto.?reply\b|\bautomatic reply\b|\bout of (?:the )?office\b"
    r"|\b(?:en este momento|por el momento|ahora) no (?:podemos|puedo) (?:atender|responder|contestar)"
    r"(?:te|le|los)?\b.{0,80}\b(?:brevedad|pronto|horario|luego|mas tarde|apenas|cuanto antes)"
    r"|\b(?:estamos|nos encontramos|te encuentras) fuera (?:de|del) (?:nuestro )?(?:horario|oficina)"
    r"|\bno (?:responda|respondas|responder) (?:a )?este mensaje\b|\bdo not reply\b"
    r"|\bsoy (?:el|la|un|una) (?:asistente|bot|chatbot) (?:virtual|automatic[oa])\b"
    r"|\b(?:tu|su) mensaje (?:es (?:muy )?importante para nosotros|ha sido recibido)\b"
    r"|^\W*(?:hola\W+)?(?:te comunicaste|se comunico|te has comunicado|se ha comunicado|has contactado) con\b"
    r"|\b(?:te|le|lo|los) (?:responderemos|atenderemos|contactaremos|contestaremos) (?:lo antes posible|a la brevedad"
    r"|en breve|cuanto antes)\W*$|\b(?:selecciona|seleccione|marca|marque|digita|digite|ingresa|ingrese) una opcion\b"
)


class Command(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"


_COMMANDS = {
    "pausa": Command.PAUSE, "pausar": Command.PAUSE, "pause": Command.PAUSE,
    "reanuda": Command.RESUME, "reanudar": Command.RESUME, "resume": Command.RESUME,
}  # fmt: skip
_COMMAND = re.compile(r"/\s?(\w+)(?:\s+(\+?[\d\s().-]{8,20}))?[\s.!]*")


def is_automatic(text: str) -> bool:
    """Whether an auto-responder wrote it: to answer it would be answered in turn."""
    return bool(_AUTOMATIC.search(_folded(text)))


def read_command(text: str) -> tuple[Command, str | None] | None:
    """ "/pausa" and "/reanuda", with the phone of whom it is about when it names one."""
    found = _COMMAND.fullmatch(_folded(text))
    if found is None or found[1] not in _COMMANDS:
        return None
    return _COMMANDS[found[1]], found[2]


# How much of the quiet time a message is still given, by the first that holds: the thought it says may be whole.
_WHOLE: tuple[tuple[Callable[[str], object], float], ...] = (
    (re.compile(r"(?:[,;:…]|\.\.\.|\b(?:y|e|o|u|pero|porque|que|de|con|para|en|a|ademas|tambien|mas|un|una|el|la))$").search, 1.0),  # noqa: E501 - one row
    (re.compile(r"\S+ \S.*[?]$").match, 0.3),
    (re.compile(r"(?:\S+ ){5}.*[.!]$").match, 0.3),
    (re.compile(r"(?:si|no|dale|ok|okey|confirmo|confirmado|listo|sip|nop)(?: (?:gracias|por favor|porfa|confirmo|dale))?[.!]*").fullmatch, 0.5),  # noqa: E501 - one row
    (re.compile(r"(?:\S+ ){11}").match, 0.5),
)  # fmt: skip


def quiet_share(text: str) -> float:
    """How much of the window to wait after it: all, or less where the message seems to be all there is to say."""
    words = _folded(text)
    return next((share for looks, share in _WHOLE if looks(words)), 1.0)


def _folded(text: str) -> str:
    folded = unaccented(text[:_MOST_READ])[:_MOST_READ]  # one character may be folded into eighteen
    return " ".join(folded.split())
