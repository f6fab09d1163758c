"""Whether a shopper plainly asks for a person, judged by code: a brain may add a handoff, never refuse one."""

import re
from collections.abc import Iterable

from data.accents import unaccented

_PERSON = (
    r"(?:persona|humano|humana|ejecutiv[oa]|vendedor(?:a)?|agente|asesor(?:a)?|operador(?:a)?|encargad[oa]|duen[oa]"
    r"|alguien|gente|supervisor(?:a)?|jefe|jefa)"
)
_TALK = (
    r"(?:hablar|hablo|hable|conversar|comunicar(?:me)?|contactar(?:me)?|contacto|chatear|atencion|que me atienda"
    r"|atiendame|atenderme|atendid[oa])"
)
_TRANSFER = (
    r"(?:pasame|paseme|comunicame|comuniqueme|derivame|deriveme|transfiereme|transfierame|conectame|conecteme|ponme"
    r"|llamen?|llama)"
)
_WANT = r"(?:quiero|necesito|quisiera|prefiero|puedo|podria|puede|hay|esta|me atiende|dame|deme|un|una)"
_REAL_PERSON = rf"(?:persona (?:real|de verdad|por favor|humana)|humano|ser humano|ejecutiv[oa]|{_PERSON} real)"
_ALONE = r"(?:persona|humano|un humano|una persona|ejecutiv[oa]|vendedor(?:a)?|agente|asesor(?:a)?|operador(?:a)?)"
_ASKS = re.compile(
    "|".join(
        [
            rf"\b{_TALK}\b.{{0,30}}\b{_PERSON}\b",
            rf"\b{_TRANSFER}\b.{{0,20}}\b{_PERSON}\b",
            rf"\b{_WANT}\b.{{0,25}}\b{_REAL_PERSON}\b",
            rf"\b(?:me|nos) (?:pued\w+ |podria\w* )?(?:atender|atiende|ayudar|responder)\b.{{0,20}}\b{_PERSON}\b",
            rf"^\W*{_ALONE}\b\W*(?:por favor|porfa\w*|pls)?\W*$",
            r"\b(?:no quiero|sin|basta de|odio)\b.{0,20}\b(?:bot|robot|maquina)\b",
            r"\b(?:atencion|servicio) (?:humana|personalizada|de una persona)\b",
            r"\bhablar con (?:ustedes|el local|la tienda)\b",
        ]
    )
)
# "Algo para una persona alta" is about what to buy.
_FOR_SOMEONE = re.compile(r"\bpara (?:una|la|mi|otra|esa|\d+) personas?\b")
_MOST_READ = 2_000


def asks_for_human(messages: Iterable[str]) -> bool:
    """Whether one of them does, or all of a burst read together ("quiero hablar" / "con una persona")."""
    texts = list(messages)
    return any(_asks(text) for text in texts) or _asks(" ".join(texts))


def _asks(text: str) -> bool:
    folded = " ".join(unaccented(text[:_MOST_READ])[:_MOST_READ].split())
    return bool(_ASKS.search(_FOR_SOMEONE.sub(" ", folded)))
