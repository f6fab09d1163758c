"""What people write in Chatwoot's editor, which is kept as Markdown, as chats show it."""

import re

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# What the editor escapes stands for itself: out of the way while the marks are read.
_ASIDE = 0xE000
_KEPT = re.compile(f"[{chr(_ASIDE + 0x21)}-{chr(_ASIDE + 0x7E)}]")
_MARKS = (
    (re.compile(r"\\\r?\n"), "\n"),
    (re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).)+)(?<=\S)\1"), r"*\2*"),
    (re.compile(r"~~(?=\S)((?:(?!~~).)+)(?<=\S)~~"), r"~\1~"),
    (re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>"), r"\1"),
    (re.compile(r"!?\[([^\[\]]+)\]\(\s*<?(?:mailto:|tel:)?\1/?>?(?:\s+\"[^\"]*\")?\s*\)"), r"\1"),
    (re.compile(r"!?\[([^\[\]]+)\]\(\s*<?([^\s<>()]+)>?(?:\s+\"[^\"]*\")?\s*\)"), r"\1: \2"),
)


def as_shopper_reads(text: str) -> str:
    text = _ESCAPED.sub(lambda found: chr(_ASIDE + ord(found[1])), text)
    for mark, shown in _MARKS:
        text = mark.sub(shown, text)
    return _KEPT.sub(lambda found: chr(ord(found[0]) - _ASIDE), text).strip()
