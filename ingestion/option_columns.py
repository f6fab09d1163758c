"""Finds the columns that say what customers choose by, among all that no field took."""

from collections.abc import Mapping, Sequence

from ingestion.column_draft import Candidate
from ingestion.column_names import (
    OWN_OPTION,
    fields_of,
    first_of,
    is_money,
    is_private,
    is_untitled,
    option_of,
    plain_name,
    tells_variants,
)

_ORDINALS = frozenset(
    ("n", "no", "nro", "num", "numero", "fila", "correlativo", "posicion", "identificador", "token", "errores")
)


def is_known_option(header: str, candidates: Mapping[str, list[Candidate]]) -> bool:
    return option_of(plain_name(header)) is not None or tells_variants(header) or bool(OWN_OPTION.match(header))


def is_option(header: str, candidates: Mapping[str, list[Candidate]]) -> bool:
    """Unrecognised columns are, but never one that tells a shopper the shop's costs or a second price."""
    name = plain_name(header)
    if option_of(name):
        return True
    is_ordinal = not name or name in _ORDINALS
    is_spare_number = any(
        candidate.header == header for kind in ("price", "stock", "image_url") for candidate in candidates.get(kind, ())
    )
    # A second "Producto" belongs to another list beside this one.
    is_spare_number |= first_of(header) != header and any(fields_of(plain_name(first_of(header))))
    return not (is_ordinal or is_untitled(header) or is_spare_number or is_private(name) or is_money(name))


def is_numbering(cells: Sequence[str]) -> bool:
    """1, 2, 3 down to the last row: which row it is, whatever its title."""
    return len(cells) > 2 and list(cells) == [str(number) for number in range(1, len(cells) + 1)]


def without_repeats(options: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str]:
    """Two columns for one option ("Talla", "Size"): the second keeps the shop's own name."""
    kept: dict[str, str] = {}
    for header, name in options.items():
        own_name = " ".join(header.lower().split())[:60]
        kept[header] = name if name not in {*kept.values(), *taken.values()} else own_name
    return kept
