"""The difference between staged rows and the catalogue, worked out by the database and then, if wanted, written.

No row of the catalogue passes through this process, however many there are.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.repositories import applying_sql, planning_sql
from data.repositories.repository import Repository
from data.states import ChangeKind, ImportMode, VersionKind

# What a product or variant has besides name, price, stock and SKU: a file without the column has no say in it.
OPTIONAL_FIELDS = (
    "brand", "category", "description", "image_url", "synonyms", "tags", "barcode", "options", "unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """What a file has a say in. `fields` are those of OPTIONAL_FIELDS that it has a column for.

    A variant whose row has an error is neither changed nor archived: the file names it.
    """

    import_id: UUID
    mode: ImportMode
    currency: str
    fields: frozenset[str]
    has_stock: bool

    def values(self) -> dict[str, Any]:
        return {
            "import_id": self.import_id,
            "currency": self.currency,
            "counts_stock": self.has_stock or self.mode is ImportMode.REPLACE,
        } | {f"has_{name}": name in self.fields for name in OPTIONAL_FIELDS}


@dataclass(frozen=True, slots=True)
class Counts:
    """Of variants. `active` is how many were on sale before; `emptied` had stock and have none now."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    archived: int = 0
    active: int = 0
    emptied: int = 0
    stocked: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One variant before and after; prices in the tenant's currency, stock None where it is not counted."""

    kind: ChangeKind
    sku: str
    name: str
    old_price: Decimal | None = None
    new_price: Decimal | None = None
    old_stock: int | None = None
    new_stock: int | None = None


@dataclass(frozen=True, slots=True)
class PriceJumps:
    """How many prices moved by more than the threshold, and the largest of them."""

    count: int = 0
    largest: Sequence[Change] = field(default=())


class PlanRepository(Repository):
    """Steps in this order, in one transaction: `load`, `make`, then reading, then `apply`."""

    async def load(self, columns: Sequence[str], lines: IO[bytes]) -> None:
        """Take in a file's rows, as text for COPY; `columns` are those of planning_sql.STAGED, in the lines' order."""
        for statement in planning_sql.STAGED:
            await self._run(statement)
        connection = await (await self.session.connection()).get_raw_connection()
        driver: asyncpg.Connection = connection.driver_connection
        lines.seek(0)
        try:
            await driver.copy_to_table("plan_staged", source=lines, columns=columns, schema_name="pg_temp")
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise DBAPIError("COPY plan_staged", None, error, connection_invalidated=driver.is_closed()) from error

    async def make(self, scope: Scope) -> Counts:
        """Compare. Reads the catalogue as it is now: lock it first to write what was read."""
        values = scope.values() | {"product_ids": uuid4().hex[:24], "variant_ids": uuid4().hex[:24]}
        for statement in (*planning_sql.TABLES, *planning_sql.SETTINGS):
            await self._run(statement)
        for step in planning_sql.STEPS:
            await self._run(step, values)
        if scope.mode is ImportMode.REPLACE:
            await self._run(planning_sql.ARCHIVED, values)
        return Counts(**(await self._run(planning_sql.COUNTS)).mappings().one())

    async def changes(self, limit: int) -> list[Change]:
        """What changes first, then what goes, then what is new; each in the order of the file."""
        rows = await self._run(planning_sql.CHANGES, {"limit": limit})
        return [_change(row) for row in rows.mappings()]

    async def price_jumps(self, percent: int, limit: int) -> PriceJumps:
        rows = (await self._run(planning_sql.PRICE_JUMPS, {"percent": percent, "limit": limit})).mappings().all()
        return PriceJumps(rows[0]["total"], [_change(row) for row in rows]) if rows else PriceJumps()

    async def keep_changes(self, import_id: UUID, limit: int) -> None:
        await self._run(planning_sql.KEEP_CHANGES, {"import_id": import_id, "limit": limit})

    async def keep_texts(self, import_id: UUID) -> None:
        """Note the texts of which a vector will be needed."""
        await self._run(planning_sql.KEEP_TEXTS, {"import_id": import_id})

    async def apply(self, scope: Scope, counts: Counts, note: str, on_step: Callable[[float], Awaitable[None]]) -> None:
        """Write the difference as a new version of the catalogue; `note` says to people what made it.

        `on_step` hears the share done (0 to 1) between steps, and may raise to stop it all.
        """
        values = scope.values()
        await self._run(
            applying_sql.NEW_VERSION,
            {
                "kind": VersionKind.IMPORT.value, "import_id": scope.import_id, "note": note,
                "created": counts.created, "updated": counts.updated, "archived": counts.archived,
            },
        )  # fmt: skip
        for done, statement in enumerate(applying_sql.STEPS):
            await on_step(done / len(applying_sql.STEPS))
            await self._run(statement, values)

    async def _run(self, statement: str, values: dict[str, Any] | None = None) -> Any:
        clause = text(statement)
        wanted = clause.compile().params
        return await self.session.execute(clause, {name: (values or {})[name] for name in wanted})


def _change(row: Any) -> Change:
    return Change(**{name: row[name] for name in Change.__slots__} | {"kind": ChangeKind(row["kind"])})
