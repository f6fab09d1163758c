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
from ingestion.file_warnings import file_warnings
from ingestion.mapping import map_columns
from ingestion.rows import RowBatch, RowReader
from ingestion.sources.kinds import MEBIBYTE, Limits
from ingestion.sources.spreadsheet import read_spreadsheet

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


def answers(request: Request) -> Iterator[dict[str, Any]]:
    """Raises SpreadsheetError and MemoryError."""
    sheet = read_spreadsheet(Path(request.path), request.file_name, Limits(**request.limits))
    mapping = map_columns(sheet.headers, sheet.sample, request.override)
    reader = RowReader(sheet, mapping, request.currency)
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
                )
            },
            "export": mapping.export and mapping.export.name,
        },
    }
    for batch in reader.batches():
        yield _batch(batch)
    yield {"is_end": True}


def _batch(batch: RowBatch) -> dict[str, Any]:
    return {
        "rows": [
            (row.row, row.sku, row.name, str(row.price), row.stock, row.brand, row.category, row.description,
             row.barcode, row.unit, row.synonyms, row.image_url, row.options, row.product_key)
            for row in batch.rows
        ],
        "errors": [asdict(error) for error in batch.errors],
        "rejected_skus": sorted(batch.rejected_skus),
        "read_count": batch.read_count,
    }  # fmt: skip


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
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    except SpreadsheetError as error:
        refusal = {"code": error.code, "message": error.message}
    except MemoryError:
        refusal = {"code": "TOO_HEAVY", "message": ""}
    else:
        return
    sys.stdout.write(json.dumps({"refusal": refusal}) + "\n")


if __name__ == "__main__":
    main()
