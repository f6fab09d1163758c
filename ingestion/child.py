"""The process in which one file is parsed, under limits of memory and time: `python -m ingestion.child`.

Reads one line of JSON (a Request) and writes lines of JSON: how the file was understood, batches of rows, the end; or
one refusal. Whatever a hostile file does to this process, its parent only reads data.
"""

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingestion.errors import SpreadsheetError
from ingestion.file_reader import CopyBatch, FileReader
from ingestion.file_warnings import file_warnings
from ingestion.lines import cell_at
from ingestion.mapping import ColumnMapping, fingerprint, map_columns
from ingestion.numbers import ExactNumber
from ingestion.sources.kinds import MEBIBYTE, Limits
from ingestion.sources.spreadsheet import Sheet, read_spreadsheet

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    file_name: str
    currency: str
    override: dict[str, str] | None
    limits: dict[str, int]
    memory_mib: int
    cpu_seconds: int
    # Earlier overrides, by the fingerprint of their file's headers.
    remembered: dict[str, dict[str, str]] | None = None
    # Only the rows with errors, as they stand in the file.
    is_of_bad_rows: bool = False


def answers(request: Request) -> Iterator[dict[str, Any]]:
    """Raises SpreadsheetError and MemoryError."""
    sheet = read_spreadsheet(Path(request.path), request.file_name, Limits(**request.limits))
    override = request.override or (request.remembered or {}).get(fingerprint(sheet.headers))
    mapping = map_columns(sheet.headers, sheet.sample, override, request.currency)
    reader = FileReader(sheet, mapping, request.currency, sees_plain_rows=not request.is_of_bad_rows)
    if request.is_of_bad_rows:
        yield from _bad_lines(sheet, mapping, reader)
        return
    yield {
        "headers": sheet.headers,
        "row_count": reader.survey.line_count,
        "warnings": file_warnings(sheet, mapping, reader.lines, reader.survey),
        "sheets": sheet.titles,
        "encoding": sheet.encoding,
        "mapping": {
            **{
                name: getattr(mapping, name)
                for name in (
                    "fields",
                    "options",
                    "ignored",
                    "warnings",
                    "named_options",
                    "size_stocks",
                    "guessed",
                    "flags",
                    "further",
                )
            },
            "export": mapping.export and mapping.export.name,
        },
    }
    for batch in reader.copies():
        yield _batch(batch)
    yield {"is_end": True}


def _bad_lines(sheet: Sheet, mapping: ColumnMapping, reader: FileReader) -> Iterator[dict[str, Any]]:
    yield {"headers": sheet.headers, "has_category": "category" in mapping.fields}
    for line, errors in reader.bad_lines():
        cells = [_as_typed(cell_at(line.cells, position)) for position in sheet.positions]
        extra = [_as_typed(cell) for cell in line.cells[sheet.width :]] if sheet.width else []
        wrong = [error.message for error in errors]
        yield {"cells": cells, "extra": extra, "section": line.section, "wrong": wrong}
    yield {"is_end": True}


def _as_typed(cell: str) -> str:
    """A workbook's number, in text whose comma cannot be taken for thousands: 12.345 would become twelve thousand."""
    return cell.replace(".", ",") if isinstance(cell, ExactNumber) else cell


def _batch(batch: CopyBatch) -> dict[str, Any]:
    return {
        "lines": batch.lines,
        "row_count": batch.row_count,
        "errors": [asdict(error) for error in batch.errors],
        "rejected_skus": batch.rejected_skus,
        "read_count": batch.read_count,
    }


def _write(answer: dict[str, Any]) -> None:
    """One line of JSON; lines for COPY follow it as they are, and it says how many bytes they take."""
    lines = answer.pop("lines", b"")
    out = sys.stdout.buffer
    out.write(json.dumps({**answer, "byte_count": len(lines)}).encode() + b"\n")
    out.write(lines)
    out.flush()


def _limit(request: Request) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (request.cpu_seconds, request.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048 * MEBIBYTE, 2048 * MEBIBYTE))
    if _STATM.exists():
        used = int(_STATM.read_text().split()[0]) * resource.getpagesize()
        most = used + request.memory_mib * MEBIBYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    request = Request(**json.loads(sys.stdin.readline()))
    _limit(request)
    try:
        for answer in answers(request):
            _write(answer)
    except SpreadsheetError as error:
        refusal = {"code": error.code, "message": error.message}
    except MemoryError:
        refusal = {"code": "TOO_HEAVY", "message": ""}
    else:
        return
    _write({"refusal": refusal})


if __name__ == "__main__":
    main()
