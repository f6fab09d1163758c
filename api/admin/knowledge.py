"""What the shop tells of itself: its questions and answers, files of them, and what was asked that nobody had told."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import BaseModel, Field

from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Conflict, Invalid, Missing, PayloadTooLarge
from api.schemas import Limit, Moment, errors
from data.errors import AlreadyExists, NotFound
from data.models import KnowledgeEntry, UnansweredQuestion
from data.repositories.knowledge import EntryContent
from data.states import ImportMode, SuggestionStatus
from ingestion.errors import SpreadsheetError
from ingestion.knowledge.entries import ANSWER_CHARACTERS, MOST_WORDINGS, QUESTION_CHARACTERS, TOPIC_CHARACTERS
from ingestion.knowledge.imports import EntryChange, KnowledgeOutcome, import_knowledge
from ingestion.text import clean

router = APIRouter(prefix="/v1/knowledge", tags=["Preguntas y respuestas"])

MOST_MEBIBYTES = 20
MEBIBYTE = 1024 * 1024
MOST_CHANGES_SHOWN = 200


class EntryBody(BaseModel):
    """A question as shoppers ask it, and the answer they will read to the letter."""

    question: Annotated[str, Field(min_length=1, max_length=QUESTION_CHARACTERS, examples=["¿A qué hora abren?"])]
    answer: Annotated[str, Field(min_length=1, max_length=ANSWER_CHARACTERS, examples=["Lunes a viernes de 9 a 18."])]
    topic: Annotated[str, Field(max_length=TOPIC_CHARACTERS, examples=["Horario"])] = ""
    wordings: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=QUESTION_CHARACTERS)]],
        Field(max_length=MOST_WORDINGS, description="Otras formas de preguntarlo."),
    ] = []
    is_active: Annotated[bool, Field(description="Falso: se guarda, pero el agente no la usa.")] = True


class EntryView(BaseModel):
    id: UUID
    question: str
    answer: str
    topic: str
    wordings: list[str]
    source: Annotated[str | None, Field(description="El archivo de donde vino.")]
    is_active: bool
    updated_at: Moment


class EntryPage(BaseModel):
    entries: list[EntryView]
    next: Annotated[int | None, Field(description="Pásalo como `after` para la página siguiente.")]


class FoundEntry(BaseModel):
    entry: EntryView
    score: Annotated[float, Field(ge=0, le=1)]


class FoundEntries(BaseModel):
    """Empty: the agent would say that it does not know, and keep the question."""

    hits: list[FoundEntry]


class ChangeView(BaseModel):
    kind: EntryChange
    question: str
    old_answer: str | None
    new_answer: str | None


class ErrorView(BaseModel):
    row: Annotated[int, Field(description="La fila, línea o página, según `unit`.")]
    sheet: str
    column: str
    code: str
    message: str


class KnowledgeImportView(BaseModel):
    """`changes` are the first ones; the counts are of all."""

    file_name: str
    dry_run: bool
    created: int
    changed: int
    unchanged: int
    removed: int
    unit: str
    changes: list[ChangeView]
    errors: list[ErrorView]


class SuggestionView(BaseModel):
    id: UUID
    example: Annotated[str, Field(description="Como lo preguntó alguien.")]
    topic: str
    count: Annotated[int, Field(description="Cuántas veces lo han preguntado, con estas u otras palabras.")]
    status: SuggestionStatus
    conversation_id: UUID | None
    entry_id: UUID | None
    last_asked_at: Moment


class SuggestionList(BaseModel):
    suggestions: list[SuggestionView]


class AnswerBody(BaseModel):
    """`question` left out: as it was asked."""

    answer: Annotated[str, Field(min_length=1, max_length=ANSWER_CHARACTERS)]
    question: Annotated[str | None, Field(min_length=1, max_length=QUESTION_CHARACTERS)] = None
    topic: Annotated[str, Field(max_length=TOPIC_CHARACTERS)] = ""


@router.get("", summary="Ver las preguntas y respuestas", responses=errors(401))
async def list_entries(
    principal: Viewer, runtime: RuntimeNeeded, limit: Limit = 50, after: Annotated[int, Query(ge=0, lt=2**63)] = 0
) -> EntryPage:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        entries = await tx.knowledge.page(limit, after)
    is_more = len(entries) == limit
    return EntryPage(entries=[_entry(entry) for entry in entries], next=entries[-1].search_id if is_more else None)


@router.post("", status_code=201, summary="Agregar una pregunta y su respuesta", responses=errors(401, 403, 409, 422))
async def create_entry(body: EntryBody, principal: Admin, runtime: RuntimeNeeded) -> EntryView:
    content = _content(body)
    try:
        async with runtime.database.transaction(principal.tenant_id) as tx:
            entry = await tx.knowledge.add(content)
            if not body.is_active:
                entry = await tx.knowledge.change(entry.id, content, is_active=False)
            return _entry(entry)
    except AlreadyExists:
        raise _taken() from None


@router.post("/imports", summary="Cargar un archivo de preguntas y respuestas", responses=errors(401, 403, 413, 422))
async def create_knowledge_import(
    principal: Admin,
    runtime: RuntimeNeeded,
    file: Annotated[UploadFile, File(description="CSV, Excel, Markdown, PDF con texto o Word (.docx).")],
    mode: Annotated[
        ImportMode, Form(description="update agrega y cambia; replace además borra las que no vienen en el archivo.")
    ] = ImportMode.UPDATE,
    dry_run: Annotated[bool, Form(description="Solo muestra qué cambiaría.")] = False,
) -> KnowledgeImportView:
    if (file.size or 0) > MOST_MEBIBYTES * MEBIBYTE:
        raise PayloadTooLarge(f"El archivo pesa más de {MOST_MEBIBYTES} MB.", {"limit_mb": MOST_MEBIBYTES})
    name = file.filename or "archivo"
    path = await asyncio.to_thread(_set_aside, file.file)
    try:
        outcome = await import_knowledge(
            runtime.database, principal.tenant_id, path, name, mode=mode, is_dry_run=dry_run
        )
    except SpreadsheetError as refused:
        raise Invalid(refused.message, {"code": refused.code, "field": "file"}) from refused
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return _import(outcome, clean(name, 200), is_dry_run=dry_run)


@router.get("/search", summary="Buscar como lo haría el agente", responses=errors(401, 422))
async def search_knowledge(
    principal: Viewer,
    runtime: RuntimeNeeded,
    q: Annotated[str, Query(min_length=1, max_length=QUESTION_CHARACTERS, description="La pregunta de un cliente.")],
    limit: Limit = 5,
) -> FoundEntries:
    hits = await runtime.knowledge.search(principal.tenant_id, q, limit)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        entries = await tx.knowledge.by_search_ids([hit.id for hit in hits])
    return FoundEntries(
        hits=[FoundEntry(entry=_entry(entries[hit.id]), score=hit.score) for hit in hits if hit.id in entries]
    )


@router.get("/suggestions", summary="Ver lo que preguntaron y no se pudo responder", responses=errors(401))
async def list_suggestions(
    principal: Viewer,
    runtime: RuntimeNeeded,
    status: Annotated[SuggestionStatus, Query(description="open, answered o dismissed.")] = SuggestionStatus.OPEN,
    limit: Limit = 50,
) -> SuggestionList:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        rows = await tx.suggestions.all(status, limit)
    return SuggestionList(suggestions=[_suggestion(row) for row in rows])


@router.post(
    "/suggestions/{suggestion_id}/answer", status_code=201, summary="Responder una pregunta pendiente",
    responses=errors(401, 403, 404, 409, 422),
)  # fmt: skip
async def answer_suggestion(
    suggestion_id: UUID, body: AnswerBody, principal: Admin, runtime: RuntimeNeeded
) -> EntryView:
    """The answer becomes an entry, which the next shopper who asks will read."""
    try:
        async with runtime.database.transaction(principal.tenant_id) as tx:
            row = await tx.suggestions.get(suggestion_id)
            asked = EntryBody(question=body.question or row.example, answer=body.answer, topic=body.topic)
            content = _content(asked, wordings=(row.example,) if body.question else ())
            entry = await tx.knowledge.add(content)
            await tx.suggestions.settle(suggestion_id, SuggestionStatus.ANSWERED, entry.id)
            return _entry(entry)
    except NotFound:
        raise Missing("No encontramos esa pregunta.") from None
    except AlreadyExists:
        raise _taken() from None


@router.post(
    "/suggestions/{suggestion_id}/dismiss", summary="Descartar una pregunta pendiente", responses=errors(401, 403, 404)
)
async def dismiss_suggestion(suggestion_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> SuggestionView:
    try:
        async with runtime.database.transaction(principal.tenant_id) as tx:
            return _suggestion(await tx.suggestions.settle(suggestion_id, SuggestionStatus.DISMISSED))
    except NotFound:
        raise Missing("No encontramos esa pregunta.") from None


@router.get("/{entry_id}", summary="Ver una pregunta y su respuesta", responses=errors(401, 404))
async def get_entry(entry_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> EntryView:
    try:
        async with runtime.database.transaction(principal.tenant_id) as tx:
            return _entry(await tx.knowledge.get(entry_id))
    except NotFound:
        raise _missing() from None


@router.put("/{entry_id}", summary="Cambiar una pregunta y su respuesta", responses=errors(401, 403, 404, 409, 422))
async def change_entry(entry_id: UUID, body: EntryBody, principal: Admin, runtime: RuntimeNeeded) -> EntryView:
    content = _content(body)
    try:
        async with runtime.database.transaction(principal.tenant_id) as tx:
            return _entry(await tx.knowledge.change(entry_id, content, is_active=body.is_active))
    except NotFound:
        raise _missing() from None
    except AlreadyExists:
        raise _taken() from None


@router.delete(
    "/{entry_id}", status_code=204, summary="Borrar una pregunta y su respuesta", responses=errors(401, 403, 404)
)
async def delete_entry(entry_id: UUID, principal: Admin, runtime: RuntimeNeeded) -> None:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        removed = await tx.knowledge.remove([entry_id])
    if not removed:
        raise _missing()


def _content(body: EntryBody, wordings: tuple[str, ...] = ()) -> EntryContent:
    """Raises Invalid for a question or an answer without a word."""
    answer = "\n".join(line for line in (clean(one, ANSWER_CHARACTERS) for one in body.answer.splitlines()) if line)
    content = EntryContent(
        clean(body.question, QUESTION_CHARACTERS),
        answer,
        clean(body.topic, TOPIC_CHARACTERS),
        tuple(filter(None, (clean(one, QUESTION_CHARACTERS) for one in (*wordings, *body.wordings)))),
    )
    for field, value in (("question", content.key), ("answer", content.answer)):
        if not value:
            raise Invalid("Escribe la pregunta y su respuesta con palabras.", {"field": field})
    return content


def _taken() -> Conflict:
    return Conflict("Esa pregunta ya tiene su respuesta: cámbiala en vez de agregar otra.")


def _missing() -> Missing:
    return Missing("No encontramos esa pregunta.")


def _set_aside(upload: BinaryIO) -> Path:
    """The upload as a file of its own; the client's name for it is never used."""
    with tempfile.NamedTemporaryFile(prefix="caserita-knowledge-", delete=False) as file:
        shutil.copyfileobj(upload, file)
    return Path(file.name)


def _entry(entry: KnowledgeEntry) -> EntryView:
    return EntryView.model_validate(entry, from_attributes=True)


def _suggestion(row: UnansweredQuestion) -> SuggestionView:
    return SuggestionView.model_validate(row, from_attributes=True)


def _import(outcome: KnowledgeOutcome, file_name: str, *, is_dry_run: bool) -> KnowledgeImportView:
    return KnowledgeImportView(
        file_name=file_name,
        dry_run=is_dry_run,
        created=outcome.created,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        removed=outcome.removed,
        unit=outcome.unit,
        changes=[ChangeView.model_validate(one, from_attributes=True) for one in outcome.changes[:MOST_CHANGES_SHOWN]],
        errors=[ErrorView.model_validate(one, from_attributes=True) for one in outcome.errors],
    )
