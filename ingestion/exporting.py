"""Writes the catalogue as a spreadsheet that imports to the same catalogue again."""

import asyncio
import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

from data.database import Database
from data.repositories.catalogue import ExportedVariant
from ingestion.exports import GROUP_TITLE, MORE_OPTIONS_TITLE, OPTION_TITLE
from ingestion.text import neutralised

_COLUMNS = (
    "SKU", "Nombre", "Marca", "Categoría", "Descripción", "Precio", "Stock", "Código de barras", "Unidad", "Sinónimos",
    "Etiquetas", "Imágenes",
)  # fmt: skip
# A column each; a file may have 256 columns, so the rest shares one.
MOST_OPTION_COLUMNS = 60
# Excel holds 1,048,576 in a sheet; sheets of the same columns are read as one list.
_MOST_SHEET_ROWS = 1_000_000
_SOLD_UNCOUNTED = "Sí"


Writer = Callable[[Iterable[Sequence[str]]], None]


async def export_catalogue(database: Database, tenant_id: UUID, out: Path) -> int:
    """As CSV, or as XLSX when that is the file's name; what is on sale only. Returns how many rows."""
    opening, count = open_sheet(out), 0
    write = await asyncio.to_thread(opening.__enter__)
    try:
        async with database.transaction(tenant_id, is_long=True) as tx:
            option_names = (await tx.catalogue.option_names())[:MOST_OPTION_COLUMNS]
            await asyncio.to_thread(write, [titles(option_names)])
            async for batch in tx.catalogue.exported():
                await asyncio.to_thread(write, [line(row, option_names) for row in batch])
                count += len(batch)
    finally:
        await asyncio.to_thread(opening.__exit__, None, None, None)
    return count


def open_sheet(out: Path) -> AbstractContextManager[Writer]:
    """What writes lines into a file of the kind its name says."""
    return _workbook(out) if out.suffix.lower() == ".xlsx" else _text(out)


def titles(option_names: Sequence[str]) -> list[str]:
    return [*_COLUMNS, *map(OPTION_TITLE.format, option_names), MORE_OPTIONS_TITLE, GROUP_TITLE]


def line(row: ExportedVariant, option_names: Sequence[str]) -> list[str]:
    rest = {name: value for name, value in row.options.items() if name not in option_names}
    cells = (
        row.sku, row.name, row.brand, row.category, row.description, f"{row.price.normalize():f}".replace(".", ","),
        _SOLD_UNCOUNTED if row.on_hand is None else str(row.on_hand), row.barcode, row.unit, ", ".join(row.synonyms),
        ", ".join(row.tags), " ".join([row.image_url, *row.more_images] if row.image_url else ()),
        *map(row.options.get, option_names), json.dumps(rest, ensure_ascii=False) if rest else "", row.product_key,
    )  # fmt: skip
    return [neutralised(cell or "") for cell in cells]


@contextmanager
def _text(out: Path) -> Iterator[Writer]:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        yield csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows


@contextmanager
def _workbook(out: Path) -> Iterator[Writer]:
    """Every cell is text, so that no code loses its zeros. Rows wait in a file of their own until the end."""
    from openpyxl import Workbook  # noqa: PLC0415 - 0.2 s, for which nobody else need wait

    book = Workbook(write_only=True)
    sheet, first, count = book.create_sheet("Catálogo"), list[str](), 0

    def write(lines: Iterable[Sequence[str]]) -> None:
        nonlocal sheet, first, count
        for cells in lines:
            first = first or list(cells)
            if count == _MOST_SHEET_ROWS:
                sheet, count = book.create_sheet(f"Catálogo {len(book.worksheets) + 1}"), 1
                sheet.append(first)
            sheet.append(cells)
            count += 1

    yield write
    book.save(out)
