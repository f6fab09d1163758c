"""Brings what people type to one form: lower case, no accents, chat spelling undone."""

import re
import unicodedata

from rapidfuzz.distance import OSA

from data.accents import unaccented
from data.search.units import NUMBER_WORDS
from data.search.words import phonetic

MOST_CHARACTERS = 2_000

_SPELLING = {
    "q": "que", "k": "que", "ke": "que", "qe": "que", "xq": "porque", "pq": "porque", "xk": "porque",
    "tb": "tambien", "tbn": "tambien", "tmb": "tambien", "tmbn": "tambien", "tambn": "tambien",
    "kiero": "quiero", "qiero": "quiero", "kero": "quiero", "qero": "quiero", "quero": "quiero",
    "qro": "quiero", "kisiera": "quisiera", "qisiera": "quisiera", "quisera": "quisiera",
    "pal": "para el", "haci": "haces", "hacis": "haces", "podis": "puedes", "podes": "puedes", "queris": "quieres",
    "queres": "quieres", "sabis": "sabes", "sabi": "sabes", "vendis": "venden", "mandas": "mandas",
    "cobras": "cobran", "dai": "das", "damer": "dame", "dme": "dame", "dmae": "dame",
    "ponei": "pones", "ponis": "pones",
    "demelo": "damelo", "demela": "damela",
    "demelos": "damelos", "demelas": "damelas", "ponmelo": "damelo", "ponmela": "damela", "mandamelo": "damelo",
    "mandamela": "damela", "mandeme": "mandame", "agregueme": "agregame", "anoteme": "anotame", "envieme": "enviame",
    "guardeme": "apartame", "traigame": "traeme", "saqueme": "sacame", "quiteme": "quitame", "echeme": "echame",
    "sumeme": "sumame", "nah": "no", "nope": "no", "naa": "no",
    "decime": "dime", "contame": "cuentame", "mostrame": "muestrame",
    "descuentito": "descuento", "descuentitos": "descuentos", "rebajita": "rebaja", "precito": "precio",
    "preciecito": "precio", "consultita": "consulta", "preguntita": "pregunta", "pedidito": "pedido",
    "regalito": "regalo", "ratito": "rato", "ahorita": "ahora", "altirito": "altiro", "cosita": "cosa",
    "i": "y", "kilito": "kilo", "kilitos": "kilos", "litrito": "litro", "litritos": "litros",
    "ola": "hola", "holi": "hola", "holis": "hola", "alo": "hola", "wenas": "buenas", "wena": "hola",
    "guenas": "buenas", "holaa": "hola", "holas": "hola", "dl": "del", "pa": "para", "toy": "estoy",
    "ta": "esta", "kuanto": "cuanto", "qto": "cuanto", "cto": "cuanto", "cnto": "cuanto", "cuant": "cuanto",
    "quanto": "cuanto", "kuesta": "cuesta", "questa": "cuesta", "bn": "bien", "grax": "gracias",
    "grasias": "gracias", "graciaz": "gracias", "grx": "gracias", "thx": "gracias", "thanks": "gracias",
    "teni": "tienes", "tenei": "tienes", "tenis?": "tienes", "tiene": "tienes", "tenes": "tienes",
    "tendra": "tienen", "tendras": "tienen", "tendran": "tienen", "tendria": "tienen",
    "tendrian": "tienen", "tendrias": "tienen", "tenian": "tienen", "queri": "quieres", "podi": "puedes",
    "nesecito": "necesito", "nesesito": "necesito", "nececito": "necesito", "necesit": "necesito",
    "nesecita": "necesito", "ocupo": "necesito", "aser": "hacer", "aora": "ahora", "ahora": "ahora",
    "ai": "hay", "abra": "habra", "vusco": "busco", "bsco": "busco", "vende": "venden",
    "vendes": "venden", "venderan": "venden", "caro": "caro", "karrito": "carrito", "carro": "carrito",
    "canasta": "canasta", "1ro": "primero", "1ero": "primero", "1er": "primero", "1ra": "primera",
    "1era": "primera", "2do": "segundo", "2da": "segunda", "3ro": "tercero", "3ero": "tercero",
    "3er": "tercero", "3ra": "tercera", "3era": "tercera", "primer": "primero", "tercer": "tercero",
    "agregue": "agrega", "agrege": "agrega", "agreguen": "agrega", "kita": "quita", "kitame": "quitame",
    "ponga": "pon", "pongame": "ponme", "saque": "saca",
    "quite": "quita", "porfa": "porfavor", "porfis": "porfavor", "porfi": "porfavor", "xfa": "porfavor",
    "porfavorcito": "porfavor", "porfas": "porfavor", "plis": "porfavor", "pls": "porfavor",
    "please": "porfavor", "xfavor": "porfavor", "favor": "porfavor", "okey": "ok", "oka": "ok",
    "okay": "ok", "oki": "ok", "okis": "ok", "dalee": "dale", "sip": "si", "sipo": "si", "sii": "si",
    "nop": "no", "nopo": "no", "noo": "no", "x": "x", "msj": "mensaje", "c/u": "cada uno",
}  # fmt: skip
_SPELLING.pop("tenis?")  # "tenis" are shoes in half of the continent

# Words of buying that a slip of the finger must not hide; none is one letter from a common product.
_KEYWORDS = (
    "quiero", "quisiera", "necesito", "agrega", "agregame", "agregar", "carrito", "gracias", "busco", "confirmar",
    "elimina", "eliminar", "muestrame", "tienen", "tienes", "cuanto", "segundo", "primero",
)  # fmt: skip
_NOT_KEYWORDS = frozenset({"quieto", "cuando", "manto", "canto", "cuento", "quieres", "quiere", "segunda", "primera"})
# Verbs and words of asking, however they are heard: "bale", "presio", "sakame", "asepta".
_BY_EAR = {
    phonetic(word): word
    for word in (
        "vale", "valen", "precio", "precios", "saca", "sacame", "sacar", "quita", "quitame", "acepta", "aceptan",
        "hacer", "hacen",
        "agregame", "agregue", "llevo", "llevar", "quiero", "quisiera", "necesito", "cambia", "cambiar", "venden",
        "dejame", "muestrame", "busco", "buscando", "gracias", "despacho", "envio", "envios", "confirmar", "pagar",
        "docena", "barato", "barata", "cuanto", "cuantos", "cuesta", "tienen", "tienes", "carrito", "pedido", "mejor",
        "queda", "quedan",
    )
}  # fmt: skip
_NOT_HEARD = frozenset({"saco", "sacar", "baile", "valen"})
_UNITS_SAID = (
    r"(?:watts?|w|volts?|voltios|pulgadas?|milimetros?|mm|centimetros?|cm|litros?|gramos?|kilos?|metros?|amperes?"
    r"|hojas|unidades)"
)
_SAID_NUMBER = "|".join(word for word, value in NUMBER_WORDS.items() if value > 1)
# "De litro y medio", "de dos litros y medio", "de litro": what is sold in it, not how many.
_SPOKEN_MEASURES = re.compile(
    rf"\bde (?:(?P<count>un|una|{_SAID_NUMBER}|\d{{1,2}}) )?(?P<unit>litros?"
    rf"|kilos?)(?P<half> y medi[oa])?(?! de\b)(?![a-z])"
)
# "Tubos de cuarenta": which, and not how many.
_SPOKEN_SIZES = re.compile(
    rf"\b(de|del|talla|aro|numero) ({_SAID_NUMBER})"
    rf"(?=\s*(?:$|[\n,.;:?!]|(?:y|o|x|porfavor|nomas|{'|'.join(NUMBER_WORDS)})\b))"
)
# "Cámbialo x el rojo", "al x mayor", "x menos de 10 lucas"; not "2 x 4", "brocha x 2" nor "talla x l".
_X_FOR = re.compile(
    r"(?<![a-z0-9])x(?=(?:mayor|menor|menos|favor|donde|cuanto|ultimo|que)\b)"
    r"|(?:^|(?<=[\n,.;?!])|(?<=[a-z,;.?!] ))(?<!talla )x"
    r"(?= (?:[a-z]{2,}|\$? ?\d[\d.]* ?(?:lucas?|mil|pesos|k)\b|\$|\d+\.\d{3}))"
)
# "De una, po": a yes, and no count.
_AT_ONCE = re.compile(r"(?:^|(?<=[\n,.;!]))\s*de una(?: po| vez)?(?=\s*(?:$|[\n,.;!]|pero\b|y\b))")
# "Ay no, mejor…" cries out; "no ay stock" says that there is none.
_CRY = re.compile(r"(?:^|(?<=[\n.,!?;]))"
                  r"\s*(?:ay+|uy+|oh|ah|puchas?|chuta|chanfle|b+u+|p*u+f+|noo+)\b"
                  r"(?=\s*(?:[,!.]|no\b|que\b|ya\b|si\b|me\b|se\b"
                  r"|pero\b|mejor\b|perdon\b|pucha\b|bueno\b|sorry\b|era\b|y\b|$))[\s,!.]*")  # fmt: skip
# "¿Tenís calcetines?"; elsewhere they are shoes.
_TENIS_SAID = re.compile(
    r"(?:^|(?<=\n)|(?<=^y )|(?<=oye )|(?<=hola )|(?<=, ))tenis (?=[a-z]{4,})(?!(?:nike|adidas|puma|para|talla|numero"
    r"|blanc|negr|roj|azul|verde|gris|color|deport|mujer|hombre|nin[oa]|convers|vans|reebok|runn))"
)
# "Una malla d ajo", "2 d esos"; a letter all the same in "vitamina d", "pila d".
_D_FOR_DE = re.compile(
    r"(?<![a-z0-9])(?<!vitamina )(?<!pila )(?<!pilas )(?<!talla )(?<!copa )(?<!tipo )(?<!clase )(?<!serie )"
    r"(?<!modelo )d(?= (?:[a-z]{2,}|\d))"
)
_MARKS = set(" .,;:/$%+-?!\n\"'()*#°&")
# What a channel writes in the place of what it cannot carry; a place, a card and a form go on with what they say.
_ATTACHED = re.compile(
    r"(?i)\[(?:ubicaci[oó]n|contacto|formulario)\][^\n]*"
    r"|\[(?:imagen|foto|audio|video|archivo|documento|sticker|mensaje)\]"
)
_AFFIRMING = "👍👌✅🙌🆗"
_EMOTIONS = {**dict.fromkeys(_AFFIRMING, " si "), "👎": " no "}


def cap(text: str) -> str:
    """Bound the work one message can cause, whatever its length."""
    return text[:MOST_CHARACTERS]


def without_attachments(text: str) -> str:
    """The caption, or nothing: "[imagen]" is not something the shopper wrote."""
    return _ATTACHED.sub(" ", text)


def fold(text: str) -> str:
    """Lower case, without accents, emojis or control characters; stretched letters shortened ("holaaa")."""
    text = re.sub(r"(?<!\w)[:;=]['-]?[()]+|[()]", " ", text)  # smileys, and "la grande (355)"
    text = text.replace("½", " 1/2").replace("¼", " 1/4").replace("¾", " 3/4").replace("×", "x")
    text = "".join(_EMOTIONS.get(c, c) for c in text) if not any(c.isalnum() for c in text) else text
    kept = "".join(c if (c.isascii() and c.isalnum()) or c in _MARKS else _space_for(c) for c in unaccented(text))
    kept = re.sub(r"(?<![a-z0-9])(?<!\d )(?:m{3,}|h+m+|e{2,}h*|u{2,}|a{3,}h*)(?![a-z0-9])", " ", kept)
    kept = re.sub(r"([a-z])\1{2,}", r"\1", kept)
    kept = re.sub(r"\b([a-z]{3,}?)(?<!fr)(?<!ff)([asoen])\2\b", r"\1\2", kept)  # but "free", "coffee"
    kept = re.sub(r"[ \t]+", " ", kept)
    return re.sub(r" ?\n ?", "\n", kept).strip()


def _space_for(character: str) -> str:
    return "\n" if character in "\r\u2028\u2029•●▪✔☑" else "" if unicodedata.category(character) == "Cf" else " "


def undo_chat_spelling(text: str) -> str:
    """Rewrite the words of asking and buying as a dictionary has them; other words stay as typed."""
    text = _X_FOR.sub("por ", text).replace("por  ", "por ")
    text = _D_FOR_DE.sub("de", text)
    text = re.sub(r"\bpor\s+fa(vor|vorcito)?\b", "porfavor", text)
    text = re.sub(r"\b(\d{1,2})\s+y\s+(?:1/2|medi[oa])\b", r"\1 1/2", text)
    text = re.sub(r"\b1/2\s+docena", "media docena", text)
    text = re.sub(r"\b([a-z]{2,}[aei])h\b", r"\1r", text)  # "pagah"
    text = _CRY.sub(" ", _AT_ONCE.sub(" dale", text))
    text = re.sub(r"\bay\b", "hay", text)
    text = re.sub(r"\b(un[oa]?) sol[oa]\b", r"\1", text)
    text = re.sub(r"\bno ma\b", "nomas", text)
    text = _TENIS_SAID.sub("tienes ", text)
    text = re.sub(r"\b(?!bonsai|samurai|hawai|dubai|cachai)([a-z]+[b-df-hj-np-tv-z])ai\b", r"\1as", text)  # "me avisai"
    text = _SPOKEN_SIZES.sub(lambda match: f"{match[1]} {NUMBER_WORDS[match[2]]}", text)
    text = _SPOKEN_MEASURES.sub(_measured, text)
    text = re.sub(rf"\b({_SAID_NUMBER})\s+(?={_UNITS_SAID}\b)", lambda match: f"{NUMBER_WORDS[match[1]]} ", text)
    return re.sub(r"[a-z0-9]+(?:/u)?", lambda match: _respelt(match[0]), text)


def _measured(match: re.Match[str]) -> str:
    said = match["count"] or "1"
    count = said if said.isdigit() else str(NUMBER_WORDS[said])
    return f"de {count}{'.5' if match['half'] else ''} {match['unit']}"


def _respelt(word: str) -> str:
    if word in _SPELLING:
        return _SPELLING[word]
    if len(word) < 4 or not word.isalpha() or word in _KEYWORDS or word in _NOT_KEYWORDS:
        return word
    if (heard := _BY_EAR.get(phonetic(word))) and word not in _NOT_HEARD:
        return heard
    for keyword in _KEYWORDS:
        if (
            len(word) > 4
            and word[0] == keyword[0]
            and len(keyword) >= 6
            and OSA.distance(word, keyword, score_cutoff=1) <= 1
        ):
            return keyword
    return word


def spelt_as_typed(text: str) -> dict[str, str]:
    """Each folded word with the way the shopper wrote it, to echo it with its accents."""
    words = re.findall(r"[^\s.,;:?!¿¡()\"]+", cap(text))
    return {fold(word): word.casefold() for word in reversed(words)}
