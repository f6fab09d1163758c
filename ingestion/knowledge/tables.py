"""Questions and answers in the columns of a sheet, with titles or without."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ingestion.knowledge.entries import ReadEntry, split_wordings
from ingestion.sources.records import Record
from ingestion.text import folded

SEARCH_ROWS = 10
_TITLES: Final = {
    "question": re.compile(
        r"(?:la |las )?(?:preguntas?|consultas?|dudas?|questions?|q|perguntas?|faqs?|p)(?: (?:frecuentes?|del cliente|"
        r"de clientes?|frequentes?))?|que preguntan|preguntas frecuentes faq"
    ),
    "answer": re.compile(
        r"(?:la |las )?(?:respuestas?|contestacion(?:es)?|answers?|a|respostas?|r|contenidos?|textos?|detalles?|"
        r"informacion|que responder|que se responde|politicas?|content|response)(?: .{0,20})?"
    ),
    "topic": re.compile(
        r"temas?|categorias?|topics?|category|tipos?|seccion(?:es)?|assuntos?|grupos?|areas?|kind|titulo"
    ),
    "wordings": re.compile(
        r"(?:otras?|mas) (?:formas?|maneras?|preguntas?)(?: .{0,25})?|variantes?|sinonimos?|tambien(?: .{0,20})?|"
        r"palabras? claves?|keywords?|alternativas?|alternative.{0,20}|synonyms?|tags?|etiquetas?|variacoes"
    ),
}


def entries_of(records: Iterable[Record]) -> Iterator[ReadEntry]:
    """Of one sheet. Without titles, the question is the column with most question marks, the answer the longest."""
    rows = [record for record in records if any(cell.strip() for cell in record.cells)]
    start, columns = _columns(rows)
    for record in rows[start:]:
        cells = {name: _at(record.cells, position) for name, position in columns.items()}
        question = cells["question"] or cells.get("topic", "")
        yield ReadEntry(
            question,
            cells["answer"],
            cells.get("topic", ""),
            split_wordings(cells.get("wordings", "")),
            record.number,
            record.sheet,
        )


def has_titles(rows: Sequence[Record]) -> bool:
    """Whether one of the first rows says which column is the question's and which the answer's."""
    return _columns(rows)[0] > 0


def _columns(rows: Sequence[Record]) -> tuple[int, Mapping[str, int]]:
    """Where the first entry is, and what each column holds."""
    for start, record in enumerate(rows[:SEARCH_ROWS], start=1):
        named = _named(record.cells)
        if "answer" in named and ("question" in named or "topic" in named):
            return start, {"question": named.get("topic", 0), **named}
    return 0, _guessed(rows)


def _named(cells: Sequence[str]) -> dict[str, int]:
    named: dict[str, int] = {}
    for name, pattern in _TITLES.items():
        for position, cell in enumerate(cells):
            if position not in named.values() and pattern.fullmatch(folded(cell)):
                named.setdefault(name, position)
    return named


def _guessed(rows: Sequence[Record]) -> dict[str, int]:
    width = max((len(record.cells) for record in rows), default=0)
    lengths = [sum(len(_at(record.cells, at)) for record in rows) for at in range(width)]
    marks = [sum("?" in _at(record.cells, at) for record in rows) for at in range(width)]
    filled = [at for at in range(width) if lengths[at]]
    if len(filled) < 2:
        return {"question": filled[0] if filled else 0, "answer": width}
    question = max(filled, key=lambda at: (marks[at], -at)) if any(marks) else filled[0]
    answer = max((at for at in filled if at != question), key=lambda at: lengths[at])
    if not any(marks) and len(filled) > 2:
        rest = [at for at in filled if at not in {answer}]
        question = rest[-1] if rest[-1] < answer else rest[0]
    columns = {"question": question, "answer": answer}
    if len(filled) == 3:
        columns["topic"] = next(at for at in filled if at not in {question, answer})
    return columns


def _at(cells: Sequence[str], position: int) -> str:
    return cells[position].strip() if position < len(cells) else ""
