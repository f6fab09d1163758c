"""What scripts rely on: the shapes of standard output, and the exit codes."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import COMMAND, Caserita
from tests.cli.conftest import CATALOGUE
from tests.database import make_rut


@pytest.mark.parametrize("command", [[], ["serve"], ["tenant", "create"], ["import"], ["search"], ["chat"]])
def test_every_command_explains_itself(caserita: Caserita, command: list[str]) -> None:
    helped = caserita(*command, "--help")
    assert helped.code == 0
    assert "Usage: caserita" in helped.out


def test_a_tenant_is_created_once_and_listed(caserita: Caserita) -> None:
    rut = make_rut()
    dotted = f"{int(rut[:-2]):,}".replace(",", ".") + rut[-2:]
    created = caserita("tenant", "create", "--rut", dotted, "--name", "Panadería Ñuñoa", "--json")
    assert created.code == 0
    assert created.row.keys() == {"id", "rut", "name"}
    assert (created.row["rut"], created.row["name"]) == (rut, "Panadería Ñuñoa")
    assert created.row in caserita("tenant", "list", "--json").rows

    again = caserita("tenant", "create", "--rut", rut, "--name", "Otra", "--json")
    assert (again.code, again.out) == (1, "")
    assert rut in again.err


def test_an_import_reports_counts_and_bad_rows_of_the_file(caserita: Caserita, sheet: Path) -> None:
    rut = make_rut()
    caserita("tenant", "create", "--rut", rut, "--name", "Lanas")
    sheet.write_text(CATALOGUE + "PAL-1;Palillos 4 mm;gratis;3\n", encoding="utf-8")

    for arguments in (["--dry-run"], []):
        assert caserita("search", "--tenant", rut, "--json", text="lana").row["hits"] == []
        imported = caserita("import", "--tenant", rut, str(sheet), *arguments, "--json")
        assert imported.code == 0
        counts = ["created", "updated", "unchanged", "archived", "errors"]
        assert list(imported.row) == counts + (["warnings", "changes"] if arguments else [])
        assert [imported.row[key] for key in ("created", "updated", "unchanged", "archived")] == [4, 0, 0, 0]
        [error] = imported.row["errors"]
        assert list(error) == ["row", "column", "code", "message"]
        assert (error["row"], error["column"]) == (6, "precio")


def test_a_refused_file_says_why_in_both_ways(caserita: Caserita, shop: str, tmp_path: Path) -> None:
    file = tmp_path / "sin_precio.csv"
    file.write_text("codigo;producto\nA1;Lana\n", encoding="utf-8")
    refused = caserita("import", "--tenant", shop, str(file), "--json")
    assert refused.code == 1
    assert refused.row["error"].keys() == {"code", "message"}
    assert refused.row["error"]["message"] in refused.err


@pytest.fixture(scope="session")
def conversation(caserita: Caserita, shop: str) -> dict[str, dict[str, Any]]:
    """One contact, from the first greeting to a person of the shop: each turn by what was said."""
    done = caserita("chat", "--tenant", shop, "--contact", "+56911112222", "--json", text=b"\n".join(SAID))
    assert (done.code, done.err) == (0, "")
    return dict(zip([line.decode("utf-8", "replace") for line in SAID], done.rows, strict=True))


SAID = [
    b"hola",
    "qué lanas tienes?".encode(),
    b"",
    b"quiero 3 agujas circulares",
    b"ver mi carrito",
    b"confirmar pedido",
    "sí".encode(),
    b"   ",
    b"lana " * 20_000,
    "😀😀😀".encode(),
    b"\x00\x01\x02\x1b[2J",
    b"\xff\xfe\xf1",
    b"quiero hablar con una persona",
    b"hola?",
]
AFTER_A_HANDOFF = "hola?"


def test_every_line_is_answered_until_people_answer(conversation: dict[str, dict[str, Any]]) -> None:
    keys = ["replies", "shown", "cart", "order", "conversation", "turn_ms"]
    assert all(list(turn) == keys for turn in conversation.values())
    assert [said for said, turn in conversation.items() if not turn["replies"]] == [AFTER_A_HANDOFF]
    assert len({turn["conversation"]["id"] for turn in conversation.values()}) == 1


def test_shown_has_what_the_shopper_sees_in_order(conversation: dict[str, dict[str, Any]]) -> None:
    turn = conversation["qué lanas tienes?"]
    assert {one["sku"]: one["unit_price"] for one in turn["shown"]} == {"LAN-1": "6990", "LAN-2": "7490"}
    assert all(list(one) == ["sku", "name", "unit_price"] for one in turn["shown"])
    said = "\n".join(turn["replies"])
    places = [said.index(one["name"]) for one in turn["shown"]]
    assert places == sorted(places)


def test_a_yes_to_the_summary_is_an_order(conversation: dict[str, dict[str, Any]]) -> None:
    line = {"sku": "AGU-5", "quantity": 3, "unit_price": "4990"}
    for said in ("quiero 3 agujas circulares", "ver mi carrito", "confirmar pedido"):
        assert conversation[said]["cart"] == {"lines": [line], "total": "14970", "currency": "CLP"}
    assert [said for said, turn in conversation.items() if turn["order"]] == ["sí"]
    yes = conversation["sí"]
    assert (yes["order"]["status"], yes["order"]["total"]) == ("placed", "14970")
    assert [{key: one[key] for key in line} for one in yes["order"]["lines"]] == [line]
    assert yes["order"]["reference"] in yes["replies"][0]
    assert yes["cart"]["lines"] == []


def test_people_answer_after_a_handoff(conversation: dict[str, dict[str, Any]]) -> None:
    for said in ("quiero hablar con una persona", AFTER_A_HANDOFF):
        assert conversation[said]["conversation"]["status"] == "handed_off"
    assert conversation["hola"]["conversation"]["status"] == "automated"


def test_search_answers_each_line_with_a_line(
    caserita: Caserita, shop: str, conversation: dict[str, dict[str, Any]]
) -> None:
    rows = caserita("search", "--tenant", shop, "--json", text="lana azul\n\ntractor agrícola\nTEL-1\nAGU-5").rows
    assert [row["query"] for row in rows] == ["lana azul", "", "tractor agrícola", "TEL-1", "AGU-5"]
    assert all(list(row) == ["query", "hits", "ms"] and row["ms"] >= 0 for row in rows)
    assert rows[0]["hits"][0] == {
        "sku": "LAN-2",
        "name": "Lana merino gruesa azul",
        "score": rows[0]["hits"][0]["score"],
        "price": "7490",
        "available": 4,
    }
    assert rows[1]["hits"] == rows[2]["hits"] == []
    assert (rows[3]["hits"][0]["sku"], rows[3]["hits"][0]["available"]) == ("TEL-1", 0)
    bought = sum(line["quantity"] for line in conversation["sí"]["order"]["lines"])
    assert rows[4]["hits"][0]["available"] == 30 - bought


def test_several_at_once_do_not_disturb_each_other_and_each_goes_on_later(caserita: Caserita, shop: str) -> None:
    chats = [caserita.start("chat", "--tenant", shop, "--contact", name, "--json") for name in ("ana", "berta")]
    for quantity, chat in enumerate(chats, 1):
        out, err = chat.communicate(f"quiero {quantity} lana merino roja\n", timeout=60)
        assert (chat.returncode, err) == (0, "")
        assert json.loads(out)["cart"]["lines"] == [{"sku": "LAN-1", "quantity": quantity, "unit_price": "6990"}]
    later = caserita("chat", "--tenant", shop, "--contact", "berta", text="ver carrito")
    assert "$13.980" in later.out
    assert "{" not in later.out  # for people


def test_a_reader_that_leaves_ends_the_command_quietly(caserita: Caserita, shop: str) -> None:
    pipeline = f"yes lana | {COMMAND} search --tenant {shop} --json | head -n 1"
    done = subprocess.run(
        ["bash", "-c", pipeline], capture_output=True, text=True, timeout=60, check=False, env=caserita.environment()
    )
    assert json.loads(done.stdout)["query"] == "lana"
    assert done.stderr == ""
