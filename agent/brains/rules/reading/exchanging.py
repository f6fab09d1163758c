""" "Es talla 6 la que usa, cámbialo": the size or colour that should have been, said as a correction."""

import re

_WHAT = (
    r"(?P<what>(?:(?:de )?(?:talla|tall[ae]|numero|color|n°|la|el|de) )*"
    r"[a-z0-9][a-z0-9./-]{0,11}(?: (?:meses|anos|cm|mm|metros?))?)"
)
_WHOSE = r"(?:l[oa]|el|l[oa]s) que (?:le |les |me )?(?:us|calz|necesit|quer|quier|qued|sirv|ocup)[a-z]+(?: [a-z]+){0,2}"
_IS = r"(?:(?:es|era|son|eran|seria|usa|uso|calza|calzo|necesita) |(?=talla|numero))"
_LEAD = (
    r"(?:(?:la verdad(?: es)?(?: que)?|oiga|oye|ups|chuta|pucha|perdon|sabe[sn]? que|me equivoque|en realidad|no|mejor"
    r"|disculp[ae])[\s,.]+)*"
)
_DO = (
    r"(?:(?:me )?l[oa]s? (?:puedes? |podrias? |podria )?cambi(?:as|a|e|ar|arias?)"
    r"|(?:me )?(?:puedes? |podrias? |podria )?cambi[ae]r?(?:me)?l[oa]s?)(?:,? (?:porfavor|mejor|entonces|nomas))*"
)
_APART = r"(?: (?:mi|el|la) [a-z]+)?\s*[,.;?\n]+\s*(?:y |asi que |entonces )?"
_STARTS = r"(?:^|(?<=[\n.,;!?])\s*)"
_EXCHANGES = tuple(
    re.compile(rf"{_STARTS}{pattern}\s*\??(?=$|[\n.!])")
    for pattern in (
        rf"{_LEAD}{_IS}{_WHAT}(?: {_WHOSE})?{_APART}{_DO}",
        rf"{_LEAD}{_WHOSE} (?:es|era) {_WHAT}{_APART}{_DO}",
        rf"{_LEAD}{_DO}{_APART}(?:que |es que |porque )?{_IS}{_WHAT}(?: {_WHOSE})?",
        rf"{_LEAD}{_IS}{_WHAT} {_WHOSE}",
    )
)
# "Ups, perdón, de 20 cm", "digo talla M", "no perdón eran de 30".
_REGRET = re.compile(
    rf"{_STARTS}(?:(?:ups|uy|perdon|disculp[ae]|sorry|me equivoque|digo|quise decir|corrijo|no)[\s,.!]+)+"
    r"(?<!no )(?:(?:es|era|eran|son|digo|quise decir|que sean?) )?"
    r"(?:(?P<of>(?:de|del) (?=\d))|(?=(?:talla|tall[ae]|numero|color) [a-z0-9]))"
)


def exchanges_as_corrections(text: str) -> str:
    """Of folded text: such a sentence as "mejor talla 6"; "perdón, de 20 cm" as "mejor el de 20 cm"."""
    for pattern in _EXCHANGES:
        text = pattern.sub(_rather, text)
    return _REGRET.sub(lambda match: "mejor el de " if match["of"] else "mejor ", text)


def _rather(match: re.Match[str]) -> str:
    return f"mejor el {match['what']}" if match["what"].startswith("de ") else f"mejor {match['what']}"
