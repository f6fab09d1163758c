"""The data of an order that a shopper gives before anybody asks: told apart from what names a product."""

import re
from collections.abc import Iterable

from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.order_answers import SENT, SENT_TO, Said, said_data
from agent.brains.rules.reading.vocabulary import NOISE
from agent.order_data import OrderField, fold

_MAYBE_DATA = frozenset(
    {Kind.MENTION, Kind.SHOP, Kind.BUY, Kind.SHOW, Kind.ASIDE, Kind.SET, Kind.ADD_MORE, Kind.YES, Kind.STATUS}
)
_SAID_OF_DATA = (
    "soy me llamo mi nombre es seria a de la el los las en para con y al del direccion domicilio vivo estoy comuna "
    "razon social giro rut correo mail email telefono fono celular numero despacho despachar despachen envio "
    "enviar envien enviame mandar mandame mandalo mandala mandenlo manden mande traemelo llevenlo retiro por "
    "porfavor favor gracias ya ok queda boleta factura ponlo ponle anota anotalo mis datos son estos va quiero que "
    "lo hasta ahi aqui"
)
_DATA_WORDS = frozenset(_SAID_OF_DATA.split())
_STREET = (
    r"(?:av(?:da|enida)?\b\.?|calle|pasaje|psje?\b\.?|pje\b\.?|camino|carretera|parcela|condominio|villa|poblaci[oó]n"
    r"|diagonal|costanera|alameda)"
)
_NAMED_STREET = r"(?:[^\W\d_][\w.'’°º]*\s+){1,6}(?:n[°º]?\s?|#)?\d{1,5}"
_ADDRESSES = (
    re.compile(rf"\b(?:vivo\s+en|(?:direcci[oó]n|domicilio)(?:\s+es|:)?)\s+(?P<it>{_NAMED_STREET}[^\n;]*)", re.I),
    re.compile(
        rf"\b{SENT}\s+(?P<it>{_NAMED_STREET}(?=\s*(?:$|[,.;\n]|\b(?:depto|dpto|casa|block|torre|of|oficina|local"
        rf"|piso)\b))"
        r"[^\n;]*)",
        re.I,
    ),
    # "Soy Carmen Pizarro de Los Cerezos 1450, Maipú. Me manda…"
    re.compile(
        r"\b(?:[Ss]oy|[Mm]e llamo|[Hh]abla) (?:[A-ZÁÉÍÓÚÑ][\w'’]* ){1,4}(?:de|en) (?P<it>(?:[A-ZÁÉÍÓÚÑ][\w.'’]*\s+"
        r"(?:del?\s+(?:la\s+|los\s+)?)?){1,5}(?:N[°º]?\s?|#)?\d{2,5}(?=\s*(?:$|[,.;\n]))[^\n;.]*)"
    ),
    re.compile(rf"(?:^|(?<=[,.;\n])|\b(?:a|en|para|hasta)(?=\s))\s*(?P<it>{_STREET}\s[^\n;]*?\d[^\n;]*)", re.I),
    # "2 sillas a Los Aromos 345": written as one writes names.
    re.compile(
        r"\b(?:a|en|hasta)\s+(?P<it>(?!(?:Talla|N[uú]mero|Pack|Color)\b)(?:[A-ZÁÉÍÓÚÑ][\w.'’]*\s+(?:del?\s+(?:la\s+"
        r"|los\s+)?)?){1,5}"
        r"(?:N[°º]?\s?|#)?\d{2,5}(?=\s*(?:$|[,.;\n]|(?i:depto|dpto|casa|block|torre|oficina)\b))[^\n;]*)"
    ),
)
# "Y me lo mandan a…", "porfa déjalo en…": what leads to an address and says no more.
_LEADING = re.compile(
    r"(?i)(?:\b(?:y|me|nos|se|lo|la|los|las|porfa(?:vor)?|por favor|que|quiero|necesito|puedes?|pueden|podr[ií]an?"
    r"|es|ser[ií]a"
    r"|(?:mand|env[ií]|despach|traig|tra[eé]|ll[eé]v|dej)[\wáé]*)\s+)+$"
)
# Where an address ends though the sentence goes on.
_NO_MORE = re.compile(
    r"(?i)[\s,.]+(?:y\s+)?(?:con|mi|soy|me|a nombre|rut|boleta|factura|porfa\w*|por favor|gracias|ya|tel[eé]fono|fono"
    r"|celular|correo|agrega\w*|quiero|nombre)\b.*$|\s+y\s+.*$|(?<=\w{4})\.\s+(?=[^\W\d]).*$|[\s,.]+$"
)
_LEAD = r"(?:(?:y|ya|ok|es|seria|con|para|por|quiero|prefiero|mejor|yo|l[oa]s?|que sea|entonces|dale|listo) )*"
_ONLY_WAY = re.compile(
    rf"{_LEAD}(?:retiro|retirar(?:l[oa]s?)?|retirare|(?:l[oa]s? )?(?:paso|voy|pasare|ire|vamos) a (?:retirar|buscar)"
    r"(?:l[oa]s?)?|pasar a (?:buscar|retirar)(?:l[oa]s?)?|despacho|despachado|envio|delivery|a domicilio|reparto"
    r"|(?:mand|envi|despach|traig|tra|llev)(?:a|e|en|an)(?:me|nos)?l[oa]s?)"
    r"(?: (?:(?:en|a|al|por|de|como|el|la|los|las|mi|tu|su|una|un|dos|media|mas) )*(?:tienda|local|domicilio|casa"
    r"|sucursal|oficina|retirar|buscar|porfavor|por favor|nomas|gracias|yo|mismo|misma|personalmente|manana|hoy|despues"
    r"|entonces|horas?|hora mas|minutos|rato|ratito|tarde|noche|mediodia|lunes|martes|miercoles|jueves|viernes|sabado"
    r"|domingo|altiro|ahora|ya|semana|\d{1,2}))*"
)
_DOCUMENT = re.compile(rf"{_LEAD}(?:necesito |me das |hazme )?(?:una |la )?(?:boleta|factura)\b(?! de compra).*")
_NAME_SAID = re.compile(r"\b(?:me llamo|mi nombre|nombre|a nombre de)\b")
_FROM = re.compile(r"\bsoy (?:de|talla|tall|numero)\b")
_FULL_NAME = 2
_SIGNED = re.compile(r"[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+(?: (?:de |del |la )*[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+){1,3}")
_QUESTION = re.compile(r"¿[^?]*\?|[^.!?¿\n;]*\?|¿.*")


def unasked_data(text: str, intents: Iterable[Intent]) -> tuple[Said, list[Intent]]:
    """What a message says of the order by itself, and those of its intents that are nothing but these words."""
    text = _QUESTION.sub(" ", text)
    intents = [intent for intent in intents if not intent.is_question]
    pieces = [fold(intent.asked) for intent in intents]
    said = said_data(text)
    if not any(intent.kind is Kind.CHECKOUT for intent in intents):
        if not any(_ONLY_WAY.fullmatch(piece) for piece in pieces):
            said.pop(OrderField.FULFILMENT, None)
        if not any(_DOCUMENT.fullmatch(piece) for piece in pieces):
            said.pop(OrderField.DOCUMENT, None)
    if address := _address_in(text):
        said = {**said, OrderField.ADDRESS: address, OrderField.FULFILMENT: "delivery"}
    if OrderField.NAME in said and not _is_name(said, text):
        del said[OrderField.NAME]
    if OrderField.NAME not in said and len(said) >= _FULL_NAME and (name := _signed_beside(text, said)):
        said[OrderField.NAME] = name
    words = set(fold(" ".join(said.values())).split()) | _DATA_WORDS
    told = [
        one
        for one, piece in zip(intents, pieces, strict=True)
        if one.kind in _MAYBE_DATA and _is_told(piece, said, words)
    ]
    return said, told


def without_address(text: str) -> str:
    """What a message says beside where the order goes: "2 sillas, mándalas a Los Aromos 345" as "2 sillas, "; what is
    asked is left as it is ("¿llegan a Los Aromos 345?")."""
    told = _QUESTION.sub(lambda asked: " " * len(asked[0]), text)
    found = _find_address(told)
    if found is None:
        return text
    match, address = found
    start = match.start() + (len(match[0]) - len(match[0].lstrip(" ,.;\n")))
    before = _LEADING.sub("", text[:start])
    return f"{before}\n{text[match.start('it') + len(address) :]}"


def signed_name(text: str) -> str:
    """The full name that is all of a message, written as one writes names; "" for anything else."""
    text = text.strip(" .,!\n")
    is_name = _SIGNED.fullmatch(text) and not set(fold(text).split()) & NOISE
    return text if is_name else ""


def _signed_beside(text: str, said: Said) -> str:
    """Of "boleta. A domicilio: Freire 1200. Ana Rojas" the name."""
    address = said.get(OrderField.ADDRESS, "")
    names = (signed_name(part) for part in re.split(r"[.,;\n]", text))
    return next((name for name in names if name and name not in address), "")


def _is_told(piece: str, said: Said, words: set[str]) -> bool:
    is_way = OrderField.FULFILMENT in said and _ONLY_WAY.fullmatch(piece)
    is_document = OrderField.DOCUMENT in said and _DOCUMENT.fullmatch(piece)
    return bool(said and piece) and (bool(is_way or is_document) or set(piece.split()) <= words)


def _is_name(said: Said, text: str) -> bool:
    """ "Soy Ana Rojas", or beside other data "soy ana rojas"; not "soy alérgico al maní"."""
    name = said[OrderField.NAME]
    if _NAME_SAID.search(fold(text)):
        return True
    if _FROM.search(fold(text)):
        return False
    is_full = len(name.split()) >= _FULL_NAME and not set(fold(name).split()) & NOISE
    is_written_so = name in text and name[:1].isupper() and not set(fold(name).split()) & NOISE
    return is_written_so or (is_full and len(said) > 1)


def _address_in(text: str) -> str:
    found = _find_address(text)
    return found[1].strip(" .,;:") if found else ""


def _find_address(text: str) -> tuple[re.Match[str], str] | None:
    """Where it is said, and the address itself, which begins where the match's "it" does."""
    for pattern in (*_ADDRESSES, SENT_TO):
        if found := pattern.search(text):
            address = _NO_MORE.sub("", found["it"], count=1)
            if re.search(r"\d", address):
                return found, address
    return None
