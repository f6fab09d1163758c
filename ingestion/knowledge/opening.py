"""Opens a file of knowledge in a child process: what an import reads, however hostile the file."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingestion.errors import RowError, SpreadsheetError
from ingestion.knowledge.entries import ReadEntry, Reading
from ingestion.text import clean

SECONDS = 60


def open_entries(path: Path, file_name: str) -> Reading:
    """Blocking: call it off the event loop. Raises SpreadsheetError."""
    name = clean(file_name, 100) or "El archivo"
    # It needs no secret of ours, so it gets none of our environment.
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ingestion.knowledge.child"],
            input=json.dumps({"path": str(path.resolve()), "file_name": name}).encode() + b"\n",
            capture_output=True,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise _too_heavy(name) from late
    if done.returncode != 0:
        raise _died(name, done)
    answer: dict[str, Any] = json.loads(done.stdout)
    if refusal := answer.get("refusal"):
        raise _too_heavy(name) if refusal["code"] == "TOO_HEAVY" else SpreadsheetError(**refusal)
    return Reading(
        answer["unit"],
        [ReadEntry(**entry | {"wordings": tuple(entry["wordings"])}) for entry in answer["entries"]],
        [RowError(**error) for error in answer["errors"]],
    )


def _died(name: str, done: "subprocess.CompletedProcess[bytes]") -> SpreadsheetError:
    """Killed for taking more than it may; or by an error of ours, which is shown to whoever reads the log."""
    complaint = done.stderr.decode(errors="replace")[-2_000:]
    if done.returncode < 0 or "MemoryError" in complaint or "Cannot allocate" in complaint:
        return _too_heavy(name)
    error = SpreadsheetError("UNREADABLE", f"No pude leer «{name}». Copia las preguntas a un Excel o CSV y súbelo.")
    error.add_note(complaint)
    return error


def _too_heavy(name: str) -> SpreadsheetError:
    return SpreadsheetError(
        "TOO_HEAVY",
        f"«{name}» necesita demasiado tiempo o memoria para leerlo. Deja solo las preguntas y respuestas.",
    )
