"""What every repository is: queries of one tenant, inside the caller's transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


class Repository:
    """Built with a session, hence with a tenant. Repeats the tenant in each query for the plan and the reader;
    row-level security holds even where one forgets."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.tenant_id: UUID = session.info["tenant_id"]
