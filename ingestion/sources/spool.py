"""Keeps a workbook's records in a temporary file, so that reading them again costs no second parsing."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from ingestion.numbers import ExactNumber
from ingestion.sources.records import Record

_BUFFER = 1024 * 1024


class Spool:
    """Fills up with records as they pass; once `filled` has been read to its end, `records` gives them again."""

    def __init__(self) -> None:
        # Closed when nobody reads it any more.
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", buffering=_BUFFER)  # noqa: SIM115

    def fill(self, records: Iterable[Record]) -> None:
        for record in records:
            exact = [position for position, cell in enumerate(record.cells) if isinstance(cell, ExactNumber)]
            self._file.write(json.dumps([record.number, record.cells, exact, record.sheet]) + "\n")

    def records(self) -> Iterator[Record]:
        self._file.seek(0)
        for line in self._file:
            number, cells, exact, sheet = json.loads(line)
            for position in exact:
                cells[position] = ExactNumber(cells[position])
            yield Record(number, cells, sheet)
