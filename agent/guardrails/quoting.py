"""What the shop says of itself: quoted as it is, or said again without a figure, day or hour of its own."""

import re
from collections.abc import Iterator

from agent.facts import Facts
from agent.guardrails.figures import Says, figures
from agent.guardrails.known import Known, plain
from agent.workspace import Workspace

_LEAST_QUOTE = 15
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?!\S)|\n|$|[.](?=\S)[^.!?\n]*)*")
_DAY_NAMES = (
    "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo", "enero", "febrero", "marzo", "abril",
    "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_DAYS = re.compile(rf"\b(?:{'|'.join(_DAY_NAMES)})s?\b")
_HOURS = re.compile(r"\b\d{1,2}[:.]\d{2}(?= ?(?:hrs?|horas|h|am|pm)\b|[^\d.,]|$)")


def without_quotes(text: str, facts: Facts) -> str:
    """A reply without what it quotes to the letter: whole answers of the shop, and whole sentences of them."""
    for answer in sorted(facts.cited, key=len, reverse=True):
        text = text.replace(answer, "\n")
        for sentence in (found.strip() for found in _SENTENCE.findall(answer)):
            if len(sentence) >= _LEAST_QUOTE:
                text = text.replace(sentence, "\n")
    return text


def quoting_problems(text: str, workspace: Workspace, known: Known) -> Iterator[str]:
    """`text` as `known.plain` reads it. Looks only at turns that cite the shop."""
    cited = workspace.facts.cited
    if not cited:
        return
    told = "\n".join((known.owner, *known.texts))
    heard = f"{told}\n{plain(workspace.said_by_contact())}"
    for pattern, source, kind in ((_DAYS, heard, "day"), (_HOURS, told, "hour")):
        for said in sorted(set(pattern.findall(text))):
            if not re.search(rf"(?<![\w:.]){re.escape(said.removesuffix('s') if kind == 'day' else said)}", source):
                yield f"The {kind} {said!r} is not in what the store says of itself."
    yield from _misplaced(text, workspace)


def _misplaced(text: str, workspace: Workspace) -> Iterator[str]:
    """An amount that only the shop's own answers have is no product's price."""
    own = workspace.facts.amounts
    items = [*workspace.shown, *(line.item for line in workspace.lines.values())]
    names = [plain(name) for item in items for name in (item.name, item.sku)]
    for line in text.splitlines():
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line) for name in names):
            for figure in figures(line):
                if figure.says is Says.MONEY and figure.value not in own and figure.value is not None:
                    yield f"The amount {figure.written!r} is not the price of a product."
