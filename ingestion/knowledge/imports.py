"""A file of knowledge into a tenant's entries: what would change, or all of it in one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from data.database import Database
from data.models import KnowledgeEntry
from data.repositories.knowledge import EntryContent
from data.states import ImportMode
from data.transaction import Transaction
from ingestion.errors import RowError
from ingestion.knowledge.entries import ReadEntry, Reading
from ingestion.knowledge.opening import open_entries


class EntryChange(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """`content` is None for what is removed; `existing` is None for what is new."""

    kind: EntryChange
    question: str
    old_answer: str | None
    new_answer: str | None
    content: EntryContent | None
    entry_id: UUID | None


@dataclass(frozen=True, slots=True)
class KnowledgeOutcome:
    """`changes` without what stays; `unit` is what the errors' rows count: "fila", "línea" or "página"."""

    created: int
    changed: int
    unchanged: int
    removed: int
    unit: str
    changes: Sequence[PlannedEntry] = ()
    errors: Sequence[RowError] = field(default=())


async def import_knowledge(
    database: Database,
    tenant_id: UUID,
    path: Path,
    file_name: str,
    *,
    mode: ImportMode = ImportMode.UPDATE,
    is_dry_run: bool = False,
) -> KnowledgeOutcome:
    """Entries are told apart by the words of their question. With `replace`, those missing from the file go.

    The same file a second time changes nothing. Raises SpreadsheetError, before anything is changed.
    """
    reading = await asyncio.to_thread(open_entries, path, file_name)
    async with database.transaction(tenant_id) as tx:
        await tx.knowledge.lock()
        plan = _plan(reading, await tx.knowledge.all(with_inactive=True), file_name, mode)
        if not is_dry_run:
            await _apply(tx, plan)
    counts = {kind: sum(one.kind is kind for one in plan) for kind in EntryChange}
    return KnowledgeOutcome(
        counts[EntryChange.CREATED],
        counts[EntryChange.CHANGED],
        counts[EntryChange.UNCHANGED],
        counts[EntryChange.REMOVED],
        unit=reading.unit,
        changes=[one for one in plan if one.kind is not EntryChange.UNCHANGED],
        errors=reading.errors,
    )


def _plan(reading: Reading, existing: Sequence[KnowledgeEntry], file_name: str, mode: ImportMode) -> list[PlannedEntry]:
    known = {entry.key: entry for entry in existing}
    plan: list[PlannedEntry] = []
    kept: set[str] = set()
    for read in reading.entries:
        content = _content(read, file_name)
        if content.key in kept:
            continue
        kept.add(content.key)
        plan.append(_planned(content, known.get(content.key)))
    # Nothing is taken away on the word of a file that could not be read whole.
    if mode is ImportMode.REPLACE and not reading.errors:
        plan += [
            PlannedEntry(EntryChange.REMOVED, entry.question, entry.answer, None, None, entry.id)
            for key, entry in known.items()
            if key not in kept
        ]
    return plan


def _planned(content: EntryContent, entry: KnowledgeEntry | None) -> PlannedEntry:
    if entry is None:
        return PlannedEntry(EntryChange.CREATED, content.question, None, content.answer, content, None)
    is_same = entry.content_hash == content.content_hash and entry.is_active
    kind = EntryChange.UNCHANGED if is_same else EntryChange.CHANGED
    return PlannedEntry(kind, content.question, entry.answer, content.answer, content, entry.id)


def _content(read: ReadEntry, file_name: str) -> EntryContent:
    return EntryContent(read.question, read.answer, read.topic, read.wordings, file_name[:200])


async def _apply(tx: Transaction, plan: Sequence[PlannedEntry]) -> None:
    removed = [one.entry_id for one in plan if one.kind is EntryChange.REMOVED and one.entry_id]
    if removed:
        await tx.knowledge.remove(removed)
    for one in plan:
        if one.kind is EntryChange.CREATED and one.content:
            await tx.knowledge.add(one.content)
        elif one.kind is EntryChange.CHANGED and one.content and one.entry_id:
            await tx.knowledge.change(one.entry_id, one.content, is_active=True)
