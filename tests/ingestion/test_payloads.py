"""Every file of tests/payloads/spreadsheets is read exactly as its line in expected.json says, or refused so."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import SpreadsheetError
from ingestion.file_reader import FileReader
from ingestion.file_warnings import file_warnings
from ingestion.mapping import map_columns
from ingestion.rows import CatalogueRow
from ingestion.sources.spreadsheet import read_spreadsheet

FOLDER = Path(__file__).parents[1] / "payloads" / "spreadsheets"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())


def _shown(row: CatalogueRow) -> str:
    options = ", ".join(f"{name}={value}" for name, value in row.options.items())
    return f"{row.sku}|{row.name}|{row.price}|{row.stock}|{options}|{row.category or ''}".rstrip("|")


def _read(path: Path) -> tuple[list[str], list[str], tuple[str, ...]]:
    sheet = read_spreadsheet(path, path.name)
    mapping = map_columns(sheet.headers, sheet.sample)
    reader = FileReader(sheet, mapping, "CLP")
    rows, errors = [], []
    for batch in reader.batches():
        rows += [_shown(row) for row in batch.rows]
        errors += [f"{error.row} {error.column} {error.code}" for error in batch.errors]
    return rows, errors, file_warnings(sheet, mapping, reader.lines, reader.survey)


def test_every_file_has_an_expectation_and_no_other_has() -> None:
    files = {path.name for path in FOLDER.iterdir()} - {"expected.json"}
    assert files == {case["file"] for case in CASES}
    assert len(files) >= 60


@pytest.mark.parametrize("case", [case for case in CASES if "rows" in case], ids=lambda case: str(case["file"]))
def test_a_list_is_read_exactly(case: dict[str, Any]) -> None:
    rows, errors, warnings = _read(FOLDER / case["file"])
    assert (rows, errors) == (case["rows"], case.get("errors", []))
    expected = case.get("warns", [])
    assert len(warnings) == len(expected) or case["file"] == "sin_encabezado.csv", warnings
    assert all(any(part in warning for warning in warnings) for part in expected), warnings


@pytest.mark.parametrize("case", [case for case in CASES if "refused" in case], ids=lambda case: str(case["file"]))
def test_what_is_no_list_is_refused_with_a_sentence(case: dict[str, Any]) -> None:
    with pytest.raises(SpreadsheetError) as refused:
        _read(FOLDER / case["file"])
    assert refused.value.code == case["refused"]
    assert refused.value.message.endswith(".")
    is_about_columns = refused.value.code in {"NO_PRICE_COLUMN", "NO_NAME_COLUMN"}
    assert ("Encontré las columnas" if is_about_columns else case["file"]) in refused.value.message
