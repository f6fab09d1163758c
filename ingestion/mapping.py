"""Decides which of a spreadsheet's columns is which of our fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from ingestion.column_draft import (
    CONTRADICTED,
    SEVERAL,
    Candidate,
    Draft,
    Sample,
    candidates_of,
    cells_of,
    option_name,
)
from ingestion.column_names import (
    FIELDS,
    LISTED,
    ON_SALE,
    SPANISH,
    UNLISTED,
    fields_of,
    is_no_price,
    is_private,
    is_untitled,
    option_of,
    plain_name,
    tells_units_apart,
)
from ingestion.contents import field_of
from ingestion.errors import SpreadsheetError
from ingestion.exports import Export, columns_of, export_of, named_options_of, store_columns_of
from ingestion.mapping_words import require, require_no_tie, warnings_of
from ingestion.option_columns import is_known_option, is_numbering, is_option, without_repeats
from ingestion.price_columns import is_second_price, take_price_with_tax
from ingestion.stock_columns import places_of, take_branches, take_size_stocks
from ingestion.text import folded

# Taken by their name alone when nothing better is there: the rows will say what is wrong with them.
_LAST_RESORT = ("price", "name", "stock")
FIELD_NAMES: Final = frozenset({*(name for name, _ in FIELDS), "group"})


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Our field -> the file's header; header -> option name; headers left out; what the owner should know.

    `named_options`: header of an option's values -> header of its name. `size_stocks`: header -> size whose units its
    cells count. `guessed`: headers known by their cells alone. `export`: the shop system whose export this is, with
    `flags`, columns that change what a row means. `further`: headers of a second image, or of another branch's units,
    each with its field. `places`: headers, of those left out, by which rows of one code may differ: branch, lot.
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
    places: tuple[str, ...] = ()

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


def map_columns(
    headers: Sequence[str], sample_rows: Sample, override: Mapping[str, str] | None = None, currency: str = "CLP"
) -> ColumnMapping:
    """The owner's `override` first, then a known export's table, then names, then contents.

    Raises SpreadsheetError (NO_NAME_COLUMN, NO_PRICE_COLUMN, BAD_MAPPING) with the headers that were found.
    """
    draft = Draft(headers)
    _take_override(draft, override or {})
    export = export_of(headers)
    flags = columns_of(headers, export.flags) if export else {}
    if export:
        _take_export(draft, export, flags)
    candidates = candidates_of(draft.free, sample_rows, currency)
    if not export or export.arrangement == "flat":
        take_size_stocks(draft, sample_rows)
        _take_named(draft, candidates)
        take_branches(draft, candidates, sample_rows)
        _take_by_contents(draft, sample_rows)
    if not export:
        flags = _on_sale(draft, sample_rows)
    _take_further_images(draft, candidates)
    if "price" in draft.guessed:
        require_no_tie(draft, sample_rows, currency)
    require(draft.fields, headers, currency)
    if not export and "price" not in (override or {}).values():
        take_price_with_tax(draft, sample_rows, currency)
    draft.rivals.update(
        header for header in draft.free if not export and is_second_price(draft, header, sample_rows, currency)
    )
    draft.ignored |= draft.rivals
    is_one = is_known_option if export else is_option
    places = places_of(draft)
    rest = [header for header in draft.free if header not in places and not is_numbering(cells_of(header, sample_rows))]
    options = draft.options | without_repeats(
        {header: option_name(header) for header in rest if is_one(header, candidates)}, draft.options
    )
    ignored = tuple(header for header in headers if header in {*draft.free, *draft.ignored} and header not in options)
    return ColumnMapping(
        fields=draft.fields,
        options=options,
        ignored=ignored,
        warnings=warnings_of(draft, ignored, sample_rows, is_export=export is not None, is_overridden=bool(override)),
        named_options=draft.named_options,
        size_stocks=draft.size_stocks,
        guessed=tuple(draft.guessed),
        export=export,
        flags=flags,
        further=draft.further,
        places=places,
    )


def _take_override(draft: Draft, override: Mapping[str, str]) -> None:
    known = {folded(header): header for header in reversed(draft.headers)}
    for own_header, target in override.items():
        header = known.get(folded(own_header))
        kind = target.partition(":")[0]
        if kind not in FIELD_NAMES | {"option", "option named by", "units of", "ignore"}:
            raise SpreadsheetError("BAD_MAPPING", f"No sé qué es «{target}», lo que elegiste para «{own_header}».")
        if header is None:
            continue
        if target in draft.fields and target not in SEVERAL:
            shown = SPANISH.get(target, target)
            raise SpreadsheetError(
                "BAD_MAPPING", f"Elegiste dos columnas para {shown}: «{draft.fields[target]}» y «{header}». Deja una."
            )
        draft.take(target, header)


def _take_export(draft: Draft, export: Export, flags: Mapping[str, str]) -> None:
    free = set(draft.free)
    for name, header in columns_of(draft.headers, export.fields).items():
        if name not in draft.fields and header in free:
            draft.take(name, header)
    for name, headers in store_columns_of(draft.headers, export).items():
        for header in headers:
            if header not in draft.free:
                continue
            if name in SEVERAL:
                draft.take(name, header)
            else:
                draft.rivals.add(header)
    for header, name_header in named_options_of(draft.headers, export).items():
        if header in free:
            draft.take(f"option named by:{name_header}", header)
    draft.ignored.update(header for header in flags.values() if header in draft.free)


def _take_named(draft: Draft, candidates: Mapping[str, list[Candidate]]) -> None:
    """Each field takes its best free column, unless the column's cells speak against it."""
    everyone = [
        (c.rank, order, c.position, name, c.header) for order, name in enumerate(candidates) for c in candidates[name]
    ]
    for rank, _, _, name, header in sorted(everyone):
        if rank < CONTRADICTED and name not in draft.fields and header in draft.free:
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


def _on_sale(draft: Draft, sample_rows: Sample) -> dict[str, str]:
    """A column whose cells all say whether the product is on sale; remembered mappings leave it out of the options."""
    free = {*draft.free, *draft.ignored}
    for header in draft.headers:
        said = {folded(cell) for cell in cells_of(header, sample_rows)}
        if header in free and said and said <= LISTED | UNLISTED and ON_SALE.fullmatch(plain_name(header)):
            draft.ignored.add(header)
            return {"on_sale": header}
    return {}


def _take_further_images(draft: Draft, candidates: Mapping[str, list[Candidate]]) -> None:
    for candidate in sorted(candidates.get("image_url", ()), key=lambda candidate: candidate.position):
        if "image_url" in draft.fields and candidate.rank < CONTRADICTED and candidate.header in draft.free:
            draft.take("image_url", candidate.header)


def _take_by_contents(draft: Draft, sample_rows: Sample) -> None:
    """What no title says: of two columns that may be the name, the wordier is."""
    options = {option_of(plain_name(header)) for header in draft.free}
    for header in sorted(draft.free, key=lambda header: -sum(map(len, cells_of(header, sample_rows)))):
        title = plain_name(header)
        if option_of(title) or any(fields_of(title)) or is_private(title) or tells_units_apart(title):
            continue
        missing = {"price", "name", "barcode", "image_url"} | ({"sku", "stock"} if is_untitled(header) else set())
        missing |= {f"option:{name}" for name in ("talla", "color") if name not in options}
        missing -= {"price"} if is_no_price(title) else set()
        target = field_of(
            cells_of(header, sample_rows), frozenset(missing - draft.fields.keys() - draft.guessed.keys())
        )
        if target and not (draft.size_stocks and target in {"option:talla", "stock"}):
            draft.take(target, header)
            draft.guessed[target] = header
