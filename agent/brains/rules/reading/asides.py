"""What is said beside a want and names nothing: for whom it is, hopes about the price, who is writing, why."""

import re

from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.naming import is_known_word
from agent.brains.rules.reading.quantities import NUMBER
from agent.brains.rules.reading.vocabulary import NOISE

_KIN = (
    r"(?:viej[oa]|pap[ai]s?|mam[ai]s?|padres?|madres?|hij[oa]s?|hijit[oa]s?|senor[a]?|esposa?o?|marido|mujer"
    r"|polol[oa]|novi[oa]|parej[oa]|abuel[oa]s?|abuelit[oa]s?|herman[oa]s?|hermanit[oa]s?|amig[oa]s?|sobrin[oa]s?"
    r"|ti[oa]s?|jef[ae]|vecin[oa]s?|niet[oa]s?|suegr[oa]s?|cunad[oa]s?|prim[oa]s?|ahijad[oa]s?|compadre|comadre"
    r"|profe(?:sor|sora)?|companer[oa]s?|familia)"
)
_AGE = r"(?: (?:de|que (?:tiene|cumple|va a cumplir)|tiene|cumple) \d{1,2} (?:anos|anitos|meses))?"
_WHOSE = r"(?:mi|mis|tu|un|una|unos|unas|el|la|los|las|su|sus|nuestr[oa]s?)"
_START = r"(?:^|(?<=[\n,.;!?] )|(?<=[\n,.;!?]))"
_SHOUT = r"(?:u+h+|uf+|u+y+|ay+|oh+|chuta|puchas?|chucha|wow|guau|ups)"
# What reads as nothing, and what reads as a wish for the cheaper ones; first come first.
_ASIDES: tuple[tuple[re.Pattern[str], str], ...] = (
    # A letter: "Estimados, junto con saludar quisiera cotizar… Atte. Juan Pérez".
    (re.compile(r"\b(?:junto con|despues de|luego de) saludar(?:l[oae]s?)?(?: cordialmente)?[ ,]*(?=\S)"), ""),
    (re.compile(r"^estimad[oa]s?(?: (?:todos|equipo|senores|amigos))?[ ,.:]+(?=\S)"), "hola, "),
    (
        re.compile(
            r"(?<=[^\s.,;?!])(?: ?[\n.,;?!]\s{0,3}){1,3}(?:muchas gracias y )?"
            r"(?:(?:un )?(?:cordial(?:es)? |atent[oa]s? )?saludos?(?: cordial(?:es)?| a todos)?|atte|atentamente"
            r"|cordialmente|se despide(?: atentamente)?|(?:un )?(?:gran )?abrazo)"
            r"[\s.,;!]*(?:[a-z]+(?: [a-z]+){0,3})?[\s.]*$"
        ),
        "",
    ),
    (
        re.compile(
            r"(?:(?:pero|y|que|ojala|ojala que|si es posible|idealmente|en lo posible|eso si)[ ,]+)*\b(?:que )?"
            r"no (?:sea[ns]? |est[ea]n? |salga[ns]? |cueste[ns]? |vaya[ns]? a ser )?(?:ni )?(?:tan|muy|demasiado|taan)"
            r" (?:car[oa]s?|carit[oa]s?|salad[oa]s?)\b(?: porfavor)?"
        ),
        " barato ",
    ),
    (re.compile(rf"{_START}{_SHOUT}[ ,]+"), ""),
    (
        re.compile(
            rf"{_START}que (?:tan |mas |muy )?(?:lata|pena|mal[oa]?|rabia|fome|lastima|suerte|buen[oa]|bien|lind[oa]s?"
            r"|bonit[oa]s?|bell[oa]s?|ric[oa]s?|bacan|genial|car[oa]s?)\b(?! (?:es|son|me|tienes|tienen|hay|para|cuest"
            r"|vale))"
        ),
        " ",
    ),
    # "Es talla L creo", "usa 42".
    (re.compile(r"(?:[ ,]+(?:me parece|creo|supongo|si no me equivoco|pienso yo))+(?: que)?(?=\s*(?:$|[\n,.;!]))"), ""),
    (
        re.compile(
            r"(?:^|(?<=[\n,.;!] ))(?:(?:el|ella|yo|me parece que|creo que) )*"
            r"(?:es|usa|uso|seria|ocupa|calza|calzo|soy) (?=(?:la |el )?(?:tall[ae]|numero) )"
        ),
        "",
    ),
    (
        re.compile(
            r"\b(?:quiero |quisiera |necesito |tengo que |me gustaria |voy a )?(?:hacer|dar)(?:le|les)? un"
            rf" regal(?:o|ito) (?:a|para) {_WHOSE} {_KIN}{_AGE}\b(?: (?=[a-z])| ?, ?(?=[a-z]))?"
        ),
        "busco ",
    ),
    (re.compile(r"\bpara (?:cumplir|celebrar|festejar) (?:(?:sus|mis|los) )?\d{1,3}(?: an(?:it)?os)?\b"), " "),
    # "Chica, ¿una de 30 cm?": what is wrong with the one shown.
    (
        re.compile(
            rf"{_START}(?:(?:pero|ya|y|es|esta|queda|quedo|muy|un poco|tan|demasiado|medio) )*"
            r"(?:chic|cort|grand|larg|pequen|delgad|grues|angost|anch)[oaei]s?[ ,.]+"
            r"(?=(?:y |no |hay |tienes |tienen |tendras )*(?:alg)?un[oa]? (?:de|del) \d)"
        ),
        "",
    ),
    # "Para el pebre 1 kilo de tomate 2 cebollas": what a dictated list is all for.
    (
        re.compile(
            rf"{_START}(?:es )?para (?:el|la|los|las|un|una|hacer(?: un| una)?) [a-z]+(?: porfavor)?[ ,:]+"
            rf"(?={NUMBER} [a-z][^\n,;.]* {NUMBER} [a-z])"
        ),
        "dame ",
    ),
    (re.compile(r"\bojala (?:(?:que )?(?:sea[ns]? |algo )?)(?=barat|economic|baratit)"), " "),
    (re.compile(rf"\b(?:para|de parte de|que es para|es para) {_WHOSE} {_KIN}{_AGE}\b(?! (?:de|del) [a-z])"), " "),
    (re.compile(rf"\b(?:para )?(?:(?:regal|compr|llev|d)\w*(?:le|les|selo|sela)) a {_WHOSE} {_KIN}{_AGE}\b"), " "),
    (
        re.compile(
            rf"\b(?:(?:es|son|seria) )?(?:para )?(?:(?:el|la|un|una) )?(?:cumple(?:anos)?|santo|matrimonio|aniversario"
            rf"|fiesta|bautizo|baby shower) de {_WHOSE} {_KIN}{_AGE}\b(?:\s*:)?"
        ),
        " ",
    ),
    (
        re.compile(
            r"\b(?:(?:que )?(?:es|son|seria|va|lo quiero|la quiero) )para (?:un |hacer un )?regal(?:o|ar|ito)\b"
        ),
        " ",
    ),
    (
        re.compile(
            r"(?:^|(?<=\n)|\b(?:necesito|quiero|busco|dame|ando buscando|me falta[n]?|seria|es|son) )"
            r"para (?!llevar|ver)[a-z ]{1,40}:\s*(?=\S)"
        ),
        "dame ",
    ),
    (
        re.compile(
            r"(?:^|(?<=[.,;!?\n]) ?|(?<=hola )|(?<=dias )|(?<=tardes )|(?<=noches )|(?<=buenas ))(?:yo |aqui |habla )*"
            r"(?:me llamo|mi nombre(?: es)?|(?:les? |te )?(?:habla|escribe)(?! con\\b)|soy(?! (?:talla|tall|numero)\b))"
            r" [a-z]+"
            r"(?: (?!quiero|kiero|busco|necesito|tienen|tienes|y |para |quisiera|queria|ando|hay|venden|cuanto|dame"
            r"|me |vivo)[a-z]+){0,4}"
        ),
        " ",
    ),
    # "Mi papá cumple años mañana": whom it is about is no "papa".
    (
        re.compile(
            rf"{_START}(?:(?:y|es que|que|resulta que|la cosa es que) )*(?:mi|mis) {_KIN} (?:(?:se|me|le|les|ya|no"
            rf"|nos|siempre) )*"
            r"(?:cumplen?|cumplio|viajan?|van?|entran?|entro|estan?|andan?|llegan?|llego|viven?|trabajan?|salen?"
            r"|salio|nacio|paso"
            r"|cambio|fue|quedo)\b[a-z0-9 ]{0,40}?(?=\s*(?:$|[\n,.;!?]|\by (?:quier|necesit|busc|le |me )|\basi"
            r" que\b|\bentonces\b))"
        ),
        " ",
    ),
    # "Vivo en Los Olmos 120, Maipú y quiero…": where an order goes is read by itself.
    (
        re.compile(
            rf"{_START}(?:y )?(?:vivo|estoy|vivimos|estamos) (?:en|por)"
            rf" (?:(?!te |les? |me |quiero |necesito )[a-z0-9]+ ?){{1,6}}?(?=\s*(?:$|[\n,.;!?]|y\b))"
        ),
        " ",
    ),
    # "Mi hermana quiere una escalera": whoever it is for, it is wanted.
    (
        re.compile(
            rf"{_START}(?:(?:y|es que|resulta que|ahora) )*{_WHOSE} {_KIN} (?:(?:tambien|ahora|igual) )?(?:quiere"
            rf"|necesita|busca|ocupa"
            r"|anda buscando|esta buscando|me pidio|me encargo|me mando a (?:comprar|buscar)) (?=un|dos|tres|cuatro"
            r"|cinco|seis|el |la |l[oa]s |\d)"
        ),
        "quiero ",
    ),
    # "Ya, decidido", "me convenciste": that is all.
    (
        re.compile(
            rf"{_START}(?:(?:ya|ok|bueno|listo|dale|si|y|estoy|ando|toy) )*(?:decidid[oa]|me decidi|convencid[oa]"
            rf"|me convenci(?:ste|eron)?"
            r"|apurad[oa]|segur[oa]|me la juego|es para (?:hoy|manana|ahora)|es urgente)(?: (?:po|entonces|nomas"
            r"|no mas|ya))*"
            r"(?=\s*(?:$|[\n,.;!?]))"
        ),
        " ",
    ),
)
_TOO_DEAR = re.compile(
    r"^(?:no|ya|y|pero|oye)[ ,]+(?:es |esta |son |estan )?(?:muy|tan|demasiado) (?:car|salad)(?:it)?[oa]s?\b"
    rf"|^{_SHOUT}[ ,]+(?:que )?(?:muy |tan |demasiado )?(?:car|salad)(?:it|isim)?[oa]s?\b(?=\s*(?:$|[,.;!?\n]|y\b))"
)
_JOINING = frozenset(
    ("el", "la", "los", "las", "un", "una", "uno", "unos", "unas", "de", "del", "en", "con", "por", "para", "sin", "y",
     "o", "u", "e", "al", "a", "sobre", "otro", "otra", "otros", "otras", "mas", "media", "medio", "par", "pares",
     "docena", "docenas", "unidad", "unidades", "mejor", "cada", "solo", "producto", "productos")
)  # fmt: skip
# What only a sentence has: who, how, and what one does. "Xilitol" or "aceite de sésamo" has none of it.
_OF_CLAUSES = NOISE - _JOINING
# "Viste", "estai": what one did, how one is.
_DOING = re.compile(
    r"(?:vi|di|fui)ste|(?:est|t|and|v|cach|sab|pod)ai"
    r"|[a-z]{2,}(?:ando|iendo|aron|ieron|amos|emos|imos|aste|iste|abas?|aban|aria[ns]?|eria[ns]?)"
)
# "Regalarle", "calentar": what one does; these end so and are things.
_THINGS = frozenset(
    ("celular", "collar", "azucar", "alfiler", "hogar", "polar", "solar", "escolar", "blazer", "sueter", "sweater",
     "router", "toner", "cooler", "poker", "tiner", "caviar", "altar", "elixir", "alfajor", "lunar", "militar",
     "auricular", "super", "primer", "bazar", "mujer", "bar", "dolar", "escaner", "mixer", "boiler", "container")
)  # fmt: skip
_TO_DO = re.compile(r"[a-z]{2,}[aei]r(?:me|te|se|le|les|lo|la|los|las|nos|sel[oa]s?)?")
_ASKED_LAST = re.compile(r" (?:tienes|tienen|hay|venden|quedan?|les quedan?)$")
_WANTING = re.compile(r"\b(?:busc|necesit|quier|quisier|queri|falt|preci|cuant|tien|vend|hay\b|compr|llev|dame|ando)")
_STATE = re.compile(r"(?:[aeiou]d[oa]s?|[ai]bles?|isim[oa]s?|mente)$")
_LONGEST_NAME, _LONGEST_DENIED = 6, 4


def without_asides(text: str) -> str:
    """Of folded text: what it says beside the want is left out; "ojalá no muy caro" becomes a wish for the cheaper."""
    if _TOO_DEAR.match(text.strip()):  # of what was shown or taken: a complaint, and no wish
        text = _TOO_DEAR.sub(" muy caro", text.strip(), count=1)
    for pattern, instead in _ASIDES:
        text = pattern.sub(instead, text)
    return re.sub(r"[ \t]{2,}", " ", text)


def may_be_aside(intent: Intent) -> bool:
    """Whether words that no verb of asking introduced may be a story rather than the name of a thing."""
    words = intent.asked.split()
    is_named = not intent.is_verbless or intent.quantity or intent.reference or intent.sku or not intent.words
    if intent.is_question and _ASKED_LAST.search(intent.asked) and is_deniable(intent.words):
        return False  # "¿mangos tienen?"
    return not is_named and (
        len(words) > _LONGEST_NAME
        or any(word in _OF_CLAUSES or _DOING.fullmatch(word) for word in words)
        or _is_state(intent.words)
    )


def tells_only(piece: str) -> bool:
    """ "Mi papá se cambió de casa en enero": too long for a name, and nothing in it is asked for."""
    return len(piece.split()) > _LONGEST_NAME and not _WANTING.search(piece)


def may_deny(intent: Intent) -> bool:
    """Whether a shop may say that it has no such thing: it was asked for (by a verb, a count, a question, among other
    wants, "y xilitol"), or it is what people call things that shops sell. Anything else may be a name, a yes, a
    place, and is not understood."""
    is_asked = (
        not intent.is_verbless or intent.kind is not Kind.MENTION or intent.quantity or intent.is_question
        or intent.is_definite or intent.filters or intent.joins_previous
    )  # fmt: skip
    is_wanted = bool(is_asked) and not (intent.is_verbless and _is_state(intent.words))
    return is_deniable(intent.words) and (is_wanted or is_known_word(intent.words))


def _is_state(words: str) -> bool:
    """ "Decidido", "apurada", "amable": how one is; what people call a thing is none ("vestido")."""
    return bool(_STATE.search(words)) and not is_known_word(words)


def is_deniable(words: str) -> bool:
    """Whether they read like the name of a thing, so that a shop may say that it has none: "xilitol", "un dron"; not
    "uh qué lata" and not "algo para regalarle"."""
    tokens = words.split()
    return len([one for one in tokens if one not in NOISE]) <= _LONGEST_DENIED and not any(
        one in _OF_CLAUSES
        or (_DOING.fullmatch(one) and not is_known_word(one))
        or (_TO_DO.fullmatch(one) and one not in _THINGS)
        for one in tokens
    )
