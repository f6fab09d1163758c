"""Questions and answers in running text: under headings, after "P:" and "R:", or as lines that ask."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingestion.errors import RowError
from ingestion.knowledge.entries import ReadEntry, error

_MARK = r"[*_`]*"
_ASK = re.compile(
    rf"^{_MARK}(?:p|pregunta|q|question|pergunta)\s*\d{{0,3}}\s*{_MARK}\s*[:.)-]{_MARK}\s*(?P<rest>\S.*)", re.I
)
_REPLY = re.compile(
    rf"^{_MARK}(?:r|respuesta|a|answer|resposta)\s*\d{{0,3}}\s*{_MARK}\s*[:.)-]{_MARK}\s*(?P<rest>.*)", re.I
)
_BOTH = re.compile(r"^(?P<ask>.+?)\s+(?:R|Respuesta|A|Answer)\s*[:.)-]\s*(?P<reply>\S.*)$")
_QUESTION = re.compile(r"^(?P<question>¿[^?]{3,300}\?+|[^.!?¿]{3,200}\?+)\s*(?P<rest>.*)$", re.DOTALL)
_LABEL = re.compile(r"^(?P<label>[^\W\d][^:.?!]{2,60}):\s+(?P<rest>\S.*)$")
_BULLET = re.compile(r"^(?:[-*+•▪·]\s+|\(?\d{1,3}[.)]\s+)")
_HEADING = re.compile(r"^(?P<level>#{1,6})\s+(?P<text>.*?)\s*#*$")
_RULE = re.compile(r"^(?:[-=_*]\s*){3,}$")
_OPEN_LINES = 3
_LEAST_LOOSE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """`level` is that of a heading, 0 for running text; `place` is where the owner finds it."""

    text: str
    place: int
    level: int = 0


@dataclass(slots=True)
class _Open:
    """The entry being read."""

    question: str
    topic: str
    place: int
    is_asked: bool
    level: int = 0
    answer: list[str] = field(default_factory=list)


def markdown_lines(text: str) -> Iterator[Line]:
    """Markdown, or plain text: headings by "#" or by a line of "=" or "-" under them; emphasis goes."""
    lines = text.splitlines()
    is_code = False
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        below = lines[number].strip() if number < len(lines) else ""
        if line.startswith("```"):
            is_code = not is_code
        elif is_code or _RULE.match(line):
            continue
        elif match := _HEADING.match(line):
            yield Line(_plain(match["text"]), number, len(match["level"]))
        elif line and re.fullmatch(r"={3,}|-{3,}", below):
            yield Line(_plain(line), number, 1 if below[0] == "=" else 2)
        elif re.fullmatch(r"\*\*[^*]+\*\*:?|__[^_]+__:?", line):
            yield Line(_plain(line).rstrip(":"), number, 5)
        elif not line.startswith(("<!--", "![")):
            yield Line(_plain(line), number)


def entries_of(lines: Iterable[Line], *, joiner: str = "\n") -> Iterator[ReadEntry | RowError]:
    """`joiner` puts an answer's lines together: a PDF breaks them anywhere."""
    reader = _Reader(joiner)
    for line in _joined_questions(lines):
        yield from reader.read(line)
    yield from reader.finished()


class _Reader:
    def __init__(self, joiner: str) -> None:
        self._joiner = joiner
        self._open: _Open | None = None
        self._headings: list[tuple[int, str]] = []

    def read(self, line: Line) -> Iterator[ReadEntry | RowError]:
        text = line.text.strip()
        if not text:
            return
        if line.level:
            yield from self._heading(line, text)
            return
        bare = _BULLET.sub("", text)
        if asked := _ASK.match(bare):
            both = _BOTH.match(asked["rest"])
            yield from self._ask(both["ask"] if both else asked["rest"], line, both["reply"] if both else "")
        elif self._open and (reply := _REPLY.match(bare)):
            if reply["rest"].strip():
                self._open.answer.append(reply["rest"])
        elif (asked := _QUESTION.match(bare)) and (bare.startswith("¿") or not asked["rest"].strip()):
            yield from self._ask(asked["question"], line, asked["rest"])
        elif (label := _LABEL.match(bare)) and not self._is_asked():
            yield from self._ask(label["label"], line, label["rest"], is_asked=False)
        elif self._open is not None:
            self._open.answer.append(text)
        elif len(text) >= _LEAST_LOOSE:
            yield error("NO_QUESTION", line.place, text)

    def _is_asked(self) -> bool:
        """Under a question or a heading, "Nota: …" is part of the answer."""
        return self._open is not None and (self._open.is_asked or self._open.level > 0)

    def finished(self) -> Iterator[ReadEntry]:
        one, self._open = self._open, None
        if one and (one.answer or one.is_asked):
            yield ReadEntry(one.question, self._joiner.join(one.answer), one.topic, (), one.place)

    def _heading(self, line: Line, text: str) -> Iterator[ReadEntry | RowError]:
        yield from self.finished()
        self._headings = [(level, name) for level, name in self._headings if level < line.level]
        is_question = text.endswith("?")
        topic = self._headings[-1][1] if len(self._headings) > 0 else ""
        title = _BULLET.sub("", text)
        self._open = _Open(title, topic, line.place, is_question, line.level)
        if not is_question:
            self._headings.append((line.level, title))

    def _ask(self, question: str, line: Line, reply: str, *, is_asked: bool = True) -> Iterator[ReadEntry]:
        yield from self.finished()
        topic = self._headings[-1][1] if self._headings else ""
        self._open = _Open(question.strip(" *_"), topic, line.place, is_asked)
        if reply.strip():
            self._open.answer.append(reply.strip())


def _joined_questions(lines: Iterable[Line]) -> Iterator[Line]:
    """A question that goes on in the next line is one line."""
    held: list[Line] = []
    for line in lines:
        if held:
            held.append(line)
            if "?" in line.text:
                yield Line(" ".join(one.text.strip() for one in held), held[0].place, held[0].level)
                held = []
            elif len(held) >= _OPEN_LINES or line.level:
                yield from held
                held = []
        elif _BULLET.sub("", line.text.strip()).startswith("¿") and "?" not in line.text:
            held = [line]
        else:
            yield line
    yield from held


def _plain(text: str) -> str:
    """Without marks of emphasis; a link is its text and its address."""
    text = re.sub(r"\[([^\]]+)\]\((?:mailto:|tel:)?([^)\s]+)[^)]*\)", _link, text)
    return re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", re.sub(r"^>\s?", "", text)).replace("\\", "").strip()


def _link(match: re.Match[str]) -> str:
    name, address = match[1], match[2]
    return name if name in address else f"{name} {address}"
