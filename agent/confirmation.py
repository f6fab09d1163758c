"""Whether a message is a plain yes or no to the summary just shown: an allow-list judged by code, never a model."""

import re
import unicodedata
from enum import StrEnum
from uuid import UUID

from data.accents import unaccented

YES_CHOICE = "confirm_order"
NO_CHOICE = "keep_cart"

# Each alone is a yes.
_YES = {
    "si", "sip", "sipi", "sipis", "sipo", "si po", "sisi", "si si", "ya", "ya po", "yapo", "dale", "ok", "oka", "okas",
    "okey", "okay", "oki", "okis", "okidoki", "bueno", "listo", "correcto", "perfecto", "obvio", "claro", "hazlo",
    "conforme", "va", "vamos", "s", "simon", "sim", "yes", "yep", "afirmativo", "acepto", "apruebo", "aprobado",
    "hecho", "exacto", "exactamente", "efectivamente", "asi es", "eso es", "si eso", "tal cual", "claro que si",
    "si claro que si", "por supuesto que si", "obvio que si", "haz el pedido", "haga el pedido",
    "si haz el pedido", "hacer el pedido", "pidelo", "quiero confirmar", "si quiero", "si quiero confirmar", "👍", "👌",
    "✅", "si 👍", "ok 👍", "dale 👍",
}  # fmt: skip
# "Ok, confirmo el pedido": said only in words of agreeing, at least one of which cannot mean anything else.
_PLAIN_YES = {
    "si", "sip", "sipi", "sipis", "sipo", "dale", "dele", "ok", "confirmo", "confirmado", "confirmada", "confirmar",
    "confirma", "confirmalo", "confirmala", "confirme", "confirmelo", "confirmenlo", "confirmemos", "confirmamelo",
    "adelante", "hagamoslo", "vale", "hagamosle", "hagale", "haganle", "hagalo", "metale", "demosle", "demole",
    "procede", "proceda", "procedamos", "acepto", "apruebo", "aprobado", "okidoki", "hazlo",
}  # fmt: skip
_AGREEING = _PLAIN_YES | {
    "el", "la", "mi", "su", "pedido", "compra", "orden", "todo", "po", "poh", "pues", "lo", "esta", "eso", "es", "asi",
    "bien", "bueno", "ya", "listo", "perfecto", "claro", "correcto", "quiero", "por", "supuesto", "obvio", "de",
    "acuerdo", "haz", "hacer", "conforme", "super", "genial", "ahora", "yapo", "nomas", "seguro", "vamos", "va",
    "hecho", "oka", "okas", "okey", "okay", "oki", "okis", "doki", "buenisimo", "excelente", "bacan", "altiro", "al",
    "tiro", "tal", "cual", "mismo", "exacto", "entonces", "igual", "impecable", "impeque",
}  # fmt: skip
# What is agreed in several words: said outright, and said in passing ("todo bien, gracias" may be a goodbye).
_SAID_OUTRIGHT = re.compile(
    r"\b(?:de (?:una(?: vez)?|one|acuerdo|todas (?:maneras|formas))|por supuesto|como no"
    r"|trato hecho|va que va|ok(?:i|ey)? doki|listo el pollo|(?:dale|vamos) con todo)\b"
)
_SAID_IN_PASSING = re.compile(
    r"\b(?:(?:esta )?todo (?:esta )?(?:muy )?(?:bien|piola|ok|okey|oki|correcto|perfecto|en orden|conforme|impecable)"
    r"|(?:es)?ta (?:muy )?(?:bien|ok|perfecto|correcto|conforme)"
    r"|suena (?:bien|perfecto|super)|me (?:parece|tinca)(?: (?:muy )?(?:bien|perfecto|genial|super))?"
    r"|(?:no hay|sin|ningun) (?:problema|drama))\b"
)
# "Mándalo", "lo llevo": a yes only where the whole order has just been shown.
_SEND_IT = re.compile(r"(?:mand|envi|despach)(?:a|e|en)(?:me|nos)?l[oa]s?")
_DO_IT = re.compile(
    r"(?:proces|tom|anot|ingres|complet|concret|curs|gener)(?:a|e|en)(?:me|nos)?l[oa]s?|pid(?:a|e|an)l[oa]s?"
    r"|(?:haz|hagan?|hagamos)(?:me|nos)?l[oa]s?"
)
_TAKEN = re.compile(
    r"\b(?:me )?(?:l[oa]s? )?(?:llevo|compro)(?: tod[oa]s?)?\b|\b(?:me )?l[oa]s? quiero\b|\bme l[oa]s? quedo\b"
    r"|\bquiero (?:ese|este|el|mi) pedido\b"
)
_NO = {
    "no", "no no", "claro que no", "obvio que no", "por supuesto que no",
    "nop", "nopo", "no po", "noo", "todavia no", "aun no", "no todavia", "no gracias", "no aun",
    "mejor no", "no confirmo", "no lo confirmes", "no confirmes", "no por ahora", "por ahora no", "espera",
    "esperate", "negativo", "no quiero", "cancela", "cancelar", "cancelalo", "no lo confirmo",
    "no estoy seguro", "no estoy segura", "👎",
}  # fmt: skip
_COURTESY = re.compile(
    r"\b(por favor(?:cito)?|porfavor|porfa(?:vor|s)?|porfis?|xfa(?:vor)?|muchas gracias|gracias|plis|please|hola"
    r"|amig[oa]|amiguit[oa]|caser[oa]|caserit[oa]|vecin[oa]|jef[ea]|jefecit[oa]|senor(?:a|ita)?|compadre|hermano|bro"
    r"|mi (?:rey|reina|amor))\b"
)
# "Nomás" softens a yes ("sí nomás"); after "ya" it means enough.
_ENOUGH = re.compile(r"^(?:y |bueno |ok )*ya no ?mas\b")
_NOMAS = re.compile(r"\bno mas\b")
_BEFORE_YES = re.compile(
    r"^(?:(?:ya|poh?|pues|bueno|ok|listo|perfecto|genial|super|excelente|bacan|claro|si|dale|entonces) )+"
)
_AFTER_YES = re.compile(r"(?: (?:poh?|pues|ps|nomas|entonces|altiro|al tiro|ya))+$")
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
    return _read(_plain(text), text)


def _read(words: str, text: str) -> Answer:
    """Of the words and the text that they are of; in the text a question or a doubt is seen."""
    if "?" in text or _DOUBTING.search(text):
        return Answer.NEITHER
    courteous = " ".join(_COURTESY.sub(" ", words).split())
    for answer, phrases in ((Answer.YES, _YES), (Answer.NO, _NO)):
        if words in phrases or courteous in phrases:
            return answer
    return Answer.YES if _is_agreed(courteous, text) else Answer.NEITHER


def _is_agreed(courteous: str, text: str) -> bool:
    """Said only in words of agreeing, however many, however softened: "ya po, dale nomás", "de una"."""
    if not courteous or _ENOUGH.match(courteous):
        return False
    words = _NOMAS.sub("nomas", courteous)
    if _AFTER_YES.sub("", _BEFORE_YES.sub("", words)) in _YES:
        return not _is_conditional(courteous, text)
    said = set(_gathered(words).split())
    return bool(said & _PLAIN_YES) and said <= _AGREEING and not _is_conditional(courteous, text)


def _gathered(words: str) -> str:
    """What is agreed in several words, as one that says as much."""
    return _SAID_IN_PASSING.sub("ok", _SAID_OUTRIGHT.sub("dale", words))


# What may stand beside "gracias" and still be a yes; "ya, gracias" is a goodbye as well.
_SURE = _PLAIN_YES - {"ok", "vale"}
_THANKS = re.compile(r"\bgracias\b")
# "Ya está confirmado", "es confirmado": asks whether it is, or says that it was.
_IS_DONE = re.compile(r"\b(?:esta|es|quedo|fue)\b.*\bconfirmad[oa]\b|\bconfirmad[oa]\b.*\b(?:esta|es|quedo|fue)\b")
_KIND_SIGNS = re.compile("[👍👌✅🙏😊🙂😁😀😃😄☺🤗🥰😍😘😎🤩❤🧡💛💚💙💜💕💯🎉🙌✨🔥🤝💪🏻🏼🏽🏾🏿\ufe0f]")


def answer_to_summary(text: str, choice: str | None, summary_id: UUID, *, is_pickup: bool = False) -> Answer:
    """A yes here places an order, so it must be in words, or the button of this very summary.

    Signs alone, thanks that may be a goodbye, and an older summary's button are NEITHER; so is "mándalo" where
    the order is to be fetched (`is_pickup`): that changes it.
    """
    if choice is not None and choice.startswith(YES_CHOICE):
        return Answer.YES if choice == confirm_choice(summary_id) else Answer.NEITHER
    words = _KIND_SIGNS.sub(" ", text)
    if any(unicodedata.category(sign) in ("So", "Sk", "Cs") for sign in words):
        return Answer.NEITHER
    done = _TAKEN.sub("hazlo", _plain(words))
    verbs = (_DO_IT,) if is_pickup else (_DO_IT, _SEND_IT)
    done = " ".join("hazlo" if any(verb.fullmatch(word) for verb in verbs) else word for word in done.split())
    answer = read_answer("", choice) if choice in {YES_CHOICE, NO_CHOICE} else _read(done, words)
    is_vague = _IS_DONE.search(done) or (_THANKS.search(done) and not _SURE & set(_gathered(done).split()))
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


def is_courtesy(text: str) -> bool:
    """Whether it says thanks and nothing else."""
    words = _plain(_KIND_SIGNS.sub(" ", text))
    return "?" not in text and bool(_THANKS.search(words)) and not _COURTESY.sub(" ", words).split()


def _is_conditional(words: str, text: str) -> bool:
    """ "Si es así" may be a condition; "sí, es así" is not."""
    return bool(_IF.search(words)) and not _SURELY_YES.search(unicodedata.normalize("NFC", text.casefold()))


def _plain(text: str) -> str:
    folded = re.sub(r"[^\w\s👍👌✅👎]", " ", unaccented(text))
    folded = re.sub(r"([a-z])\1{2,}", r"\1", folded)
    folded = re.sub(r"([aeiou])\1\b", r"\1", folded)  # "dalee"
    folded = re.sub(r"\b(confirmad|perfect|list|segur|clar)isim([oa])\b", r"\1\2", folded)
    return " ".join(folded.split())
