"""What an import did, or would do, and how its record keeps that."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from data.models import Import
from data.repositories.planning import Change
from data.states import ImportStatus
from ingestion.errors import RowError

CANCELLED = ("CANCELLED", "La carga se canceló: tu catálogo quedó como estaba.")


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """Why nothing went in; `message` is Spanish, for the owner."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or in a dry run would do, counted in variants; `changes` are the first of them.

    `errors` are the first of `error_count`.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    archived: int = 0
    error_count: int = 0
    errors: Sequence[RowError] = ()
    warnings: Sequence[str] = ()
    changes: Sequence[Change] = ()
    failure: ImportFailure | None = None

    @property
    def has_changes(self) -> bool:
        return bool(self.created or self.updated or self.archived)


def outcome_of(record: Import, changes: Sequence[Change]) -> ImportOutcome:
    """What an import that has ended did."""
    return ImportOutcome(
        created=record.created_count,
        updated=record.updated_count,
        unchanged=record.unchanged_count,
        archived=record.archived_count,
        error_count=record.error_count,
        errors=[RowError(**error) for error in record.errors],
        warnings=record.warnings,
        changes=changes,
        failure=ImportFailure(**record.failure) if record.failure else None,
    )


def counts_of(outcome: ImportOutcome) -> dict[str, int]:
    return {name: getattr(outcome, name) for name in ("created", "updated", "unchanged", "archived")}


def columns_of(outcome: ImportOutcome) -> dict[str, Any]:
    return {
        **{f"{name}_count": count for name, count in counts_of(outcome).items()},
        "error_count": outcome.error_count,
        "errors": [asdict(error) for error in outcome.errors],
        "warnings": list(outcome.warnings),
        "failure": asdict(outcome.failure) if outcome.failure else None,
        "phase": None,
        "status": _status(outcome.failure),
        "finished_at": datetime.now(UTC),
    }


def _status(failure: ImportFailure | None) -> ImportStatus:
    if failure is None:
        return ImportStatus.COMPLETED
    return ImportStatus.CANCELLED if failure.code == CANCELLED[0] else ImportStatus.FAILED
