"""Telling a database that is away, or a value it cannot hold, from a mistake of ours."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data.errors import DatabaseUnavailable

# SQLSTATE classes: connection lost or refused; out of disk, memory or connections; shutting down or taking too long;
# system error. One code: a lock that was waited for too long.
_PASSING = ("08", "53", "57", "58", "55P03")
_BAD_VALUE = "22"


def is_outage(error: BaseException) -> bool:
    """Whether the database was unreachable or overwhelmed: worth another try in a few seconds."""
    if isinstance(error, (DatabaseUnavailable, PoolTimeout)):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _state(error).startswith(_PASSING)
    # Opening a socket fails with these before SQLAlchemy can wrap them; a file's own errors name the file.
    return isinstance(error, OSError) and error.filename is None


def is_unstorable(error: BaseException) -> bool:
    """Whether a value from outside has no place in the database: a NUL in a text, a number out of range."""
    return isinstance(error, DBAPIError) and (
        _state(error).startswith(_BAD_VALUE) or "DataError" in type(error.orig).__name__
    )


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
