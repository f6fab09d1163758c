"""What can go wrong in the store of record.

DataError
├── DatabaseUnavailable
├── UnsafeDatabaseRole
├── NotFound
├── AlreadyExists
├── OutOfStock
└── TransitionRefused
"""

from enum import StrEnum


class DataError(Exception):
    """The store of record refused."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class Unavailability(StrEnum):
    """Why the database cannot be used."""

    BAD_ADDRESS = "bad_address"
    NO_SUCH_HOST = "no_such_host"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason, not a password
    NO_SUCH_DATABASE = "no_such_database"
    NO_SCHEMA = "no_schema"
    TOO_OLD = "too_old"
    OTHER = "other"


class DatabaseUnavailable(DataError):
    """The database cannot be reached. `address` never holds the password."""

    def __init__(
        self, message: str | None = None, reason: Unavailability = Unavailability.OTHER, address: str = ""
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.address = address


class UnsafeDatabaseRole(DataError):
    """The service would run as a role that row-level security does not hold."""


class NotFound(DataError):
    """There is no such row for this tenant."""


class AlreadyExists(DataError):
    """There is one already."""


class OutOfStock(DataError):
    """Less is available than the order needs."""

    def __init__(self, sku: str, available: int) -> None:
        super().__init__(f"{sku}: {available} available")
        self.sku = sku
        self.available = available


class TransitionRefused(DataError):
    """An order in this state cannot become that."""

    def __init__(self, status: str, wanted: str) -> None:
        super().__init__(f"{status} -> {wanted}")
        self.status = status
        self.wanted = wanted
