"""Cuts a message into sentences, and sentences into pieces of one want each."""

import re
from collections.abc import Iterator

from agent.brains.rules.reading.describing import describe, trimmed
from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.quantities import NUMBER
from agent.brains.rules.reading.verbs import take_verb, without_verb
from agent.brains.rules.reading.vocabulary import NOISE

_STRONG = re.compile(r"(?:\n|;|\.(?!\d)|(?P<question>\?)|!)+")
_WEAK = re.compile(
    r",(?!\d)(?!\s*(?:pero |y )?no (?:de )?(?:el|la|los|las|sea[ns]?) [a-z0-9])|\s\+\s"
    r"|(?<=\s)mas(?=\s+(?:\d|un |una |dos |tres )[\w ]+)(?!\s+\d+ mil)|\s(?:ademas|tambien"
    r"|y tambien|luego|despues|aparte|a ver|o sea|osea)\s|\s-\s(?!\d{1,3}\b(?!\s[a-z]))"
    # "Mi hija entra al colegio en marzo así que necesito un jumper"
    r"|\s(?:y )?(?:asi que|asique|por eso|por lo (?:que|cual|tanto)|entonces)\s(?=(?:me |nos |le |les )?(?:necesit"
    r"|(?:quier|quisiera|queria)(?!\w* (?:saber|pregunt|consult|ver\b|cotiz|averigu))|busc|ando busc|dame|deme"
    r"|falta|hace falta|anota|ponme|llevo|compr|vengo|encarg)[a-z]*\b)"
)
_AND = re.compile(r"\s(?:y|e)\s+(?!(?:\d/\d|1/2|medi[oa]\b(?! docena)|cuarto\b|pico\b|no\b(?! \w+ mas)))")
# "Los normales, no industrial": what it must not be.
_NEGATED = re.compile(
    r"(?<=[a-z0-9])(?<!\bsi)(?<!\bno)(?<!\bque)(?<!\bya)(?<!\bpero)(?<!\bo),?\s+(?:pero )?(?:que )?no "
    r"(?:es |son |sea |sean )?(?P<what>[a-z]{3,})(?=\s*(?:$|,|\sy\s))"
)
# "De 20 cm, no de 50": what it was not.
_NOT_THAT = re.compile(
    r"(?<=[a-z0-9])[\s,]+(?:pero )?no (?:(?:(?:de|del|la|el|l[oa]s|talla|numero|en) )+\d+(?:[.,]\d+)?"
    r"(?:\s?[a-z]{1,2}|\s(?:metros?|litros?|kilos?|pulgadas?|watts?|meses|anos))?"
    r"|(?:(?:de|la|el|l[oa]s|talla|en) )*x{0,3}[sml])$"
)
# "No la de 10, la otra": what is rejected before the other one is said.
_NOT_THIS = re.compile(
    r"^no,? (?:quiero )?(?P<what>(?:(?:el|la|l[oa]s) [a-z0-9]|(?:es|est)[aeo]s?\b)[^,]{0,30}?)[\s,]+"
    r"(?:sino |quiero |dame )?(?=(?:el|la|l[oa]s) otr[oa]s?$)"
)
_NOT_A_TRAIT = NOISE | {"perdon", "espera", "espere", "disculpa", "sorry", "importa", "alcanza"}
# "Y una fuente de doce volts eso sería todo".
_CLOSING = re.compile(
    r"(?<=[a-z0-9])(?<!\bcuanto)(?<!\bque)(?<!\bcomo)(?<!\bde)(?<!\bcon)(?<!\by)\s+(?P<closing>(?:y )?(?:eso|nada mas)"
    r" (?:(?:seria|es|no mas|nomas|todo|por ahora|por hoy)(?: |$))+)$"
)
_BETWEEN = re.compile(r"\b(entre\s+\$?[\w.]+(?:\s+(?:mil|lucas?|pesos))?)\s+y\s+")
_RUN_ON = re.compile(
    r"(?<=[a-z0-9])(?<!\bpara)(?<!\bde)(?<!\bcon)(?<!\ben)(?<!\bpor)(?<!\ba)(?<!\bsin)(?<!\bcomo)(?<!\bsolo)"
    r"(?<!\bset)(?<!\bmejor)"
    r"(?<!\bsean)(?<!\bcada)(?<!\blos)(?<!\blas)(?<!\btalla)(?<!\ba)\s+(?=(?:un|una|dos|tres|cuatro|cinco|seis"
    r"|ocho|diez|doce)\s+(?!mas|o\b|precio|descuent|pulgada|litro|metro cuadrado|mil\b|luca|voltio|onza|y\b)[a-z]{4,})"
)  # fmt: skip
_SAID_AGAIN = re.compile(
    rf"(?<=[a-z0-9])(?<!\bno)(?<!\bque)(?<!\bsi)(?<!\bmejor)(?<!\blo)(?<!\bla)(?<!\bte)(?<!\bme)\s+"
    rf"(?=(?:dame|deme|quiero|necesito|agrega(?:me)?|ponme|anota(?:me)?|suma(?:me)?|me das|me da)\s+{NUMBER}\s+"
    r"(?!mas\b|de es|de l[oa]s\b|de ell|de cada|que\b|nomas|no mas|unidad|porfavor|mejor|y\b|o\b|kilos?$|metros?$"
    r"|litros?$)[a-z]{2,})"
)
# "Cuatro tomates, digo, cuatro kilos de tomate"; after the word only a number: "cuatro tomates digo cinco".
_OOPS = r"[\s,]+(?:no |perdon |ay )?(?:digo|perdon|quise decir|mejor dicho|o sea)(?: no| perdon)?[\s,]+"
_MISSPOKE = re.compile(rf"\b{NUMBER}\s+(?:(?!\by\b|,)[^,])*?{_OOPS}(?={NUMBER}\s+[a-z])")
_MISCOUNTED = re.compile(rf"\b{NUMBER}(?P<of>\s+(?:(?!\by\b)[^,])*?){_OOPS}(?P<n>{NUMBER})$")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,2}[).]\s)\s*(?=\S)")


def sentences(text: str) -> Iterator[tuple[str, bool]]:
    """Each with whether it ends in a question mark."""
    start = 0
    for match in _STRONG.finditer(text):
        yield text[start : match.start()], bool(match["question"])
        start = match.end()
    yield text[start:], False


def pieces(sentence: str) -> Iterator[tuple[str, bool]]:
    """What stands between commas and "y", each with whether only an "y" stands before it."""
    whole = _NOT_THIS.sub(r"\g<what> no, ", _BULLET.sub("", sentence.strip()))
    whole = _BETWEEN.sub(r"\1 a ", whole)
    whole = _CLOSING.sub(r", \g<closing>", _NEGATED.sub(_unwanted, _NOT_THAT.sub("", whole)))
    whole = _MISCOUNTED.sub(r"\g<n>\g<of>", _MISSPOKE.sub("", whole))
    if re.search(r"\b(?:en vez de|en lugar de)\b", whole):
        yield whole, False
        return
    for part in _with_their_verbs(_WEAK.split(whole)):
        for position, piece in enumerate(_AND.split(f" {part.strip()} ")):
            for run, words in enumerate(_runs(piece.strip())):
                yield words, bool(position) and not run


def _unwanted(match: re.Match[str]) -> str:
    return match[0] if match["what"] in _NOT_A_TRAIT else f" que no sea {match['what']}"


def _with_their_verbs(parts: list[str]) -> Iterator[str]:
    """ "Ponme también un martillo": a verb alone goes with what follows it."""
    verb = ""
    for part in parts:
        words = f"{verb} {part.strip()}".strip()
        taken = take_verb(words)
        is_only_verb = taken is not None and not trimmed(taken[1])
        if is_only_verb:
            verb = words
            continue
        yield words
        verb = ""
    if verb:
        yield verb


def _runs(piece: str) -> list[str]:
    """Items dictated without a pause: "dos martillos un metro de cable dame tres ampolletas"."""
    return [run for part in _SAID_AGAIN.split(piece) for run in _counted_runs(part)]


def _counted_runs(piece: str) -> list[str]:
    runs = _RUN_ON.split(piece)
    if len(runs) > 1 and not without_verb(f"{runs[0]} ").strip():
        runs = [f"{runs[0]} {runs[1]}", *runs[2:]]
    if len(runs) == 1:
        return runs
    first = describe(Kind.MENTION, trimmed(without_verb(runs[0])))
    return runs if first.quantity and first.words else [piece]
