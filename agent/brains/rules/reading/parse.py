"""From a burst of messages to a list of intents."""

import re
from dataclasses import replace
from itertools import islice

from agent.brains.rules.reading.after_sale import after_sale_apart
from agent.brains.rules.reading.asides import without_asides
from agent.brains.rules.reading.asking_shop import ABOUT_SHOP, SHOP_TOPICS
from agent.brains.rules.reading.changes import CHANGES, QUESTIONS, TIMES
from agent.brains.rules.reading.describing import MOST_PEELINGS, describe, trimmed
from agent.brains.rules.reading.exchanging import exchanges_as_corrections
from agent.brains.rules.reading.foreign import in_spanish
from agent.brains.rules.reading.going_on import also_wanted
from agent.brains.rules.reading.halves import halves_apart
from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.normalise import cap, fold, undo_chat_spelling
from agent.brains.rules.reading.phrases import (
    BYE,
    GREETING,
    HOW_ARE_YOU,
    INFORMATION_OF,
    LAUGH,
    LAUGHED,
    LAUGHING,
    PHRASES,
    THANKS,
)
from agent.brains.rules.reading.pieces import pieces, sentences
from agent.brains.rules.reading.quantities import NUMBER, Quantity, take_quantity
from agent.brains.rules.reading.references import Reference, read_reference
from agent.brains.rules.reading.settling import settled_intents
from agent.brains.rules.reading.verbs import FILLER_END, FILLER_START, MODAL, TAKE_IT, TAKE_IT_IN, TAKE_OUT, take_verb
from agent.brains.rules.reading.wishes import read_notify
from agent.confirmation import Answer, read_answer

MOST_INTENTS = 12
MOST_PIECES = 40
PIECE_CHARACTERS = 200

_PHRASES = tuple((kind, re.compile(pattern)) for kind, pattern in PHRASES)
_TOPICS = tuple((topic, re.compile(pattern)) for topic, pattern in SHOP_TOPICS)
_CHANGES = tuple((kind, re.compile(pattern)) for kind, pattern in CHANGES)
_QUESTIONS = tuple((kind, re.compile(pattern)) for kind, pattern in QUESTIONS)
_ASKING = re.compile(
    r"^(?:(?:una )?(?:consulta|pregunta|duda)[\s,:]+)?"
    r"(?:me gustaria|queria|quiero|quisiera|necesito|podria|puedo|solo)?\s*"
    r"(?:saber|consultar|preguntar|averiguar)(?:te|les|le)?(?: por| si)?\s+(?=\S)"
    rf"|^{INFORMATION_OF}"
)
_ABOUT_IT = re.compile(rf"^{INFORMATION_OF}(?P<it>(?:est|es)(?:[eo]|[ao]s?)(?: productos?)?)$")
_LIST_LEAD = re.compile(
    r"\b(?:(?:necesito|quiero|te mando|te dejo|aqui va|ahi va|esta es|este es|seria|es|va|anota|para) )?(?:(?:la"
    r"|mi|el|una|un|lo) )?"
    r"(?:siguiente )?(?:lista|listado|pedido|encargo|siguiente|compra|utiles)(?: (?:de|para|del) [a-z ]{1,40}?)?"
    r"\s*:\s*(?=\S)"
    r"|\b(?:(?:necesito|quiero|quisiera|dame|seria|anota|mandame) )?(?:lo|el|la) siguiente(?: pedido| lista|"
    r" encargo)?[\s:,]+(?=\S)"
)
# "¿Cuál es más barato, el martillo de goma o el carpintero?": both are looked at; none is bought.
_COMPARING = re.compile(r"^(?:y )?(?:cual|que) .{0,30}\bmas\b")
_OR_THE = re.compile(
    r"\s+o\s+(?=(?:el|la|los|las) (?!(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|fin|dia|mes|proxim[oa]"
    r"|otr[oa]|mism[oa]"
    r"|manana|tarde|noche|semana)\b)[a-z0-9])"
)
_ALSO = re.compile(r"^(?:el|la|los|las|es[eao]s?|est[eao]s?)\b.* tambien$")
_REJECTED = re.compile(r"^(?:no,? )?(?P<what>(?:el|la|los|las|es[eao]s?|est[eao]s?)\b.{0,30}?)(?: mejor)? ?\bno$")
_CORRECTING = re.compile(
    r"(?:no|mejor|prefiero|mas bien|que sean?|quiero que sean?|sean?|eran?|quise decir|digo"
    r"|perdon)[\s,]+(?=\S)(?!de |(?:se )?(?:pas|super|cuest|valg)e?n?[ae]?n?\b)"
)
# "Sí, pero que sean 2 cajas": so many in all.
_SETTING = re.compile(rf"que sean? (?!de\b)(?:{NUMBER})\b(?! (?:mil|lucas?|metros?|kilos?|litros?)\b)")
_AGREEING = re.compile(r"(?:ya|dale|ok|bueno|claro|si|listo|perfecto)\b")
_PREFERRING = re.compile(r"^(?:quiero|dame|mejor|ponme|pon|prefiero) (?=\S)")
_BARE_OTHER = re.compile(r"otr[oa]s?|ultim[oa]|primer[oa]|segund[oa]")
_LAST_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?=(?:\s*[a-z\"]+)?$)")
# "Ampolletas me das cuatro", "si tienen palta dame dos kilos": the amount after the verb.
_AMOUNT_LAST = re.compile(
    r"^(?:si )?(?:(?:tienes|tienen|hay|te quedan?|les quedan?|venden) )?(?:de(?:l)? )?(?P<words>[a-z].*?) "
    r"(?:(?:me|nos) das?|dame|deme|danos|quiero|quisiera|necesito|ponme|llevo|agrega(?:me)?|echame|mandame|anotame) "
    r"(?P<amount>\S.*)$"
)


# "La fuente de 12 volts me la llevo".
_TAKEN_LAST = re.compile(
    r"^(?!(?:cuanto|cuando|si|donde|como|no)\b)(?P<words>[a-z0-9].+?)(?<! no)[\s,]+(?:me )?l[oa]s? "
    r"(?:llevo|quiero|compro|tomo)$"
)
# "Saca la tijera, que está muy cara".
_WHY = re.compile(
    r"(?<=[a-z0-9])(?<!\bel)(?<!\bla)(?<!\blos)(?<!\blas)(?<!\blo)[\s,]+(?:que|porque|es que|pues) "
    r"(?:esta[n]?|ya|sale[n]?|me|se|encuentro|(?:es|son) (?:muy|tan|demasiado|car)"
    r"|no (?:me|la|lo|las|los|alcanz|necesit|quier))\b.*$"
)
# "La piña sácala, que está muy cara", "el martillo ya no lo quiero".
_REMOVED_LAST = re.compile(
    r"^(?P<words>(?:el|la|l[oa]s|es[ea]s?) [a-z0-9].*?)[\s,]+"
    r"(?:(?:sac|quit|elimin|borr|retir)(?:a|e|ar|ue|emos)(?:me|le)?l[oa]s?"
    r"|(?:ya )?no l[oa]s? (?:quiero|llevo|necesito))"
    r"(?:[\s,]+(?:(?:que|porque|es que|pues?|por|mejor|nomas|no mas|entonces|ya)\b.*)?)?$"
)


def read_burst(text: str) -> list[Intent]:
    """All that the shopper means, in the order said; an empty list when there is nothing to read."""
    folded = after_sale_apart(undo_chat_spelling(in_spanish(fold(cap(text)))))
    wants = halves_apart(_LIST_LEAD.sub("dame ", without_asides(exchanges_as_corrections(folded))))
    if wants != folded and not wants.strip(" \n.,;:!?"):
        return [Intent(Kind.ASIDE)]
    intents: list[Intent] = []
    for sentence, is_question in islice(sentences(wants), MOST_PIECES):
        if len(intents) >= MOST_INTENTS:
            break
        intents.extend(also_wanted(sentence, _read_sentence(sentence, is_question), intents))
    return settled_intents(intents)[:MOST_INTENTS]


def _read_sentence(sentence: str, is_question: bool) -> list[Intent]:
    intents: list[Intent] = []
    if is_question or _COMPARING.search(sentence):
        sentence = _OR_THE.sub(", ", sentence)
    for piece, is_joined in islice(pieces(sentence), MOST_PIECES):
        for position, intent in enumerate(_read_piece(piece[:PIECE_CHARACTERS].strip(" ,.:-"), is_question)):
            intents.append(_inherited(intent, intents, is_joined and not position))
    return intents


def _inherited(intent: Intent, before: list[Intent], is_joined: bool) -> Intent:
    """A piece without a verb takes the verb of the piece before: "saca el cable y el martillo"."""
    last = next((i for i in reversed(before) if i.kind in PRODUCT_KINDS), None)
    if is_joined and last and last is before[-1] and is_bare_number(intent) and _LAST_NUMBER.search(last.words):
        return replace(last, words=_LAST_NUMBER.sub(str(intent.count), last.words))  # "zapatillas 40 y 42"
    is_list = is_joined and last is not None and last is before[-1] and last.quantity and last.kind is Kind.MENTION
    if intent.kind is Kind.MENTION and is_list and intent.words and intent.quantity is None:
        return replace(intent, kind=Kind.BUY, joins_previous=True)  # "3 reglas y el lápiz"
    if intent.kind is not Kind.MENTION or last is None or last.kind is Kind.MENTION:
        joins = is_joined and intent.kind is Kind.MENTION and last is not None and intent.quantity is None
        return replace(intent, joins_previous=joins)
    if is_bare_number(intent) and last.kind in {Kind.SHOW, Kind.PRICE, Kind.STOCK} and _LAST_NUMBER.search(last.words):
        return replace(last, words=_LAST_NUMBER.sub(str(intent.count), last.words))  # "brocas de 6, 8 y 10"
    is_want_after_look = intent.quantity and last.quantity is None and last.kind is Kind.SHOW
    kind: Kind = Kind.BUY if last.kind in {Kind.SET, Kind.ADD_MORE} or is_want_after_look else last.kind
    if intent.quantity is None and last.kind in {Kind.SET, Kind.ADD_MORE}:
        kind = Kind.MENTION
    return replace(intent, kind=kind, joins_previous=is_joined and intent.quantity is None)


def _read_piece(piece: str, is_question: bool) -> list[Intent]:
    """The intents of one piece; greetings and thanks come off its front."""
    intents: list[Intent] = []
    if not LAUGH.match(piece):
        piece = LAUGHED.sub("", LAUGHING.sub("", piece))
    if GREETING.match(greeted := FILLER_START.sub("", piece, count=1)):
        piece = greeted  # "amiga buenas tardes"
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
        intents.extend(replace(intent, asked=piece) for intent in _read_core(piece, is_question))
    return intents


def _read_core(piece: str, is_question: bool) -> list[Intent]:
    if LAUGH.match(piece):
        return [Intent(Kind.LAUGH)]
    if (wish := read_notify(piece)) is not None:
        return [wish]
    answer = read_answer(piece)
    if answer is not Answer.NEITHER and not is_question:
        return [
            _whole_phrase(piece)
            or _whole_phrase(_peeled(piece))
            or Intent(Kind.YES if answer is Answer.YES else Kind.NO)
        ]
    if rejected := _REJECTED.match(piece):
        return [Intent(Kind.NO, other=describe(Kind.MENTION, rejected["what"]))]
    known = _whole_phrase(piece) or _whole_phrase(_peeled(piece)) or _topic(piece) or _about_it(piece)
    if known is not None:
        return [replace(known, is_question=is_question)]
    stripped, is_correction = MODAL.sub("", _ASKING.sub("", piece)), False
    for _ in range(MOST_PEELINGS):
        if (found := _fixed(stripped, is_question)) is not None:
            return [replace(found, is_correction=found.is_correction or is_correction)]
        shorter = _peeled(stripped)
        if shorter == stripped and not _SETTING.match(shorter) and (match := _CORRECTING.match(shorter)):
            is_correction, shorter = True, shorter[match.end() :]
        if shorter in {stripped, ""}:
            stripped = shorter
            break
        stripped = shorter
    is_refusal = stripped != piece and not is_question and read_answer(stripped) is Answer.NO  # "sabes que no"
    if not stripped or is_refusal:
        return _only_peel(piece, is_correction or is_refusal)
    kind = Kind.BUY if _ALSO.search(piece) and not is_question else Kind.MENTION
    described = describe(kind, stripped)
    return [replace(described, is_question=is_question, is_correction=is_correction, is_verbless=True)]


def _about_it(piece: str) -> Intent | None:
    about = _ABOUT_IT.match(piece)
    return describe(Kind.SHOW, about["it"]) if about else None


def _only_peel(piece: str, is_correction: bool) -> list[Intent]:
    """ "No perdón", "ya po": nothing but how one begins a sentence."""
    if is_correction:
        return [Intent(Kind.NO)]
    return [Intent(Kind.YES, words=piece)] if _AGREEING.search(piece) else []


def _peeled(piece: str) -> str:
    piece = FILLER_START.sub("", piece, count=1)
    return FILLER_END.sub("", MODAL.sub("", piece, count=1), count=1).strip(" ,.:")


def _fixed(piece: str, is_question: bool) -> Intent | None:
    """What a piece means when one of the tables knows it."""
    for read in (
        _whole_phrase,
        _topic,
        _taking,
        _change,
        _question,
        _about_shop,
        _amount_last,
        _taken_last,
        _removed_last,
        _verb,
    ):
        if (intent := read(piece)) is not None:
            return replace(intent, is_question=is_question or intent.is_question)
    return None


def _topic(piece: str) -> Intent | None:
    return next((Intent(Kind.SHOP, words=topic) for topic, pattern in _TOPICS if pattern.search(piece)), None)


def _about_shop(piece: str) -> Intent | None:
    """A question of what the shop does or how a thing is; `other` is what it would be as the name of a product."""
    is_asked = ABOUT_SHOP.match(piece)
    return Intent(Kind.SHOP, words="eso", other=describe(Kind.MENTION, piece)) if is_asked else None


def _taking(piece: str) -> Intent | None:
    taken = take_verb(piece)
    reference = read_reference(trimmed(taken[1]) if taken and taken[0] is Kind.BUY else piece)
    if reference and reference.kind == "rest":
        return Intent(Kind.BUY, reference=reference)
    if match := TAKE_IT_IN.match(piece):
        intent = describe(Kind.BUY, piece[match.end() :])
        is_other_one = intent.filters and not intent.words
        return replace(intent, reference=Reference("same"), is_correction=True) if is_other_one else None
    kind = Kind.BUY if TAKE_IT.match(piece) else Kind.REMOVE if TAKE_OUT.match(piece) else None
    return Intent(kind, reference=Reference("that")) if kind else None


def _change(piece: str) -> Intent | None:
    return next((_changed(kind, match) for kind, pattern in _CHANGES if (match := pattern.match(piece))), None)


def _question(piece: str) -> Intent | None:
    for kind, pattern in _QUESTIONS:
        if match := pattern.match(piece):
            groups = match.groupdict()
            words = " ".join(filter(None, (groups.get("words"), groups.get("more"))))
            return replace(describe(kind, trimmed(words)), is_question=True, option=groups.get("option") or "")
    return None


def _verb(piece: str) -> Intent | None:
    if (taken := take_verb(piece)) is None:
        return None
    kind, rest = taken
    rest = _WHY.sub("", rest) if kind is Kind.REMOVE else rest
    nested = _nested(rest) if kind in {Kind.BUY, Kind.SHOW} else None
    return nested or describe(kind, trimmed(rest))


def _nested(rest: str) -> Intent | None:
    """ "quiero que me saques…", "me gustaría ver…": the second verb says what is meant."""
    taken = take_verb(rest)
    if taken is None or taken[0] not in {Kind.SHOW, Kind.REMOVE, Kind.PRICE} or rest.startswith("menos"):
        return None
    return describe(taken[0], trimmed(taken[1]))


def _amount_last(piece: str) -> Intent | None:
    match = _AMOUNT_LAST.match(piece)
    if not match or take_verb(match["words"]):
        return None
    quantity, rest = take_quantity(f"{trimmed(match['amount'])} de eso")
    is_only_amount = quantity is not None and rest == "eso"
    return replace(describe(Kind.BUY, trimmed(match["words"])), quantity=quantity) if is_only_amount else None


def _taken_last(piece: str) -> Intent | None:
    match = _TAKEN_LAST.match(piece)
    words = trimmed(match["words"]) if match else ""
    return describe(Kind.BUY, words) if words and not take_verb(words) else None


def _removed_last(piece: str) -> Intent | None:
    match = _REMOVED_LAST.match(piece)
    words = trimmed(match["words"]) if match else ""
    return describe(Kind.REMOVE, words) if words else None


def _whole_phrase(piece: str) -> Intent | None:
    for kind, pattern in _PHRASES:
        if pattern.search(piece):
            return Intent(kind, words=piece if kind is Kind.MORE else "")
    return None


def _changed(kind: Kind, match: re.Match[str]) -> Intent:
    groups = match.groupdict()
    said, counted = trimmed(groups.get("words") or ""), None
    if groups.get("n"):  # "una docena": a number and its group
        counted, said = take_quantity(f"{groups['n']} {said}".strip())
    intent = describe(kind, f"el {said}" if _BARE_OTHER.fullmatch(said) else said)
    if groups.get("times"):
        counted = Quantity(TIMES[groups["times"]])
    if groups.get("that"):
        intent = replace(intent, reference=Reference("that"))
    if groups.get("each"):
        intent = replace(intent, reference=Reference("all"))
    if counted:
        intent = replace(intent, quantity=counted)
    if groups.get("other"):
        intent = replace(intent, other=describe(Kind.BUY, _PREFERRING.sub("", trimmed(groups["other"]))))
    return intent


def is_bare_number(intent: Intent) -> bool:
    return intent.kind is Kind.MENTION and intent.count is not None and intent.is_empty
