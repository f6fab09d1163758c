"""Decides which of a spreadsheet's columns is which of our fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.column_names import OPTIONS, fields_of, is_cost, is_money, is_private, plain_name
from ingestion.errors import SpreadsheetError
from ingestion.numbers import Column, Problem, parse_stock
from ingestion.text import folded

Cells = Sequence[str]
# Added to the rank of a column whose cells are not what its name says: a "Producto" of bare numbers.
_CONTRADICTED = 100
# Taken by their name alone when nothing better is there: the rows will say what is wrong with them.
_LAST_RESORT = ("price", "name", "stock")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Our field -> the file's header; header -> option name; headers left out; what the owner should know."""

    fields: dict[str, str]
    options: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def choices(self) -> dict[str, str]:
        """Header -> field name, "option:<name>" or "ignore": JSON to remember, and an override to give again."""
        fields = {header: name for name, header in self.fields.items()}
        options = {header: f"option:{name}" for header, name in self.options.items()}
        return fields | options | dict.fromkeys(self.ignored, "ignore")


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: int
    position: int
    header: str


def map_columns(
    headers: Sequence[str], sample_rows: Sequence[Mapping[str, str]], override: Mapping[str, str] | None = None
) -> ColumnMapping:
    """Raises SpreadsheetError (NO_NAME_COLUMN, NO_PRICE_COLUMN) with the headers that were found."""
    candidates = _candidates(headers, sample_rows)
    chosen = _choose(candidates)
    if "name" not in chosen and "description" in chosen:
        chosen["name"] = chosen.pop("description")
    for name in _LAST_RESORT:
        spare = [c.header for c in candidates.get(name, ()) if c.header not in chosen.values()]
        if name not in chosen and spare:
            chosen[name] = spare[0]
    _require(chosen, headers)
    taken = set(chosen.values())
    rest = [header for header in headers if header not in taken]
    options = {header: _option_name(header) for header in rest if _is_option(header, candidates)}
    return ColumnMapping(
        fields=chosen,
        options=_without_repeats(options),
        ignored=tuple(header for header in rest if header not in options),
        warnings=_warnings(chosen, rest),
    )


def _candidates(headers: Sequence[str], sample_rows: Sequence[Mapping[str, str]]) -> dict[str, list[_Candidate]]:
    found: dict[str, list[_Candidate]] = {}
    for position, header in enumerate(headers):
        cells = [text for row in sample_rows if (text := row.get(header, "").strip())]
        for name, rank in fields_of(plain_name(header)):
            penalty = 0 if _CONTENT.get(name, _anything)(cells) else _CONTRADICTED
            found.setdefault(name, []).append(_Candidate(rank + penalty, position, header))
    return found


def _choose(candidates: Mapping[str, list[_Candidate]]) -> dict[str, str]:
    """Each field takes its best free column, unless the column's cells speak against it."""
    chosen: dict[str, str] = {}
    everyone = [
        (c.rank, order, c.position, name, c.header) for order, name in enumerate(candidates) for c in candidates[name]
    ]
    for rank, _, _, name, header in sorted(everyone):
        if rank < _CONTRADICTED and name not in chosen and header not in chosen.values():
            chosen[name] = header
    return chosen


def _anything(cells: Cells) -> bool:
    return True


def _mostly(cells: Cells, is_so: Callable[[str], bool]) -> bool:
    return not cells or sum(map(is_so, cells)) * 2 >= len(cells)


def _has_digits(cells: Cells) -> bool:
    return not cells or any(character.isdigit() for cell in cells for character in cell)


def _is_counted(cells: Cells) -> bool:
    column = Column.of(cells)
    return _mostly(cells, lambda cell: not isinstance(parse_stock(cell, column), Problem))


def _is_wordy(cells: Cells) -> bool:
    return _mostly(cells, lambda cell: any(character.isalpha() for character in cell))


_CONTENT: Mapping[str, Callable[[Cells], bool]] = {
    "price": _has_digits,
    "stock": _is_counted,
    "name": _is_wordy,
    "unit": _is_wordy,
    "image_url": lambda cells: _mostly(cells, lambda cell: cell.lower().startswith(("http://", "https://"))),
}


def _is_option(header: str, candidates: Mapping[str, list[_Candidate]]) -> bool:
    """Unrecognised columns are, but never one that tells a shopper the shop's costs or a second price."""
    name = plain_name(header)
    if name in OPTIONS:
        return True
    is_ordinal = not name or name in {"n", "no", "nro", "num", "numero", "fila", "correlativo"}
    is_spare_number = any(
        candidate.header == header for kind in ("price", "stock", "image_url") for candidate in candidates.get(kind, ())
    )
    return not (is_ordinal or is_spare_number or is_private(name) or is_money(name))


def _option_name(header: str) -> str:
    return OPTIONS.get(plain_name(header)) or " ".join(header.lower().split())[:60]


def _without_repeats(options: Mapping[str, str]) -> dict[str, str]:
    """Two columns for one option ("Talla", "Size"): the second keeps the shop's own name."""
    kept: dict[str, str] = {}
    for header, name in options.items():
        own_name = " ".join(header.lower().split())[:60]
        kept[header] = name if name not in kept.values() else own_name
    return kept


def _require(chosen: Mapping[str, str], headers: Sequence[str]) -> None:
    columns = "Encontré las columnas: " + ", ".join(headers[:20]) + "."
    if "price" not in chosen:
        costs = [header for header in headers if is_cost(plain_name(header))]
        found = f" «{costs[0]}» es lo que te cuesta a ti, no el precio de venta." if costs else ""
        raise SpreadsheetError(
            "NO_PRICE_COLUMN", f"{columns}{found} Falta una columna de precio (por ejemplo «Precio»)."
        )
    if "name" not in chosen:
        raise SpreadsheetError(
            "NO_NAME_COLUMN", f"{columns} Falta una columna con el nombre del producto (por ejemplo «Nombre»)."
        )


def _warnings(chosen: Mapping[str, str], rest: Sequence[str]) -> tuple[str, ...]:
    price = chosen["price"]
    found = [f"Usé «{price}» como precio de venta y dejé fuera «{header}»." for header in rest if _is_rival(header)]
    words = set(folded(price).split())
    if "neto" in words or ({"sin", "s"} & words and "iva" in words):
        found.append(f"«{price}» parece un precio sin IVA: es el que verán tus clientes, tal como está.")
    return tuple(found)


def _is_rival(header: str) -> bool:
    return any(name == "price" for name, _ in fields_of(plain_name(header)))
