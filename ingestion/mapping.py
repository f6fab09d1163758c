"""Decides which of a spreadsheet's columns is which of our fields."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Final

from ingestion.column_names import (
    FIELDS,
    LISTED,
    ON_SALE,
    RETAIL,
    UNLISTED,
    fields_of,
    is_cost,
    is_in_other_money,
    is_money,
    is_private,
    option_of,
    plain_name,
    tells_variants,
)
from ingestion.contents import are_prices, field_of, ratios
from ingestion.errors import SpreadsheetError
from ingestion.exports import Export, columns_of, export_of, named_options_of
from ingestion.numbers import SCIENTIFIC, Column, Problem, parse_stock
from ingestion.sizes import is_colour, is_size
from ingestion.text import folded

Cells = Sequence[str]
Sample = Sequence[Mapping[str, str]]
# Added to the rank of a column whose cells are not what its name says: a "Producto" of bare numbers.
_CONTRADICTED = 100
# Of a price by its amounts, under a title such as "Detalle": after any that is called a price, before wholesale ones.
_RETAIL_RANK = 3
# What a price with VAT is of the one without.
_WITH_TAX: Final = {"CLP": "1.19", "COP": "1.19", "MXN": "1.16", "PEN": "1.18", "ARS": "1.21", "UYU": "1.22"}
# An amount this near to its row's price, in every row, is another price: wholesale, by card, of last year.
_NEAR_PRICE = (Decimal("0.4"), Decimal("1.7"))
_ROUNDED = Decimal("0.02")
# Taken by their name alone when nothing better is there: the rows will say what is wrong with them.
_LAST_RESORT = ("price", "name", "stock")
# Fields that may have several columns: images one after the other, units of each branch added up.
SEVERAL: Final = frozenset({"image_url", "stock"})
FIELD_NAMES: Final = frozenset({*(name for name, _ in FIELDS), "group"})
_SPANISH: Final = {
    "price": "precio", "name": "nombre", "sku": "código", "stock": "stock", "barcode": "código de barras",
    "image_url": "imagen", "option:talla": "talla", "option:color": "color",
}  # fmt: skip
_OWN_OPTION = re.compile(r"opci[oó]n:\s*(\S.*)", re.IGNORECASE)
_REPEATED = re.compile(r"(.+) \(\d\)")
_UNTITLED = re.compile(r"Columna [A-Z]{1,2}")
# A place's units; what is total, free to sell or counted at some time is of all places.
_BRANCH = re.compile(
    r"(?:stock|existencias?|inventario|saldo|cantidad|cant|unidades|disponibles?) (?:en )?"
    r"(?!(?:total|disponible|actual|fisico|real|final|general|unidades|un|hoy)\b)\w.*|"
    r"(?:sucursal|bodega|local|tienda) \w.*|casa matriz"
)
_SIZE_TITLE = re.compile(
    r"(?:(?:stock|cantidad|cant)\.? )?(?:talla|t|n)?\.? ?°?((?=\D|1[4-9]|[2-9]\d).+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Our field -> the file's header; header -> option name; headers left out; what the owner should know.

    `named_options`: header of an option's values -> header of its name. `size_stocks`: header -> size whose units its
    cells count. `guessed`: headers known by their cells alone. `export`: the shop system whose export this is, with
    `flags`, columns that change what a row means. `further`: headers of a second image, or of another branch's units,
    each with its field.
    """

    fields: dict[str, str]
    options: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    named_options: dict[str, str] = field(default_factory=dict)
    size_stocks: dict[str, str] = field(default_factory=dict)
    guessed: tuple[str, ...] = ()
    export: Export | None = None
    flags: dict[str, str] = field(default_factory=dict)
    further: dict[str, str] = field(default_factory=dict)

    @property
    def has_stock(self) -> bool:
        return "stock" in self.fields or bool(self.size_stocks)

    @property
    def has_options(self) -> bool:
        return bool(self.options or self.named_options or self.size_stocks)

    def choices(self) -> dict[str, str]:
        """Header -> what it is: JSON to remember, and an override to give again.

        What it is: a field name, "option:<name>", "option named by:<header>", "units of:<size>" or "ignore".
        """
        return (
            {header: name for name, header in self.fields.items()}
            | self.further
            | {header: f"option:{name}" for header, name in self.options.items()}
            | {header: f"option named by:{name}" for header, name in self.named_options.items()}
            | {header: f"units of:{size}" for header, size in self.size_stocks.items()}
            | dict.fromkeys(self.ignored, "ignore")
        )


def fingerprint(headers: Sequence[str]) -> str:
    """The same for files with the same columns, in whatever order and however they are spelt."""
    return sha256("\n".join(sorted(folded(header) for header in headers)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: int
    position: int
    header: str


@dataclass(slots=True)
class _Draft:
    """A mapping in the making: whoever comes first keeps a header."""

    headers: Sequence[str]
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    named_options: dict[str, str] = field(default_factory=dict)
    size_stocks: dict[str, str] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    further: dict[str, str] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    rivals: set[str] = field(default_factory=set)

    @property
    def free(self) -> list[str]:
        taken = {*self.fields.values(), *self.options, *self.named_options, *self.named_options.values(),
                 *self.size_stocks, *self.ignored, *self.further}  # fmt: skip
        return [header for header in self.headers if header not in taken]

    def take(self, target: str, header: str) -> None:
        kind, _, name = target.partition(":")
        match kind:
            case "option":
                self.options[header] = name or _option_name(header)
            case "option named by":
                self.named_options[header] = name
            case "units of":
                self.size_stocks[header] = name
            case "ignore":
                self.ignored.add(header)
            case _ if target in SEVERAL and target in self.fields:
                self.further[header] = target
            case _:
                self.fields[target] = header


def map_columns(
    headers: Sequence[str], sample_rows: Sample, override: Mapping[str, str] | None = None, currency: str = "CLP"
) -> ColumnMapping:
    """The owner's `override` first, then a known export's table, then names, then contents.

    Raises SpreadsheetError (NO_NAME_COLUMN, NO_PRICE_COLUMN, BAD_MAPPING) with the headers that were found.
    """
    draft = _Draft(headers)
    _take_override(draft, override or {})
    export = export_of(headers)
    flags = columns_of(headers, export.flags) if export else {}
    if export:
        _take_export(draft, export, flags)
    candidates = _candidates(draft.free, sample_rows, currency)
    if not export or export.arrangement == "flat":
        _take_size_stocks(draft, sample_rows)
        _take_named(draft, candidates)
        _take_branches(draft, candidates)
        _take_by_contents(draft, sample_rows)
    if not export:
        flags = _on_sale(draft, sample_rows)
    _take_further_images(draft, candidates)
    _require(draft.fields, headers, currency)
    if not export and "price" not in (override or {}).values():
        _take_price_with_tax(draft, sample_rows, currency)
    draft.rivals.update(
        header for header in draft.free if not export and _is_second_price(draft, header, sample_rows, currency)
    )
    draft.ignored |= draft.rivals
    is_option = _is_known_option if export else _is_option
    rest = draft.free
    options = draft.options | _without_repeats(
        {header: _option_name(header) for header in rest if is_option(header, candidates)}, draft.options
    )
    ignored = tuple(header for header in headers if header in {*rest, *draft.ignored} and header not in options)
    return ColumnMapping(
        fields=draft.fields,
        options=options,
        ignored=ignored,
        warnings=_warnings(draft, ignored, sample_rows, is_export=export is not None, is_overridden=bool(override)),
        named_options=draft.named_options,
        size_stocks=draft.size_stocks,
        guessed=tuple(draft.guessed),
        export=export,
        flags=flags,
        further=draft.further,
    )


def _take_override(draft: _Draft, override: Mapping[str, str]) -> None:
    known = {folded(header): header for header in reversed(draft.headers)}
    for own_header, target in override.items():
        header = known.get(folded(own_header))
        kind = target.partition(":")[0]
        if kind not in FIELD_NAMES | {"option", "option named by", "units of", "ignore"}:
            raise SpreadsheetError("BAD_MAPPING", f"No sé qué es «{target}», lo que elegiste para «{own_header}».")
        if header is None:
            continue
        if target in draft.fields and target not in SEVERAL:
            shown = _SPANISH.get(target, target)
            raise SpreadsheetError(
                "BAD_MAPPING", f"Elegiste dos columnas para {shown}: «{draft.fields[target]}» y «{header}». Deja una."
            )
        draft.take(target, header)


def _take_export(draft: _Draft, export: Export, flags: Mapping[str, str]) -> None:
    free = set(draft.free)
    for name, header in columns_of(draft.headers, export.fields).items():
        if name not in draft.fields and header in free:
            draft.take(name, header)
    for header, name_header in named_options_of(draft.headers, export).items():
        if header in free:
            draft.take(f"option named by:{name_header}", header)
    draft.ignored.update(header for header in flags.values() if header in draft.free)


def _candidates(headers: Sequence[str], sample_rows: Sample, currency: str) -> dict[str, list[_Candidate]]:
    found: dict[str, list[_Candidate]] = {}
    for position, header in enumerate(headers):
        cells, title = _cells(header, sample_rows), plain_name(header)
        ranks = dict(fields_of(title))
        if "price" not in ranks and RETAIL.fullmatch(title) and are_prices(cells):
            ranks = {"price": _RETAIL_RANK}
        if is_in_other_money(title, currency):
            ranks.pop("price", None)
        for name, rank in ranks.items():
            penalty = 0 if _CONTENT.get(name, _anything)(cells) else _CONTRADICTED
            found.setdefault(name, []).append(_Candidate(rank + penalty, position, header))
    return found


def _cells(header: str, sample_rows: Sample) -> list[str]:
    return [text for row in sample_rows if (text := row.get(header, "").strip())]


def _take_named(draft: _Draft, candidates: Mapping[str, list[_Candidate]]) -> None:
    """Each field takes its best free column, unless the column's cells speak against it."""
    everyone = [
        (c.rank, order, c.position, name, c.header) for order, name in enumerate(candidates) for c in candidates[name]
    ]
    for rank, _, _, name, header in sorted(everyone):
        if rank < _CONTRADICTED and name not in draft.fields and header in draft.free:
            draft.take(name, header)
    if "name" not in draft.fields and "description" in draft.fields:
        draft.fields["name"] = draft.fields.pop("description")
    for name in _LAST_RESORT:
        spare = [c.header for c in candidates.get(name, ()) if c.header in draft.free]
        if name not in draft.fields and spare:
            draft.take(name, spare[0])
    models = [header for header in draft.free if option_of(plain_name(header)) == "modelo"]
    if "name" not in draft.fields and models:
        draft.take("name", models[0])


def _take_branches(draft: _Draft, candidates: Mapping[str, list[_Candidate]]) -> None:
    """ "Stock Sucursal A", "Stock Bodega": without a column that counts all there is, each branch's units count."""
    chosen = draft.fields.get("stock", "")
    if _BRANCH.fullmatch(plain_name(chosen)) is None:
        return
    for candidate in sorted(candidates.get("stock", ()), key=lambda candidate: candidate.position):
        is_branch = _BRANCH.fullmatch(plain_name(candidate.header)) and candidate.rank < _CONTRADICTED
        if is_branch and candidate.header in draft.free:
            draft.take("stock", candidate.header)


def _on_sale(draft: _Draft, sample_rows: Sample) -> dict[str, str]:
    """A column whose cells all say whether the product is on sale; remembered mappings leave it out of the options."""
    free = {*draft.free, *draft.ignored}
    for header in draft.headers:
        said = {folded(cell) for cell in _cells(header, sample_rows)}
        if header in free and said and said <= LISTED | UNLISTED and ON_SALE.fullmatch(plain_name(header)):
            draft.ignored.add(header)
            return {"on_sale": header}
    return {}


def _take_further_images(draft: _Draft, candidates: Mapping[str, list[_Candidate]]) -> None:
    for candidate in sorted(candidates.get("image_url", ()), key=lambda candidate: candidate.position):
        if "image_url" in draft.fields and candidate.rank < _CONTRADICTED and candidate.header in draft.free:
            draft.take("image_url", candidate.header)


def _take_size_stocks(draft: _Draft, sample_rows: Sample) -> None:
    """Columns titled S, M, L or 36, 37, 38, or by colours, that count units: one variant each."""
    are_sized = [header for header in draft.free if option_of(plain_name(header)) == "talla"]
    if "talla" in draft.options.values() or any(_cells(header, sample_rows) for header in are_sized):
        return
    sizes = {
        header: match[1]
        for header in draft.free
        if (match := _SIZE_TITLE.fullmatch(header.strip()))
        and is_size(match[1])
        and _is_counted(_cells(header, sample_rows))
    }
    if len(sizes) < 2 and "color" not in {option_of(plain_name(header)) for header in draft.free}:
        sizes = {
            header: header.strip()
            for header in draft.free
            if is_colour(header) and (cells := _cells(header, sample_rows)) and _is_counted(cells)
        }
    if len(sizes) > 1:
        for header, size in sizes.items():
            draft.take(f"units of:{size}", header)


def _take_by_contents(draft: _Draft, sample_rows: Sample) -> None:
    """What no title says: of two columns that may be the name, the wordier is."""
    options = {option_of(plain_name(header)) for header in draft.free}
    for header in sorted(draft.free, key=lambda header: -sum(map(len, _cells(header, sample_rows)))):
        is_untitled = _UNTITLED.fullmatch(header) is not None
        if option_of(plain_name(header)) or any(fields_of(plain_name(header))) or is_private(plain_name(header)):
            continue
        missing = {"price", "name", "barcode", "image_url"} | ({"sku", "stock"} if is_untitled else set())
        missing |= {f"option:{name}" for name in ("talla", "color") if name not in options}
        target = field_of(_cells(header, sample_rows), frozenset(missing - draft.fields.keys() - draft.guessed.keys()))
        if target and not (draft.size_stocks and target in {"option:talla", "stock"}):
            draft.take(target, header)
            draft.guessed[target] = header


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
    "description": _is_wordy,
    "unit": _is_wordy,
    "image_url": lambda cells: _mostly(cells, lambda cell: cell.lower().startswith(("http://", "https://"))),
}


def _is_known_option(header: str, candidates: Mapping[str, list[_Candidate]]) -> bool:
    return option_of(plain_name(header)) is not None or tells_variants(header) or bool(_OWN_OPTION.match(header))


def _is_option(header: str, candidates: Mapping[str, list[_Candidate]]) -> bool:
    """Unrecognised columns are, but never one that tells a shopper the shop's costs or a second price."""
    name = plain_name(header)
    if option_of(name):
        return True
    is_ordinal = not name or name in {"n", "no", "nro", "num", "numero", "fila", "correlativo", "errores"}
    is_spare_number = any(
        candidate.header == header for kind in ("price", "stock", "image_url") for candidate in candidates.get(kind, ())
    )
    is_untitled = _UNTITLED.fullmatch(header) is not None
    # A second "Producto" belongs to another list beside this one.
    is_spare_number |= _REPEATED.fullmatch(header) is not None and any(fields_of(plain_name(_first_of(header))))
    return not (is_ordinal or is_untitled or is_spare_number or is_private(name) or is_money(name))


def _first_of(header: str) -> str:
    """ "Precio (2)" -> "Precio"."""
    repeated = _REPEATED.fullmatch(header)
    return repeated[1] if repeated else header


def _option_name(header: str) -> str:
    """Without the "Opción:" that our own exports put before it."""
    if own := _OWN_OPTION.match(header):
        return " ".join(own[1].lower().split())[:60]
    return option_of(plain_name(header)) or " ".join(header.lower().split())[:60]


def _without_repeats(options: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str]:
    """Two columns for one option ("Talla", "Size"): the second keeps the shop's own name."""
    kept: dict[str, str] = {}
    for header, name in options.items():
        own_name = " ".join(header.lower().split())[:60]
        kept[header] = name if name not in {*kept.values(), *taken.values()} else own_name
    return kept


def _take_price_with_tax(draft: _Draft, sample_rows: Sample, currency: str) -> None:
    """A column that is the price with VAT in every row, whatever it is called, is what shoppers pay."""
    rate, price = _WITH_TAX.get(currency), draft.fields["price"]
    for header in draft.free if rate else ():
        found = _ratios(header, price, sample_rows, currency)
        if len(found) > 1 and all(abs(ratio - Decimal(rate or 0)) < _ROUNDED for ratio in found):
            draft.fields["price"] = header
            draft.rivals.add(price)
            return


def _is_second_price(draft: _Draft, header: str, sample_rows: Sample, currency: str) -> bool:
    title = plain_name(header)
    if option_of(title) or any(fields_of(title)) or is_private(title) or header in draft.further:
        return False
    found = _ratios(header, draft.fields["price"], sample_rows, currency)
    low, high = _NEAR_PRICE
    filled = len(_cells(header, sample_rows))
    return len(found) > 1 and len(found) == filled and all(low < ratio < high for ratio in found)


def _ratios(header: str, price: str, sample_rows: Sample, currency: str) -> list[Decimal]:
    rows = [row for row in sample_rows if header in row and price in row]
    return ratios([row[header] for row in rows], [row[price] for row in rows], currency)


def _require(chosen: Mapping[str, str], headers: Sequence[str], currency: str) -> None:
    columns = "Encontré las columnas: " + ", ".join(headers[:20]) + "."
    if "price" not in chosen:
        costs = [header for header in headers if is_cost(plain_name(header))]
        found = f" «{costs[0]}» es lo que te cuesta a ti, no el precio de venta." if costs else ""
        others = [header for header in headers if is_in_other_money(plain_name(header), currency)]
        found += f" «{others[0]}» está en otra moneda." if others else ""
        raise SpreadsheetError(
            "NO_PRICE_COLUMN", f"{columns}{found} Falta una columna de precio (por ejemplo «Precio»)."
        )
    if "name" not in chosen:
        raise SpreadsheetError(
            "NO_NAME_COLUMN", f"{columns} Falta una columna con el nombre del producto (por ejemplo «Nombre»)."
        )


def _warnings(
    draft: _Draft, ignored: Sequence[str], sample_rows: Sample, *, is_export: bool, is_overridden: bool
) -> tuple[str, ...]:
    price = draft.fields["price"]
    found = [
        f"«{header}» no tiene un título que conozca: por su contenido la usé como {_SPANISH[target]}. Revísala."
        for target, header in draft.guessed.items()
    ]
    if not is_export and not is_overridden:
        found += [
            f"Usé «{price}» como precio de venta y dejé fuera «{header}»."
            for header in ignored
            if _is_rival(header) or header in draft.rivals
        ]
    beside = {_first_of(header) for header in ignored if header != _first_of(header)}
    if {draft.fields["price"], draft.fields["name"]} <= beside:
        found.append(
            "Hay otra lista al lado de la primera y la dejé fuera. Pon sus productos debajo, y súbela de nuevo."
        )
    damaged = next(
        (cell for cell in _cells(draft.fields.get("barcode", ""), sample_rows) if SCIENTIFIC.fullmatch(cell)), ""
    )
    if damaged:
        found.append(
            f"Hay códigos de barras que Excel acortó, como «{damaged}»: quedan fuera. Da formato de texto a la columna "
            "y escríbelos completos."
        )
    branches = [f"«{header}»" for header, name in draft.further.items() if name == "stock"]
    if branches:
        found.append(f"Sumé como stock «{draft.fields['stock']}», {', '.join(branches)}.")
    words = set(folded(price).split())
    if "neto" in words or ({"sin", "s"} & words and "iva" in words):
        found.append(f"«{price}» parece un precio sin IVA: es el que verán tus clientes, tal como está.")
    return tuple(found)


def _is_rival(header: str) -> bool:
    return any(name == "price" for name, _ in fields_of(plain_name(header)))
