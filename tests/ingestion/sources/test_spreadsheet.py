"""Files as shops have them, and files that are no price list."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ingestion.errors import SpreadsheetError
from ingestion.sources.kinds import Limits
from ingestion.sources.spreadsheet import read_spreadsheet
from tests.ingestion.sheets import read, text_file, workbook_file

LIST = "SKU;Nombre;Precio\n007;Ñandú café;$12.990\n8;Piña;990\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "cp850", "mac_roman", "utf-32"],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_encoding_delimiter_and_line_end(tmp_path: Path, encoding: str, delimiter: str, line_end: str) -> None:
    text = LIST.replace(";", delimiter).replace("\n", line_end)
    sheet = read(text_file(tmp_path, text, encoding))
    assert sheet.headers == ("SKU", "Nombre", "Precio")
    assert sheet.rows == [
        (2, {"SKU": "007", "Nombre": "Ñandú café", "Precio": "$12.990"}),
        (3, {"SKU": "8", "Nombre": "Piña", "Precio": "990"}),
    ]


def test_commas_in_text_do_not_make_a_comma_file(tmp_path: Path) -> None:
    text = "Nombre;Precio;Descripción\nA;1.990,00;rojo, azul, verde, negro\nB;990,00;chico, mediano, grande, x\n"
    assert read(text_file(tmp_path, text)).headers == ("Nombre", "Precio", "Descripción")


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    text = "FERRETERÍA LA ESQUINA;;\nLista de precios;octubre 2026;\n\nCódigo;Producto;Valor\nA1;Clavo;50\n"
    sheet = read(text_file(tmp_path, text))
    assert (sheet.header_row, sheet.rows[0][0]) == (4, 5)
    assert sheet.headers == ("Código", "Producto", "Valor")


def test_empty_columns_vanish_and_repeated_headers_are_numbered(tmp_path: Path) -> None:
    sheet = read(text_file(tmp_path, "Nombre;;Precio;Precio;;\nA;;1;2;;\n"))
    assert sheet.headers == ("Nombre", "Precio", "Precio (2)")
    assert sheet.rows == [(2, {"Nombre": "A", "Precio": "1", "Precio (2)": "2"})]


def test_a_separator_line_of_excel_is_obeyed(tmp_path: Path) -> None:
    sheet = read(text_file(tmp_path, "sep=|\nNombre|Precio\nA;b|5\n"))
    assert (sheet.header_row, sheet.rows) == (2, [(3, {"Nombre": "A;b", "Precio": "5"})])


def test_inch_marks_are_no_quotes(tmp_path: Path) -> None:
    text = 'Nombre;Precio\n"3/4" codo;50\nTubo 1/2";60\n"Llave";70\n'
    assert [cells["Nombre"] for _, cells in read(text_file(tmp_path, text)).rows] == [
        '"3/4" codo',
        'Tubo 1/2"',
        "Llave",
    ]


def test_a_quote_left_open_names_where(tmp_path: Path) -> None:
    text = 'Nombre;Precio\nA;50\n"Clavo;60;x\nB;70\n'
    with pytest.raises(SpreadsheetError) as refused:
        read(text_file(tmp_path, text))
    assert refused.value.code == "UNCLOSED_QUOTE"
    assert "después de la fila 2" in refused.value.message


def test_a_workbook_is_read_from_the_sheet_with_the_list(tmp_path: Path) -> None:
    cover = [["Ferretería"], ["Bienvenidos"]]
    listed: list[list[object]] = [
        ["Lista"],
        [],
        ["Código", "Producto", "Precio"],
        ["A", "Clavo", 50],
        [],
        ["B", "Perno", 60],
    ]
    sheet = read(workbook_file(tmp_path, cover, listed))
    assert sheet.header_row == 3
    assert sheet.rows == [
        (4, {"Código": "A", "Producto": "Clavo", "Precio": "50"}),
        (6, {"Código": "B", "Producto": "Perno", "Precio": "60"}),
    ]


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Nombre", "Precio"])
    book.active.append(["Visible", 5])
    hidden = book.create_sheet("Costos")
    hidden.append(["Código", "Nombre", "Precio", "Stock"])
    hidden.append([1, "Oculto", 5, 5])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").rows[0][1]["Nombre"] == "Visible"


def test_codes_shown_with_zeros_keep_them(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Código", "Nombre", "Precio"])
    book.active.append([7, "Clavo", 50])
    book.active["A2"].number_format = "0000"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").rows[0][1]["Código"] == "0007"


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _workbook(extra: dict[str, bytes] | None = None, replace: dict[str, bytes] | None = None) -> bytes:
    saved = io.BytesIO()
    book = Workbook()
    book.active.append(["Nombre", "Precio"])
    book.active.append(["Clavo", 50])
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return _zip(files | (extra or {}) | (replace or {}))


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    b'<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
REFUSED: dict[str, tuple[bytes, str]] = {
    "PDF": (b"%PDF-1.7\n1 0 obj", "PDF"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "IMAGE"),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", "IMAGE"),
    "HTML": (b"<html><table><tr><td>Precio</td></tr></table></html>", "HTML"),
    "XML": (b'<?xml version="1.0"?><Workbook/>', "XML"),
    "RTF": (b"{\\rtf1\\ansi Precio}", "DOCUMENT"),
    "GZIP": (b"\x1f\x8b\x08\0\0\0\0\0", "ARCHIVE"),
    "broken old Excel": (OLE, "DAMAGED"),
    "encrypted Excel": (OLE + "EncryptedPackage".encode("utf-16-le"), "PASSWORD_PROTECTED"),
    "plain zip": (_zip({"a.txt": b"hola"}), "ARCHIVE"),
    "Word": (_zip({"word/document.xml": b"<a/>"}), "DOCUMENT"),
    "empty LibreOffice": (_zip({"content.xml": b"<a/>", "mimetype": b"x"}), "EMPTY_FILE"),
    "binary workbook": (_zip({"xl/workbook.bin": b"x"}), "XLSB"),
    "cut zip": (_workbook()[:500], "DAMAGED"),
    "broken sheet": (_workbook(replace={"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}), "DAMAGED"),
    "no sheet": (_zip({"xl/workbook.xml": b"<workbook/>"}), "DAMAGED"),
    "entity bomb": (_workbook(replace={"xl/worksheets/sheet1.xml": ENTITIES}), "DAMAGED"),
    "zip slip": (_workbook(extra={"../../etc/passwd": b"x"}), "DAMAGED"),
    "macros": (_workbook(extra={"xl/vbaProject.bin": b"x"}), "HAS_MACROS"),
    "zip bomb": (_workbook(extra={"xl/media/a.bin": b"\0" * 5_000_000}), "ZIP_BOMB"),
    "many entries": (_workbook(extra={f"xl/media/{n}": b"" for n in range(2_001)}), "ZIP_BOMB"),
    "nothing": (b"", "EMPTY_FILE"),
    "only blanks": (b" \r\n\t\n", "EMPTY_FILE"),
    "only a BOM": (b"\xef\xbb\xbf", "EMPTY_FILE"),
    "only separators": (b";;\n;;\n", "EMPTY_FILE"),
    "only a header": (b"SKU;Nombre;Precio\n\n;;\n", "NO_ROWS"),
    "NUL bytes": (b"SKU;Nombre\0;Precio\na;b;5\n", "BINARY"),
    "noise": (bytes(range(255, -1, -1)) * 20, "BINARY"),
    "too many columns": (b";".join(b"Columna" for _ in range(257)) + b"\n" + b"a;" * 257, "TOO_MANY_COLUMNS"),
    "a long cell": (b"Nombre;Precio\n" + b"x" * 32_768 + b";5\n", "CELL_TOO_LONG"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_price_list_is_refused_with_a_sentence(tmp_path: Path, case: str) -> None:
    content, code = REFUSED[case]
    path = tmp_path / "archivo"
    path.write_bytes(content)
    with pytest.raises(SpreadsheetError) as refused:
        read_spreadsheet(path, "mi lista.csv")
    assert refused.value.code == code
    assert "mi lista.csv" in refused.value.message
    assert refused.value.message.endswith(".")


def test_limits_are_checked(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Nombre;Precio\n" + "Clavo;50\n" * 200)
    for limits, code in ((Limits(rows=100), "TOO_MANY_ROWS"), (Limits(file_bytes=1_000), "TOO_LARGE")):
        with pytest.raises(SpreadsheetError) as refused:
            read_spreadsheet(path, "a.csv", limits)
        assert refused.value.code == code
    book = workbook_file(tmp_path, [["Nombre", "Precio"], *(["Clavo", 50] for _ in range(200))])
    with pytest.raises(SpreadsheetError) as refused:
        read_spreadsheet(book, "a.xlsx", Limits(rows=100))
    assert refused.value.code == "TOO_MANY_ROWS"


def test_a_workbook_too_wide_is_refused(tmp_path: Path) -> None:
    path = workbook_file(tmp_path, [[f"Columna {n}" for n in range(257)], list(range(257))])
    with pytest.raises(SpreadsheetError) as refused:
        read(path)
    assert refused.value.code == "TOO_MANY_COLUMNS"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab\"; ,\n\r\t|1'é\\#\x0b\x0c\x85\u2028", max_size=60))
def test_no_text_breaks_the_reader(tmp_path: Path, text: str) -> None:
    path = text_file(tmp_path, text)
    try:
        sheet = read(path)
    except SpreadsheetError as error:
        assert error.message
    else:
        assert all(number > sheet.header_row for number, _ in sheet.rows)
