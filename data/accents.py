"""What two spellings of one word share: lower case, no accents. For every package; search has a reading of its own."""

import re
import unicodedata
from collections.abc import Sequence

_WESTERN = str.maketrans(
    {chr(code): unicodedata.normalize("NFKD", chr(code))[0] for code in range(0xC0, 0x17F)
     if unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[-1])}
)  # fmt: skip
_ACCENTED = re.compile("[\u00c0-\u017f]+")


def unaccented(text: str) -> str:
    if not text.isascii():
        text = text.translate(_WESTERN)
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def unaccented_all(texts: Sequence[str]) -> list[str]:
    """`unaccented` of each; a text that has a line break in it would come apart."""
    joined = "\n".join(texts)
    if not joined.isascii():
        joined = _ACCENTED.sub(lambda letters: letters.group().translate(_WESTERN), joined)
    return joined.lower().split("\n") if joined.isascii() else list(map(unaccented, texts))
