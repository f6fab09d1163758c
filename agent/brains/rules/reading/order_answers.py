"""What a message says of the data of an order: as the answer to a question, or on its own."""

import re
from collections.abc import Iterable

from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.vocabulary import NOISE
from agent.confirmation import Answer, read_answer
from agent.order_data import Fulfilment, OrderField, checked_phone, checked_rut, fold

Said = dict[OrderField, str]

_EMAIL = re.compile(r"[\w.+-]{1,64}\s?@\s?(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}", re.IGNORECASE)
_MAYBE_EMAIL = re.compile(r"\S+@\S*|\S+ arroba \S+", re.IGNORECASE)
_RUT = re.compile(r"(?<![\d.])\d{1,2}[. ]?\d{3}[. ]?\d{3}\s?[-‐‑–—]?\s?[\dkK](?![\d.])")
_PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\d[\d ().-]{6,18}\d(?!\w)")
_RUT_WORD = re.compile(r"\brut\b", re.IGNORECASE)

_NOT = (
    r"(?:no|ni|sin|nada de|en vez de|en lugar de)"
    r"(?: (?:quiero|necesito|quisiera|me|sirve|puedo|con|por|el|la|un|una))*"
)
_PICKUP = (
    r"(?:retir(?:o|ar|arl[oa]s?|amos|are|aria)|recoj\w+|recog\w+"
    r"|(?:l[oa]s? )?(?:paso|pasare|voy|iria|ire|ir|pasar|vamos|pasamos)(?: \w+){0,2}"
    r" (?:a |por )?(?:buscar\w*|retir\w+|l[oa]s?|alla|ahi|a la tienda|al local)|buscarl[oa]s?|(?:l[oa]s? )?busco"
    r"|en (?:la )?(?:tienda|sucursal)|en (?:el )?local|presencial\w*)"
)
_DELIVERY = (
    r"(?:despach\w+|envi\w+|delivery|domicilio|reparto|(?:que )?(?:me )?l[oa]s? (?:mand\w+|traig\w+|llev(?!o\b|are"
    r"|ar[ií]a|emos|amos)\w+)"
    r"|mand(?:a|e|en)(?:me)?l[oa]s?|mandamel[oa]|traemel[oa]|a (?:mi )?casa|a (?:la|mi) (?:oficina|pega|direccion))"
)
_IS_NOT = re.compile(rf"\b{_NOT} (?:{_PICKUP}|{_DELIVERY}|boleta|factura)\b")
# "Factura no, boleta".
_NOT_THIS = re.compile(r"(?i)\b(?:boleta|factura|despacho|env[ií]o|retiro) no\s*(?:[,.;]|$|mejor\b)")
_FULFILMENTS: tuple[tuple[Fulfilment, re.Pattern[str]], ...] = (
    ("pickup", re.compile(rf"\b{_PICKUP}\b")),
    ("delivery", re.compile(rf"\b{_DELIVERY}\b")),
)
_DOCUMENT = re.compile(r"\b(boleta|factura)s?\b")

_STREET = (
    r"(?:av(?:da|enida)?\b\.?|calle|pasaje|psje?\b\.?|pje\b\.?|camino|ruta|carretera|parcela|condominio|villa|poblacion"
    r"|block|depto\b\.?|departamento|casa|edificio|torre|km\b|kilometro|lote|sitio|local|oficina|of\b\.?|diagonal"
    r"|costanera|alameda)"
)
_NUMBERED = re.compile(r"\d|\bs/?n\b|\bsin numero\b|\bkm\b|\bparcela\b|\blote\b|\bsitio\b", re.IGNORECASE)
_HAS_STREET = re.compile(rf"\b{_STREET}", re.IGNORECASE)
# "Los Aromos 345, Maipú": words, a number, and perhaps more.
_STREET_AND_NUMBER = re.compile(
    r"(?:[^\W\d_][\w.'’°º]*\s+){1,6}#?(?:n[°º]?\s?)?\d{1,5}(?:\s?[a-z])?(?:\s*,.*|\s+(?:depto|dpto|casa|block|torre"
    r"|of|oficina|local|piso)\b.*|\s*)$",
    re.IGNORECASE,
)
SENT = r"(?:desp[aá]ch|env[ií]|m[aá]nd|entr[eé]g|ll[eé]v|tra[eé]|tr[aá]ig|d[eé]j)[a-záé]*\s+(?:a|al|en|hasta)"
# "Despacho a Los Carrera 1240 Concepción": what stands behind a word of sending, its commune too.
SENT_TO = re.compile(
    rf"\b{SENT}\s+(?P<it>(?!(?:(?:mi|la|el)\s+)?(?:domicilio|casa|oficina|pega|trabajo|tienda|local)\b)"
    rf"(?:[^\W\d_][\w.'’°º]*\s+){{1,6}}(?:n[°º]?\s?|#)?\d{{2,5}}"
    r"(?:\s+(?!(?:de|con|y|mi|soy|me|a|rut|boleta|factura|por|porfa|gracias|ya|pesos|mil|lucas"
    r"|unidades)\b)[^\W\d_]+){1,4}?)"
    r"(?=\s*(?:$|[,.;\n]|\b(?:con|y|mi|soy|me|a|rut|boleta|factura|por|porfa|gracias|ya)\b))",
    re.IGNORECASE,
)
# "Despacho a domicilio, Ana Rojas, Los Aromos 345": what stands before the part with the number.
_BEFORE_STREET = re.compile(rf"^(?:(?![^,]*\b{_STREET})[^,\d]+,\s*)+(?=[^,]*[^\W\d_]{{3}}[^,]*\d)", re.IGNORECASE)
_ADDRESS_LEAD = re.compile(
    r"^(?:(?:ya|ok|si|sí|claro|bueno|dale|hola|no|mejor|perdon|perdón|gracias|por favor|porfa|es|seria|sería|que sea"
    r"|despacho|envío|envio|con)[\s,.:]+)*(?:(?:mi|la|una|otra|nueva)\s+)*"
    r"(?:(?:direcci[oó]n|domicilio)(?:\s+(?:es|nueva|correcta|de despacho|seria|sería))*"
    r"|(?:vivo|estoy|queda)(?:\s+en)?|(?:m[aá]nd|env[ií]|tr[aá]e|ll[eé]v)\w*(?:\s+(?:a|al|para))?"
    r"|(?:despacho|env[ií]o|despachar|despachen?)\s+a)?[\s,:]*"
    r"(?:(?:a|en|al|para|es|seria|sería)\s+(?!la\b.*\bmisma)(?:la\s+(?=calle|avenida|av\b))?)*",
    re.IGNORECASE,
)
_SAME_PLACE = re.compile(
    r"^(?:(?:ya|ok|si|claro|dale|a|en|es|al) )*"
    r"(?:(?:la|el|lo) mism[oa](?: (?:direccion|lugar|de (?:siempre|antes|la otra vez)))?"
    r"|(?:la|lo) de (?:siempre|antes|la (?:otra|ultima) vez)|donde (?:siempre|mismo)"
    r"|igual que (?:siempre|antes|la otra vez))$"
)
_NAME_LEAD = re.compile(
    r"\b(?:me llamo|mi nombre(?! (?:est|no|era|sali|va))(?: es)?|habla|escribe|(?:va |ponlo |dejalo |déjalo "
    r"|anotalo |queda )?a nombre de"
    r"|soy)\s+",
    re.IGNORECASE,
)
_NAME_START = re.compile(
    r"^(?:(?:ya|ok|si|sí|claro|bueno|dale|hola|es|seria|sería|de|a mi nombre|gracias|por favor|la|el|don"
    r"|doña|mi (?:señora|senora|esposa|esposo|marido|mujer|mam[aá]|pap[aá]|hij[oa]|herman[oa]|jef[ae]))[\s,.:]+)*",
    re.IGNORECASE,
)
_NAME_END = re.compile(
    r"\s*(?:,|\.(?!\w)|;|\n|\s+-\s+"
    r"|\b(?:po|pues|no m[aá]s|nom[aá]s|y|con|rut|para|por favor|porfa|gracias|mi (?:correo|telefono|rut|numero))\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_PERSON_NAME = re.compile(r"[^\W\d_][\w'’.\-]*(?: [^\W\d_][\w'’.\-]*){0,5}")
# "Razón social Los Aromos SpA, giro ferretería", "Nombre: Ana Rojas".
_NEXT = (
    r"\b(?:rut|giro|raz[oó]n social|comuna|direcci[oó]n|correo|mail|email|tel[eé]fono|fono|celular|nombre|boleta"
    r"|factura)\b"
)
_LABELLED = re.compile(
    r"\b(?:(?P<sure>raz[oó]n social|giro(?: comercial)?)\s*(?:es\b|ser[ií]a\b|:|=)?"
    r"|(?P<label>comuna|nombre(?: completo)?|direcci[oó]n(?: de despacho)?)\s*(?:es\b|:|=))\s*"
    rf"(?P<value>[^\s:][^\n;]*?)(?=\s*(?:[,;\n]|\.\s|\.?$|\s(?:y|mi|con|el)\s+{_NEXT}|{_NEXT}))",
    re.IGNORECASE,
)
_LABELS = {
    "razon": OrderField.LEGAL_NAME, "giro": OrderField.ACTIVITY, "comuna": OrderField.COMMUNE,
    "nombre": OrderField.NAME, "direccion": OrderField.ADDRESS,
}  # fmt: skip
_FIRM = re.compile(r"(?i)\b(?:spa|ltda|limitada|eirl|s\.?a|sociedad|c[ií]a)\.?$")
_NO_VALUE = frozenset(
    ("otra", "otro", "la", "el", "misma", "mismo", "esa", "ese", "esta", "este", "mala", "malo", "de")
)
_FEW_WORDS = (
    "de la el los las un una yo tu que cual como quien nadie nada ninguno no se nose mismo misma eso ese esa cliente"
    " chile chileno chilena nuevo nueva yapo empresa señora tienda persona"
)
_NOT_A_NAME = frozenset(_FEW_WORDS.split())
# "Eso sería mijito" is no name; "Juana de los Ríos y Bueno" is.
_OF_SENTENCES = NOISE - frozenset(
    ["de", "del", "la", "las", "los", "el", "y", "e", "mas", "bueno", "claro", "paso", "media"]
)
_COMMAND = re.compile(
    r"^(?:(?:y|ya|ok|no|mejor|tambien|porfa) )*(?:agreg\w+|anad\w+|suma\w*|sac[ao]\w*|quit\w+|elimin\w+|borr\w+"
    r"|dame|deme|ponme|pon|muestra\w*|ver|quiero|necesito|cambi\w+|cuanto|cuantos|tienes|tienen|hay|cerrar|vaci\w+"
    r"|busco|llevo|me llevo|cual(?:es)?|donde|cuando|como|por que|que (?:es|son|hay|tienes)|hasta que)\b"
)
_CHANGE = re.compile(
    r"\b(?:cambi\w+|corrig\w+|correg\w+|equivoqu\w+|esta (?:mal|mala|malo)|(?:es|era|sera|seria) otr[oa]|otr[oa]"
    r"|me equivoque|no es (?:esa|ese)|actualiz\w+|modific\w+)\b"
)
_NAMED_FIELDS: tuple[tuple[OrderField, re.Pattern[str]], ...] = (
    (OrderField.ADDRESS, re.compile(r"\b(?:direccion|domicilio)\b")),
    (OrderField.RUT, re.compile(r"\brut\b")),
    (OrderField.LEGAL_NAME, re.compile(r"\brazon social\b")),
    (OrderField.ACTIVITY, re.compile(r"\bgiro\b")),
    (OrderField.PHONE, re.compile(r"\b(?:telefono|celular|numero de (?:telefono|contacto)|fono)\b")),
    (OrderField.EMAIL, re.compile(r"\b(?:correo|mail|email)\b")),
    (OrderField.NAME, re.compile(r"\bnombre\b")),
)
_STOPPING = re.compile(
    r"(?:(?:no|mejor|ya|bueno|ok|ah|gracias|oye|disculpa|sabes que|por ahora) )*(?:cancel\w*|anul\w*|olvid\w+"
    r"|dejal\w+|dejem\w+|ya no(?: l[oa]s?)?(?: quiero)?|mejor no|no quiero(?: (?:nada|seguir|mas|comprar))?"
    r"|no sigamos|despues|luego|mas rato|mas tarde|otro dia|me arrepenti|nada|paremos|detente|no importa|no gracias"
    r"|para|espera(?:te|me)?)"
    r"(?: (?:todo|el pedido|la compra|mejor|nomas|no mas|gracias|asi|despues|luego|lo veo|mi pedido|por ahora|un poco"
    r"|ya|por favor))*"
)
_LACKING = re.compile(
    r"\bno (?:tengo|tenemos|uso|manejo|me (?:l[oa] )?se|recuerdo|se)\b|\bprefiero no\b"
    r"|\bno (?:te )?(?:l[oa] )?(?:doy|quiero dar)\b"
)
_TALK = frozenset({Kind.GREET, Kind.THANK, Kind.YES, Kind.NO, Kind.MENTION, Kind.HOW_ARE_YOU, Kind.LAUGH, Kind.ASIDE})
_ANSWERS = frozenset({Kind.YES, Kind.NO, Kind.GREET, Kind.THANK})
# A number in the name of a firm is no street's.
_NAMES = frozenset({OrderField.LEGAL_NAME, OrderField.ACTIVITY})
# What these words may be read as when they are a name, a street or a line of business all the same.
_LOOSE = _TALK | {Kind.SHOP, Kind.BUY, Kind.SHOW, Kind.SET, Kind.ADD_MORE, Kind.ELSE, Kind.STOCK, Kind.PRICE}


def is_stopping(text: str) -> bool:
    return bool(_STOPPING.fullmatch(fold(text)))


def lacks_it(text: str) -> bool:
    """ "No tengo correo"."""
    return bool(_LACKING.search(fold(text)))


def is_same_place(text: str) -> bool:
    return bool(_SAME_PLACE.fullmatch(fold(text)))


def fulfilment_in(text: str) -> Fulfilment | None:
    plain = _IS_NOT.sub(" ", fold(_NOT_THIS.sub(" ", text)))
    found = [(match.start(), way) for way, pattern in _FULFILMENTS if (match := pattern.search(plain))]
    return found[-1][1] if len(found) == 1 else (max(found)[1] if found and "mejor" in plain else None)


def document_in(text: str) -> str | None:
    found = _DOCUMENT.findall(_IS_NOT.sub(" ", fold(_NOT_THIS.sub(" ", text))))
    return found[-1] if len(set(found)) == 1 else None


def named_field(text: str) -> OrderField | None:
    """The datum that a message says is wrong, or another: "la dirección es otra"."""
    plain = fold(text)
    if not _CHANGE.search(plain):
        return None
    return next((field for field, pattern in _NAMED_FIELDS if pattern.search(plain)), None)


def said_data(text: str, *, wants_address: bool = False) -> Said:
    """All that stands out by its own form, whatever was asked."""
    said: Said = {}
    rest = text
    if email := _EMAIL.search(rest):
        said[OrderField.EMAIL] = re.sub(r"\s", "", email.group())
        rest = rest.replace(email.group(), " ")
    for found in _RUT.finditer(rest):
        is_named = _RUT_WORD.search(rest[: found.start()])  # then a wrong one is told to be wrong
        if is_named or (checked_rut(found.group()) and re.search(r"[-‐‑–—.kK]", found.group())):
            said[OrderField.RUT] = found.group()
            rest = rest.replace(found.group(), " ")
            break
    for phone in _PHONE.finditer(rest):
        if checked_phone(phone.group()) and not re.search(r"\d-[\dkK]$", phone.group()):
            said[OrderField.PHONE] = phone.group()
            rest = rest.replace(phone.group(), " ")
            break
    for found in _LABELLED.finditer(rest):
        field = _LABELS[fold(found["sure"] or found["label"]).split()[0]]
        value = as_name(found["value"]) if field is OrderField.NAME else found["value"].strip(" .,")
        is_other = set(fold(value).split()) <= _NO_VALUE  # "la dirección es otra"
        is_place = field is not OrderField.ADDRESS or (wants_address and _NUMBERED.search(value))
        if value and is_place and not is_other:
            said.setdefault(field, value)
    if way := fulfilment_in(text):
        said[OrderField.FULFILMENT] = way
    if document := document_in(text):
        said[OrderField.DOCUMENT] = document
    if name := _NAME_LEAD.search(rest):
        named = as_name(rest[name.end() :])
        if named:
            said[OrderField.LEGAL_NAME if _FIRM.search(named) else OrderField.NAME] = named
    if wants_address and OrderField.ADDRESS not in said and (address := address_in(rest)):
        said[OrderField.ADDRESS] = address
        said.setdefault(OrderField.FULFILMENT, "delivery")
    return said


def as_name(text: str) -> str:
    """ "Ya, Ana Rojas" as "Ana Rojas"; "" when it does not look like a person's name."""
    lead = _NAME_LEAD.search(text)
    words = _NAME_END.sub("", _NAME_START.sub("", text[lead.end() :] if lead else text)).strip(" .,;:!")
    said = fold(words).split()
    is_none = set(said) <= _NOT_A_NAME or read_answer(words) is not Answer.NEITHER
    if not _PERSON_NAME.fullmatch(words) or is_none or set(said) & _OF_SENTENCES:
        return ""
    return words if words != words.lower() else words.title()


def _name_beside(text: str, said: Said) -> str:
    """Of "Ana Rojas, despacho" the name; of "despacho" none."""
    if not said:
        return as_name(text)
    address = said.get(OrderField.ADDRESS, "")
    parts = (part for part in re.split(r"[,.;\n]", text) if part.strip() not in address or not part.strip())
    names = (as_name(part) for part in parts if not said_data(part, wants_address=True))
    return next((name for name in names if " " in name), "")


def address_in(text: str) -> str:
    """ "Mándalo a Los Aromos 345, Maipú" as "Los Aromos 345, Maipú"; "" when no street and number is in it."""
    if sent := SENT_TO.search(text):
        return sent["it"].strip()
    for line in re.split(r"\n|;|(?<=\w{3})\.\s|\s+y\s+(?=(?:mi|con|el|la|boleta|factura)\b)", text):
        words = _ADDRESS_LEAD.sub("", _BEFORE_STREET.sub("", line.strip()), count=1).strip(" .,;:")
        if len(words) < 5 or not _NUMBERED.search(words):
            continue
        if _HAS_STREET.search(words) or _STREET_AND_NUMBER.fullmatch(words):
            return words
    return ""


def loose_address(text: str) -> str:
    """When an address was asked for: anything with a number and a few letters."""
    words = _ADDRESS_LEAD.sub("", text.replace("\n", ", ").strip(), count=1).strip(" .,;:")
    has_letters = len(re.findall(r"[^\W\d_]", words)) >= 3
    return words if has_letters and _NUMBERED.search(words) and len(words) >= 5 else ""


def answer_to(field: OrderField, text: str, intents: Iterable[Intent]) -> Said:
    """What the message gives for the field that was asked, and beside it; {} when it is about something else."""
    kinds = {intent.kind for intent in intents}
    is_asking = "?" in text or "¿" in text
    is_command = bool(_COMMAND.match(fold(text)))
    said = {} if is_asking else said_data(text, wants_address=field not in _NAMES)
    if field in said or is_asking:
        return said
    free = not is_command and kinds <= _LOOSE and not kinds <= _ANSWERS
    match field:
        case OrderField.NAME if (
            kinds <= _TALK | {Kind.SHOP if said else Kind.YES} and not is_command and (name := _name_beside(text, said))
        ):
            said[field] = name
        case OrderField.ADDRESS if free and (address := loose_address(text)):
            said[field] = address
        case OrderField.COMMUNE if (
            free and not said and (words := as_name(re.sub(r"(?i)^\W*(?:en|de|la|comuna(?: de)?|es)\s+", "", text)))
        ):
            said[field] = words
        case OrderField.LEGAL_NAME | OrderField.ACTIVITY if free and not said:
            said[field] = re.sub(
                r"(?i)^\W*(?:(?:es|la raz[oó]n social es|el giro es|giro|raz[oó]n social)\b[\s:,]*)+", "", text
            )
        case OrderField.RUT if re.search(r"\d{5,}|\d[\d.\s-]{6,}", text):
            said[field] = re.sub(r"(?i)[^\dk]", "", text)
        case OrderField.PHONE if re.search(r"\d{4,}|\d[\d\s-]{5,}", text):
            said[field] = text
        case OrderField.EMAIL if _MAYBE_EMAIL.search(text):
            said[field] = re.sub(r"\s+arroba\s+", "@", text, flags=re.IGNORECASE)
        case _:
            pass
    return {name: value for name, value in said.items() if value}
