"""Whether a message asks to be left alone (BAJA, STOP, "no me escriban más") or the opposite (ALTA).

Read clause by clause, each wholly: "quítame los clavos de la lista" is shopping, "sáquenme de la lista" is not.
"""

import re

from data.accents import unaccented
from data.intake import Consent

_MOST_READ = 600

_POLITE = (
    r"(?:por ?favor|porfa|porfis?|x ?fa(?:vor)?|favor|please|(?:muchas |mil )?gracias|hola|oigan?|oye|ya|ok|entonces"
    r"|estimad[oa]s?|buenas?(?: (?:dias|tardes|noches))?|buenos dias|buen dia|saludos|chao|adios)"
)
_NEWS = (
    r"(?:(?:tant[oa]s? |mas |l[oa]s? |sus? |tus? |est[oa]s? |ningun )?"
    r"(?:mensajes?|publicidad(?:es)?|promos?|promocion(?:es)?|ofertas|propaganda|spam|correos|notificaciones"
    r"|whatsapps?|avisos))"
)
_NEVER = r"(?: (?:mas|nunca|nunca mas|jamas|de nuevo|otra vez))"
_HERE = (
    r"(?: (?:de (?:parte de )?ustedes|suy[oa]s|por (?:aca|aqui|este medio|whatsapp|wsp|wasap)|a (?:este|mi) numero))?"
)
_WRITE = r"(?:escrib(?:an?|as|ir|iendo)|contact(?:en?|es|ar|ando)|molest(?:en?|es|ar|ando))(?:me|nos)?"
_SEND = r"(?:mand(?:en?|es|ar|ando)|envi(?:en?|es|ar|ando))(?:me|nos)?"
_LIST = (
    r"de (?:aqui|aca|(?:la |su |sus |tu |tus |esta |todas sus )?(?:listas?|bases?(?: de datos)?|contactos|difusion"
    r"|registros?|agenda|sistema)(?: de (?:difusion|contactos|clientes|mensajes|correos|datos|whatsapp))?)"
)
_REMOVE = (
    r"(?:saquen?|saca|sacar|borren?|borra|borrar|eliminen?|elimina|eliminar|quiten?|quita|quitar|remuevan|remover)"
)
_NUMBER = r"(?:mi|este) (?:numero|contacto|telefono|celular|whatsapp)"

# Said in any clause, beside whatever else.
_PLAINLY = (
    rf"no (?:me |nos )?(?:{_WRITE}{_NEVER}{{1,2}}|(?:sigan|sigas) {_WRITE}{_NEVER}?){_HERE}",
    rf"no (?:me |nos )?(?:vuelvan?|vuelvas) a (?:{_WRITE}|{_SEND}(?: {_NEWS})?|hablar(?:me)?){_NEVER}?{_HERE}",
    rf"no (?:quiero|deseo) que me (?:sigan )?{_WRITE}{_NEVER}?{_HERE}",
    rf"no (?:quiero|deseo) que me (?:sigan )?{_SEND} {_NEWS}{_NEVER}?{_HERE}",
    rf"no (?:quiero|deseo|me interesa) (?:seguir )?recib(?:ir|iendo) {_NEWS}{_NEVER}?{_HERE}",
    rf"no (?:quiero|deseo) (?:mas )?(?:mensajes|publicidad|propaganda|spam|notificaciones){_NEVER}?{_HERE}",
    rf"no (?:quiero|deseo) (?:mas (?:ofertas|promociones|promos)|(?:ofertas|promociones|promos) mas){_HERE}",
    rf"no (?:me |nos )?{_SEND}{_NEVER}? {_NEWS}{_NEVER}?{_HERE}",
    rf"(?:dejen?|deja|paren?|para|basta|terminen?|termina)(?:me|nos|le)? (?:ya )?(?:de|con) (?:{_WRITE}"
    rf"|{_SEND}(?: (?:{_NEWS}|cosas))?|{_NEWS}|hue?v(?:ear|iar)|webiar|fastidiar){_NEVER}?{_HERE}",
    r"(?:dejen|deja)(?:me|nos) (?:en paz|tranquil[oa]s?)",
    rf"{_REMOVE}me {_LIST}",
    rf"{_REMOVE} {_NUMBER}(?: {_LIST})?",
    r"(?:me )?(?:(?:quiero|quisiera|deseo|solicito|necesito|pueden?|puedes|podrian?|podrias) )?(?:que me )?"
    rf"(?:dar(?:me)?|den(?:me)?|deme|dame) (?:de )?baja(?: (?:a )?{_NUMBER}| {_LIST}| de (?:l[oa]s )?{_NEWS})?",
    r"(?:detener|parar|cancelar|stop) (?:las |los )?(?:promociones|promotions|publicidad|mensajes|ofertas)",
    r"(?:quiero |deseo )?(?:desuscribir(?:me)?|desuscrib[ae]n?me|desinscribir(?:me)?|cancelar (?:la |mi )?suscripcion"
    r"|salir(?:me)? de (?:la|esta|su) lista)",
)  # fmt: skip
# Said alone: beside something else they are about that.
_ALONE = (
    r"baja|(?:quiero|solicito|pido|deseo) (?:la |mi )?baja|stop(?: ?all)?|unsubscribe(?: me)?|no (?:mas )?contactar",
    rf"no (?:me |nos )?{_WRITE}{_HERE}",
    rf"no (?:me |nos )?{_SEND}(?: (?:mas|nunca mas|nada mas|mas nada|mas cosas|(?:mas )?informacion))",
    r"no (?:me )?(?:llamen|hablen)(?: mas)",
    r"no (?:quiero|deseo) recibir (?:mas|nada|nada mas|mas nada|(?:mas )?informacion)",
)
_BESIDE = (
    r"(?:no (?:gracias|estoy interesad[oa]|(?:me interesa|quiero)(?: nada)?)|ya compre|equivocado|numero equivocado)"
)
_BACK = (
    r"alta|start|unstop|suscrib(?:ir(?:me)?|eme|anme)|quiero suscribirme|(?:quiero )?(?:dar(?:me)?|dame|denme) de alta"
    rf"|quiero (?:volver a )?recibir (?:novedades|{_NEWS})"
    r"|(?:me )?(?:pueden?|puedes) (?:volver a )?escribir(?:me)?(?: de nuevo| otra vez)?",
)

_OUT_PLAINLY = re.compile("|".join(f"(?:{each})" for each in _PLAINLY))
_OUT_ALONE = re.compile("|".join(f"(?:{each})" for each in (*_PLAINLY, *_ALONE)))
_IN_ALONE = re.compile("|".join(_BACK))
_NOTHING_ELSE = re.compile(_BESIDE)
_POLITENESS = re.compile(rf"^(?:{_POLITE}(?: |$))+|(?:(?:^| ){_POLITE})+$")
_BETWEEN = re.compile(r"[.,;:!?¡¿()\n]+|\s-\s")


def read_consent(text: str) -> Consent | None:
    clauses = _clauses(text)
    if any(_OUT_PLAINLY.fullmatch(clause) for clause in clauses) or _is_only(_OUT_ALONE, clauses):
        return Consent.OUT
    return Consent.IN if _is_only(_IN_ALONE, clauses) else None


def says_more(text: str) -> bool:
    """Whether there is something to answer beside the wish to be left alone."""
    return not any(_is_only(wish, _clauses(text)) for wish in (_OUT_ALONE, _IN_ALONE))


def _is_only(wish: re.Pattern[str], clauses: list[str]) -> bool:
    left = [clause for clause in clauses if not _NOTHING_ELSE.fullmatch(clause)]
    return bool(left) and all(wish.fullmatch(clause) for clause in left)


def _clauses(text: str) -> list[str]:
    """Without marks, emoji and politeness."""
    parts = _BETWEEN.split(unaccented(text[:_MOST_READ])[:_MOST_READ])
    words = (" ".join(re.sub(r"[^a-z0-9\s]", " ", part).split()) for part in parts)
    return [clause for clause in (_polished(each) for each in words) if clause]


def _polished(clause: str) -> str:
    return _POLITENESS.sub("", _POLITENESS.sub("", clause)).strip()
