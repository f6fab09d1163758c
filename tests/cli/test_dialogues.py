"""`caserita evaluate FILE…` as a developer runs it: figures on standard output, exit codes, nothing left behind."""

from pathlib import Path

import pytest

from tests.cli.command import Caserita, free_port

SCENARIOS = """
behaviour: wool
scenarios:
  - name: finds_needles
    turns: [{say: "tienen agujas circulares?", expect: {shown: AGU-5}}]
  - name: wants_what_nobody_has
    turns: [{say: "hola", expect: {handoff: true}}]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "lana.yaml"
    file.write_text(SCENARIOS, encoding="utf-8")
    return file


def test_a_tenants_copy_is_judged_and_its_own_database_untouched(
    caserita: Caserita, shop: str, file: Path, tmp_path: Path
) -> None:
    transcripts = tmp_path / "said"
    done = caserita(
        "evaluate",
        "--tenant",
        shop,
        str(file),
        "--repeat",
        "2",
        "--require",
        "0.5",
        "--transcripts",
        str(transcripts),
        "--json",
    )
    assert done.code == 0, done.err
    assert (done.row["scenarios"], done.row["runs"], done.row["pass_rate"], done.row["pass_k"]) == (2, 4, 0.5, 0.5)
    assert done.row["fallback_share"] == 0
    assert done.row["by_behaviour"]["wool"]["scenarios"] == 2
    assert [failure["name"] for failure in done.row["failures"]] == ["wants_what_nobody_has"] * 2
    assert sorted(path.name for path in transcripts.iterdir()) == [
        f"{name}.{number}.txt" for name in ("finds_needles", "wants_what_nobody_has") for number in (1, 2)
    ]
    assert "PASSED" in (transcripts / "finds_needles.1.txt").read_text(encoding="utf-8")
    assert [row["rut"] for row in caserita("tenant", "list", "--json").rows].count(shop) == 1


def test_a_model_that_does_not_answer_does_not_hide_behind_the_rules_brain(
    caserita: Caserita, shop: str, file: Path
) -> None:
    model = {"LLM": "openai:any", "LLM_API_KEY": "k", "LLM_BASE_URL": f"http://127.0.0.1:{free_port()}/v1"}
    judged = caserita("evaluate", "--tenant", shop, str(file), "--brain", "llm", "--json", env=model)
    assert judged.row["fallback_share"] == 1.0


def test_less_than_required_ends_with_one(caserita: Caserita, shop: str, file: Path) -> None:
    failed = caserita("evaluate", "dialogues", "--tenant", shop, str(file), "--require", "0.9")
    assert failed.code == 1
    assert "wants_what_nobody_has" in failed.out
    assert "90" in failed.err


def test_scenarios_are_made_of_the_tenants_products(caserita: Caserita, shop: str, tmp_path: Path) -> None:
    made = caserita("evaluate", "--tenant", shop, "--generate", "6", str(tmp_path / "own"))
    assert made.code == 0, made.err
    files = [Path(line) for line in made.out.splitlines()]
    assert files
    assert any("telar de madera" in file.read_text(encoding="utf-8") for file in files)
    judged = caserita("evaluate", "--tenant", shop, str(tmp_path / "own"), "--json")
    assert judged.row["scenarios"] == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.yaml"], "absent.yaml"),
        (["--brain", "llm"], "LLM"),
        (["--generate", "3", "folder"], "--tenant"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    caserita: Caserita, file: Path, arguments: list[str], said: str
) -> None:
    whole = [*arguments, str(file)] if arguments[0] == "--brain" else arguments
    refused = caserita("evaluate", *whole)
    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err
    assert "Traceback" not in refused.err


def test_a_scenario_without_shop_asks_for_a_tenant(caserita: Caserita, file: Path) -> None:
    refused = caserita("evaluate", str(file))
    assert refused.code == 1
    assert "--tenant" in refused.err
