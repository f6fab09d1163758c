"""What can go wrong in the store of record.

DataError
├── DatabaseUnavailable
├── UnsafeDatabaseRole
├── NotFound
├── AlreadyExists
└── OutOfStock
"""


class DataError(Exception):
    """The store of record refused."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class DatabaseUnavailable(DataError):
    """The database cannot be reached."""


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
