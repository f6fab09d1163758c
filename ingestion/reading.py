"""A file as the import takes it: its columns as the owner explained them, now or for an earlier file like it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from ingestion.mapping import fingerprint
from ingestion.stream import OpenFile, open_rows

__all__ = ["Choices", "fingerprint", "open_file"]

# Header -> what it is, as `ColumnMapping.choices()` gives it.
Choices = Mapping[str, str]


def open_file(
    path: Path,
    file_name: str,
    currency: str,
    *,
    override: Choices | None = None,
    remembered: Mapping[str, Choices] | None = None,
) -> AbstractContextManager[OpenFile]:
    """Blocking, as `open_rows`. `remembered` are earlier overrides by the fingerprint of their file's headers."""
    return open_rows(path, file_name, currency, override, remembered=remembered)
