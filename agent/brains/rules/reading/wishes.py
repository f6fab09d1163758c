"""Wishes of a shopper that are neither about a product's price nor the cart: to be told, and to be contacted."""

import re
import unicodedata
from dataclasses import dataclass

from agent.brains.rules.reading.describing import describe, trimmed
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.order_answers import said_data
from agent.order_data import OrderField, fold
from data.states import LeadKind

_LEAD_IN = r"(?:(?:y|si|ya|dale|bueno|ok|porfavor|por favor|entonces|gracias|igual|claro|obvio|mejor|hola) )*"
_NOTIFY = re.compile(
    rf"^{_LEAD_IN}(?:me )?(?:pued\w+ |podria\w* )?(?:(?:quiero|quisiera|me gustaria|prefiero) (?:que )?)?(?:me )?"
    r"(?:avis(?:a|as|an|en|es|ame|eme|enme|ar|arme)|notifi(?:ca|can|quen|came|quenme|car|carme)"
    r"|anot(?:a|e|en|ame|eme|enme|ar|arme) en (?:la )?(?:lista|espera)(?: de espera)?|lista de espera)"
    r"(?P<rest> .*)?$"
)
_WHEN_BACK = re.compile(
    r"^ ?(?:(?:porfavor|por favor|entonces|altiro|nomas) ?)*(?:por (?:aca|aqui) )?"
    r"(?:(?:(?:si|cuando|apenas|en cuanto|una vez que) (?:(?:me|te|les|l[oa]s?|se) )?"
    r"(?:llegu\w*|lleg\w+|teng\w+|tien\w+|hay\w*|haya\w*|vuelv\w+|repon\w+|repong\w+|traig\w+|traen|entr\w+|este\w*|estan?)"
    r"(?: (?:a (?:haber|tener|llegar|estar|entrar|traer)|mas|de nuevo|otra vez|nuevamente|stock|en stock|con stock"
    r"|disponibles?|a la tienda|porfavor|por favor))*|para|por|de|del)(?: |$))?"
    r"(?:(?:stock|mas) (?:de|del) )?(?P<words>.*)$"
)
_NO_WORDS = frozenset({"", "porfavor", "por favor", "gracias", "eso", "si", "ya", "cuando llegue", "cualquier cosa"})

_CALL = re.compile(
    r"\b(?:llamame|llamenme|llameme|llamarme|contactame|contactenme|contacteme|contactarme|ubiquenme|ubicame"
    r"|contacten?se conmigo"
    r"|me (?:pued\w+ |podria\w* )?(?:llam(?:es|as|en|an|ar|aran?|arian?)|contact(?:es|as|en|an|ar)))\b"
)
_WRITE = re.compile(
    r"\b(?:escribanme|escribeme|escribirme|manden?me|enviame|envienme|envieme) (?:un |al? )?(?:mi )?"
    r"(?:correo|mail|email)\b"
)
_MY_PHONE = re.compile(r"\bmi (?:numero|telefono|celular|fono|whatsapp|wsp|cel)\b")
_QUOTE = re.compile(
    r"\b(?:cotizacion(?:es)?|presupuesto)\b.*\b(?:empresa|formal|correo|mail|escrito|pyme|constructora|colegio|oficina"
    r"|negocio|municipalidad|mayor|mayorista|proyecto|obra|institucion|fundacion)\b"
    r"|\b(?:empresa|pyme|constructora|colegio|negocio|municipalidad|institucion)\b.*"
    r"\b(?:cotizacion(?:es)?|cotizar|presupuesto)\b"
    r"|^(?:(?:hola|quiero|necesito|quisiera|busco|solicito|pido"
    r"|me (?:haces|hacen|mandas|envias|puedes (?:hacer|mandar|enviar))) )*"
    r"(?:una |un )?(?:cotizacion|presupuesto)(?: por ?favor)?$"
)
_NOT = re.compile(r"\bno (?:me )?(?:llam|contact)")
_MOMENT = re.compile(
    r"\b(?:pasado ma[ñn]ana|ma[ñn]ana|hoy|esta (?:tarde|noche|semana|ma[ñn]ana)|m[aá]s (?:tarde|rato)|altiro|al tiro"
    r"|ahora"
    r"|(?:el|este|pr[oó]ximo) (?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)"
    r"|(?:en|por|a) la (?:tarde|noche|ma[ñn]ana)|a mediod[ií]a|(?:despu[eé]s|antes) de las? \d{1,2}(?::\d\d)?"
    r"|(?:tipo|a) las? \d{1,2}(?::\d\d)?(?: ?(?:hrs?|am|pm|horas))?|entre las? \d{1,2} y (?:las? )?\d{1,2}"
    r"|en (?:\d{1,2}|un par de|una|media) (?:minutos|horas?|d[ií]as))\b",
    re.IGNORECASE,
)


def read_notify(piece: str) -> Intent | None:
    """ "Avísame cuando llegue el taladro": what is awaited, or nothing where it goes without saying."""
    match = _NOTIFY.match(piece)
    rest = _WHEN_BACK.match(match["rest"] or "") if match else None
    if rest is None:
        return None
    words = rest["words"].strip(" ,.:")
    if words in _NO_WORDS:
        return Intent(Kind.NOTIFY)
    described = describe(Kind.NOTIFY, trimmed(words))
    return described if described.words or described.reference or described.filters else Intent(Kind.NOTIFY)


@dataclass(frozen=True, slots=True)
class ContactWish:
    """How and when a shopper wants to be contacted, as far as one message says."""

    kind: LeadKind
    phone: str = ""
    email: str = ""
    moment: str = ""


def read_contact_wish(text: str) -> ContactWish | None:
    plain = fold(text)
    if "?" in text and not (_CALL.search(plain) or _QUOTE.search(plain)):
        return None
    said = said_data(text)
    phone, email = said.get(OrderField.PHONE, ""), said.get(OrderField.EMAIL, "")
    moment = " ".join(dict.fromkeys(match.lower() for match in _MOMENT.findall(unicodedata.normalize("NFC", text))))
    if _QUOTE.search(plain):
        return ContactWish(LeadKind.QUOTE, phone, email, moment)
    if _CALL.search(plain) and not _NOT.search(plain):
        return ContactWish(LeadKind.CALL, phone, email, moment)
    if email or _WRITE.search(plain):
        return ContactWish(LeadKind.EMAIL, phone, email, moment)
    if phone and (_MY_PHONE.search(plain) or len(plain.split()) <= 4):
        return ContactWish(LeadKind.CALL, phone, email, moment)
    return None
