"""The process in which one file of knowledge is parsed, under limits: `python -m ingestion.knowledge.child`.

Reads one line of JSON (path and name) and writes one: the entries and errors, or a refusal. Whatever a hostile file
does to this process, its parent only reads data.
"""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingestion.errors import SpreadsheetError
from ingestion.knowledge.reading import MEBIBYTE, read_entries

MEMORY_MIB = 400
CPU_SECONDS = 40
_STATM = Path("/proc/self/statm")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 * MEBIBYTE, 256 * MEBIBYTE))
    if _STATM.exists():
        used = int(_STATM.read_text().split()[0]) * resource.getpagesize()
        most = used + MEMORY_MIB * MEBIBYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _answer(path: Path, file_name: str) -> dict[str, Any]:
    try:
        return asdict(read_entries(path, file_name))
    except SpreadsheetError as error:
        return {"refusal": {"code": error.code, "message": error.message}}
    except MemoryError:
        return {"refusal": {"code": "TOO_HEAVY", "message": ""}}


def main() -> None:
    request = json.loads(sys.stdin.readline())
    _limit()
    sys.stdout.write(json.dumps(_answer(Path(request["path"]), request["file_name"])) + "\n")


if __name__ == "__main__":
    main()
