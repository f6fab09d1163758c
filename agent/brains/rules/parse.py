"""From a burst of messages to a list of intents."""
# ruff: noqa: E501 - a table of phrases reads best with one phrase a line

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from agent.brains.rules.filters import Filters, take_filters
from agent.brains.rules.intents import (
    BYE,
    FILLER_END,
    FILLER_START,
    GREETING,
    HOW_ARE_YOU,
    LAUGH,
    MODAL,
    PHRASES,
    PRODUCT_KINDS,
    SHOP_TOPICS,
    TAKE_IT,
    TAKE_IT_IN,
    TAKE_OUT,
    THANKS,
    VERBS,
    Intent,
    Kind,
)  # fmt: skip
from agent.brains.rules.normalise import cap, fold, undo_chat_spelling
from agent.brains.rules.quantities import NUMBER_WORDS, read_count, take_quantity
from agent.brains.rules.references import Reference, read_reference, take_reference
from agent.confirmation import Answer, read_answer

MOST_INTENTS = 12
MOST_PIECES = 40
PIECE_CHARACTERS = 200
MOST_PEELINGS = 15

_N = rf"(?:\d{{1,5}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
_ADD = r"(?:(?:y |dame |deme |ponme |pon |ponle |agrega(?:me|le)? |suma(?:me|le)? |quiero |echale |anota(?:me)? |me das |llevo |necesito |sumar |agregar )*)"
_OF_THOSE = r"(?: (?:de es[oa]s?|de est[oa]s?|de ell[oa]s?|de l[oa]s mism[oa]s|de l[oa] mism[oa]|igual(?:es)?|mas|unidad(?:es)?|porfavor))*"
_PHRASES = tuple((kind, re.compile(pattern)) for kind, pattern in PHRASES)
_VERBS = tuple((kind, re.compile(rf"^(?:{pattern})(?![a-z])[\s,:]*")) for kind, pattern in VERBS)
_TOPICS = tuple((topic, re.compile(pattern)) for topic, pattern in SHOP_TOPICS)

_QUESTIONS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.STOCK, r"^cuant[oa]s? (?P<words>.*?)\s*(?:te |les |me )?(?:quedan?|tienes|tienen|hay)(?: (?:stock|disponibles?))?(?: (?:de(?:l)?) (?P<more>.+))?$"),
        (Kind.STOCK, r"^(?P<words>.+?) (?:esta[n]? disponibles?|(?:tienes|tienen|hay|queda) stock|(?:te |les )?quedan?)$"),
        (Kind.PRICE, r"^(?P<words>.+?) (?:a |en )?(?:cuanto|que (?:precio|valor)) (?:me )?(?:sale|vale|cuesta|es|esta|tiene|seria|saldria|cobran)n?$"),
        (Kind.SHOW, r"^(?:que|cual(?:es)?) (?:tipos? de |clases? de |marcas? de |modelos? de |variedad(?:es)? de )?(?P<words>(?!tal|mas|cosas|productos|es|son|seria|me).+?) (?:tienes|tienen|hay|venden|manejan|ofrecen|me recomiendas|recomiendas)(?: (?P<more>.+))?$"),
        (Kind.SHOW, r"^(?:que|cuales?) (?:tienes|tienen|hay|venden) (?:de |en |para )(?P<words>.+)$"),
        (Kind.SHOW, r"^(?:cual(?:es)?) (?:es|son|seria) (?P<words>.+)$"),
    )
)  # fmt: skip
_CHANGES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.SET, rf"^(?:cambia|deja|modifica|sube|baja|ajusta|actualiza|corrige|pon|cambiar|modificar|dejar|subir|bajar)(?:me|le)? (?:la cantidad de(?:l)? )?(?:el |la |los |las |a |del )?(?P<words>.+?) (?:a|en|por) (?P<n>{_N})(?: (?:unidades|mejor|nomas|no mas))?$"),
        (Kind.SET, rf"^(?:quiero|mejor|dame|que sean|ponme|pon)?\s*(?P<n>{_N}) ?(?P<words>.*?)\s*(?:en vez de|en lugar de|y no) (?:los |las )?{_N}\b.*$"),
        (Kind.SET, rf"^no (?:quiero|eran|son|dame) (?:{_N})[, ]+(?:sino|quiero|mejor|eran|son|dame) (?P<n>{_N})(?: (?P<words>.+))?$"),
        (Kind.REPLACE, r"^(?:cambia|reemplaza|remplaza|sustituye|cambiar|reemplazar|sustituir)(?:me|le)? (?P<words>.+?) por (?P<other>.+)$"),
        (Kind.REPLACE, r"^(?:cambia|reemplaza|remplaza|sustituye|cambiar)(?:me)?(?P<that>l[oa]s?) por (?P<other>.+)$"),
        (Kind.REPLACE, r"^(?:quiero |dame |mejor |ponme |pon |prefiero )?(?P<other>.+?) (?:en vez de(?:l)?|en lugar de(?:l)?) (?P<words>.+)$"),
        (Kind.REPLACE, r"^(?:en vez de(?:l)?|en lugar de(?:l)?) (?P<words>.+?) (?:quiero|dame|mejor|ponme|pon|prefiero) (?P<other>.+)$"),
        (Kind.SET, rf"^(?:que sean|que sea|mejor(?: que sean| dame| pon(?:me|le)?| quiero| deja| solo)?|ponle|ponme|pon|deja(?:l[oa]s?|me)?(?: en| solo)?|cambial[oa]s? (?:a|por)|cambia a|subel[oa]s? a|bajal[oa]s? a|quiero que sean|serian|(?:solo|solamente)(?: quiero| dame| llevo| necesito)?|son|eran|quise decir|digo|corrige a|que queden?|dejemosl[oa]s? en)\s+(?P<n>{_N})(?: (?:unidades|no mas|nomas|mejor|entonces|de es[oa]s?|de ell[oa]s?))*$"),
        (Kind.SET, rf"^(?P<n>{_N}) (?:mejor|nomas|no mas|solamente)$"),
        (Kind.ADD_MORE, rf"^{_ADD}(?:otr[oa] mas|otr[oa]|un[oa] mas|1 mas|un par mas){_OF_THOSE}$"),
        (Kind.ADD_MORE, rf"^{_ADD}(?:otr[oa]s )?(?P<n>{_N})(?: unidades)? mas{_OF_THOSE}$"),
        (Kind.ADD_MORE, rf"^{_ADD}otr[oa]s (?P<n>{_N}){_OF_THOSE}$"),
        (Kind.ADD_MORE, rf"^{_ADD}(?P<n>{_N}) mas de(?:l)? (?P<words>.+)$"),
        (Kind.ADD_MORE, rf"^{_ADD}(?P<n>{_N}) (?P<words>.+?) mas$"),
        (Kind.ADD_MORE, rf"^{_ADD}otr[oa]s? (?:(?P<n>{_N}) )?(?P<words>(?!cosa|mas|vez|color|talla|medida|marca|modelo|opcion).+)$"),
        (Kind.SET, rf"^(?:que sean|mejor(?: que sean| quiero| dame| ponme| solo)?|solo|solamente|dejame|deja|ponle)\s+(?P<n>{_N}) (?P<words>(?!mil\b|lucas?\b).+)$"),
    )
)  # fmt: skip
_ASKING = re.compile(
    r"^(?:(?:una )?(?:consulta|pregunta|duda)[\s,:]+)?(?:me gustaria|queria|quiero|quisiera|necesito|podria|puedo|solo)?\s*"
    r"(?:saber|consultar|preguntar|averiguar)(?:te|les|le)?(?: por| si)?\s+(?=\S)"
)
_REJECTED = re.compile(r"^(?:el|la|los|las|es[eao]s?|est[eao]s?)\b.{0,30}\bno$")
_CORRECTING = re.compile(r"(?:no|mejor|prefiero|mas bien)[\s,]+(?=\S)")
_AGREEING = re.compile(r"(?:ya|dale|ok|bueno|claro|si|listo|perfecto)\b")
_LAST_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?=(?:\s*[a-z\"]+)?$)")
_ARTICLE = re.compile(r"^(?:el|la|los|las|al)\s+")
_LEAD = re.compile(
    r"^(?:del?|a|al|por|para ver|algun[oa]?s?|algo(?: de| como| para)?|un[oa]s(?! \$?\d)|cualquier|tipo|si|que|mas|stock de(?:l)?|disponibles?|en stock|me|es[oa]s?(?= [a-z]{4,}))\s+(?=\S)"
)
_ONLY_FILLER = re.compile(
    r"^(?:de|del|en|el|la|los|las|que|sea|sean|y|o|con|para|a|al|un|una|uno|unos|unas|algo|alguno|alguna|color|talla|lo|pero|solo|si|cual|es|son|me|hay|tienes|cada|\W)*$"
)
_STRONG = re.compile(r"(?:\n|;|\.(?!\d)|(?P<question>\?)|!)+")
_WEAK = re.compile(
    r",(?!\d)|\s\+\s|(?<=\s)mas(?=\s+(?:\d|un |una |dos |tres )[\w ]+)(?!\s+\d+ mil)|\s(?:ademas|tambien|y tambien|luego|despues|aparte)\s|\s-\s"
)
_AND = re.compile(r"\s(?:y|e)\s+(?!(?:\d/\d|1/2|medi[oa]\b|cuarto\b|pico\b|no\b(?! \w+ mas)))")
_BETWEEN = re.compile(r"\b(entre\s+\$?[\w.]+(?:\s+(?:mil|lucas?|pesos))?)\s+y\s+")
_RUN_ON = re.compile(
    r"(?<=[a-z])(?<!\bpara)(?<!\bde)(?<!\bcon)(?<!\ben)(?<!\bpor)(?<!\ba)(?<!\bsin)(?<!\bcomo)(?<!\bsolo)(?<!\bset)(?<!\bmejor)"
    r"(?<!\bsean)(?<!\bcada)(?<!\blos)(?<!\blas)(?<!\btalla)(?<!\ba)\s+(?=(?:un|una|dos|tres|cuatro|cinco|seis|ocho|diez|doce)\s+(?!mas|o\b|pulgada|litro|metro cuadrado|mil\b|luca|voltio|onza|y\b)[a-z]{4,})"
)  # fmt: skip
_BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,2}[).]\s)\s*(?=\S)")


def read_burst(text: str) -> list[Intent]:
    """All that the shopper means, in the order said; an empty list when there is nothing to read."""
    folded = undo_chat_spelling(fold(cap(text)))
    intents: list[Intent] = []
    for sentence, is_question in islice(_sentences(folded), MOST_PIECES):
        if len(intents) >= MOST_INTENTS:
            break
        intents.extend(_read_sentence(sentence, is_question))
    return _settle(intents)[:MOST_INTENTS]


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    start = 0
    for match in _STRONG.finditer(text):
        yield text[start : match.start()], bool(match["question"])
        start = match.end()
    yield text[start:], False


def _read_sentence(sentence: str, is_question: bool) -> list[Intent]:
    sentence = _BETWEEN.sub(r"\1 a ", _BULLET.sub("", sentence.strip()))
    intents: list[Intent] = []
    for piece, is_joined in islice(_pieces(sentence), MOST_PIECES):
        for position, intent in enumerate(_read_piece(piece[:PIECE_CHARACTERS].strip(" ,.:-"), is_question)):
            intents.append(_inherited(intent, intents, is_joined and not position))
    return intents


def _pieces(sentence: str) -> Iterator[tuple[str, bool]]:
    """The pieces between commas and "y", each with whether only an "y" stands before it."""
    whole = sentence.strip()
    if re.search(r"\b(?:en vez de|en lugar de)\b", whole):
        yield whole, False
        return
    for part in _WEAK.split(whole):
        for position, piece in enumerate(_AND.split(f" {part.strip()} ")):
            for run, words in enumerate(_runs(piece.strip())):
                yield words, bool(position) and not run


def _runs(piece: str) -> list[str]:
    """Items dictated without a pause: "dos martillos un metro de cable tres ampolletas"."""
    runs = _RUN_ON.split(piece)
    if len(runs) > 1 and not _without_verb(f"{runs[0]} ").strip():
        runs = [f"{runs[0]} {runs[1]}", *runs[2:]]
    if len(runs) == 1:
        return runs
    first = _describe(Kind.MENTION, _trimmed(_without_verb(runs[0])))
    return runs if first.quantity and first.words else [piece]


def _without_verb(piece: str) -> str:
    piece = FILLER_START.sub("", GREETING.sub("", piece), count=1)
    return next((piece[match.end() :] for _, verb in _VERBS if (match := verb.match(piece))), piece)


def _inherited(intent: Intent, before: list[Intent], is_joined: bool) -> Intent:
    """A piece without a verb takes the verb of the piece before: "saca el cable y el martillo"."""
    last = next((i for i in reversed(before) if i.kind in PRODUCT_KINDS), None)
    if intent.kind is not Kind.MENTION or last is None or last.kind is Kind.MENTION:
        joins = is_joined and intent.kind is Kind.MENTION and last is not None and intent.quantity is None
        return replace(intent, joins_previous=joins)
    if is_bare_number(intent) and last.kind in {Kind.SHOW, Kind.PRICE, Kind.STOCK} and _LAST_NUMBER.search(last.words):
        return replace(last, words=_LAST_NUMBER.sub(str(intent.count), last.words))  # "brocas de 6, 8 y 10"
    kind: Kind = (
        Kind.BUY
        if last.kind in {Kind.SET, Kind.ADD_MORE} or (intent.quantity and last.kind is Kind.SHOW)
        else last.kind
    )
    if intent.quantity is None and last.kind in {Kind.SET, Kind.ADD_MORE}:
        kind = Kind.MENTION
    return replace(intent, kind=kind, joins_previous=is_joined and intent.quantity is None)


def _read_piece(piece: str, is_question: bool) -> list[Intent]:
    """The intents of one piece; greetings and thanks come off its front."""
    intents: list[Intent] = []
    for pattern, kind in (
        (GREETING, Kind.GREET),
        (HOW_ARE_YOU, Kind.HOW_ARE_YOU),
        (THANKS, Kind.THANK),
        (BYE, Kind.BYE),
    ):
        if match := pattern.match(piece):
            intents.append(Intent(kind))
            piece = piece[match.end() :].strip(" ,.:")
    if piece:
        intents.extend(_read_core(piece, is_question))
    return intents


def _read_core(piece: str, is_question: bool) -> list[Intent]:
    if LAUGH.match(piece):
        return [Intent(Kind.LAUGH)]
    answer = read_answer(piece)
    if answer is not Answer.NEITHER and not is_question:
        return [
            _whole_phrase(piece)
            or _whole_phrase(_peeled(piece))
            or Intent(Kind.YES if answer is Answer.YES else Kind.NO)
        ]
    if _REJECTED.match(piece):
        return [Intent(Kind.NO)]
    if (known := _whole_phrase(piece) or _topic(piece)) is not None:
        return [replace(known, is_question=is_question)]
    stripped, is_correction = MODAL.sub("", _ASKING.sub("", piece)), False
    for _ in range(MOST_PEELINGS):
        if (found := _fixed(stripped, is_question)) is not None:
            return [replace(found, is_correction=found.is_correction or is_correction)]
        shorter = _peeled(stripped)
        if match := _CORRECTING.match(shorter):
            is_correction, shorter = True, shorter[match.end() :]
        if shorter in {stripped, ""}:
            stripped = shorter
            break
        stripped = shorter
    if not stripped:
        return [Intent(Kind.YES, words=piece)] if _AGREEING.search(piece) else []
    return [replace(_describe(Kind.MENTION, stripped), is_question=is_question, is_correction=is_correction)]


def _answered(piece: str, answer: Answer) -> Intent:
    return Intent(Kind.YES, words=piece) if answer is Answer.YES else Intent(Kind.NO)


def _peeled(piece: str) -> str:
    piece = FILLER_START.sub("", piece, count=1)
    return FILLER_END.sub("", MODAL.sub("", piece, count=1), count=1).strip(" ,.:")


def _fixed(piece: str, is_question: bool) -> Intent | None:
    """What a piece means when one of the tables knows it."""
    for read in (_whole_phrase, _topic, _taking, _change, _question, _verb):
        if (intent := read(piece)) is not None:
            return replace(intent, is_question=is_question or intent.is_question)
    return None


def _topic(piece: str) -> Intent | None:
    return next((Intent(Kind.SHOP, words=topic) for topic, pattern in _TOPICS if pattern.search(piece)), None)


def _taking(piece: str) -> Intent | None:
    if match := TAKE_IT_IN.match(piece):
        intent = _describe(Kind.BUY, piece[match.end() :])
        return replace(intent, reference=Reference("same")) if intent.filters and not intent.words else None
    kind = Kind.BUY if TAKE_IT.match(piece) else Kind.REMOVE if TAKE_OUT.match(piece) else None
    return Intent(kind, reference=Reference("that")) if kind else None


def _change(piece: str) -> Intent | None:
    return next((_changed(kind, match) for kind, pattern in _CHANGES if (match := pattern.match(piece))), None)


def _question(piece: str) -> Intent | None:
    for kind, pattern in _QUESTIONS:
        if match := pattern.match(piece):
            words = " ".join(filter(None, (match["words"], match.groupdict().get("more"))))
            return replace(_describe(kind, words), is_question=True)
    return None


def _verb(piece: str) -> Intent | None:
    for kind, pattern in _VERBS:
        if match := pattern.match(piece):
            rest = piece[match.end() :]
            nested = _nested(rest) if kind in {Kind.BUY, Kind.SHOW} else None
            return nested or _describe(kind, _trimmed(rest))
    return None


def _nested(rest: str) -> Intent | None:
    """ "quiero que me saques…", "me gustaría ver…": the second verb says what is meant."""
    for kind, pattern in _VERBS:
        if (
            kind in {Kind.SHOW, Kind.REMOVE, Kind.PRICE}
            and (match := pattern.match(rest))
            and not rest.startswith("menos")
        ):
            return _describe(kind, _trimmed(rest[match.end() :]))
    return None


def _whole_phrase(piece: str) -> Intent | None:
    for kind, pattern in _PHRASES:
        if pattern.search(piece):
            return Intent(kind, words=piece if kind is Kind.MORE else "")
    return None


def _changed(kind: Kind, match: re.Match[str]) -> Intent:
    groups = match.groupdict()
    intent = _describe(kind, _trimmed(groups.get("words") or ""))
    if groups.get("that"):
        intent = replace(intent, reference=Reference("that"))
    if groups.get("n"):
        intent = replace(intent, quantity=take_quantity(groups["n"])[0])
    if groups.get("other"):
        intent = replace(intent, other=_describe(Kind.BUY, _trimmed(groups["other"])))
    return intent


def _trimmed(words: str) -> str:
    for _ in range(MOST_PEELINGS):
        shorter = FILLER_END.sub("", FILLER_START.sub("", words.strip(), count=1)).strip(" ,.:")
        if shorter == words:
            return words
        words = shorter
    return words


def _describe(kind: Kind, words: str) -> Intent:
    """Take quantity, reference and filters off the words; what is left names a product."""
    words = words.strip(" ,.:")
    if reference := read_reference(words):
        return Intent(kind, reference=reference)
    while (lead := _LEAD.match(words)) and not re.match(r"mas (?:barat|econom|car)|algo mas|al\s+\d|del? \$?\d", words):
        words = words[lead.end() :]
    quantity, rest = take_quantity(words)
    if quantity and not rest and quantity.unit is None:
        return Intent(kind, quantity=quantity)
    if reference := read_reference(rest):
        return Intent(kind, quantity=quantity, reference=reference)
    filters, rest = take_filters(rest)
    reference, rest = take_reference(rest)
    if filters and re.fullmatch(r"(?:de )?(?:es[aeo]s?|est[aeo]s?)(?: pero)?(?: en| de)?", rest):
        reference, rest = Reference("same"), ""
    is_definite = bool(re.match(r"(?:el|la|los|las)\b", rest))
    if filters.is_comparison and re.search(r"\b(?:el|la|los|las)\b", words):
        filters = replace(filters, is_comparison=False, is_superlative=True)
    if _ONLY_FILLER.match(rest):
        rest = ""
    return Intent(kind, _product_words(rest), quantity, filters, reference, is_definite)


_VAGUE = frozenset(
    [
        "bueno",
        "buena",
        "buenos",
        "bonito",
        "bonita",
        "lindo",
        "linda",
        "rico",
        "rica",
        "algo",
        "cosa",
        "cosas",
        "producto",
        "productos",
        "eso",
        "uno",
        "una",
    ]
)


def _product_words(words: str) -> str:
    if set(words.split()) <= _VAGUE:
        return ""
    words = _ARTICLE.sub("", words.strip(" ,.:-"))
    words = re.sub(
        r"^(?:tallas?|colores?|medidas|numeros?)\s+(?:de|del|para|hay)\s+(?:l[oa]s?\s+|el\s+)?(?=\S)", "", words
    )
    words = re.sub(
        r"\s+(?:de|en)\s+otr[oa]s?\s+(?:color|colores|tamanos?|tallas?|medidas?|modelos?|marcas?)$", "", words
    )
    words = re.sub(r"^(?:metro|kilo|litro|unidad|par|docena)\s+del?\s+(?!medir)(?=\S)", "", words)
    words = re.sub(r"^(?:de|del|que sea[n]?|pero|en|con|por)\s+", "", words)
    return re.sub(r"\s+(?:de|en|con|que|el|la|para|por|y|pero|color|talla|a|que sea[n]?)$", "", words).strip(" ,.:-")


def _settle(intents: list[Intent]) -> list[Intent]:
    """ "No, el rojo" corrects; "sí" beside something said outright adds nothing."""
    settled: list[Intent] = []
    for intent in intents:
        previous = settled[-1] if settled else None
        if previous and previous.kind is Kind.NO and intent.kind in PRODUCT_KINDS | {Kind.REPLACE}:
            settled[-1] = replace(intent, is_correction=True)
        elif previous and previous.kind is Kind.YES and _outdoes(previous, intent):
            settled[-1] = intent
        elif previous and _is_its_quantity(previous, intent):
            settled[-1] = replace(previous, quantity=intent.quantity)
        elif previous and intent == previous and intent.kind not in PRODUCT_KINDS:
            continue
        else:
            settled.append(intent)
    return settled


def _outdoes(agreed: Intent, intent: Intent) -> bool:
    """Whether a "ya" or "sí" is only the beginning of what follows: "ya, ese", "ok, y poleras?", "sí, dame 2"."""
    if intent.kind in {Kind.GREET, Kind.THANK, Kind.BYE, Kind.LAUGH, Kind.HOW_ARE_YOU}:
        return False
    is_firm = agreed.words.split()[:1] in (["si"], ["sip"], ["dale"])
    return not (is_firm and intent.kind in {Kind.BUY, Kind.MENTION} and intent.words)


def _is_its_quantity(want: Intent, number: Intent) -> bool:
    """ "Leche entera, 2"."""
    is_want = want.kind in {Kind.BUY, Kind.MENTION} and want.words and want.quantity is None
    return bool(is_want) and number.kind is want.kind and number.count is not None and number.is_empty


def is_bare_number(intent: Intent) -> bool:
    return intent.kind is Kind.MENTION and intent.count is not None and intent.is_empty


__all__ = ["Filters", "is_bare_number", "read_burst", "read_count"]
