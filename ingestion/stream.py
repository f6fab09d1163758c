"""Opens a spreadsheet as a stream of catalogue rows: what an import reads, however large or hostile the file."""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ingestion.child import Request
from ingestion.errors import RowError, SpreadsheetError
from ingestion.exports import EXPORTS
from ingestion.file_reader import CopyBatch
from ingestion.mapping import ColumnMapping
from ingestion.rows import RowBatch
from ingestion.sources.kinds import LIMITS, MEBIBYTE, Limits
from ingestion.text import clean

# What parsing may take beyond the bare interpreter.
MEMORY_MIB = 300
_SECONDS = 25
# A million rows of CSV are about 100 MiB, of XLSX about 40, which take longer to unpack.
_SECONDS_PER_MIB = {b"PK": 12, b"\xd0\xcf": 12}
_SECONDS_PER_MIB_OF_TEXT = 3
_PIPE_BYTES = 1024 * 1024
_EXPORTS = {export.name: export for export in EXPORTS}


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file whose columns are understood; iterating it, once, reads its rows in batches, as does `copies`.

    `row_count` counts the rows under the header that are meant as products. `warnings` are Spanish, for the owner, and
    hold the mapping's own. `export` names the shop system whose export this is ("Shopify"), None for a list of one's
    own. `sheets` are the titles of a workbook's sheets that are read.
    """

    mapping: ColumnMapping
    headers: tuple[str, ...]
    row_count: int
    warnings: tuple[str, ...]
    sheets: tuple[str, ...]
    encoding: str | None
    copies: Iterator[CopyBatch]

    @property
    def export(self) -> str | None:
        return self.mapping.export.name if self.mapping.export else None

    def __iter__(self) -> Iterator[RowBatch]:
        return map(CopyBatch.as_rows, self.copies)


@contextmanager
def open_rows(
    path: Path,
    file_name: str,
    currency: str = "CLP",
    override: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[OpenFile]:
    """Parses in a child process. Blocking: call it off the event loop. Leaving the context ends the child.

    `override` is the owner's own mapping, as `ColumnMapping.choices()` gives it; `remembered`, without one, are
    earlier ones by the `fingerprint` of their headers. Raises SpreadsheetError, on opening or while iterating.
    """
    with asked(path, file_name, currency, override, limits=limits, remembered=remembered) as answers:
        yield _opened(next(answers), answers)


@contextmanager
def asked(
    path: Path,
    file_name: str,
    currency: str,
    override: Mapping[str, str] | None,
    *,
    limits: Limits = LIMITS,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    is_of_bad_rows: bool = False,
) -> Iterator["Answers"]:
    """A child that was asked to read a file; with `is_of_bad_rows` only for those with errors, as they stand."""
    seconds = _seconds(path)
    name = clean(file_name, 100) or "El archivo"
    request = Request(
        str(path.resolve()), name, currency, dict(override) if override else None, asdict(limits), MEMORY_MIB, seconds,
        {key: dict(choices) for key, choices in remembered.items()} if remembered else None,
        is_of_bad_rows,
    )  # fmt: skip
    with tempfile.TemporaryFile() as complaints, _child(complaints) as child:
        answers = Answers(child, name, seconds, complaints)
        answers.ask(request)
        yield answers


def _seconds(path: Path) -> int:
    with path.open("rb") as file:
        start = file.read(2)
    per_mebibyte = _SECONDS_PER_MIB.get(start, _SECONDS_PER_MIB_OF_TEXT)
    return _SECONDS + per_mebibyte * (path.stat().st_size // MEBIBYTE)


@contextmanager
def _child(complaints: IO[bytes]) -> Iterator["subprocess.Popen[bytes]"]:
    # It needs no secret of ours, so it gets none of our environment.
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    child = subprocess.Popen(
        [sys.executable, "-m", "ingestion.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, env=environment, bufsize=0,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()


class Answers:
    """The lines a child writes, each awaited no longer than the whole file may take."""

    def __init__(self, child: "subprocess.Popen[bytes]", file_name: str, seconds: int, complaints: IO[bytes]) -> None:
        self._child = child
        self._file_name = file_name
        self._seconds = seconds
        self._complaints = complaints
        self._read = bytearray()

    def ask(self, request: Request) -> None:
        assert self._child.stdin
        self._child.stdin.write(json.dumps(asdict(request)).encode() + b"\n")

    def __iter__(self) -> "Answers":
        return self

    def __next__(self) -> dict[str, Any]:
        deadline = time.monotonic() + self._seconds
        start = 0
        while (end := self._read.find(b"\n", start)) < 0:
            start = len(self._read)
            self._receive(deadline)
        answer: dict[str, Any] = json.loads(self._taken(end + 1))
        if "refusal" in answer:
            refusal = answer["refusal"]
            if refusal["code"] == "TOO_HEAVY":
                raise self._too_heavy()
            raise SpreadsheetError(**refusal)
        if answer.get("is_end"):
            raise StopIteration
        byte_count = answer["byte_count"]
        while len(self._read) < byte_count:
            self._receive(deadline)
        answer["lines"] = self._taken(byte_count)
        return answer

    def _taken(self, size: int) -> bytes:
        found = bytes(self._read[:size])
        del self._read[:size]
        return found

    def _receive(self, deadline: float) -> None:
        assert self._child.stdout
        ready, _, _ = select.select([self._child.stdout], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(self._child.stdout.fileno(), _PIPE_BYTES) if ready else b""
        if not chunk:
            raise self._died() if ready else self._too_heavy()
        self._read += chunk

    def _died(self) -> SpreadsheetError:
        """Killed for taking more than it may; or by an error of ours, which is shown to whoever reads the log."""
        if self._child.wait() < 0:
            return self._too_heavy()
        self._complaints.seek(0)
        complaint = self._complaints.read().decode(errors="replace")[-2_000:]
        if "MemoryError" in complaint or "Cannot allocate" in complaint:
            return self._too_heavy()
        error = SpreadsheetError(
            "UNREADABLE", f"No pude leer «{self._file_name}». Ábrelo en Excel, guárdalo como CSV y súbelo de nuevo."
        )
        error.add_note(complaint)
        return error

    def _too_heavy(self) -> SpreadsheetError:
        return SpreadsheetError(
            "TOO_HEAVY",
            f"«{self._file_name}» necesita demasiado tiempo o memoria para leerlo. Guarda solo la lista de productos "
            "como CSV, o divídela en varios archivos.",
        )


def _opened(answer: dict[str, Any], answers: Answers) -> OpenFile:
    mapping: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in answer["mapping"].items()
    }
    return OpenFile(
        mapping=ColumnMapping(**mapping | {"export": _EXPORTS.get(mapping["export"])}),
        headers=tuple(answer["headers"]),
        row_count=answer["row_count"],
        warnings=tuple(answer["warnings"]),
        sheets=tuple(answer["sheets"]),
        encoding=answer["encoding"],
        copies=(_batch(each) for each in answers),
    )


def _batch(answer: dict[str, Any]) -> CopyBatch:
    return CopyBatch(
        lines=answer["lines"],
        row_count=answer["row_count"],
        errors=[RowError(**error) for error in answer["errors"]],
        rejected_skus=answer["rejected_skus"],
        read_count=answer["read_count"],
    )
