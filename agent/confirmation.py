"""Whether a message is a plain yes or no to the summary just shown: an allow-list judged by code, never a model."""

import re
import unicodedata
from enum import StrEnum
from uuid import UUID

from data.accents import unaccented

YES_CHOICE = "confirm_order"
NO_CHOICE = "keep_cart"

_YES = {
    "si", "sip", "sii", "siii", "sipo", "si po", "sisi", "si si", "ya", "ya po", "yapo", "dale", "ok", "oka",
    "okey", "okay", "oki", "bueno", "bueno ya", "listo", "confirmo", "confirmado", "confirmar", "confirma",
    "confirmalo", "si confirmo", "si confirmado", "si confirma", "si confirmalo", "lo confirmo",
    "si lo confirmo", "de acuerdo", "correcto", "si correcto", "esta bien", "si esta bien", "perfecto",
    "si perfecto", "hagale", "dale si", "si dale", "dale nomas", "dale no mas", "ya dale", "si ya", "ya si",
    "obvio", "claro", "si claro", "claro que si", "si claro que si", "por supuesto que si",
    "obvio que si", "por supuesto", "acepto", "si acepto", "haz el pedido",
    "hazlo", "si hazlo", "haga el pedido", "si haz el pedido", "hacer el pedido", "pidelo",
    "quiero confirmar", "si quiero", "si quiero confirmar", "va", "vamos", "de una", "si de una", "conforme",
    "si conforme", "si todo bien", "todo bien", "esta perfecto", "si eso", "eso es", "me parece",
    "me parece bien", "s", "simon", "sim", "yes", "afirmativo", "👍", "👌", "✅", "si 👍", "ok 👍", "dale 👍",
}  # fmt: skip
# "Ok, confirmo el pedido": said only in words of agreeing, at least one of which cannot mean anything else.
_PLAIN_YES = {
    "si", "sip", "sii", "sipo", "dale", "ok", "confirmo", "confirmado", "confirmada", "confirmar", "confirma",
    "confirmalo", "confirme", "confirmelo", "confirmenlo", "confirmemos", "confirmamelo", "adelante", "hagamoslo",
    "vale", "hagamosle", "procede", "proceda", "procedamos",
}  # fmt: skip
_AGREEING = _PLAIN_YES | {
    "el", "la", "mi", "su", "pedido", "compra", "orden", "todo", "po", "pues", "lo", "esta", "eso", "es", "asi",
    "bien", "bueno", "ya", "listo", "perfecto", "claro", "correcto", "quiero", "por", "supuesto", "obvio", "de",
    "acuerdo", "haz", "hazlo", "hacer", "conforme", "super", "genial", "senor", "senora", "ahora", "yapo", "nomas",
    "oka", "okey", "oki", "hagale", "buenisimo", "excelente", "bacan", "altiro", "al", "tiro",
}  # fmt: skip
_NO = {
    "no", "no no", "claro que no", "obvio que no", "por supuesto que no",
    "nop", "nopo", "no po", "noo", "todavia no", "aun no", "no todavia", "no gracias", "no aun",
    "mejor no", "no confirmo", "no lo confirmes", "no confirmes", "no por ahora", "por ahora no", "espera",
    "esperate", "negativo", "no quiero", "cancela", "cancelar", "cancelalo", "no lo confirmo",
    "no estoy seguro", "no estoy segura", "👎",
}  # fmt: skip
_COURTESY = re.compile(
    r"\b(por favor|porfa(?:vor|s)?|porfis|gracias|muchas gracias|plis|please|hola|amigo|amiga|caserita|casero)\b"
)
# "Nomás" softens a yes ("sí nomás"); after "ya" it means enough.
_SOFTENED = re.compile(r"^(si|dale|ok|bueno|claro)(?: po)? (?:nomas|no mas)$")
# Typed without its accent, "si" is also "if": "si es así", "confirmo si llega mañana", "dale si tienen boleta".
_IF = re.compile(
    r"^si (?:es|esta|son|la|el|mi|su|todo (?!bien)|lo (?!confirmo)|de (?!una|acuerdo))"
    r"|\b(?!(?:ya|dale|ok|bueno|si|claro|po|ahora|yapo) si)\w+ si\b"
)
_SURELY_YES = re.compile(r"\bsí\b|^\W*si\s*[,.!]")
_DOUBTING = re.compile("[¿🤔🙄😕🤨😐😬❓❔⁉]")


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NEITHER = "neither"


def read_answer(text: str, choice: str | None = None) -> Answer:
    """Silence, a question ("¿ok?"), or a yes with anything more in it is NEITHER."""
    if choice == YES_CHOICE:
        return Answer.YES
    if choice == NO_CHOICE:
        return Answer.NO
    if "?" in text or _DOUBTING.search(text):
        return Answer.NEITHER
    words = _SOFTENED.sub(r"\1", _plain(text))
    courteous = _plain(_COURTESY.sub(" ", words))
    for answer, phrases in ((Answer.YES, _YES), (Answer.NO, _NO)):
        if words in phrases or courteous in phrases:
            return answer
    said = set(courteous.split())
    is_agreed = bool(said & _PLAIN_YES) and said <= _AGREEING and not _is_conditional(courteous, text)
    return Answer.YES if is_agreed else Answer.NEITHER


# What may stand beside "gracias" and still be a yes; "ya, gracias" is a goodbye as well.
_SURE = {"si", "sip", "sii", "sipo", "confirmo", "confirmar", "confirmalo", "dale", "acepto"}
_THANKS = re.compile(r"\bgracias\b")
# "Ya está confirmado", "es confirmado": asks whether it is, or says that it was.
_IS_DONE = re.compile(r"\b(?:esta|es|quedo|fue)\b.*\bconfirmad[oa]\b|\bconfirmad[oa]\b.*\b(?:esta|es|quedo|fue)\b")
_KIND_SIGNS = re.compile("[👍👌✅🙏😊🙂😁💪🏻🏼🏽🏾🏿\ufe0f]")


def answer_to_summary(text: str, choice: str | None, summary_id: UUID) -> Answer:
    """A yes here places an order, so it must be in words, or the button of this very summary.

    Signs alone, thanks that may be a goodbye, and an older summary's button are NEITHER.
    """
    if choice is not None and choice.startswith(YES_CHOICE):
        return Answer.YES if choice == confirm_choice(summary_id) else Answer.NEITHER
    words = _KIND_SIGNS.sub(" ", text)
    if any(unicodedata.category(sign) in ("So", "Sk", "Cs") for sign in words):
        return Answer.NEITHER
    answer = read_answer(words, choice)
    plain = _plain(words)
    is_vague = _IS_DONE.search(plain) or (_THANKS.search(plain) and not _SURE & set(plain.split()))
    return Answer.NEITHER if answer is Answer.YES and is_vague else answer


_CANCEL_IT = re.compile(
    r"(?:(?:si|sip|ya|dale|ok|claro|obvio|seguro|confirmo|bueno) )*"
    r"(?:(?:cancel|anul)(?:al[oa]|ar(?:l[oa])?|a|e(?:l[oa])?|en(?:l[oa])?)"
    r"|(?:quiero|quisiera) (?:cancelar|anular)(?:l[oa])?)(?: (?:el|la|mi|ese) (?:pedido|orden|compra))?"
    r"(?: (?:si|ya|nomas|no mas))*"
)
CANCEL_CHOICE, KEEP_ORDER_CHOICE = "cancel_order", "keep_order"


def answer_to_cancelling(text: str, choice: str | None) -> Answer:
    """To «¿anulo tu pedido?»: there "anúlalo" is a yes, as plain as one."""
    if choice in {CANCEL_CHOICE, KEEP_ORDER_CHOICE}:
        return Answer.YES if choice == CANCEL_CHOICE else Answer.NO
    if "?" in text or _DOUBTING.search(text):
        return Answer.NEITHER
    words = " ".join(_COURTESY.sub(" ", _plain(text)).split())
    if _CANCEL_IT.fullmatch(words):
        return Answer.YES
    if re.fullmatch(
        r"no(?: (?:gracias|mejor|l[oa]|ya|todavia|quiero))*(?: (?:cancel|anul)\w+)?(?: (?:nada|aun))*", words
    ):
        return Answer.NO
    return read_answer(text, choice)


def confirm_choice(summary_id: UUID) -> str:
    """The id of the button that says yes to one summary."""
    return f"{YES_CHOICE}:{summary_id}"


def _is_conditional(words: str, text: str) -> bool:
    """ "Si es así" may be a condition; "sí, es así" is not."""
    return bool(_IF.search(words)) and not _SURELY_YES.search(unicodedata.normalize("NFC", text.casefold()))


def _plain(text: str) -> str:
    folded = re.sub(r"[^\w\s👍👌✅👎]", " ", unaccented(text))
    folded = re.sub(r"([a-z])\1{2,}", r"\1", folded)
    return " ".join(folded.split())
