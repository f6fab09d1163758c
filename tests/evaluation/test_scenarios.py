"""Scenario files: what is read, and what is refused with a sentence."""

from pathlib import Path

import pytest

from api.evaluation.scenarios import ScenarioFileError, read_scenarios


def write(folder: Path, text: str, name: str = "adding.yaml") -> Path:
    (folder / "shops").mkdir(exist_ok=True)
    (folder / "shops" / "kiosko.csv").write_text("sku;nombre;precio\nA;Alfajor;500\n", encoding="utf-8")
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_short_and_long_ways_of_writing_a_turn(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
shop: kiosko
scenarios:
  - name: one
    turns:
      - hola
      - [dame un alfajor, porfa]
      - {say: sí, unless: {cart: {A: 1}}, expect: {order: {}}}
      - {tap: confirm_order, expect: {order: {A: 1}}}
    end: {order: [{A: 1}]}
""",
    )
    [scenario] = read_scenarios([tmp_path])
    assert scenario.behaviour == "adding"
    assert scenario.shop_file == file.parent / "shops" / "kiosko.csv"
    assert [turn.say for turn in scenario.turns] == [["hola"], ["dame un alfajor", "porfa"], ["sí"], []]
    assert [turn.may_order for turn in scenario.turns] == [False, False, False, True]
    assert scenario.turns[2].expect.order == []
    assert scenario.end.order == [{"A": 1}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- name: n\n  turns: [hola]\n", "passes whatever happens"),
        ("- name: n\n  turns: []\n  end: {cart: {}}\n", "turns"),
        ("- name: n\n  turns: [{expect: {cart: {}}}]\n", "say"),
        ("- name: n\n  turns: [hola]\n  end: {carts: {}}\n", "carts"),
        ("- name: n\n  turns: [hola]\n  end: {cart: {A: 0}}\n", "cart"),
        ("- name: n\n  turns: [no]\n  end: {cart: {}}\n", "turns"),
        ("- name: n\n  shop: nowhere\n  turns: [hola]\n  end: {cart: {}}\n", "nowhere.csv"),
        ("- {name: n, turns: [a], end: {cart: {}}}\n- {name: n, turns: [a], end: {cart: {}}}\n", "mismo nombre"),
        ("- [\n", "adding.yaml"),
        ("- 3\n", "mapa"),
        ("[]\n", "No hay escenarios"),
    ],
)
def test_what_cannot_be_a_scenario_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioFileError, match=said):
        read_scenarios([write(tmp_path, text)])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioFileError, match=r"absent\.yaml"):
        read_scenarios([tmp_path / "absent.yaml"])
