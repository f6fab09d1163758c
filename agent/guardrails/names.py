"""Names a reply may use: of products read in this turn, the shop's and the shopper's own. Others are made up."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.guardrails.known import Known, plain
from agent.guardrails.promises import is_denied
from agent.workspace import Workspace

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# A capital letter says nothing after one of these.
_OPENS = re.compile(r"(?:^|[.!?¿¡:;…\n\"«“(•✅👉✨🛒🙌👋😊🙂😉]|\ufe0f|\d[.)])[\s*_~\-–•«\"“(]*$")
_LIST_ITEM = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-•·*])[ \t]+[*_]?$")
_CAPITALS = frozenset({
    "iva", "rut", "ok", "sku", "whatsapp", "chile", "santiago", "usted", "ud", "uds", "sr", "sra", "srta", "don",
    "dona", "caserita", "si", "no", "boleta", "factura", "despacho", "retiro", "delivery", "pdf", "gps", "led",
    "usb", "pvc", "mdf", "tv", "pc", "clp", "total", "resumen", "pedido", "carrito", "stock", "precio", "agregar",
    "confirmar", "cambiar", "ver", "hablar", "hola", "gracias", "perfecto", "genial", "listo", "claro", "bueno",
    "ya", "talla", "color", "medida", "modelo", "marca", "cantidad", "opcion",
})  # fmt: skip
_EXISTS = re.compile(
    r"\b(?:tenemos|tengo|hay|vendemos|manejamos|nos quedan?|contamos con|trabajamos con"
    r"|te (?:ofrezco|recomiendo|sugiero|tengo)|tambien esta[ns]?)\b(?P<rest>[^.!?;\n]*)"
)
_GONE = re.compile(
    r"\b(?:agotad|sin (?:stock|unidades)|se acab|no (?:me |nos )?qued|cuando|apenas|lista|vuelv|llegu|pero)"
)
_LEADING = frozenset({
    "un", "una", "unos", "unas", "el", "la", "los", "las", "este", "esta", "estos", "estas", "ese", "esa", "esos",
    "esas", "varios", "varias", "muchos", "muchas", "algunos", "algunas", "otro", "otra", "otros", "otras", "mas",
    "muy", "tambien", "si", "de", "del", "en", "a", "al", "aqui", "ahora", "hoy", "todavia", "aun", "solo",
    "nuestro", "nuestra", "nuestros", "nuestras", "dos", "tres", "cuatro", "cinco", "tu", "su", "buen", "buena",
    "buenos", "buenas", "gran", "lindo", "linda", "bonito", "bonita", "mismo", "misma", "y",
})  # fmt: skip
# Said of any shop; they name nothing that it would have to sell.
_GENERAL = frozenset({
    "stock", "opcion", "opciones", "alternativa", "alternativas", "producto", "productos", "modelo", "modelos",
    "unidad", "unidades", "disponible", "disponibles", "color", "colores", "talla", "tallas", "tamano", "tamanos",
    "medida", "medidas", "marca", "marcas", "precio", "precios", "todo", "todos", "todas", "algo", "nada", "duda",
    "dudas", "dato", "datos", "informacion", "info", "que", "quien", "quienes", "como", "lo", "eso", "esto",
    "tipo", "tipos", "variedad", "cosas", "cantidad", "cantidades", "resultado", "resultados", "carrito",
    "pedido", "pedidos", "resumen", "total", "problema", "suficiente", "suficientes", "anotado", "anotada",
    "agregado", "listo", "lista", "listas", "presente", "claro", "gusto", "ganas", "tiempo", "dias", "despacho",
    "retiro", "persona", "personas", "alguien", "pregunta", "preguntas", "minutos", "rato", "error", "disculpas",
    "pendiente", "pendientes", "ninguno", "ninguna", "entre", "para", "por", "sin", "con", "esa", "segun",
    "tanto", "tanta", "igual", "parecido", "parecidos", "parecida", "parecidas", "similar", "similares", "cerca",
    "mejor", "menos", "catalogo", "tienda", "version", "versiones", "forma", "formas", "manera", "mano",
    "primero", "primera", "segundo", "segunda", "tercero", "tercera", "ultimo", "ultima", "apuro", "compromiso",
    "registro", "registrado", "formato", "formatos", "detalle", "detalles",
})  # fmt: skip
_LEAST_STEM = 4
_LONGEST_SIZE = 3
_ENDING = re.compile(r"(?:[aeo]s|[aeos])$")


def name_problems(text: str, workspace: Workspace, known: Known) -> Iterator[str]:
    """`text` as it is written. Raises nothing; looks at capital letters and at what is said to be there."""
    mentioned = _stems("\n".join((*known.texts, known.owner, *_heard(workspace))))
    for word in _WORD.finditer(text):
        if word.group()[0].isupper() and not _is_opening(text[: word.start()]):
            said = plain(word.group())
            is_short = len(said) <= _LONGEST_SIZE and word.group().isupper()  # XL, LED
            if not is_short and said not in _CAPITALS and _stem(said) not in mentioned:
                yield f"The name {word.group()!r} is of no product that was read in this turn."
    sold = _stems("\n".join((*known.texts, known.owner)))
    read = plain(text)
    gone = [plain(item.name) for item in workspace.shown if not item.has(1)]
    for claim in _EXISTS.finditer(read):
        if any(name in claim["rest"] for name in gone) and not _GONE.search(claim.group()):
            yield f"The reply says that there is {claim['rest'].strip()!r}, which is sold out."
        noun = _noun(claim["rest"])
        if (
            noun
            and _stem(noun) not in sold
            and not is_denied(read[: claim.start()])
            and not _is_asked(read, claim.end())
        ):
            yield f"The reply says that there is {noun!r}, and no such product was read in this turn."


def _is_opening(before: str) -> bool:
    line = before.rsplit("\n", 1)[-1]
    return bool(_OPENS.search(before)) and not _LIST_ITEM.match(line)


def _heard(workspace: Workspace) -> Iterator[str]:
    """What was said before by anyone, and what is known of the shopper."""
    context = workspace.context
    yield plain(context.text[:2_000])
    for utterance in context.history:
        yield plain(utterance.text[:2_000])
    for data in (context.known_data, workspace.memory.order_data, context.memory.order_data):
        yield plain(" ".join(map(str, data.known().values())))
    yield plain(context.contact_name or "")


def _noun(rest: str) -> str | None:
    """The first word that names something; None where what is named is nothing in particular."""
    for word in _WORD.findall(rest):
        if word in _LEADING:
            continue
        return None if word in _GENERAL or len(word) < _LEAST_STEM else str(word)
    return None


def _is_asked(text: str, end: int) -> bool:
    return text[end : end + 1] == "?"


@lru_cache(maxsize=256)  # each text of a reply is held against the same data
def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text))


def _stem(word: str) -> str:
    """A word without its number and gender."""
    return word if len(word) <= _LEAST_STEM else _ENDING.sub("", word)
