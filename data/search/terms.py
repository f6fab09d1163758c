"""The terms of one document: which words it has, how much each weighs, how telling its place is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from data.search.documents import SearchDocument
from data.search.lexicon import FIRST, FUNCTION_WORDS, load_lexicon
from data.search.words import read_tokens, stem, tokenise

WITHOUT = "sin "
# First in a name these say that the next words are what it is for: "Funda notebook 14" is no notebook.
_FOR_OTHERS = frozenset(
    tokenise("funda carcasa estuche forro case cable cargador soporte lamina protector mica repuesto bolso maletin "
             "memoria cartucho toner tinta adaptador correa filtro tapa organizador limpiador jaula comedero bandeja "
             "disco broca control lampara pilas bateria cama alimento shampoo juguete", parts=False)
)  # fmt: skip
FOR_OTHERS_PRESENCE = 0.85
HEAD_BONUS = 1.0  # the first word of a name says what the thing is
PART_SHARE = 0.5  # "500" of "500ml", "iphone" of "iphone13"
PART_OF_BRAND = 0.4
MAX_DESCRIPTION_CHARACTERS = 2000
# A name mentions the word after these beside the thing itself: "funda para notebook", "galletas sin sal".
ASIDE_PRESENCE = {"de": 0.85, "para": 0.75, "con": 0.75, "al": 0.75, "en": 0.75, WITHOUT.strip(): 0.5}


@dataclass(frozen=True, slots=True)
class _Field:
    weight: float
    presence: float


_FIELDS = {
    "name": _Field(3.0, 1.0),
    "brand": _Field(2.0, 1.0),
    "synonyms": _Field(2.0, 0.95),
    "category": _Field(1.5, 0.8),
    "description": _Field(1.0, 0.5),
    "options": _Field(0.5, 1.0),
}


def _texts(document: SearchDocument) -> dict[str, str]:
    return {
        "name": document.name,
        "brand": document.brand or "",
        "synonyms": " . ".join(document.synonyms),
        "category": document.category or "",
        "description": (document.description or "")[:MAX_DESCRIPTION_CHARACTERS],
        "options": " . ".join(document.options.values()),
    }


def read_terms(document: SearchDocument) -> tuple[dict[str, tuple[float, float]], list[str]]:
    """Return term -> (weighted count, presence from 0 to 1), and the words of the name in order."""
    terms: dict[str, tuple[float, float]] = {}
    for name, text in _texts(document).items():
        if not text:
            continue
        field = _FIELDS[name]
        weighed = _weighed_brand(text) if name == "brand" else _weighed(text, is_name=name == "name")
        for word, share, presence in weighed:
            count, known = terms.get(word, (0.0, 0.0))
            terms[word] = (count + field.weight * share, max(known, field.presence * presence))
    words = [word for word in tokenise(document.name, parts=False) if word not in FUNCTION_WORDS]
    if words and words[0] in terms:
        count, presence = terms[words[0]]
        terms[words[0]] = (count + HEAD_BONUS, presence)
        terms[FIRST + words[0]] = (HEAD_BONUS, 1.0)
    return terms, words


def _weighed(text: str, *, is_name: bool) -> Iterator[tuple[str, float, float]]:
    groups = read_tokens(text)
    written = [group[0] for group in groups]
    aside = {word: ASIDE_PRESENCE[opener] for opener, word in pairwise(written) if opener in ASIDE_PRESENCE}
    if is_name and written and written[0] in _FOR_OTHERS:
        aside = {word: FOR_OTHERS_PRESENCE for word in written[1:] if word.isalpha()} | aside
    for whole, *parts in groups:
        if whole not in FUNCTION_WORDS:
            yield whole, 1.0, aside.get(whole, 1.0)
        for part in parts:
            yield part, PART_SHARE, 1.0
    for word in joined_negations(written):
        if word.startswith(WITHOUT):
            yield word, 1.0, 1.0


def _weighed_brand(text: str) -> Iterator[tuple[str, float, float]]:
    """ "Banana Boat" sells no bananas: a word of a longer brand that is also a thing says little."""
    words = list(_weighed(text, is_name=False))
    lexicon = load_lexicon()
    for word, share, presence in words:
        is_thing = len(words) > 1 and word in lexicon.known and word not in lexicon.brands
        yield word, share, PART_OF_BRAND if is_thing else presence


def joined_negations(words: Sequence[str]) -> list[str]:
    """Join "sin" to what it denies: ["agua", "sin", "gas"] -> ["agua", "sin gas"]."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == WITHOUT.strip() and word not in FUNCTION_WORDS:
            joined[-1] = WITHOUT + word
        else:
            joined.append(word)
    return joined


def pairs_of(words: Sequence[str]) -> list[str]:
    """Return adjacent words as stemmed pairs: "taladr percutor"."""
    return [f"{a} {b}" for a, b in pairwise([stem(word) for word in words])]
