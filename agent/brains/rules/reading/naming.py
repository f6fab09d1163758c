"""Which words may name a product, and which tell what is to be done with it."""

import re

from agent.brains.rules.reading.vocabulary import NOISE
from data.search.lexicon import FUNCTION_WORDS, load_lexicon
from data.search.units import NUMBER_WORDS
from data.search.words import tokenise

_TO_DO = re.compile(
    r"\b[a-z]{2,}[aei]r(?:me|lo|la|los|las|se)? (?:un[oa]?s?|el|la|l[oa]s|mis?|tus?|sus?|algo|est[ea]s?|es[ea]s?"
    r"|cosas)\b"
    r"|\bpara (?:pod)?[a-z]{2,}[aei]r(?:me|lo|la|los|las|se)?\b|\bque (?:gotea|se |no )"
    r"|^(?:pintar|limpiar|lavar|cocinar|pegar|colgar|cortar|coser|regar|arreglar|reparar|tapar|soldar|decorar|dormir)$"
)
_DISCRIMINATING = frozenset({"con", "sin"})


def query_tokens(query: str) -> list[str]:
    words = [word for word in tokenise(query, parts=False) if word not in FUNCTION_WORDS or word in _DISCRIMINATING]
    return list(dict.fromkeys(words))


def content_words(words: str) -> list[str]:
    """Those that may name a product."""
    return [word for word in words.split() if word not in NOISE and word not in NUMBER_WORDS]


def is_need(words: str) -> bool:
    """Whether it says what is to be done, not with what: "pintar mi pieza", "arreglar una llave que gotea"."""
    return bool(_TO_DO.search(words))


def is_known_word(query: str) -> bool:
    """Whether people use these words for things that shops sell, whether or not this one does."""
    known = load_lexicon().known
    return any(
        token in known or token[:-1] + "o" in known or token[:-1] + "a" in known for token in query_tokens(query)
    )
