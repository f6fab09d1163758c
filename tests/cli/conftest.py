"""One storage folder for the tests that only need a command to work, its database kept running between them."""

from pathlib import Path

import pytest

from tests.cli.command import Caserita
from tests.database import make_rut, start_hasty

CATALOGUE = """\
codigo;producto;precio;stock
LAN-1;Lana merino gruesa roja;$6.990;12
LAN-2;Lana merino gruesa azul;$7.490;4
AGU-5;Agujas circulares 5 mm;4990;30
TEL-1;Telar de madera 40 cm;$24.990;0
"""


@pytest.fixture(scope="session")
def caserita(tmp_path_factory: pytest.TempPathFactory) -> Caserita:
    storage = tmp_path_factory.mktemp("cli") / "var"
    storage.mkdir()
    start_hasty(storage)
    return Caserita(storage)


@pytest.fixture(scope="session")
def shop(caserita: Caserita, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The RUT of a shop with a few things to sell. Tests buy different ones."""
    rut = make_rut()
    assert caserita("tenant", "create", "--rut", rut, "--name", "Lanas del Sur", "--json").code == 0
    file = tmp_path_factory.mktemp("sheets") / "lanas.csv"
    file.write_text(CATALOGUE, encoding="utf-8")
    imported = caserita("import", "--tenant", rut, str(file), "--json")
    assert imported.row["created"] == 4
    return rut


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "planilla.csv"
    file.write_text(CATALOGUE, encoding="utf-8")
    return file
