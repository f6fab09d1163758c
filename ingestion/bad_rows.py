"""Writes the rows that stayed out as a CSV to be mended and uploaded again."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingestion.stream import asked
from ingestion.text import neutralised

ERRORS_COLUMN = "Errores"
_SECTION_COLUMN = "Categoría"


def write_bad_rows(
    path: Path,
    file_name: str,
    out: Path,
    currency: str = "CLP",
    override: Mapping[str, str] | None = None,
) -> int:
    """The file's own columns and a last one with what is wrong, for Excel in Spanish; returns how many rows.

    `path` is the file that was imported, and `override` what it was imported with: it is read again, for however many
    rows are wrong none is remembered. Once mended the CSV imports as it is: nobody takes its last column for anything.
    Blocking. Raises SpreadsheetError.
    """
    with asked(path, file_name, currency, override, is_of_bad_rows=True) as answers:
        head = next(answers)
        # A heading above the rows is not in the CSV, so the category it gave them becomes a column.
        sections = [] if head["has_category"] else [_SECTION_COLUMN]
        count = 0
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
            writer.writerow(_safe([*head["headers"], *sections, ERRORS_COLUMN]))
            for count, line in enumerate(answers, start=1):  # noqa: B007 - told at the end
                wrong = " ".join(line["wrong"])
                section = [line["section"]] if sections else []
                writer.writerow(_safe([*line["cells"], *section, wrong, *line["extra"]]))
    return count


def _safe(cells: Iterable[str]) -> list[str]:
    return [neutralised(cell) for cell in cells]
