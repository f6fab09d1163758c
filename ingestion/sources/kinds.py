"""Tells what a file really is from its first bytes, and refuses what is no spreadsheet or is unsafe to open."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from ingestion.errors import SpreadsheetError

Kind = Literal["delimited", "xlsx", "xls", "ods"]

_NEEDED = "Necesito una planilla CSV o Excel (.xlsx)."
_SAVE_AS = "Ábrelo en Excel y guárdalo como «Libro de Excel (.xlsx)» o como CSV."
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may hold; more is refused before it is read."""

    file_bytes: int = 256 * MEBIBYTE
    workbook_bytes: int = 64 * MEBIBYTE
    unzipped_bytes: int = 1024 * MEBIBYTE
    # Parts of a workbook other than its sheets are held in memory.
    part_bytes: int = 96 * MEBIBYTE
    unzipped_ratio: int = 100
    zip_entries: int = 2_000
    rows: int = 2_000_000
    columns: int = 256
    # What a cell of Excel can hold.
    cell_characters: int = 32_767


LIMITS = Limits()

# first bytes -> code, sentence
_MAGIC: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), code, found)
    for pattern, code, found in (
        (rb".{0,1000}?%PDF-", "PDF", f"un PDF. {_NEEDED}"),
        (rb"\x89PNG|\xff\xd8\xff|GIF8|BM....\0\0\0\0|RIFF....WEBP|II\*\0|MM\0\*", "IMAGE", f"una imagen. {_NEEDED}"),
        (rb"....ftyp(?:heic|mif1|avif)", "IMAGE", f"una foto. {_NEEDED}"),
        (rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|table|meta|style)", "HTML",
         f"una página web (HTML), aunque su nombre diga otra cosa. {_SAVE_AS}"),
        (rb"\s*<\?xml|\s*<svg", "XML", f"un archivo XML. {_SAVE_AS}"),
        (rb"\{\\rtf", "DOCUMENT", f"un documento de texto. {_NEEDED}"),
        (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", "ARCHIVE",
         "un archivo comprimido. Súbeme la planilla que lleva dentro."),
        (rb"MZ.{56,}?PE\0\0|\x7fELF|SQLite format 3", "BINARY",
         f"un programa o una base de datos, no una planilla. {_NEEDED}"),
    )
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# a stream's name in an OLE file -> code, sentence
_OLE_KINDS = tuple(
    (name.encode("utf-16-le"), code, sentence)
    for name, code, sentence in (
        ("EncryptedPackage", "PASSWORD_PROTECTED", "tiene contraseña. Quítasela, guárdalo y súbelo de nuevo."),
        ("_VBA_PROJECT", "HAS_MACROS", f"contiene macros, así que no lo abrí. {_SAVE_AS}"),
        ("WordDocument", "DOCUMENT", f"es un documento de Word. {_NEEDED}"),
        ("PowerPoint Document", "DOCUMENT", f"es una presentación. {_NEEDED}"),
    )
)
# an entry of the zip -> code, sentence
_ZIP_KINDS = (
    ("xl/workbook.bin", "XLSB", f"es una planilla binaria de Excel (.xlsb). {_SAVE_AS}"),
    ("word/document.xml", "DOCUMENT", f"es un documento de Word. {_NEEDED}"),
    ("ppt/presentation.xml", "DOCUMENT", f"es una presentación. {_NEEDED}"),
    ("Index/Document.iwa", "NUMBERS", "es de Numbers (Mac). Ábrelo ahí y usa Archivo › Exportar a › Excel o CSV."),
)
# part of an entry's name -> code, sentence
_UNSAFE_ENTRIES = (
    (re.compile(r"vbaproject\.bin$|^basic/|^scripts/", re.IGNORECASE), "HAS_MACROS",
     f"contiene macros, así que no lo abrí. {_SAVE_AS}"),
    (re.compile(r"^xl/externallinks/externallink\d*\.xml$", re.IGNORECASE), "EXTERNAL_LINKS",
     "tiene vínculos a otros archivos, así que no lo abrí. En Excel usa Datos › Editar vínculos › Romper vínculo, "
     "o guárdalo como CSV."),
)  # fmt: skip


def kind_of(path: Path, file_name: str, limits: Limits = LIMITS) -> Kind:
    """Raises SpreadsheetError for what cannot be read; a workbook's zip has been checked when this returns."""
    size = path.stat().st_size
    _check_size(size, limits.file_bytes, file_name)
    with path.open("rb") as file:
        start = file.read(2048)
    if not start.strip():
        raise SpreadsheetError("EMPTY_FILE", f"«{file_name}» está vacío. {_NEEDED}")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_size(size, limits.workbook_bytes, file_name)
        return _kind_of_zip(path, file_name, limits)
    if start.startswith(_OLE):
        _check_size(size, limits.workbook_bytes, file_name)
        return _kind_of_ole(path, file_name)
    for pattern, code, found in _MAGIC:
        if pattern.match(start):
            raise SpreadsheetError(code, f"«{file_name}» es {found}")
    return "delimited"


def _check_size(size: int, most: int, file_name: str) -> None:
    if size > most:
        raise SpreadsheetError(
            "TOO_LARGE", f"«{file_name}» pesa más de {max(1, most // MEBIBYTE)} MB. Divídelo en archivos más pequeños."
        )


def _kind_of_ole(path: Path, file_name: str) -> Kind:
    content = path.read_bytes()
    for name, code, sentence in _OLE_KINDS:
        if name in content:
            raise SpreadsheetError(code, f"«{file_name}» {sentence}")
    return "xls"


def _kind_of_zip(path: Path, file_name: str, limits: Limits) -> Kind:
    """Judges by the zip's directory alone, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged(file_name) from error
    if _is_bomb(entries, limits):
        raise SpreadsheetError(
            "ZIP_BOMB", f"«{file_name}» se expande demasiado al abrirlo, así que no lo abrí. {_SAVE_AS}"
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise password_protected(file_name)
    return _kind_by_entries({entry.filename for entry in entries}, file_name)


def _is_bomb(entries: list[zipfile.ZipInfo], limits: Limits) -> bool:
    unzipped = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    held = max((entry.file_size for entry in entries if not _is_streamed(entry.filename)), default=0)
    return (
        unzipped > min(limits.unzipped_bytes, packed * limits.unzipped_ratio)
        or held > limits.part_bytes
        or len(entries) > limits.zip_entries
    )


def _is_streamed(name: str) -> bool:
    return name.startswith(("xl/worksheets/", "xl/media/", "Pictures/")) or name == "content.xml"


def _kind_by_entries(names: set[str], file_name: str) -> Kind:
    if any(".." in PurePosixPath(name).parts or name.startswith(("/", "\\")) for name in names):
        raise damaged(file_name)
    for pattern, code, sentence in _UNSAFE_ENTRIES:
        if any(pattern.search(name) for name in names):
            raise SpreadsheetError(code, f"«{file_name}» {sentence}")
    for entry, code, sentence in _ZIP_KINDS:
        if entry in names:
            raise SpreadsheetError(code, f"«{file_name}» {sentence}")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise SpreadsheetError(
        "ARCHIVE", f"«{file_name}» es un ZIP, no una planilla. Súbeme el CSV o Excel que lleva dentro."
    )


def damaged(file_name: str) -> SpreadsheetError:
    is_text = file_name.lower().endswith((".docx", ".pdf", ".md", ".txt"))
    remedy = "Ábrelo en el programa con que lo hiciste, guárdalo y súbelo de nuevo." if is_text else _SAVE_AS
    return SpreadsheetError("DAMAGED", f"«{file_name}» está dañado y no se puede abrir. {remedy}")


def password_protected(file_name: str) -> SpreadsheetError:
    return SpreadsheetError(
        "PASSWORD_PROTECTED", f"«{file_name}» tiene contraseña. Quítasela, guárdalo y súbelo de nuevo."
    )
