"""Writes the catalogue as a spreadsheet that imports to the same catalogue again."""

import asyncio
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from openpyxl import Workbook

from data.database import Database
from data.repositories.catalogue import ExportedVariant
from ingestion.text import neutralised

_COLUMNS = (
    "SKU", "Nombre", "Marca", "Categoría", "Descripción", "Precio", "Stock", "Código de barras", "Unidad", "Sinónimos",
    "Imagen",
)  # fmt: skip


async def export_catalogue(database: Database, tenant_id: UUID, out: Path) -> int:
    """As CSV, or as XLSX when that is the file's name; what is on sale only. Returns how many rows."""
    async with database.transaction(tenant_id, is_long=True) as tx:
        option_names = await tx.catalogue.option_names()
        rows = [row async for batch in tx.catalogue.exported() for row in batch]
    write = _write_workbook if out.suffix.lower() == ".xlsx" else _write_text
    await asyncio.to_thread(write, out, _lines(rows, option_names))
    return len(rows)


def _lines(rows: Sequence[ExportedVariant], option_names: Sequence[str]) -> Iterator[list[str]]:
    yield [*_COLUMNS, *(neutralised(name.capitalize()) for name in option_names)]
    for row in rows:
        price = f"{row.price.normalize():f}".replace(".", ",")
        cells = (
            row.sku, row.name, row.brand, row.category, row.description, price,
            "" if row.on_hand is None else str(row.on_hand), row.barcode, row.unit, ", ".join(row.synonyms),
            row.image_url, *(row.options.get(name) for name in option_names),
        )  # fmt: skip
        yield [neutralised(cell or "") for cell in cells]


def _write_text(out: Path, lines: Iterator[list[str]]) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(lines)


def _write_workbook(out: Path, lines: Iterator[list[str]]) -> None:
    """Every cell is text, so that no code loses its zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Catálogo")
    for line in lines:
        sheet.append(line)
    book.save(out)
