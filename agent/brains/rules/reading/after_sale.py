"""What is asked of something already bought ("compré unas zapatillas y me quedaron chicas, ¿las cambian?"): about the
shop, whatever product it names."""

import re

# What it is read as: words that the shop's own answer about it is found by.
EXCHANGE = "se puede cambiar o devolver lo comprado?"
FAULT = "hay garantia si sale malo lo comprado?"
# The same of what does not last: how shops that sell food or plants write it.
SPOILT = "que hago si un producto llego malo o en mal estado?"

_WHEN = (
    r"(?:ayer|anteayer|antes de ayer|hoy|anoche|recien|hace (?:poco|rato|\w+ \w+)|el otro dia|la semana pasada"
    r"|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|mes pasado|finde)|esta semana|la otra vez|ahi|aca"
    r"|aqui"
    r"|(?:en|a) (?:la|su|tu) tienda|con ustedes)"
)
_BOUGHT = re.compile(
    r"\b(?:compre|que (?:les |te )?(?:pedi|encargue|lleve)|compramos|habia comprado|hemos comprado|me vendieron|me"
    r" regalaron|me mandaron|me trajeron)\b"
    r"|\bme (?:llego|llegaron)\b(?! (?:el|un|tu|su) (?:mensaje|correo|mail|link|resumen|aviso))"
    rf"|\b(?:lleve|pedi|encargue) (?:un|una|unos|unas|el|la|los|las|dos|tres|\d+) [^\n.?!]{{0,60}}\b{_WHEN}\b"
)
_FAULTY = re.compile(
    r"\b(?:(?:sali|llega?|vin|veni|est[ao]|viene|se ve|funcion|qued)\w*(?: \w+){0,5} (?:mal[oa]s?|fallad[oa]s?"
    r"|rot[oa]s?|quebrad[oa]s?|dan?ad[oa]s?|defectuos[oa]s?|trizad[oa]s?|rajad[oa]s?|vencid[oa]s?|abiert[oa]s?"
    r"|incomplet[oa]s?|equivocad[oa]s?|mojad[oa]s?|manchad[oa]s?|usad[oa]s?"
    r"|aplastad[oa]s?|suci[oa]s?)"
    # How what is eaten or grown goes bad: "venían todas negras", "llegó con bichos".
    r"|(?:sali|llega?|vin|veni|est[ao]|viene|qued)\w*"
    r"(?: (?:tod[oa]s?|muy|medi[oa]s?|super|re|pur[oa]s?|completamente|ya|bastante|casi))*"
    r" (?:podrid[oa]s?|pasad[oa]s?|sec[oa]s?|negr[oa]s?|verdes?|marchit[oa]s?|machucad[oa]s?|anej[oa]s?|agri[oa]s?"
    r"|descompuest[oa]s?|hediond[oa]s?|rancid[oa]s?|derretid[oa]s?"
    r"|con (?:bichos?|gusanos?|hongos?|moho|hoyos?|manchas?|mal olor|fallas?|pelos?))\b"
    r"|no (?:me )?(?:funciona|prende|carga|enciende|sirve|anda)n?\b"
    r"|se (?:me |le |les |nos )?(?:quebr|romp|ech|descos|desarm|despeg|raj|sali|cay|apag|quem)\w+)"
)
_CHANGED = re.compile(
    r"\b(?:cambi(?:ar\w*|an|as|arian?|o|aste)\b|devol\w+|devuel\w+|reembols\w+|retracto|arrepent\w+"
    r"|(?:llego|llegaron|mandaron|trajeron|vino|vinieron) (?:(?:en |de |con )?otr[oa]s?|un[oa]? (?:distint|que no)"
    r"|menos|sin)\b"
    r"|(?:me |le |les |nos )(?:qued\w+|sali\w+)(?: (?:muy|un poco|super|demasiado))? (?:chic|grand|apretad|larg"
    r"|cort|suelt"
    r"|ajustad)\w*|no (?:me |le |les )(?:gust|qued|sirv|cup)\w+)"
)
_ASKED_OF_BUYING = re.compile(
    r"\b(?:puedo|se pueden?|podria|pueden|aceptan|hacen|hay|tienen)\b[^\n.?!]{0,30}\b(?:cambi(?:ar\w*|os?)|devol\w+"
    r"|devuel\w+)\b"
    r"[^\n?!]{0,60}\b(?:si (?:no|me|le|les|sale|viene)|despues de (?:comprad|usad|abiert)|compre|comprad)"
    r"|\bsi\b[^\n?!]{0,40}\b(?:qued|gust|sirv|sale|viene|fall)\w*[^\n?!]{0,40}\b(?:cambi(?:ar\w*|an)|devol\w+"
    r"|devuel\w+)"
)
_PART = re.compile(r"[^\n.?!;]+[\n.?!;]*")


def after_sale_apart(text: str) -> str:
    """Of folded text: the sentences that tell of something bought and ask for its exchange or say what is wrong with
    it, as the one question they come to."""
    parts = _PART.findall(text)
    bought = next((place for place, part in enumerate(parts) if _BOUGHT.search(part)), None)
    if bought is None:
        return _ASKED_OF_BUYING.sub(f"\n{EXCHANGE}\n", text) if _ASKED_OF_BUYING.search(text) else text
    after = [place for place in range(bought, len(parts)) if _is_about_it(parts[place])]
    if not after:
        return text
    asked = parts[bought : after[-1] + 1]
    is_fault = any(_FAULTY.search(part) for part in asked) and not any(
        re.search(r"\b(?:cambi|devol|devuel)", part) for part in asked
    )
    lead = re.match(r"(?:(?:hola|buen[oa]s?|dias|tardes|noches)[\s,]*)*", asked[0])
    greeting = lead[0] if lead else ""
    return f"{''.join(parts[:bought])}{greeting}\n{FAULT if is_fault else EXCHANGE}\n{''.join(parts[after[-1] + 1 :])}"


def _is_about_it(part: str) -> bool:
    return bool(_FAULTY.search(part) or _CHANGED.search(part))
