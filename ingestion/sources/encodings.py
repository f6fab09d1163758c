"""Finds the encoding a text file was saved in, and mends text that was saved as UTF-8 twice."""

import codecs
import re
from collections import Counter
from pathlib import Path
from typing import Final

from ingestion.errors import SpreadsheetError

_CHUNK = 1024 * 1024
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Windows, then what DOS tills and old Macs still export.
_ONE_BYTE_ENCODINGS: Final = ("cp1252", "cp850", "mac_roman")
# Of Spanish and Portuguese.
_LIKELY = frozenset("áéíóúüñÁÉÍÓÚÜÑ°º¿¡½¼¾ãõçâêôàÃÕÇÂÊÔÀ")
# What the bytes that follow the first one of a UTF-8 letter look like when read as Windows text.
_FOLLOWING = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_FOLLOWING_CLASS = f"[{re.escape(_FOLLOWING)}\x80-\x9f]"
_TWICE_ENCODED = re.compile(f"[ÂÃ]{_FOLLOWING_CLASS}|â{_FOLLOWING_CLASS}{{2}}|ð{_FOLLOWING_CLASS}{{3}}")


def encoding_of(path: Path, file_name: str) -> str:
    """A BOM decides, then UTF-8 if it fits, else the likeliest one-byte encoding; raises SpreadsheetError (BINARY)."""
    with path.open("rb") as file:
        head = file.read(4 * _CHUNK)
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _encoding_without_bom(path, head)
    if not _is_text(path, encoding):
        raise SpreadsheetError(
            "BINARY",
            f"«{file_name}» no es texto ni una planilla que pueda leer. Necesito una planilla CSV o Excel (.xlsx).",
        )
    return encoding


def _encoding_without_bom(path: Path, head: bytes) -> str:
    start = head[:4096]
    if start.count(0) * 3 > len(start):
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    if _is_text(path, "utf-8", may_hold_nul=True):
        return "utf-8"
    return max(_ONE_BYTE_ENCODINGS, key=lambda encoding: _likelihood(head, encoding))


def _is_text(path: Path, encoding: str, *, may_hold_nul: bool = False) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if "\x00" in decoder.decode(chunk) and not may_hold_nul:
                    return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _likelihood(content: bytes, encoding: str) -> int:
    """How much like our languages the bytes above ASCII look; a tie goes to the first encoding tried."""
    high = Counter(byte for byte in content if byte > 0x7F)
    letters = {byte: bytes([byte]).decode(encoding, "replace") for byte in high}
    return sum(count if letters[byte] in _LIKELY else -count for byte, count in high.items())


def may_be_mended(text: str) -> bool:
    """False of most texts, however long, in no time."""
    return not text.isascii() and any(first in text for first in "ÂÃâð")


def mended(text: str) -> str:
    """Text that was UTF-8, read as Windows text and saved as UTF-8 again, once or twice over: "CafÃ©" -> "Café"."""
    if text.isascii() or not _TWICE_ENCODED.search(text):
        return text
    once = _TWICE_ENCODED.sub(_decoded, text)
    return _TWICE_ENCODED.sub(_decoded, once)


def _decoded(match: re.Match[str]) -> str:
    octets = b"".join(_octet(character) for character in match.group())
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return match.group()


def _octet(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
