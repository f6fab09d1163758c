"""A file of the owner's as knowledge entries, whatever kind it is: runs in the limited child process."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from ingestion.errors import SpreadsheetError
from ingestion.knowledge import documents, prose, tables
from ingestion.knowledge.entries import Reading, checked, meant
from ingestion.sources.encodings import encoding_of, mended
from ingestion.sources.kinds import Limits, kind_of
from ingestion.sources.old_workbook import open_old_workbook
from ingestion.sources.open_document import open_document
from ingestion.sources.records import Record
from ingestion.sources.workbook import open_workbook

MEBIBYTE = 1024 * 1024
LIMITS: Final = Limits(
    file_bytes=20 * MEBIBYTE, workbook_bytes=20 * MEBIBYTE, unzipped_bytes=256 * MEBIBYTE, part_bytes=32 * MEBIBYTE,
    rows=20_000, columns=64,
)  # fmt: skip
NEEDED = "Necesito un CSV, Excel, Word (.docx), PDF o Markdown con tus preguntas y respuestas."
_WORKBOOKS: Final = {"xlsx": open_workbook, "xls": open_old_workbook, "ods": open_document}
_PROSE: Final = (".md", ".markdown", ".mdown", ".txt", ".text")
_DELIMITERS: Final = (";", ",", "\t", "|")
_MOST_TEXT = 4 * MEBIBYTE
_SAMPLE_ROWS = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_entries(path: Path, file_name: str) -> Reading:
    """Raises SpreadsheetError, whose message tells the owner what was found and what to do."""
    with path.open("rb") as file:
        start = file.read(2048)
    if not start.strip():
        raise SpreadsheetError("EMPTY_FILE", f"«{file_name}» está vacío. {NEEDED}")
    if path.stat().st_size > LIMITS.file_bytes:
        raise SpreadsheetError("TOO_LARGE", f"«{file_name}» pesa más de 20 MB. Sube solo las preguntas y respuestas.")
    reading = _read(path, file_name, start)
    if not (reading.entries or reading.errors):
        raise SpreadsheetError("NO_ENTRIES", f"No encontré preguntas con su respuesta en «{file_name}». {NEEDED}")
    return reading


def _read(path: Path, file_name: str, start: bytes) -> Reading:
    if b"%PDF-" in start[:1024]:
        lines = documents.pdf_lines(path, file_name)
        return checked("página", prose.entries_of(lines, joiner=" "), file_name)
    if start.startswith(b"PK") and _has_word(path):
        return checked("línea", prose.entries_of(documents.docx_lines(path, file_name)), file_name)
    if start.startswith(_OLE) and "WordDocument".encode("utf-16-le") in path.read_bytes():
        raise SpreadsheetError(
            "OLD_DOCUMENT", f"«{file_name}» es un Word antiguo (.doc). Ábrelo, guárdalo como .docx y súbelo de nuevo."
        )
    try:
        kind = kind_of(path, file_name, LIMITS)
    except SpreadsheetError as refused:
        message = refused.message.replace("Necesito una planilla CSV o Excel (.xlsx).", NEEDED)
        raise SpreadsheetError(refused.code, message) from refused
    if kind != "delimited":
        found = [table for table in _WORKBOOKS[kind](path, file_name, LIMITS) if not table.is_hidden]
        sheets = (_titled(list(table.records()), table.title if len(found) > 1 else "") for table in found)
        return checked("fila", meant(entry for rows in sheets for entry in tables.entries_of(rows)), file_name)
    text = _text(path, file_name)
    rows = [] if file_name.lower().endswith(_PROSE) else _rows(text)
    if rows:
        return checked("fila", meant(tables.entries_of(rows)), file_name)
    return checked("línea", prose.entries_of(prose.markdown_lines(text)), file_name)


def _has_word(path: Path) -> bool:
    return b"word/document.xml" in path.read_bytes()


def _titled(rows: list[Record], title: str) -> list[Record]:
    return [replace(row, sheet=title) for row in rows]


def _text(path: Path, file_name: str) -> str:
    encoding = encoding_of(path, file_name)
    with path.open(encoding=encoding) as file:
        text = file.read(_MOST_TEXT + 1)
    if len(text) > _MOST_TEXT:
        raise SpreadsheetError("TOO_LARGE", f"«{file_name}» tiene demasiado texto. Deja solo lo de tus clientes.")
    return mended(text.lstrip("\ufeff"))


def _rows(text: str) -> list[Record]:
    """The rows of a table; none when the text is not one."""
    best: list[Record] = []
    most = 0.0
    for delimiter in _DELIMITERS:
        try:
            rows = list(_records(text, delimiter))
        except csv.Error:
            continue
        score = _tabular(rows)
        if score > most:
            best, most = rows, score
    return best


def _records(text: str, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield Record(reader.line_num, cells)


def _tabular(rows: list[Record]) -> float:
    """How much it looks like a table: titles that are known, or rows of one width; 0 when it does not."""
    widths = Counter(len(row.cells) for row in rows[:_SAMPLE_ROWS])
    if not rows or max(widths) < 2:
        return 0.0
    if tables.has_titles(rows):
        return 2.0
    width, count = widths.most_common(1)[0]
    share = count / sum(widths.values())
    return share if width > 1 and share >= 0.8 else 0.0
