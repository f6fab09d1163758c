"""Makes files that are too much: too large to keep beside the tests, or only worth making on the spot."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(replace: dict[str, bytes]) -> bytes:
    """A small price list with some of its parts replaced, or added."""
    saved = io.BytesIO()
    plain = Workbook()
    assert plain.active is not None
    plain.active.append(["Nombre", "Precio"])
    plain.active.append(["Clavo", 50])
    plain.save(saved)
    with zipfile.ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts | replace)


def zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _doctype(entities: str, text: str) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>{text}'


def _billion_laughs() -> bytes:
    entities = '<!ENTITY a0 "ja">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'
    sheet = _doctype(entities, f'<worksheet xmlns="{_MAIN}"><sheetData>{row}</sheetData></worksheet>')
    return book({_SHEET: sheet.encode()})


def _outside_entity() -> bytes:
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
    text = f'<worksheet xmlns="{_MAIN}"><sheetData>{row}</sheetData></worksheet>'
    return book({_SHEET: _doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', text).encode()})


def _entity_bomb_in_ods() -> bytes:
    entities = '<!ENTITY a0 "ja">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return zipped({"content.xml": _doctype(entities, "<a>&a9;</a>").encode()})


def _repeated_rows_in_ods() -> bytes:
    office, table = (
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    )
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    cell = '<t:table-cell o:value-type="string" t:number-columns-repeated="16384"><x:p>Nombre</x:p></t:table-cell>'
    row = f'<t:table-row t:number-rows-repeated="1000000000">{cell}</t:table-row>'
    return zipped({
        "content.xml": f'<o:document-content xmlns:o="{office}" xmlns:t="{table}" xmlns:x="{text}"><o:body>'
        f'<o:spreadsheet><t:table t:name="a">{row}</t:table></o:spreadsheet></o:body></o:document-content>'.encode()
    })  # fmt: skip


def _million_columns_in_xlsx() -> bytes:
    cells = "".join(f'<c t="inlineStr"><is><t>c{n}</t></is></c>' for n in range(16_000))
    return book({_SHEET: f'<worksheet xmlns="{_MAIN}"><sheetData><row>{cells}</row></sheetData></worksheet>'.encode()})


# name -> (content, code of the refusal)
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a cell of 200 MB": (lambda: b"Nombre;Precio\n" + b"x" * 200_000_000 + b";50\n", "CELL_TOO_LONG"),
    "a quoted cell of 200 MB over many lines": (
        lambda: b'Nombre;Precio\n"' + b"clavo y perno\n" * 14_000_000 + b'";50\n', "UNCLOSED_QUOTE",
    ),
    "a million columns": (lambda: b";".join(b"Columna" for _ in range(1_000_000)) + b"\n", "CELL_TOO_LONG"),
    "300,000 columns": (lambda: b";".join(b"a" for _ in range(300_000)) + b"\n", "TOO_MANY_COLUMNS"),
    "16,000 columns in a workbook": (_million_columns_in_xlsx, "TOO_MANY_COLUMNS"),
    "3 million rows": (lambda: b"Nombre;Precio\n" + b"Clavo;50\n" * 3_000_000, "TOO_MANY_ROWS"),
    "zeros behind a workbook": (lambda: book({"xl/media/a.bin": b"\0" * 300_000_000}), "ZIP_BOMB"),
    "a sheet of blanks": (lambda: book({_SHEET: b" " * 300_000_000}), "ZIP_BOMB"),
    "entities of entities": (_billion_laughs, "DAMAGED"),
    "an entity that reads a file": (_outside_entity, "DAMAGED"),
    "entities of entities in a LibreOffice sheet": (_entity_bomb_in_ods, "DAMAGED"),
    "a row repeated a thousand million times": (_repeated_rows_in_ods, "TOO_MANY_COLUMNS"),
    "too large altogether": (lambda: b"Nombre;Precio\n" + b"\n" * (257 * 1024 * 1024), "TOO_LARGE"),
}  # fmt: skip


def write(folder: Path, name: str) -> Path:
    path = folder / "bomba"
    path.write_bytes(BOMBS[name][0]())
    return path
