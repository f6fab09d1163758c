"""What is written to the log, for a person and for a machine: all of one form, and no secret in it."""

import json
import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.database import Database

CANARY = "canario-2b1f9"
# In a process of its own: configuring the log replaces what the tests themselves listen with.
SCRIPT = """
import logging
import sys

import structlog

from api.telemetry import configure


def sign_in(password: str) -> None:
    secrets = {"auth_token": password}
    raise ValueError(f"{len(secrets)} secrets of {len(password)} letters")


configure("DEBUG", as_json=sys.argv[1] == "json")
try:
    sign_in("-".join(["canario", "2b1f9"]))
except ValueError as error:
    structlog.get_logger("api").error("request_failed", exc_info=error, password="-".join(["canario", "2b1f9"]))
    logging.getLogger("uvicorn.error").error("failed", exc_info=error)
logging.getLogger("procrastinate.worker").warning("Job %s is late", 7)
logging.getLogger("httpx").info("POST %s", "-".join(["canario", "2b1f9"]))
logging.getLogger("openai").debug("body: %s", "-".join(["canario", "2b1f9"]))
"""


def log_of(form: str) -> str:
    done = subprocess.run([sys.executable, "-c", SCRIPT, form], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("form", ["json", "terminal"])
def test_a_failure_is_told_without_what_its_variables_held(form: str) -> None:
    log = log_of(form)
    assert log.count("ValueError: 1 secrets of 13 letters") == 2
    assert CANARY not in log


def test_libraries_write_the_same_lines_from_warnings_on() -> None:
    ours, failed, late = (json.loads(line) for line in log_of("json").splitlines())
    assert ours.keys() - {"password"} == failed.keys() - {"logger"}
    assert (ours["event"], ours["password"], ours["level"]) == ("request_failed", "•••", "error")
    assert (late["event"], late["level"], late["logger"]) == ("Job 7 is late", "warning", "procrastinate.worker")
    assert late["timestamp"].endswith("Z")


async def test_an_error_of_the_database_does_not_repeat_what_it_was_given(database: Database) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with database.lookup() as connection:
            await connection.execute(
                text("SELECT CAST(:name AS text), 1 / CAST(:zero AS int)"), {"name": CANARY, "zero": 0}
            )
    assert "division by zero" in str(failed.value)
    assert CANARY not in str(failed.value)
