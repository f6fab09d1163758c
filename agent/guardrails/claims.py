"""Claims of an action, each with the receipt it needs: a table of patterns over folded text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agent.facts import ReceiptKind
from agent.guardrails.known import A_LINE, Known, plain
from agent.tools.orders import external_words
from agent.workspace import Workspace
from data.states import OrderStatus


class Mood(StrEnum):
    DONE = "done"  # said as a fact, whatever stands before it: "agregué"
    NOW = "now"  # a fact unless it is asked, offered or conditional: "te lo agrego"
    STATE = "state"  # as NOW, and true as well of what the cart already held: "ya está en tu carrito"


@dataclass(frozen=True, slots=True)
class Claim:
    pattern: re.Pattern[str]
    mood: Mood
    receipt: ReceiptKind | None
    """None: nothing in a turn can make it true."""
    means: str


_ORDER = r"(?:pedidos?|orden(?:es)?|compras?)"
_MADE = (
    r"(?:(?:cread|confirmad|tomad|realizad|registrad|ingresad|hech|procesad|generad|completad|agendad|finalizad|aprobad"
    r"|cerrad|concretad|emitid|efectuad|exitos|pagad)[oa]s?|list[oa]s?(?! para\b))"
)
_GAP = r"(?: (?!(?:no|aun|todavia|sin|falta|cuando|si|para|sera|estara|quedara|queda por)\b)[\w$.,*+]+){0,5}?"
_PERSON = (
    r"(?:(?:una?|otr[oa]|el|la|mi|nuestr[oa]) (?:persona|humano|vendedora?|ejecutiv[oa]|asesora?|colega|companer[oa]"
    r"|encargad[oa]|duen[oa]|agente|equipo)|alguien)"
)
_CART = r"(?:(?:tu|el|su|la) )?(?:carrito|carro|pedido|bolsa|compra|canasta)"
_IS = r"(?:he|hemos|ha sido|han sido|fue|fueron|quedan?|quedaron|quedo|estan?|tienes|deje|dejo|ya|listo,?)(?: ya)?"
_CART_CHANGED, _ORDER_PLACED, _HANDOFF = ReceiptKind.CART_CHANGED, ReceiptKind.ORDER_PLACED, ReceiptKind.HANDOFF_OPENED
_CANCELLED, _ON_LIST, _LEAD = ReceiptKind.ORDER_CANCELLED, ReceiptKind.WAITLIST_JOINED, ReceiptKind.LEAD_RECORDED
_LIST = r"(?:en|a) (?:la |tu )?(?:lista|espera)"

# In these patterns "é" is the ending of "I did it": also without its accent, but then not before "su", which makes
# it a polite "please do it" ("confirme su pedido").
_TABLE: tuple[tuple[str, Mood, ReceiptKind | None, str], ...] = (
    (rf"\b(?:agregué|sumé|anadi|incorporé|inclui|anoté|meti)\b(?! {_LIST})",
     Mood.DONE, _CART_CHANGED, "something was added to the cart"),
    (rf"\b{_IS} (?:agregad|sumad|anadid|incorporad|incluid en {_CART}|anotad)[oa]?s?\b(?! {_LIST})",
     Mood.NOW, _CART_CHANGED, "something was added to the cart"),
    (rf"\b(?:agregad|sumad|anadid|eliminad|quitad|sacad|retirad)[oa]s?(?:\W*$| (?:al|del|de|a|en) {_CART})",
     Mood.NOW, _CART_CHANGED, "the cart was changed"),
    (r"\bacab(?:o|amos) de (?:agregar|sumar|anadir|poner|meter|quitar|sacar|eliminar|actualizar|cambiar|vaciar)",
     Mood.DONE, _CART_CHANGED, "the cart was changed"),
    (rf"\bacab(?:o|amos) de (?:crear|confirmar|registrar|hacer|tomar|ingresar|realizar)\b(?: \w+){{0,2}} {_ORDER}\b",
     Mood.DONE, _ORDER_PLACED, "an order was placed"),
    (rf"^\W*(?:agregad|sumad|anadid|anotad|actualizad|eliminad|quitad)[oa]s?\b(?! {_LIST})",
     Mood.NOW, _CART_CHANGED, "the cart was changed"),
    (rf"\b(?:puse|dejé|pusimos|dejamos|cambié|cambiamos|guardé)\b(?: [\w$.,*×]+){{0,10}}? (?:en|de|a|al) {_CART}\b",
     Mood.DONE, _CART_CHANGED, "the cart was changed"),
    (r"\b(?:te|lo|la|los|las|se) (?:puse|dejé|cambié|eché)\b(?! (?:claro|saber|la lista|aqui|abajo|las opciones"
     r"|con\b))",
     Mood.DONE, _CART_CHANGED, "the cart was changed"),
    (rf"\b(?:estan?|tienes|llevas|quedan?|quedo|quedaron|van?)\b(?: [\w$.,*×()]+){{0,10}}? en {_CART}\b",
     Mood.STATE, _CART_CHANGED, "something is in the cart"),
    (rf"\ben {_CART} (?:ya )?(?:estan?|tienes|llevas|hay|van?|quedan?|quedo|quedaron)\b",
     Mood.STATE, _CART_CHANGED, "something is in the cart"),
    (r"\b(?:saqué|quité|eliminé|borré|retiré(?! en\b)|vacié|actualicé|modifiqué|reemplacé)\b",
     Mood.DONE, _CART_CHANGED, "the cart was changed"),
    (rf"\b{_IS} (?:sacad|quitad|eliminad|borrad|retirad|actualizad|modificad|reemplazad|vaciad)[oa]s?\b",
     Mood.NOW, _CART_CHANGED, "the cart was changed"),
    (rf"\b{_CART} (?:ya )?(?:quedo|queda|esta|fue)(?: ya)? (?:actualizado|vaciado|modificado)\b",
     Mood.NOW, _CART_CHANGED, "the cart was changed"),
    (r"\b(?:agrego|sumo|anado|incorporo|anoto|agregando|sumando|agregamos|sumamos|anadimos|incluimos|anotamos)\b",
     Mood.NOW, _CART_CHANGED, "something is being added to the cart"),
    (r"\b(?:lo|la|los|las) (?:saco|quito|elimino|borro|retiro|actualizo|cambio|sacamos|quitamos|eliminamos|borramos)\b",
     Mood.NOW, _CART_CHANGED, "the cart is being changed"),
    (rf"\b{_ORDER}\b{_GAP} {_MADE}\b", Mood.NOW, _ORDER_PLACED, "an order exists"),
    (rf"\b{_MADE} (?:(?:tu|el|su|la) )?{_ORDER}\b", Mood.NOW, _ORDER_PLACED, "an order exists"),
    (r"\b(?:creé|confirmé|tomé|realicé|registré|ingresé|hice|procesé|generé|completé|finalicé|envié|creamos|confirmamos"
     rf"|registramos|ingresamos|realizamos|procesamos|generamos|concretamos) (?:ya )?(?:(?:tu|el|su|la|un"
     rf"|una) )?{_ORDER}\b",
     Mood.DONE, _ORDER_PLACED, "an order was placed"),
    (rf"\b(?:creo|confirmo|tomo|registro|ingreso|genero|proceso|hago) (?:ya )?(?:tu|el|su|la|un|una) {_ORDER}\b",
     Mood.NOW, _ORDER_PLACED, "an order is being placed"),
    (rf"\b(?:tu|su|la) {_ORDER} (?:ya )?(?:quedo|fue|ha sido|ha quedado)\b(?! (?:ya )?(?:anulad|cancelad))",
     Mood.NOW, _ORDER_PLACED, "an order was placed"),
    (r"\b(?:quedo|queda|esta|ha sido|fue|quedaron) (?:ya )?(?:todo )?(?:confirmad|tomad|registrad|ingresad)[oa]s?\b",
     Mood.NOW, _ORDER_PLACED, "an order was placed"),
    (r"\border (?:\w+ ){0,3}(?:confirmed|placed|created|received)\b", Mood.NOW, _ORDER_PLACED, "an order exists"),
    (r"\b(?:placed|confirmed|created) (?:your|the) order\b", Mood.NOW, _ORDER_PLACED, "an order exists"),
    (r"\b(?:added|removed)\b(?: \w+){0,6} (?:to|from) (?:your"
     r"|the) cart\b", Mood.NOW, _CART_CHANGED, "the cart was changed"),
    (r"\bgracias por (?:tu|su) compra\b", Mood.NOW, _ORDER_PLACED, "an order was placed"),
    (r"\b(?:numero|codigo) de (?:pedido|orden)(?: es)?:? ?\w*\d", Mood.NOW, _ORDER_PLACED, "an order exists"),
    (r"\b(?:te|le|los) (?:derivo|derivamos|derivé|derivare|voy a derivar|vamos a derivar|transfiero|transferimos"
     r"|transferi)\b",
     Mood.NOW, _HANDOFF, "a person takes over"),
    (r"\b(?:te|le|los) (?:paso|pasamos|pasé|comunico|comunicamos|comuniqué|conecto|conectamos|conecté|contacto|dejo"
     r"|dejé)"
     rf"(?: (?:ahora|altiro|al tiro|de inmediato|ya))? (?:con|a) {_PERSON}",
     Mood.NOW, _HANDOFF, "a person takes over"),
    (r"\b(?:avisé|avisamos|notifiqué|notificamos|informé|informamos|llamé|aviso|notifico)(?: ya)? (?:al (?:equipo"
     r"|vendedor"
     rf"|encargado|dueno)|(?:a|con) (?:{_PERSON}|una?\b|los\b))",
     Mood.NOW, _HANDOFF, "a person was told"),
    (rf"\b{_PERSON}(?: [\w*]+){{0,5}}? (?:te|le|los) (?:(?:va|van) a )?"
     r"(?:contactar|escribir|responder|atender|llamar|ayudar|hablar)(?:an?)?\b",
     Mood.NOW, _HANDOFF, "a person takes over"),
    (rf"\b{_PERSON}(?: [\w*]+){{0,5}}? se (?:pondra|pondran|va a poner|comunicara|contactara)\b",
     Mood.NOW, _HANDOFF, "a person takes over"),
    (r"\b(?:te|le) (?:contactar|llamar|escribir|atender)(?:an|emos)\b|\bderiv(?:é|o|ando|amos|aremos)\b",
     Mood.NOW, _HANDOFF, "a person takes over"),
    (rf"\b(?:te|le) (?:(?:va|van) a )?(?:contactar|escribir|responder|atender|llamar|ayudar|hablar)a? {_PERSON}",
     Mood.NOW, _HANDOFF, "a person takes over"),
    (r"\b(?:quedas?|quedaste|estas|seras|fuiste) (?:derivad|transferid|comunicad|conectad)[oa]\b",
     Mood.NOW, _HANDOFF, "a person takes over"),
    (r"\b(?:(?:se )?l[oa] (?:dejo|dejé|dejamos) (?:preguntad[oa]|anotad[oa] para)"
     r"|(?:le|les) (?:dejo|dejé) (?:tu|su|la) pregunta"
     r"|(?:se )?l[oa] (?:pregunto|consulto|preguntaré|consultaré) (?:a|con) (?:la tienda|el dueno|el equipo))\b",
     Mood.NOW, ReceiptKind.QUESTION_KEPT, "the store will see the question"),
    (r"\b(?:recibi|recibimos|confirmé|confirmamos|verifiqué|verificamos) (?:tu|el|su) (?:pago|transferencia"
     r"|deposito)\b",
     Mood.DONE, None, "a payment was received"),
    (r"\b(?:pago|transferencia|deposito)\b(?: [\w$.,]+){0,4}? (?:recibid|confirmad|aprobad|acreditad"
     r"|verificad)[oa]s?\b",
     Mood.NOW, None, "a payment was received"),
    (r"\b(?:despaché|despachamos tu|enviamos tu|envié tu|(?:va|van|esta|estan) en camino|(?:fue|esta) despachad[oa]"
     r"|fue enviad[oa])\b",
     Mood.NOW, None, "an order was dispatched"),
    (r"\b(?:anulé|cancelé|anulamos|cancelamos)\b", Mood.DONE, _CANCELLED, "an order was cancelled"),
    (rf"\b{_ORDER}\b{_GAP} (?:anulad|cancelad)[oa]s?\b", Mood.NOW, _CANCELLED, "an order was cancelled"),
    (r"\b(?:quedo|queda|fue|esta|ha sido) (?:ya )?(?:anulad|cancelad)[oa]\b",
     Mood.NOW, _CANCELLED, "an order was cancelled"),
    (rf"\b{_ORDER}\b{_GAP} (?:entregad|enviad|despachad)[oa]s?\b", Mood.NOW, None, "an order was delivered"),
    (rf"\b(?:anoté|agregué|puse|dejé|inscribi|anotamos|agregamos) (?:\w+ ){{0,2}}?{_LIST}\b"
     rf"|\b(?:quedas?|quedaste|estas|ya estas) (?:anotad[oa] )?{_LIST}(?: de espera)?\b|\banotad[oa]s? {_LIST}\b",
     Mood.NOW, _ON_LIST, "someone is on the waitlist"),
    (r"\b(?:te|le) (?:avisaré|avisaremos|aviso|avisamos) (?:cuando|apenas|en cuanto|si) (?:llegu|vuelv|hay)\w*",
     Mood.NOW, _ON_LIST, "someone will be told when it is back"),
    (r"\b(?:dejé|pasé|registré|anoté|dejamos|pasamos|registramos)\b(?: [\w.@+*]+){0,8}?"
     r" (?:(?:el|tu|su) recado|(?:tu|su) (?:solicitud|cotizacion|correo|numero|telefono))\b",
     Mood.DONE, _LEAD, "a wish to be contacted was recorded"),
    (r"\b(?:reservé|reservamos|aparté|apartamos|(?:te|lo|la|los|las) (?:reservo|aparto)"
     r"|(?:queda|quedan|quedo|quedaron|esta|estan) (?:reservad|apartad)[oa]s?)\b",
     Mood.NOW, None, "something was reserved"),
    (r"\b(?:reembolsé|reembolsamos|devolvi|devolvimos|reintegré"
     r"|reintegramos)\b", Mood.DONE, None, "money was returned"),
)  # fmt: skip
_I_DID = r"(?:ee|e(?! sus?\b))"
CLAIMS = tuple(
    Claim(re.compile(pattern.replace("é", _I_DID)), mood, receipt, means) for pattern, mood, receipt, means in _TABLE
)

# "aparte" is also an adverb ("el despacho se coordina aparte").
_NOT_CLAIMS = re.compile(r"\b(?:se \w+|va|van|y|por) aparte\b|\baparte (?:de|del)\b|\bsaque de\b")
_NEGATION = re.compile(
    r"\b(?:no|nunca|tampoco|jamas|ni|sin|ningun[oa]?)"
    r"(?: (?:me|te|se|lo|la|los|las|le|les|he|ha|hemos|han|haya|hayan|hay|estan?|queda|quedo|fue|sido|aun|todavia|ya"
    r"|tengo|tenemos|tienes|pude|pudimos|pudo|logre|alcance a|tu|el|su|un|una|ningun|ninguna|hice|pedido|orden"
    r"|compra))* ?$"
)
_WISHED = re.compile(
    r"\b(?:quieres|quiere|prefieres|prefiere|deseas|desea|gustas|gustaria|necesitas|necesita|para|hasta|antes de"
    r"|espera a|pides)"
    r" que (?:(?:te|le|lo|la|los|las|se|me|yo|les) )*$"
)
_IF = (
    r"\bsi (?:quieres?|gustas?|deseas?|prefieres?|necesitas?|estas|esta todo|todo esta|confirmas?|respondes?|dices|hay"
    r"|tienes|(?:me|lo|la|los|las|te|le|nos) (?:confirmas?|dices|avisas?|parece|sirven?|interesan?|gustan?"
    r"|acomodan?|tinca"
    r"|late|indicas?|respondes?|das|quieres?|llevas?|pides?|deseas?|prefieres?))\b"
)
_SUPPOSED = re.compile(
    rf"{_IF}|\b(?:cuando|en cuanto|apenas|una vez que|antes de|para|hasta que|despues de|puedo|podemos|podria|podriamos"
    r"|(?:quieres?|prefieres?|deseas?|gustas?|necesitas?|gustaria) que|dime|avisame|confirmame|elige|escoge"
    r"|cuentame|indicame|mandame"
    r"|(?:me|lo) (?:dices|avisas|confirmas) y|(?:responde|di|escribe) \W?(?:si|sip)\W? y)\b"
)
_SENTENCE = re.compile(r"(?:[^.!?\n;…]|[.](?=\S))+[.!?;…]*")
_CLAUSE_BREAK = re.compile(r", |: | - | – | — |\bpero\b|\baunque\b|\bsin embargo\b|\by ya\b")
_BACK_TO_FACTS = re.compile(r"\b(?:pero|aunque|sin embargo|y ya|ademas)\b")
_ORDER_REFERENCE = re.compile(r"\bs\d{4,}\b")
_ACCENTED_ENDING = re.compile(r"é\b", re.IGNORECASE)


def claim_problems(written: str, workspace: Workspace, known: Known) -> Iterator[str]:
    """`written` without the names of products (known.without_names)."""
    text = plain(_ACCENTED_ENDING.sub("ee", unicodedata.normalize("NFC", written)))
    references = set(known.texts)
    for sentence in _SENTENCE.findall(text):
        names_an_order = any(code in references for code in _ORDER_REFERENCE.findall(sentence))
        for claim in CLAIMS:
            if claim.receipt is ReceiptKind.ORDER_PLACED and names_an_order:
                continue
            if claim.receipt and workspace.has_receipt(claim.receipt):
                continue
            if claim.mood is Mood.STATE and _names_a_line(sentence, workspace):
                continue
            if _is_told_of_an_order(claim, sentence, workspace):
                continue
            for match in claim.pattern.finditer(sentence):
                if _is_claimed(sentence, match, claim.mood) and not _is_quoted(sentence, match, workspace):
                    said = match.group().strip()
                    yield f"The reply says {claim.means} ({said!r}), but no tool did that in this turn."
    for code in sorted(set(_ORDER_REFERENCE.findall(text)) - references):
        yield f"The order reference {code!r} is not one a tool returned."


_TOLD = {
    "an order was cancelled": {OrderStatus.CANCELLED},
    "an order was delivered": {OrderStatus.FULFILLED},
}


def _is_told_of_an_order(claim: Claim, sentence: str, workspace: Workspace) -> bool:
    """What the rows of an order say of its state may be said of that order."""
    states = {order.status for code, order in workspace.told_orders.items() if code in sentence}
    return bool(states & _TOLD.get(claim.means, set()))


def _is_quoted(sentence: str, match: re.Match[str], workspace: Workspace) -> bool:
    """Inside what the shop's own system says of an order, word for word."""
    said = match.group().strip()
    texts = (plain(value) for order in workspace.told_orders.values() for value in external_words(order).values())
    return any(text and said in text and text in sentence for text in texts)


def _names_a_line(sentence: str, workspace: Workspace) -> bool:
    if A_LINE in sentence:
        return True
    words = set(re.findall(r"\w{4,}", sentence))
    named = (f"{line.item.title} {line.item.sku}" for line in workspace.lines.values())
    return any(words & set(re.findall(r"\w{4,}", plain(name))) for name in named)


def _is_claimed(sentence: str, match: re.Match[str], mood: Mood) -> bool:
    before = sentence[: match.start()]
    if any(match.start() < other.end() and other.start() < match.end() for other in _NOT_CLAIMS.finditer(sentence)):
        return False
    if _NEGATION.search(before) or _WISHED.search(before):
        return False
    return mood is Mood.DONE or not (_is_asked(sentence, match) or _is_supposed(before, sentence[match.end() :]))


def _is_asked(sentence: str, match: re.Match[str]) -> bool:
    """Inside ¿…?, or in the last clause before a "?" that has no "¿"."""
    if not sentence.endswith("?"):
        return False
    opened = sentence.rfind("¿")
    return opened < match.start() if opened >= 0 else not _CLAUSE_BREAK.search(sentence, match.end())


def _is_supposed(before: str, after: str) -> bool:
    found = list(_SUPPOSED.finditer(before))
    if not found:
        return bool(re.match(rf"[^,.;:]*?{_IF}", after))
    return not _BACK_TO_FACTS.search(before, found[-1].end())
