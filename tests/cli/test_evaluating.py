"""`caserita evaluate retrieval` prints its tables and says what is wrong with a file."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.cli.failures import CommandFailed

SETS = Path(__file__).parents[1] / "retrieval"


def test_it_prints_quality_by_kind_and_by_ingredient() -> None:
    arguments = ["evaluate", "retrieval", str(SETS / "libreria.txt"), "--leave-out", "--misses"]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "140"})
    assert result.exit_code == 0, result.output
    for word in ("nDCG@10", "recall@3", "MRR", "typo", "we do not have it", "equivalents", "libreria"):
        assert word in result.output


def test_a_bad_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("sku|name\nA|Martillo\nkind|query|best|also\nexact|martillo|B|\n")
    result = CliRunner().invoke(app, ["evaluate", "retrieval", str(tmp_path / "bad.txt")])
    assert isinstance(result.exception, CommandFailed) and "line 4" in str(result.exception)


def test_without_files_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["evaluate", "retrieval"])
    assert isinstance(result.exception, CommandFailed)
