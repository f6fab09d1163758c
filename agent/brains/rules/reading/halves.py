""" "Dos docenas de berlines, mitad crema y mitad manjar": two wants, each of half as many."""

import re

from agent.brains.rules.reading.quantities import take_quantity

_SHARED = re.compile(
    r"(?P<counted>[a-z0-9 ]{1,60}?)[\s,:]+(?:l[ao] )?mitad (?:de (?:l[oa]s? )?|en |con )?(?P<one>[a-z0-9 ]{2,30}?)"
    r"[\s,]+(?:y )?(?:l[ao] )?(?:otra )?mitad (?:de (?:l[oa]s? )?|en |con )?(?P<other>[a-z0-9 ]{2,30})"
)
_VERB = re.compile(
    r"^(?:(?:y|hola|ya|porfavor|dame|deme|quiero|quisiera|necesito|ponme|mandame|agrega(?:me)?|anota(?:me)?|seria[n]?"
    r"|son|va[n]?|llevo|tambien|me das) )+"
)
# "Una S y la otra talla L", "uno 38 y otro 40", "una S y las otras dos M".
_THE_OTHER = re.compile(
    r"(?P<one>\b(?:un[oa]|dos|tres|\d{1,2})\b[a-z0-9 ]{1,20}?,? y )(?:(?:(?:la|el) )?otr(?P<gender>[oa]) "
    r"(?=(?:(?:de|en|talla|numero) )*(?:\d|x{0,3}[sml]\b))|l[oa]s otr[oa]s (?=(?:dos|tres|cuatro|cinco|seis|\d{1,2}) ))"
)


def halves_apart(text: str) -> str:
    """Of folded text: what is asked for by halves, written as two counted wants, an odd number left as it is; what is
    of "las otras dos" as of two."""
    return _SHARED.sub(_apart, _THE_OTHER.sub(_counted, text))


def _counted(match: re.Match[str]) -> str:
    return f"{match['one']}un{match['gender']} " if match["gender"] else match["one"]


def _apart(match: re.Match[str]) -> str:
    lead = _VERB.match(match["counted"])
    verb = lead[0] if lead else ""
    quantity, thing = take_quantity(match["counted"].removeprefix(verb).strip(" ,"))
    each = quantity.number / 2 if quantity else None
    if each is None or each < 1 or each.denominator != 1 or not thing:
        return match[0]
    return f"{verb}{each} {thing} {match['one'].strip()} y {each} {thing} {match['other'].strip()}"
