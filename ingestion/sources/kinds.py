"""Tells what a file really is from its first bytes, and refuses what is no spreadsheet or is unsafe to open."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from ingestion.errors import SpreadsheetError

Kind = Literal["delimited", "workbook"]

_NEEDED = "Necesito una planilla CSV o Excel (.xlsx)."
_SAVE_AS = "Ábrelo en Excel y guárdalo como «Libro de Excel (.xlsx)» o como CSV."
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may hold; more is refused before it is read."""

    file_bytes: int = 10 * MEBIBYTE
    unzipped_bytes: int = 200 * MEBIBYTE
    unzipped_ratio: int = 100
    zip_entries: int = 2_000
    rows: int = 100_000
    columns: int = 60
    cell_characters: int = 10_000


LIMITS = Limits()

# first bytes -> code, what it is
_MAGIC: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), code, found)
    for pattern, code, found in (
        (rb".{0,1000}?%PDF-", "PDF", "un PDF"),
        (rb"\x89PNG|\xff\xd8\xff|GIF8|BM....\0\0\0\0|RIFF....WEBP|II\*\0|MM\0\*", "IMAGE", "una imagen"),
        (rb"....ftyp(?:heic|mif1|avif)", "IMAGE", "una foto"),
        (rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|table|meta|style)", "HTML", "una página web (HTML)"),
        (rb"\s*<\?xml|\s*<svg", "XML", "un archivo XML"),
        (rb"\{\\rtf", "DOCUMENT", "un documento de texto"),
        (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", "ARCHIVE", "un archivo comprimido"),
        (rb"MZ.{56,}?PE\0\0|\x7fELF|SQLite format 3", "BINARY", "un archivo que no es una planilla"),
    )
)  # fmt: skip
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# an entry of the zip -> code, sentence
_ZIP_KINDS = (
    ("xl/workbook.bin", "XLSB", f"Es una planilla binaria de Excel (.xlsb). {_SAVE_AS}"),
    ("word/document.xml", "DOCUMENT", f"Es un documento de Word. {_NEEDED}"),
    ("ppt/presentation.xml", "DOCUMENT", f"Es una presentación. {_NEEDED}"),
    ("content.xml", "ODS", f"Es un archivo de LibreOffice. {_SAVE_AS.replace('Excel y', 'LibreOffice y')}"),
)


def kind_of(path: Path, file_name: str, limits: Limits = LIMITS) -> Kind:
    """Raises SpreadsheetError for what cannot be read; a workbook's zip has been checked when this returns."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        most = limits.file_bytes // MEBIBYTE
        raise SpreadsheetError("TOO_LARGE", f"«{file_name}» pesa más de {most} MB. Divídelo en archivos más pequeños.")
    with path.open("rb") as file:
        start = file.read(2048)
    if not start.strip():
        raise SpreadsheetError("EMPTY_FILE", f"«{file_name}» está vacío. {_NEEDED}")
    if start.startswith(b"PK\x03\x04") or start.startswith(b"PK\x05\x06"):
        _check_zip(path, file_name, limits)
        return "workbook"
    if start.startswith(_OLE):
        raise _old_excel(path, file_name)
    for pattern, code, found in _MAGIC:
        if pattern.match(start):
            raise SpreadsheetError(code, f"«{file_name}» es {found}. {_NEEDED}")
    return "delimited"


def _old_excel(path: Path, file_name: str) -> SpreadsheetError:
    if _ENCRYPTED_PACKAGE in path.read_bytes():
        return SpreadsheetError(
            "PASSWORD_PROTECTED", f"«{file_name}» tiene contraseña. Quítasela, guárdalo y súbelo de nuevo."
        )
    return SpreadsheetError("OLD_XLS", f"«{file_name}» es de un Excel antiguo (.xls). {_SAVE_AS}")


def _check_zip(path: Path, file_name: str, limits: Limits) -> None:
    """Judges by the zip's directory alone, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged(file_name) from error
    unzipped = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    is_bomb = unzipped > limits.unzipped_bytes or unzipped > packed * limits.unzipped_ratio
    if is_bomb or len(entries) > limits.zip_entries:
        raise SpreadsheetError(
            "ZIP_BOMB", f"«{file_name}» se expande demasiado al abrirlo, así que no lo abrí. {_SAVE_AS}"
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise SpreadsheetError(
            "PASSWORD_PROTECTED", f"«{file_name}» tiene contraseña. Quítasela, guárdalo y súbelo de nuevo."
        )
    _check_entry_names({entry.filename for entry in entries}, file_name)


def _check_entry_names(names: set[str], file_name: str) -> None:
    if any(".." in PurePosixPath(name).parts or name.startswith("/") for name in names):
        raise damaged(file_name)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise SpreadsheetError("HAS_MACROS", f"«{file_name}» contiene macros, así que no lo abrí. {_SAVE_AS}")
    if "xl/workbook.xml" in names:
        return
    for entry, code, sentence in _ZIP_KINDS:
        if entry in names:
            raise SpreadsheetError(code, f"«{file_name}»: {sentence}")
    raise SpreadsheetError(
        "ARCHIVE", f"«{file_name}» es un ZIP, no una planilla. Súbeme el CSV o Excel que lleva dentro."
    )


def damaged(file_name: str) -> SpreadsheetError:
    return SpreadsheetError("DAMAGED", f"«{file_name}» está dañado y no se puede abrir. {_SAVE_AS}")
