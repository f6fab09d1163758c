"""The text of PDF and Word documents, line by line; what has no text, or a password, is refused."""

import logging
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ingestion.errors import SpreadsheetError
from ingestion.knowledge.prose import Line
from ingestion.sources.kinds import damaged

MOST_PAGES = 200
MOST_CHARACTERS = 2_000_000
_LEAST_CHARACTERS = 20
_UNZIPPED_BYTES = 64 * 1024 * 1024
_MOST_RATIO = 200
_MOST_PARTS = 1_000
_LONGEST_TITLE = 120


def pdf_lines(path: Path, file_name: str) -> Iterator[Line]:
    """Each with its page. Raises SpreadsheetError."""
    from pypdf import PdfReader  # noqa: PLC0415 - only in the process that reads a PDF
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked(file_name)
        if len(reader.pages) > MOST_PAGES:
            raise SpreadsheetError(
                "TOO_MANY_PAGES", f"«{file_name}» tiene más de {MOST_PAGES} páginas. Sube solo las de preguntas."
            )
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, OSError,
            NotImplementedError, ArithmeticError, AssertionError) as error:  # fmt: skip
        raise damaged_document(file_name) from error
    if sum(len(text.strip()) for text in pages) < _LEAST_CHARACTERS:
        raise SpreadsheetError(
            "NO_TEXT",
            f"«{file_name}» no tiene texto: parece escaneado, son fotos de páginas. Escribe las preguntas y respuestas "
            "en un Word, un Excel o un archivo de texto, y súbelo.",
        )
    yield from _bounded(
        (
            Line(unicodedata.normalize("NFKC", line), number)
            for number, text in enumerate(pages, start=1)
            for line in text.splitlines()
        ),
        file_name,
    )


def docx_lines(path: Path, file_name: str) -> Iterator[Line]:
    """Each with its paragraph's number. A row of a table is a question and its answer."""
    _check_parts(path, file_name)
    from docx import Document  # noqa: PLC0415 - only in the process that reads a Word document
    from docx.opc.exceptions import OpcError  # noqa: PLC0415
    from docx.table import Table  # noqa: PLC0415
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # noqa: PLC0415 - it comes without types

    try:
        document = Document(str(path))
        lines: list[Line] = []
        for number, part in enumerate(document.iter_inner_content(), start=1):
            if isinstance(part, Table):
                lines.extend(_row_lines([[cell.text for cell in row.cells] for row in part.rows], number))
            else:
                lines.extend(Line(text, number, _level(part)) for text in part.text.splitlines())
    except (OpcError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError,
            OSError, NotImplementedError, RecursionError) as error:  # fmt: skip
        raise damaged_document(file_name) from error
    yield from _bounded(iter(lines), file_name)


def _level(paragraph: object) -> int:
    """Built-in styles keep their English name in any language; a short line all in bold is a heading too."""
    style = getattr(getattr(paragraph, "style", None), "name", "") or ""
    if style == "Title":
        return 1
    if style.startswith("Heading") and style.split()[-1].isdigit():
        return min(int(style.split()[-1]) + 1, 6)
    runs = [run for run in getattr(paragraph, "runs", []) if run.text.strip()]
    text = "".join(run.text for run in runs)
    is_bold = bool(runs) and all(run.bold for run in runs)
    return 5 if is_bold and len(text) <= _LONGEST_TITLE and not text.rstrip().endswith((".", ":")) else 0


def _row_lines(rows: list[list[str]], number: int) -> Iterator[Line]:
    for cells in rows:
        filled = [" ".join(cell.split()) for cell in dict.fromkeys(cells) if cell.strip()]
        if len(filled) < 2 or {cell.casefold() for cell in filled[:2]} <= {"pregunta", "respuesta", "tema"}:
            continue
        yield Line(f"P: {filled[-2]}", number)
        yield Line(f"R: {filled[-1]}", number)


def _check_parts(path: Path, file_name: str) -> None:
    """Judges by the zip's directory alone, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged_document(file_name) from error
    unzipped = sum(entry.file_size for entry in entries if not entry.filename.startswith("word/media/"))
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unzipped > min(_UNZIPPED_BYTES, packed * _MOST_RATIO) or len(entries) > _MOST_PARTS:
        raise SpreadsheetError(
            "ZIP_BOMB", f"«{file_name}» se expande demasiado al abrirlo, así que no lo abrí. Guárdalo de nuevo en Word."
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _locked(file_name)
    if any(entry.filename.casefold().endswith("vbaproject.bin") for entry in entries):
        raise SpreadsheetError(
            "HAS_MACROS", f"«{file_name}» contiene macros, así que no lo abrí. Guárdalo como documento .docx."
        )


def _bounded(lines: Iterator[Line], file_name: str) -> Iterator[Line]:
    read = 0
    for line in lines:
        read += len(line.text)
        if read > MOST_CHARACTERS:
            raise SpreadsheetError("TOO_LARGE", f"«{file_name}» tiene demasiado texto. Deja solo lo de tus clientes.")
        yield line


def _locked(file_name: str) -> SpreadsheetError:
    return SpreadsheetError(
        "PASSWORD_PROTECTED", f"«{file_name}» tiene contraseña. Quítasela, guárdalo y súbelo de nuevo."
    )


def damaged_document(file_name: str) -> SpreadsheetError:
    refused = damaged(file_name)
    return SpreadsheetError(
        refused.code, f"«{file_name}» está dañado y no se puede abrir. Ábrelo, guárdalo de nuevo y súbelo otra vez."
    )
