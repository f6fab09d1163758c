"""The terminal: results on standard output, everything else on standard error, lines from standard input."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

STDIN = 0
LINES_AHEAD = 16
_CHUNK = 65_536


def put(line: str) -> None:
    """One line of the result, seen at once by whoever reads it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def put_json(value: Any) -> None:
    put(json.dumps(value, ensure_ascii=False))


def complain(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


async def stdin_lines(prompt: str = "") -> AsyncIterator[str]:
    """Standard input, line by line, without holding up the event loop; the prompt is for people only.

    Read in a thread of its own by its file number: a thread inside sys.stdin would hang the interpreter's end.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    room = threading.Semaphore(LINES_AHEAD)
    is_terminal = sys.stdin is not None and sys.stdin.isatty()

    def read() -> None:
        # The loop is gone once the command was interrupted.
        with suppress(RuntimeError):
            for line in _lines():
                room.acquire()
                loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while True:
        if is_terminal and prompt:
            sys.stderr.write(prompt)
            sys.stderr.flush()
        line = await queue.get()
        room.release()
        if line is None:
            return
        yield line


def _lines() -> Iterator[str]:
    if sys.stdin is None:  # closed by whoever started us: the number may be another file's by now
        return
    rest = b""
    with suppress(OSError):
        while chunk := os.read(STDIN, _CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield _decoded(line)
    if rest:
        yield _decoded(rest)


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r")
