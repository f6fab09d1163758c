"""What no reply may promise: discounts, gifts, and addresses that the store did not give."""

import re
from collections.abc import Iterator

from agent.guardrails.known import Known

_FREE = re.compile(
    r"\b(?:descuentos?|dcto|desc\.|gratis|gratuit[oa]s?|sin costo|sin cargo|cortesia|cupon(?:es)?|cashback"
    r"|promo(?:cion|ciones)?"
    r"|(?:en|de) (?:oferta|liquidacion|rebaja)|rebajad[oa]s?|precio especial|mitad de precio|2x1|3x2|dos por uno"
    r"|(?:te|le|se) (?:lo |la |los |las )?(?:regal(?:o|amos|are)|rebaj(?:o|amos|are)|descuento)"
    r"|(?:va|van|viene|vienen|y) (?:\w+ )?de regalo|invita la casa|regalamos|obsequi(?:o|amos)"
    r"|[2-5]\ue000? ?(?:x|por) ?(?:[12]\ue000?|uno?)(?! ?[.,]?\d)(?! ?(?:kg|kilos?|l|lts?|litros?|m|mts?|metros?"
    r"|cm|mm|g|gr)\b)"
    r"|te hago (?:un )?(?:buen )?precio|descuentitos?|rebajitas?)(?![\w])"
)
_DAY = (
    r"(?:hoy|manana|pasado manana|mismo dia|inmediat[oa]|inmediatamente|express?|(?:el |este |proximo )*"
    r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|esta (?:tarde|noche|semana)|la proxima semana)"
)
_DELIVERY = re.compile(
    r"\b(?:llegan?|llegara|llegaran|recib(?:es|iras|ira)|entreg(?:a|as|amos|aremos)|despach(?:o|os|amos|aremos)"
    r"|envi(?:o|os|amos|aremos)|tendras"
    rf"|mandamos|llevamos|(?:vamos|pasamos) a dejar|estara)\b(?: \w+){{0,5}}? (?P<day>{_DAY})\b"
)
_DENIED = re.compile(
    r"\b(?:no|sin|ningun[oa]?|tampoco|ni)(?: (?:hay|tengo|tenemos|hacemos|hago|manejamos|contamos con|puedo|podemos"
    r"|ofrecer|ofrecemos"
    r"|ofrezco|aplicar|aplicamos|dar|damos|hacer|es|esta|son|te|le|un|una|algun|alguna|ningun|ninguna|mas|de|en"
    r"|por ahora|aun"
    r"|todavia|el|los|las|la|envio|despacho|un|realizar|entregar|prometer|se|sabria|si|o|y|dato|datos|informacion|sobre"
    r"|acerca|descuentos?|promociones|ofertas?|cupones|asegurar|puede))* ?$"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w.])@[a-z0-9_.]{3,}")
_LINK = re.compile(
    r"(?:https?|ftp)\W{1,4}\S+|\bwww\.\S+|\b[a-z][a-z0-9+-]*://\S+"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|cl|net|org|io|app|shop|store|dev|info|biz|link|site|online|xyz|ly|gl|gg|tk|ru|br"
    r"|mx|pe|uy)\b(?:/\S*)?"
    r"|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*|\b\d{1,3}(?:\.\d{1,3}){3}\b"
)
_PHONE = re.compile(r"\+ ?\d[\d ().-]{6,}\d|\b(?:56 ?)?9 ?\d{4} ?\d{4}\b")


def is_denied(before: str) -> bool:
    return bool(_DENIED.search(re.split(r"[.,!?;\n¿]", before)[-1]))


def promise_problems(text: str, known: Known) -> Iterator[str]:
    """`text` as `known.plain` reads it."""
    spans = known.spans(text, with_figures_only=False)
    for match in _FREE.finditer(text):
        clause = text[: match.start()]
        in_a_name = any(start <= match.start() and match.end() <= end for start, end in spans)
        if not in_a_name and not is_denied(clause):
            yield f"The reply promises {match.group()!r}; discounts, gifts and free delivery may not be offered."
    for match in _DELIVERY.finditer(text):
        if match["day"] not in known.owner and not is_denied(text[: match.start()]):
            yield f"The reply promises a delivery ({match.group()!r}) that is not in the store's data."
    for kind, pattern in (("e-mail", _EMAIL), ("link", _LINK), ("account", _HANDLE), ("phone number", _PHONE)):
        for match in pattern.finditer(text):
            said = match.group().rstrip(".,;:!?)")
            if not any(said in source for source in (known.owner, *known.texts)):
                yield f"The {kind} {said!r} is not in the store's data."
