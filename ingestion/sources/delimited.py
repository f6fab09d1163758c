"""Reads delimited text (CSV, TSV and kin) in whatever encoding and with whatever delimiter it was saved."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from ingestion.column_names import header_score
from ingestion.errors import SpreadsheetError
from ingestion.sources.kinds import Limits

DELIMITERS: Final = (";", ",", "\t", "|")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Windows, then what DOS tills and old Macs still export.
_ONE_BYTE_ENCODINGS = ("cp1252", "cp850", "mac_roman")
_SPANISH = frozenset("áéíóúüñÁÉÍÓÚÜÑ°º¿¡½¼¾")


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the file has it; `number` counts records, blank ones too, from 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class _Dialect:
    delimiter: str
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL


def read_delimited(path: Path, file_name: str, limits: Limits) -> tuple[list[Record], str]:
    """Every record that is not blank, and the encoding the file was in."""
    text, encoding = decode(path.read_bytes(), file_name)
    if not text.strip():
        raise SpreadsheetError("EMPTY_FILE", f"«{file_name}» está vacío. Necesito una planilla CSV o Excel (.xlsx).")
    csv.field_size_limit(max(limits.file_bytes, csv.field_size_limit()))
    text, skipped, delimiter = _delimiter_of(text)
    dialect, widths = _measure(text, delimiter, file_name, limits)
    return list(_records(text, dialect, widths, skipped)), encoding


def decode(content: bytes, file_name: str) -> tuple[str, str]:
    """Text and the encoding it was in: a BOM decides, then UTF-8 if it fits, else the likeliest one-byte encoding."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), None) or _guess_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(file_name) from error
    if "\x00" in text:
        raise _unreadable(file_name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _unreadable(file_name: str) -> SpreadsheetError:
    return SpreadsheetError(
        "BINARY",
        f"«{file_name}» no es texto ni una planilla que pueda leer. Necesito una planilla CSV o Excel (.xlsx).",
    )


def _guess_encoding(content: bytes) -> str:
    head = content[:4096]
    if head.count(0) * 3 > len(head):
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return max(_ONE_BYTE_ENCODINGS, key=lambda encoding: _spanish_score(content, encoding))
    return "utf-8"


def _spanish_score(content: bytes, encoding: str) -> int:
    """How Spanish the bytes above ASCII look; a tie goes to the first encoding tried."""
    high = Counter(byte for byte in content if byte > 0x7F)
    letters = {byte: bytes([byte]).decode(encoding, "replace") for byte in high}
    return sum(count if letters[byte] in _SPANISH else -count for byte, count in high.items())


def _delimiter_of(text: str) -> tuple[str, int, str]:
    """The text without Excel's own "sep=;" line, how many lines that took, and the delimiter."""
    first_line, _, rest = text.partition("\n")
    declared = first_line.strip().strip('"')
    if declared.lower().startswith("sep=") and len(declared) == 5 and declared[-1] in ";,|^~:":
        return rest, 1, declared[-1]
    return text, 0, max(DELIMITERS, key=lambda delimiter: _delimiter_score(text, delimiter))


def _delimiter_score(text: str, delimiter: str) -> tuple[int, float, int]:
    """The delimiter under which a header names most columns; then the one that splits records most evenly."""
    records = [cells for cells in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 60) if cells]
    if not records:
        return 0, 0.0, 0
    width, count = Counter(map(len, records)).most_common(1)[0]
    best = max(header_score(cells) for cells in records[:20])
    return best, count / len(records) if width > 1 else 0.0, width


def _measure(text: str, delimiter: str, file_name: str, limits: Limits) -> tuple[_Dialect, list[int]]:
    """The number of cells of each record, with limits checked; inch marks taken for quotes are told apart."""
    dialect = _Dialect(delimiter)
    widths: list[int] = []
    try:
        for cells in _reader(text, dialect):
            widths.append(len(cells))
            _check_limits(len(widths), cells, file_name, limits)
    except csv.Error as error:
        dialect = _Dialect(delimiter, csv.QUOTE_NONE)
        unquoted = [len(cells) for cells in _reader(text, dialect)]
        if len(set(unquoted) - {0}) > 1:
            raise SpreadsheetError(
                "UNCLOSED_QUOTE",
                f'En «{file_name}», después de la fila {len(widths)} hay una comilla (") que se abre y no se cierra. '
                "Bórrala o duplícala y súbelo de nuevo.",
            ) from error
        widths = unquoted
    return dialect, widths


def _reader(text: str, dialect: _Dialect) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=dialect.delimiter, quoting=dialect.quoting, strict=True)


def _check_limits(number: int, cells: list[str], file_name: str, limits: Limits) -> None:
    if number > limits.rows + 50 and any(cells):
        raise too_many_rows(file_name, limits)
    if len(cells) > limits.columns and len([cell for cell in cells if cell.strip()]) > limits.columns:
        raise too_many_columns(file_name, limits)
    if max(map(len, cells), default=0) > limits.cell_characters:
        raise cell_too_long(file_name, number, limits)


def too_many_rows(file_name: str, limits: Limits) -> SpreadsheetError:
    return SpreadsheetError(
        "TOO_MANY_ROWS", f"«{file_name}» tiene más de {limits.rows:,} filas.".replace(",", ".") + " Divídelo en varios."
    )


def too_many_columns(file_name: str, limits: Limits) -> SpreadsheetError:
    return SpreadsheetError(
        "TOO_MANY_COLUMNS", f"«{file_name}» tiene más de {limits.columns} columnas. Deja solo las de tus productos."
    )


def cell_too_long(file_name: str, row: int, limits: Limits) -> SpreadsheetError:
    most = f"{limits.cell_characters:,}".replace(",", ".")
    return SpreadsheetError(
        "CELL_TOO_LONG", f"En «{file_name}», fila {row}, hay una celda de más de {most} caracteres. Acórtala."
    )


def _records(text: str, dialect: _Dialect, widths: list[int], skipped: int) -> Iterator[Record]:
    """pandas reads; the widths keep apart a cell that is empty and one that is not there."""
    if not any(widths):
        return
    frame = pd.read_csv(
        io.StringIO(text),
        sep=dialect.delimiter,
        quoting=dialect.quoting,
        header=None,
        names=list(range(max(widths))),
        index_col=False,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
    )
    rows = frame.itertuples(index=False, name=None)
    for number, (width, cells) in enumerate(zip(widths, rows, strict=True), start=1 + skipped):
        if any(cell and not cell.isspace() for cell in cells):
            yield Record(number, [_unquoted(cell, dialect) for cell in cells[:width]])


def _unquoted(cell: str, dialect: _Dialect) -> str:
    if dialect.quoting == csv.QUOTE_NONE and len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell
