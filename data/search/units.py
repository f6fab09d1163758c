"""Numbers and their units, written one way: "1/2 lt", "0,5 litros" and "500cc" become "500ml"."""

import re
from fractions import Fraction

NUMBER_WORDS = {
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16,
    "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veinticinco": 25, "treinta": 30,
    "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90, "cien": 100,
}  # fmt: skip
# alias -> (base unit, how many base units one of it is)
_ALIASES: dict[tuple[str, str], tuple[str, ...]] = {
    ("ml", "1"): ("ml", "cc", "cm3", "mililitro", "mililitros"),
    ("ml", "10"): ("cl",),
    ("ml", "1000"): ("l", "lt", "lts", "ltr", "ltrs", "litro", "litros"),
    ("mg", "1"): ("mg", "mgr", "miligramo", "miligramos"),
    ("mg", "1000"): ("g", "gr", "grs", "gramo", "gramos"),
    ("mg", "1000000"): ("kg", "kgs", "kilo", "kilos", "kilogramo", "kilogramos"),
    ("mcg", "1"): ("mcg", "ug", "microgramo", "microgramos"),
    ("mm", "1"): ("mm", "milimetro", "milimetros"),
    ("mm", "10"): ("cm", "cms", "centimetro", "centimetros"),
    ("mm2", "1"): ("mm2",),
    ("mm", "1000"): ("m", "mt", "mts", "mtr", "mtrs", "metro", "metros"),
    ("pulg", "1"): ("pulg", "pulgs", "pulgada", "pulgadas", "inch", "inches", "in"),
    ("w", "1"): ("w", "watt", "watts", "wats", "vatio", "vatios"),
    ("w", "1000"): ("kw", "kilowatt", "kilowatts"),
    ("v", "1"): ("v", "volt", "volts", "voltio", "voltios"),
    ("amp", "1"): ("amp", "amps", "ampere", "amperes", "amperios"),
    ("mah", "1"): ("mah",),
    ("mah", "1000"): ("ah",),
    ("ohm", "1"): ("ohm", "ohms", "ohmio", "ohmios"),
    ("ohm", "1000"): ("kohm", "kohms", "kiloohm", "kiloohms"),
    ("uf", "1"): ("uf", "mfd", "microfaradio", "microfaradios"),
    ("hp", "1"): ("hp",),
    ("hz", "1"): ("hz", "hertz"),
    ("gb", "1"): ("gb", "giga", "gigas", "gigabytes"),
    ("gb", "1024"): ("tb", "tera", "teras"),
    ("lm", "1"): ("lm", "lumen", "lumenes", "lumens"),
    ("oz", "1"): ("oz", "onza", "onzas"),
    ("lb", "1"): ("lb", "lbs", "libra", "libras"),
    ("plaza", "1"): ("plaza", "plazas", "plz"),
    ("un", "1"): ("un", "und", "unds", "uds", "ud", "unid", "unids", "unidad", "unidades", "u"),
    ("comp", "1"): (
        *("comp", "comprimido", "comprimidos", "tab", "tabs", "tableta", "tabletas"),
        *("cap", "caps", "capsula", "capsulas", "pastilla", "pastillas"),
    ),
}
_UNITS = {alias: (base, Fraction(factor)) for (base, factor), names in _ALIASES.items() for alias in names}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
# Units that are nothing else after a number: "hasta 800 w" is no price.
MEASURED = "|".join(sorted(_UNITS.keys() - {"un", "u", "in"}, key=len, reverse=True))
_NUMBER = r"\d+(?:\s+\d+\s*/\s*\d+|\s*/\s*\d+|[.,]\d+)*"

_INCH = re.compile(r"(?<=\d)\s*(?:[\"”“″]|'')(?![^\Wx])")
_FRACTION_OF = re.compile(rf"\b(medio|media|tres cuartos|cuarto|un cuarto)\s+(?:de\s+)?(?={_UNIT}\b)")
_AND_HALF = re.compile(rf"\b(?:(?P<count>\d+|un|una)\s+)?(?P<unit>{_UNIT})\s+y\s+medi[oa]\b")
_ONE = re.compile(rf"\b(?:un|una)\s+(?=(?:{_UNIT})\b)(?!un\b|u\b)")
_SIDE = rf"[a-z]?{_NUMBER}\s*(?:(?:{_UNIT})\b|(?:{_UNIT})(?=x\d))?"
_TIMES = re.compile(rf"(?<![\w.,/]){_SIDE}(?:\s*[x×*]\s*{_SIDE})+")
_SIDES = re.compile(rf"([a-z]?{_NUMBER})\s*({_UNIT})?")
_PACK_OF = re.compile(r"\bx\s?(?=\d)")
_MEASURE = re.compile(rf"(?<![\w.,])(?<!\d/)({_NUMBER})\s?({_UNIT})(?![\w])")
# A wheel's size: "aro 13" is "R13"; not an earring's, nor a hoop's, which have a unit.
_RIM = re.compile(rf"\b(?:aro|rin|rodado)\s*([12]\d)(?![\w.,])(?!\s*(?:{_UNIT})\b)")
# "0-3M", of baby clothes, are months.
_MONTHS = re.compile(r"(?<![\d.,])((?:0?[01369]|12|18|24)\s?[-/]\s?(?:0?[1369]|12|18|24|36))\s?m\b")
_LENGTHS = {"mm", "pulg"}
_MAY_MEASURE = re.compile(r"\d|\bmedi[oa]\b|\bcuarto\b|\buna?\b")
_SPOKEN = {"medio": "1/2 ", "media": "1/2 ", "cuarto": "1/4 ", "un cuarto": "1/4 ", "tres cuartos": "3/4 "}
_LARGER = {"mg": ((1000, "g"),)}

MEASURE_TOKEN = re.compile(rf"^\d+(?:\.\d+)?(?:{'|'.join(sorted({b for b, _ in _UNITS.values()} | {'g'}))})$")


def is_unit(word: str) -> bool:
    """Whether the word is a unit without its number: "kilo", "lt"."""
    return len(word) > 1 and (word in _UNITS or f"{word}s" in _UNITS)


def read_number(text: str) -> Fraction | None:
    """Read "1 1/2", "1,5", "1.000" (a thousand, as Chileans write it) or "0.750"; None when it is none."""
    parts = re.sub(r"\s*/\s*", "/", text.strip()).split()
    total = Fraction(0)
    for part in parts:
        value = _read_part(part)
        if value is None:
            return None
        total += value
    return total if parts else None


def _read_part(part: str) -> Fraction | None:
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", part):
        return Fraction(part.replace(".", ""))
    if re.fullmatch(r"\d{1,9}(?:[.,]\d{1,6})?", part):
        return Fraction(part.replace(",", "."))
    if match := re.fullmatch(r"(\d{1,4})/(\d{1,4})", part):
        return Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    return None


def write_number(value: Fraction) -> str:
    """Write it with at most four decimals and no trailing zeros."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def canonical_measure(number: str, unit: str) -> str | None:
    """Return the one token for a number and its unit ("1,5", "lt" -> "1500ml"), or None."""
    value = read_number(number)
    if value is None or unit not in _UNITS:
        return None
    base, factor = _UNITS[unit]
    value *= factor
    for size, larger in _LARGER.get(base, ()):
        if value >= size:
            value, base = value / size, larger
    return write_number(value) + base


def mark_measures(text: str) -> str:
    """Rewrite every measure in normalised text as "<token>~<number as written>", for the tokeniser."""
    if not _MAY_MEASURE.search(text):
        return text
    text = _MONTHS.sub(r"\1 meses", text)
    text = _RIM.sub(r"r\1", text)
    text = _INCH.sub(" pulg ", text)
    text = _AND_HALF.sub(_half_more, text)
    text = _FRACTION_OF.sub(lambda match: _SPOKEN[match[1]], text)
    text = _ONE.sub("1 ", text)
    text = _PACK_OF.sub(" ", _TIMES.sub(_joined_sides, text))
    return _MEASURE.sub(_marked, text)


def _joined_sides(match: re.Match[str]) -> str:
    """Join the sides of a size ("2 x 4 pulgadas" -> "2x4"); keep "6 x 1,5 l", a pack, as two numbers."""
    sides = [_SIDES.match(side.strip()) for side in re.split(r"[x×*](?=\s*[a-z]?\d)", match[0])]
    found = [side for side in sides if side]
    bases = {_UNITS[side[2]][0] for side in found if side[2]}
    if bases <= _LENGTHS:
        return "x".join(_plain_side(side[1]) for side in found) + " "
    return "".join(f"{side[1].strip()}{side[2] or ''} " for side in found)


def _plain_side(side: str) -> str:
    letter = side[0] if side[0].isalpha() else ""
    value = read_number(side[len(letter) :])
    return side.replace(" ", "") if value is None else letter + write_number(value)


def _half_more(match: re.Match[str]) -> str:
    count = match["count"]
    whole = int(count) if count and count.isdigit() else 1
    return f"{whole}.5 {match['unit']}"


def _marked(match: re.Match[str]) -> str:
    token = canonical_measure(match[1], match[2])
    number = read_number(match[1])
    if token is None or number is None:
        return match[0]
    return f"{token}~{write_number(number)}"
