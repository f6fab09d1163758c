"""The service as a process: it starts with nothing, stops when told, and keeps everything."""

import json
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from tests.cli.command import COMMAND, SECONDS, Caserita, free_port

DEMO = "76543210-3"


def wait_until_ready(process: "subprocess.Popen[str]") -> list[str]:
    """What it prints at its start, the last line being how to chat."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.strip())
        if f"{COMMAND} chat --tenant {DEMO}" in line:
            return lines
    raise AssertionError(f"it ended: {process.stderr.read() if process.stderr else ''}")


def wait_until_healthy(port: int) -> None:
    """The worker counts itself in a moment after the port is open."""
    deadline = time.monotonic() + SECONDS
    while (health := json.loads(get(f"http://localhost:{port}/health")))["status"] != "healthy":
        assert time.monotonic() < deadline, health
        time.sleep(0.2)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        page: bytes = answer.read()
    return page.decode()


def test_the_demo_store_survives_a_crash_and_stops_when_told(tmp_path: Path) -> None:
    caserita, port = Caserita(tmp_path / "var"), free_port()
    serve = ("serve", "--demo", "--port", str(port))

    with caserita.running(*serve) as process:
        printed = wait_until_ready(process)
        assert any(line.endswith(f"http://localhost:{port}/") for line in printed)
        assert any(line.endswith(f"http://localhost:{port}/docs") for line in printed)
        kept = json.loads((caserita.storage / "demo.json").read_text())
        assert any(kept["email"] in line and kept["password"] in line for line in printed)
        assert (caserita.storage / "demo.json").stat().st_mode & 0o077 == 0
        wait_until_healthy(port)
        assert "<html" in get(f"http://localhost:{port}/")

        # Other commands work beside it.
        bought = caserita("chat", "--tenant", DEMO, "--json", text="quiero 2 martillo carpintero 16 oz").row
        assert bought["cart"]["lines"] == [{"sku": "MAR-001", "quantity": 2, "unit_price": "8990"}]
        process.kill()

    with caserita.running(*serve) as process:
        assert wait_until_ready(process) == printed
        left = caserita("chat", "--tenant", DEMO, "--json", text="ver carrito").row
        assert left["cart"] == bought["cart"]
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0
        assert "Traceback" not in err


def test_a_worker_alone_stops_when_told(caserita: Caserita) -> None:
    with caserita.running("worker") as process:
        assert process.stdout is not None
        assert "Atendiendo trabajos" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")


def test_what_the_owner_changed_in_the_demo_store_stays(caserita: Caserita, sheet: Path) -> None:
    assert caserita("demo").code == 0
    assert caserita("import", "--tenant", DEMO, str(sheet), "--json").row["archived"] > 0
    again = caserita("demo")
    assert again.code == 0
    assert "clave" in again.out
    assert caserita("search", "--tenant", DEMO, "--json", text="martillo").row["hits"] == []


def test_migrating_twice_changes_nothing(caserita: Caserita) -> None:
    assert caserita("migrate").out == caserita("migrate").out != ""
