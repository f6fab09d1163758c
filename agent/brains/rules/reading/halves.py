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


def halves_apart(text: str) -> str:
    """Of folded text: what is asked for by halves, written as two counted wants; an odd number is left as it is."""
    return _SHARED.sub(_apart, text)


def _apart(match: re.Match[str]) -> str:
    lead = _VERB.match(match["counted"])
    verb = lead[0] if lead else ""
    quantity, thing = take_quantity(match["counted"].removeprefix(verb).strip(" ,"))
    each = quantity.number / 2 if quantity else None
    if each is None or each < 1 or each.denominator != 1 or not thing:
        return match[0]
    return f"{verb}{each} {thing} {match['one'].strip()} y {each} {thing} {match['other'].strip()}"
