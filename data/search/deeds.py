"""What is done and what doing it is called: "leer" and "lectura", "pintar" and "pintura", "bordar" and "bordado"."""

import re
from functools import lru_cache

from data.search.lexicon import load_lexicon

_VERB = re.compile(r"(?P<root>[a-z]{3,})(?P<ending>[aei])r")
# What a verb in "-ar", or in "-er" and "-ir", makes; the last of them is also said of a thing that it was done to.
_MADE = {"a": ("ura", "acion", "amiento", "aje"), "e": ("ura", "icion", "imiento"), "i": ("ura", "icion", "imiento")}
_DONE = {"a": "ado", "e": "ido", "i": "ido"}
_NOUN = re.compile(r"(?P<root>[a-z]{3,}?)(?:ura|[ai]cion|[ai]miento|aje|ado|ido)")
_OTHER_THINGS = frozenset(("vestido", "helado", "pescado", "marido", "lado", "estado", "basura", "verdura", "calzado"))


@lru_cache(maxsize=50_000)
def deeds(word: str, *, is_purpose: bool) -> tuple[str, ...]:
    """Other words for the same doing. With `is_purpose` ("hilo para bordar") also what may be said of things: "bordado"
    alone is how a shirt is."""
    known = load_lexicon().deeds.get(word, ())
    if word in _OTHER_THINGS:
        return known
    if verb := _VERB.fullmatch(word):
        root, ending = verb["root"], verb["ending"]
        done = (root + _DONE[ending],) if is_purpose else ()
        return (
            *known,
            *(other for other in (*(root + end for end in _MADE[ending]), *done) if other not in _OTHER_THINGS),
        )
    if is_purpose and (noun := _NOUN.fullmatch(word)):
        return (*known, *(f"{noun['root']}{vowel}r" for vowel in "aei"))
    return known
