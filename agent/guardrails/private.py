"""What no reply may ask for or give away: keys, cards, accounts to pay into, and the machinery's own identifiers."""

import re
from collections.abc import Iterator

from agent.guardrails.known import Known
from agent.guardrails.promises import is_denied

_KEYS = (
    r"(?:claves?|contrasenas?|password|pin|cvv|cvc|codigo de (?:seguridad|verificacion)|(?:datos|numeros?|foto)"
    r" de (?:tu |la |su )?tarjeta|tarjeta|token|coordenadas|carnet|cedula)"
)
_ASKS = re.compile(
    r"\b(?:dame|deme|necesit(?:o|amos)|envia(?:me|nos)|mand[ae](?:me|nos)|pas[ae](?:me|nos)|dime|digame"
    r"|indica(?:me|nos)|ingresa|escribe|comparte(?:me|nos)?|confirma(?:me|nos)|cual es"
    r"|(?:me|nos) (?:das|da|envias|mandas|dices|pasas|compartes|confirmas)"
    rf"|requier[oe])\b[^.!?\n]{{0,40}}?\b{_KEYS}\b"
)
_BANK = re.compile(
    r"\b(?:cuenta ?(?:corriente|vista|rut|de ahorro|bancaria)|banco ?(?:estado|de chile|santander|bci|itau|falabella"
    r"|ripley|bice|security|consorcio)|(?:transfi[eé]r|deposit)\w* (?:a|al|en|la plata|el dinero)\b"
    r"|(?:mandame|enviame|manda|envia) (?:el|tu) comprobante|mercado ?pago|tenpo|webpay|paypal|western union|bitcoin)"
)
_PAYS = re.compile(
    r"\b(?:aceptamos|recibimos|se puede pagar|pued(?:es|e) pagar|pag(?:a|as|ar)|tenemos)"
    r"(?: (?:con|por|en|mediante|pagos?))*"
    r" (?P<means>tarjetas?|transferencias?|efectivo|cheques?|credito|debito|redcompra|contra entrega|cripto\w*)\b"
)
_LEAK = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?:sk|pk|rk|ghp|xox[bp]|whsec)[-_][\w-]{6,}"
    r"|\bbearer \S{6,}|\b[a-z]+(?:_[a-z]+)+ ?[=:] ?\S+|\b(?:password|api[ _-]?key|secret|token) ?[=:] ?\S+"
    r"|\bmi (?:clave|contrasena|token|api key)\b(?: secreta)? es\b|\b(?:tenant|contact|conversation|channel)_?id\b"
)
# Nobody's word is so long and so mixed.
_TOKEN = re.compile(r"(?<![\w.-])(?=[\w-]*\d)(?=[\w-]*[a-z])[a-z0-9_-]{24,}(?![\w-])")


def private_problems(text: str, known: Known) -> Iterator[str]:
    """`text` as `known.plain` reads it."""
    told = known.owner
    for match in _ASKS.finditer(text):
        if not is_denied(text[: match.start()]):
            yield f"The reply asks for something private ({match.group()!r}); never ask for keys, cards or papers."
    for match in _BANK.finditer(text):
        if match.group() not in told and not is_denied(text[: match.start()]):
            yield f"The reply says how to pay ({match.group()!r}), which the store did not tell."
    for match in _PAYS.finditer(text):
        if match["means"].rstrip("s") not in told and not is_denied(text[: match.start()]):
            yield f"The means of payment {match['means']!r} is not in the store's data."
    for pattern in (_LEAK, _TOKEN):
        for match in pattern.finditer(text):
            if not any(match.group() in source for source in (told, *known.texts)):
                yield f"The message has something internal in it ({match.group()[:12]!r}…)."
