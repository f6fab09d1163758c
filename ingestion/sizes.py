"""Takes apart a cell that lists what a product comes in: "S/M/L", "38 al 42", "negro, azul", "S: 3, M: 2"."""

import re
from collections.abc import Callable
from typing import Final

from data.accents import unaccented
from ingestion.text import folded

_LETTERS: Final = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "XXXXL")
_SIZE = re.compile(
    r"(?:x{0,4}s|m|x{0,5}l|[2-6]xl|[2-4]xs|g|gg|xg|p|pp|u|unica|standard|std|rn|prematuro|t?\d{1,2}(?:[.,]5|½)?|"
    r"\d{1,2}\s?(?:a|m|t|anos|meses)|\d{1,2}-\d{1,2}\s?(?:m|meses|a|anos))"
)
_COUNTED = re.compile(
    r"\s*([\w.½-]{1,8}?)\s*(?::|=|\()\s*(\d{1,5})\s*(?:un?|uds?|unid)?\.?\s*\)?\s*(?:[,;|/]|$|(?<=\)))"
)
_RANGE = re.compile(
    r"(?:(?:tallas?|n[°º]|numeros?|del?)\s*)*([a-z\d]{1,4})\s*(?:-|–|\ba\b|\bal\b|\bhasta\b)\s*([a-z\d]{1,4})"
)
_SLASHED = re.compile(r"\s*[/,;|\n]\s*")
_LISTED = re.compile(r"\s*[,;|\n]\s*")
# "38-40" is one size of two names, or a range; "38-40-42" can only be a list.
_DASHED = re.compile(r"[a-z\d]{1,4}(?:\s*-\s*[a-z\d]{1,4}){2,}", re.IGNORECASE)
# Trousers and skirts come in every second number.
_EVEN_SIZED = re.compile(r"pantalon|jean|short|falda|bermuda|calza|vestido|terno|saco|blusa")
_COLOUR_NAMES = (
    "negro negra blanco blanca rojo roja azul azulino celeste verde amarillo amarilla naranja naranjo rosado "
    "rosada rosa fucsia morado morada lila violeta cafe marron beige crema gris plomo plateado dorado turquesa "
    "calipso burdeo burdeos vino mostaza terracota camel nude coral salmon menta oliva marino petroleo "
    "transparente natural cobre bronce grafito perla khaki kaki caqui hueso marfil palo black white red blue "
    "green yellow orange pink purple brown grey gray silver gold navy preto branco vermelho amarelo laranja "
    "roxo cinza marrom dourado prata"
)
_SHADES = (
    "claro oscuro rey militar agua marengo pastel mate brillante metalico neon electrico cielo limon manzana "
    "musgo de y con melange jaspeado"
)
_COLOURS: Final = frozenset(_COLOUR_NAMES.split())
_COLOUR_WORDS: Final = _COLOURS | frozenset(_SHADES.split())
_FLAVOURED: Final = frozenset({"sabor", "aroma"})
_MOST_CHOICES = 40


def choices_in(option: str, cell: str, about: str = "") -> tuple[tuple[str, str | None], ...]:
    """(value, units of it or None) of each choice a cell lists; empty when it is a single one.

    | option        | cell                                   | choices                                            |
    |---------------|----------------------------------------|----------------------------------------------------|
    | talla, medida | S/M/L and S, M, L and S-XL             | each size; S/M and 38/39 are one size of two names |
    | talla         | 38-42, 38 al 42, del 38 al 42          | 38 … 42; even ones for trousers, skirts and kin    |
    | talla         | 38-40-42                               | each size                                          |
    | talla         | S: 3, M: 2 and S(3) M(2)               | each size with its own units                       |
    | color         | negro/azul, negro, azul                | each, when all are colours                         |
    | sabor, aroma  | coco, vainilla                         | each                                               |

    `about` are the product's own words, to tell trousers from shoes.
    """
    if len(cell) < 3 or len(cell) > 300:
        return ()
    if option in {"talla", "medida"}:
        return _counted_sizes(cell) or _plain(_sizes(option, cell, about))
    if option == "color":
        return _plain(_listed(cell, _SLASHED, is_colour))
    if option in _FLAVOURED:
        return _plain(_listed(cell, _LISTED, lambda part: 1 < len(part) < 30))
    return ()


def is_size(text: str) -> bool:
    return _SIZE.fullmatch(unaccented(text.strip())) is not None


def is_colour(text: str) -> bool:
    words = folded(text).split()
    return bool(words) and words[0] in _COLOURS and all(word in _COLOUR_WORDS for word in words)


def _plain(values: list[str]) -> tuple[tuple[str, str | None], ...]:
    return tuple((value, None) for value in values[:_MOST_CHOICES])


def _counted_sizes(cell: str) -> tuple[tuple[str, str | None], ...]:
    found = [(match[1], match[2]) for match in _COUNTED.finditer(cell)]
    is_whole = not _COUNTED.sub("", cell).strip()
    sizes = {size.casefold() for size, _ in found}
    return tuple(found) if is_whole and len(sizes) == len(found) and all(is_size(size) for size in sizes) else ()


def _sizes(option: str, cell: str, about: str) -> list[str]:
    break_ = re.compile(r"\s*-\s*") if _DASHED.fullmatch(cell.strip()) else _SLASHED
    parts = [part for part in break_.split(cell.strip()) if part]
    # "S/M" and "38/39" are one size that has two names; "S, M" and "S/M/L" are several.
    is_list = len(parts) > 2 or (len(parts) == 2 and "/" not in cell)
    if is_list and all(map(is_size, parts)) and not (option == "medida" and any(c.isdigit() for c in cell)):
        return list(dict.fromkeys(parts))
    return _range(cell, about) if len(parts) == 1 and option == "talla" else []


def _range(cell: str, about: str) -> list[str]:
    match = _RANGE.fullmatch(unaccented(cell.strip()))
    if match is None:
        return []
    first, last = match.groups()
    if first.upper() in _LETTERS and last.upper() in _LETTERS:
        span = _LETTERS[_LETTERS.index(first.upper()) : _LETTERS.index(last.upper()) + 1]
        return list(span) if len(span) > 2 else []
    if not (first.isdigit() and last.isdigit()) or not 14 <= int(first) < int(last) - 1 or int(last) > 60:
        return []
    step = 2 if _EVEN_SIZED.search(unaccented(about)) and (int(last) - int(first)) % 2 == 0 else 1
    return [str(size) for size in range(int(first), int(last) + 1, step)] if int(last) - int(first) <= 20 else []


def _listed(cell: str, break_: re.Pattern[str], is_one: Callable[[str], bool]) -> list[str]:
    parts = [part.strip() for part in break_.split(cell) if part.strip()]
    return list(dict.fromkeys(parts)) if len(parts) > 1 and all(map(is_one, parts)) else []
