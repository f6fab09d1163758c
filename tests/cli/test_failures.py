"""Whatever is wrong before a command can work is said in one sentence, without a traceback or a password."""

import importlib
import socket
from pathlib import Path

import pytest

from api.cli import failures
from tests.cli.command import Caserita, free_port

# environment, arguments, what the sentence must name
SETTINGS = {
    "not an address": ({"DATABASE_URL": "secreto-at-nowhere"}, "DATABASE_URL"),
    "another database": ({"DATABASE_URL": "mysql://ana:secreto@localhost/x"}, "DATABASE_URL"),
    "no port number": ({"DATABASE_URL": "postgresql://ana:secreto@localhost:puerto/x"}, "DATABASE_URL"),
    "refused": ({"DATABASE_URL": "postgresql://ana:secreto@127.0.0.1:1/x"}, "127.0.0.1:1"),
    "no such host": ({"DATABASE_URL": "postgresql://ana:secreto@nada.invalid/x"}, "nada.invalid"),
    "port of letters": ({"PORT": "ochomil"}, "PORT"),
    "port too high": ({"PORT": "70000"}, "PORT"),
    "bad secret key": ({"SECRET_KEYS": "secreto"}, "SECRET_KEYS"),
    "short signing secret": ({"JWT_SECRET": "secreto"}, "JWT_SECRET"),
}


def assert_one_sentence(err: str) -> None:
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert "secreto" not in err


@pytest.mark.parametrize(("env", "named"), SETTINGS.values(), ids=SETTINGS.keys())
def test_a_setting_that_cannot_be_used_is_named(caserita: Caserita, env: dict[str, str], named: str) -> None:
    done = caserita("tenant", "list", env=env)
    assert (done.code, done.out) == (1, "")
    assert named in done.err
    assert_one_sentence(done.err)


@pytest.mark.parametrize(("setting", "value"), [("EMBEDDINGS", "magia"), ("LLM", "openai:gpt")])
def test_a_model_that_cannot_be_used_is_named(caserita: Caserita, shop: str, setting: str, value: str) -> None:
    done = caserita("chat", "--tenant", shop, text="hola", env={setting: value})
    assert (done.code, done.out) == (1, "")
    assert setting in done.err
    assert_one_sentence(done.err)


def test_a_folder_that_cannot_be_written_to_is_named(caserita: Caserita, tmp_path: Path) -> None:
    in_the_way = tmp_path / "archivo"
    in_the_way.write_text("no soy una carpeta")
    for folder in (in_the_way, in_the_way / "var", Path("/proc/caserita")):
        done = caserita("serve", "--port", str(free_port()), env={"STORAGE_DIR": str(folder)})
        assert (done.code, done.out) == (1, "")
        assert str(folder) in done.err
        assert_one_sentence(done.err)


def test_a_taken_port_is_named_before_anything_is_started(tmp_path: Path) -> None:
    caserita = Caserita(tmp_path / "var")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = caserita("serve", "--demo", "--port", str(port))
    assert (done.code, done.out) == (1, "")
    assert str(port) in done.err
    assert_one_sentence(done.err)
    assert not caserita.storage.exists()


def test_an_address_of_another_machine_is_named(caserita: Caserita) -> None:
    done = caserita("serve", "--host", "192.0.2.1")
    assert done.code == 1
    assert "192.0.2.1" in done.err
    assert_one_sentence(done.err)


@pytest.mark.parametrize(
    ("command", "rut", "named"),
    [
        ("search", "11111111-1", "tenant create"),
        ("chat", "11111111-1", "tenant create"),
        ("import", "11111111-1", "tenant create"),
        ("search", "11111111-2", "RUT"),
        ("search", "lanas", "RUT"),
    ],
)
def test_a_shop_that_is_not_there_is_named(caserita: Caserita, sheet: Path, command: str, rut: str, named: str) -> None:
    file = [str(sheet)] if command == "import" else []
    done = caserita(command, "--tenant", rut, *file, "--json", text="hola")
    assert (done.code, done.out) == (1, "")
    assert named in done.err
    assert_one_sentence(done.err)


def test_a_file_that_cannot_be_read_is_named(caserita: Caserita, shop: str, tmp_path: Path) -> None:
    for file in (tmp_path / "no_esta.csv", tmp_path):
        done = caserita("import", "--tenant", shop, str(file), "--json")
        assert (done.code, done.out) == (1, "")
        assert str(file) in done.err
        assert_one_sentence(done.err)


@pytest.mark.parametrize(
    "arguments", [["venderlo-todo"], ["search"], ["import", "--tenant", "1-9"], ["serve", "--port", "x"]]
)
def test_a_mistyped_command_ends_with_2(caserita: Caserita, arguments: list[str]) -> None:
    done = caserita(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_every_sentence_is_for_an_error_that_exists() -> None:
    for name in failures._SENTENCES:
        module, _, kind = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), kind), Exception)
