"""What every repository is: queries of one tenant, inside the caller's transaction."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from data.errors import DataError
from data.models import Base


class Repository:
    """Built with a session, hence with a tenant. Repeats the tenant in each query for the plan and the reader;
    row-level security holds even where one forgets."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.tenant_id: UUID = session.info["tenant_id"]

    async def insert(self, row: Base, on_conflict: DataError) -> None:
        """Add one row now; a uniqueness conflict raises `on_conflict` and spares the transaction."""
        try:
            async with self.session.begin_nested():
                self.session.add(row)
        except IntegrityError as error:
            raise on_conflict from error
