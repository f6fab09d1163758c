"""One question with its answer as a file has it, checked and cleaned before anything is kept of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ingestion.errors import RowError, SpreadsheetError
from ingestion.text import clean, folded, unneutralised

QUESTION_CHARACTERS = 300
ANSWER_CHARACTERS = 4_000
TOPIC_CHARACTERS = 80
MOST_WORDINGS = 20
MOST_ENTRIES = 5_000
MOST_ERRORS = 500

_MESSAGES: Final = {
    "QUESTION_MISSING": "La respuesta «{value}» no tiene pregunta. Escribe sobre qué es, por ejemplo «Horario».",
    "ANSWER_MISSING": "La pregunta «{value}» no tiene respuesta. Escríbela o borra la pregunta.",
    "QUESTION_TOO_LONG": "La pregunta «{value}» es demasiado larga: el máximo son 300 caracteres. Acórtala.",
    "ANSWER_TOO_LONG": "La respuesta de «{value}» pasa de 4.000 caracteres. Divídela en varias preguntas.",
    "REPEATED": "«{value}» ya está en {first}. Deja una sola respuesta para cada pregunta.",
    "NO_QUESTION": "El texto «{value}» no está bajo un título ni una pregunta, así que no entró. Ponle un título.",
}


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """`place` is the row, line or page it begins at; `sheet` the title of its sheet, in a workbook with several."""

    question: str
    answer: str
    topic: str = ""
    wordings: tuple[str, ...] = ()
    place: int = 0
    sheet: str = ""


@dataclass(slots=True)
class Reading:
    """What a file says; `unit` is what its places count: "fila", "línea" or "página"."""

    unit: str
    entries: list[ReadEntry] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def checked(unit: str, found: Iterable[ReadEntry | RowError], file_name: str) -> Reading:
    """Those that can be kept, each question once. Raises SpreadsheetError for more than a shop can mean."""
    reading, places = Reading(unit), dict[str, int]()
    for one in found:
        if isinstance(one, RowError):
            reading.errors.append(one)
            continue
        entry = _cleaned(one)
        fault = _fault(entry)
        key = folded(entry.question)
        if fault is None and key in places:
            fault = "REPEATED"
        if fault is not None:
            shown = entry.answer if fault == "QUESTION_MISSING" else entry.question
            reading.errors.append(error(fault, entry.place, shown, entry.sheet, f"la {unit} {places.get(key, 0)}"))
            continue
        places[key] = entry.place
        reading.entries.append(entry)
        if len(reading.entries) > MOST_ENTRIES:
            raise SpreadsheetError(
                "TOO_MANY_ENTRIES", f"«{file_name}» tiene más de 5.000 preguntas. Deja las que importan a tus clientes."
            )
    del reading.errors[MOST_ERRORS:]
    return reading


def error(code: str, place: int, value: str, sheet: str = "", first: str = "") -> RowError:
    shown = clean(value, 61)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    column = "respuesta" if code.startswith("ANSWER") else "pregunta"
    return RowError(place, column, code, _MESSAGES[code].format(value=shown, first=first), sheet)


def split_wordings(text: str) -> tuple[str, ...]:
    """Other ways of asking, apart by line, bar or semicolon, or by question marks."""
    marked = text.replace("?", "?\n").replace("|", "\n").replace(";", "\n")
    return tuple(_cell(line, QUESTION_CHARACTERS) for line in marked.splitlines() if line.strip(" ,.-•"))[
        :MOST_WORDINGS
    ]


def _cleaned(entry: ReadEntry) -> ReadEntry:
    lines = (_cell(line, ANSWER_CHARACTERS + 1) for line in entry.answer.splitlines())
    return ReadEntry(
        _cell(entry.question, QUESTION_CHARACTERS + 1),
        "\n".join(line for line in lines if line),
        _cell(entry.topic, TOPIC_CHARACTERS),
        tuple(wording for wording in entry.wordings if wording),
        entry.place,
        entry.sheet,
    )


def _cell(text: str, limit: int) -> str:
    return clean(unneutralised(text.strip()), limit)


def _fault(entry: ReadEntry) -> str | None:
    if not folded(entry.question):
        return "QUESTION_MISSING"
    if not entry.answer:
        return "ANSWER_MISSING"
    if len(entry.question) > QUESTION_CHARACTERS:
        return "QUESTION_TOO_LONG"
    return "ANSWER_TOO_LONG" if len(entry.answer) > ANSWER_CHARACTERS else None


def meant(found: Iterable[ReadEntry]) -> Iterator[ReadEntry]:
    """Without those that say nothing at all."""
    return (one for one in found if one.question.strip() or one.answer.strip())
