"""What a want is about: its quantity, reference and filters, and the words that name the product."""

import re
from dataclasses import replace

from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.quantities import NUMBER, take_quantity
from agent.brains.rules.reading.references import Reference, read_reference, take_reference
from agent.brains.rules.reading.verbs import FILLER_END, FILLER_START
from agent.brains.rules.reading.vocabulary import CONTAINERS, VAGUE
from data.search.filters import take_filters

MOST_PEELINGS = 15

_ARTICLE = re.compile(r"^(?:el|la|los|las|al)\s+")
_LEAD = re.compile(
    r"^(?:del?|a|al|por|para ver|algun[oa]?s?|algo(?: de| como| para)?|un[oa]s(?! \$?\d)|cualquier"
    r"|tipo(?! \$?\d)|si|que|mas|stock de(?:l)?|disponibles?|en stock|me)\s+(?=\S)"
)
# "2 galones de ese": what it comes in is known.
_OF_THOSE = re.compile(rf"^({NUMBER}) {CONTAINERS} (?=de (?:(?:es|est)[aeo]s?|el|la|l[oa]s)\b)")
# "Ese par de zapatillas", "esos 2 cascos": what was shown, named again.
_POINTING = re.compile(
    rf"^(?:es[eao]s?|est[eao]s?) (?=(?:(?:{NUMBER}|par de|par) )*(?:[a-z]{{4,}}|de ))(?:par (?:de )?)?"
)
# "Polera blanca M 3": after a size a number is how many.
_COUNT_AFTER_SIZE = re.compile(rf"(?:\b(?:x{{0,4}}[sml]|xg|xxg)|\btalla \w+) (?P<count>{NUMBER})$")
# "El más barato de los dos".
_OF_THESE = re.compile(rf"(?:^| )(?:de )?(?:l|es|est|ell)[oa]s(?: {NUMBER})?(?: que .*)?$")
# "Negras en ese número": what was chosen before is kept without being said.
_SAME_SIZE = re.compile(
    r"(?:^| )(?:en |de |pero )*(?:(?:es[ea]|est[ea]|mi) (?:mism[oa] )?|(?:el|la) mism[oa] )"
    r"(?:numero|tall[ae]|medida|numeracion|tamano)$"
)
_ONLY_FILLER = re.compile(
    r"^(?:(?:de|del|en|el|la|los|las|que|sea|sean|y|o|con|para|a|al|un|una|uno|unos|unas|algo|alguno|alguna|color"
    r"|talla|lo|pero|solo|si|cual|es|son|me|hay|tienes|cada|par|pares)(?![a-z])|\W)*$"
)


def trimmed(words: str) -> str:
    for _ in range(MOST_PEELINGS):
        shorter = FILLER_END.sub("", FILLER_START.sub("", words.strip(), count=1)).strip(" ,.:")
        if shorter == words:
            return words
        words = shorter
    return words


def describe(kind: Kind, words: str) -> Intent:
    """Take quantity, reference and filters off the words; what is left names a product."""
    words = words.strip(" ,.:")
    if reference := read_reference(words):
        return Intent(kind, reference=reference)
    while (lead := _LEAD.match(words)) and not re.match(r"mas (?:barat|econom|car)|algo mas|al\s+\d|del? \$?\d", words):
        words = words[lead.end() :]
    points = _POINTING.match(words)
    words = words[points.end() :] if points else words
    quantity, rest = take_quantity(_OF_THOSE.sub(r"\1 ", words))
    if quantity is None and (counted := _COUNT_AFTER_SIZE.search(words)):
        quantity, rest = take_quantity(counted["count"])[0], words[: counted.start("count")].strip()
    if points is None and (points := _POINTING.match(rest)):  # "3 de esas poleras"
        rest = rest[points.end() :]
    if quantity and not rest and quantity.unit is None:
        return Intent(kind, quantity=quantity)
    if reference := read_reference(rest):
        return Intent(kind, quantity=quantity, reference=reference)
    if quantity and re.fullmatch(CONTAINERS, rest):
        return Intent(kind, quantity=quantity)
    filters, rest = take_filters(_SAME_SIZE.sub("", rest))
    if filters.is_superlative:
        rest = _OF_THESE.sub("", rest)
    reference, rest = take_reference(rest) if not rest.startswith("igual") or quantity or filters else (None, rest)
    if filters and re.fullmatch(r"(?:de )?(?:es[aeo]s?|est[aeo]s?)(?: pero)?(?: en| de)?", rest):
        reference, rest = Reference("same"), ""
    is_definite = points is not None or bool(re.match(r"(?:de )?(?:el|la|los|las)\b", rest))
    is_extreme = filters.is_comparison or (filters.sort == "dearest" and not filters.is_superlative)
    if is_extreme and re.search(r"\b(?:el|la|los|las|del)\b", words):
        filters = replace(filters, is_comparison=False, is_superlative=True)
    if _ONLY_FILLER.match(rest):
        rest = ""
    return Intent(kind, _product_words(rest), quantity, filters, reference, is_definite)


def _product_words(words: str) -> str:
    if set(words.split()) <= VAGUE:
        return ""
    words = _ARTICLE.sub("", words.strip(" ,.:-"))
    words = re.sub(
        r"^(?:tallas?|colores?|medidas|numeros?)\s+(?:de|del|para|hay)\s+(?:l[oa]s?\s+|el\s+)?(?=\S)", "", words
    )
    words = re.sub(
        r"\s+(?:de|en)\s+otr[oa]s?\s+(?:color|colores|tamanos?|tallas?|medidas?|modelos?|marcas?)$", "", words
    )
    words = re.sub(r"^(?:metro|kilo|litro|unidad|par|docena)\s+del?\s+(?!medir)(?=\S)", "", words)
    words = re.sub(r"^(?:de|del|que sea[n]?|pero|en|por)\s+", "", words)
    return re.sub(r"\s+(?:de|en|con|que|el|la|para|por|y|pero|color|talla|a|que sea[n]?)$", "", words).strip(" ,.:-")
