"""Finds the columns that count units: of each branch, of each size, of each colour."""

import re
from collections.abc import Mapping, Sequence

from ingestion.column_draft import CONTRADICTED, Candidate, Draft, Sample, cells_of, is_counted
from ingestion.column_names import option_of, plain_name, tells_units_apart
from ingestion.sizes import is_colour, is_size

# A place's units; what is total, free to sell or counted at some time is of all places.
_BRANCH = re.compile(
    r"(?:stock|existencias?|inventario|saldo|cantidad|cant|unidades|disponibles?|current quantity) (?:en )?"
    r"(?!(?:total|disponible|actual|fisico|real|final|general|unidades|un|hoy)\b)\w.*|"
    r"(?:sucursal|bodega|local|tienda) \w.*|casa matriz"
)
# Of several columns of units, such titles are places too; alone, its numbers may be those of the places.
_BARE_BRANCH = re.compile(r"bodegas?|tiendas?|local(?:es)?|depositos?|almacen(?:es)?|matriz|sala(?: venta)?|showroom")
_SIZE_TITLE = re.compile(
    r"(?:(?:stock|cantidad|cant)\.? )?(?:talla|t|n)?\.? ?°?((?=\D|1[4-9]|[2-9]\d).+)", re.IGNORECASE
)


def take_branches(draft: Draft, candidates: Mapping[str, list[Candidate]], sample_rows: Sample) -> None:
    """ "Stock Sucursal A", "Stock Bodega": without a column that counts all there is, each branch's units count."""
    chosen = draft.fields.get("stock")
    if chosen is not None and _BRANCH.fullmatch(plain_name(chosen)) is None:
        return
    named = {candidate.header for candidate in candidates.get("stock", ()) if candidate.rank < CONTRADICTED}
    branches = [
        header
        for header in draft.free
        if (header in named and _BRANCH.fullmatch(plain_name(header)))
        or (_BARE_BRANCH.fullmatch(plain_name(header)) and _is_filled_with_counts(cells_of(header, sample_rows)))
    ]
    if chosen is not None or len(branches) > 1:
        for header in branches:
            draft.take("stock", header)


def _is_filled_with_counts(cells: Sequence[str]) -> bool:
    return bool(cells) and is_counted(cells) and any(map(str.isdigit, "".join(cells)))


def places_of(draft: Draft) -> tuple[str, ...]:
    """Columns by which rows of one code may differ and still be one product; nobody chooses by them."""
    taken_otherwise = {*draft.headers} - {*draft.free, *draft.ignored}
    return tuple(h for h in draft.headers if h not in taken_otherwise and tells_units_apart(plain_name(h)))


def take_size_stocks(draft: Draft, sample_rows: Sample) -> None:
    """Columns titled S, M, L or 36, 37, 38, or by colours, that count units: one variant each."""
    are_sized = [header for header in draft.free if option_of(plain_name(header)) == "talla"]
    if "talla" in draft.options.values() or any(cells_of(header, sample_rows) for header in are_sized):
        return
    sizes = {
        header: match[1]
        for header in draft.free
        if (match := _SIZE_TITLE.fullmatch(header.strip()))
        and is_size(match[1])
        and is_counted(cells_of(header, sample_rows))
    }
    if len(sizes) < 2 and "color" not in {option_of(plain_name(header)) for header in draft.free}:
        sizes = {
            header: header.strip()
            for header in draft.free
            if is_colour(header) and (cells := cells_of(header, sample_rows)) and is_counted(cells)
        }
    if len(sizes) > 1:
        for header, size in sizes.items():
            draft.take(f"units of:{size}", header)
