"""A process that runs one import, to be killed while it does: `python -m tests.ingestion.interrupted URL …`."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from data.database import Database
from data.repositories import applying_sql
from data.search.embedders import HashedNgramEmbedder
from ingestion.imports import Imports


async def main(url: str, tenant_id: UUID, import_id: UUID, folder: Path, step: int) -> None:
    """Stops before that step of writing, having said so, until it is killed."""
    steps = list(applying_sql.STEPS)
    steps.insert(step, "SELECT pg_sleep(60)")
    vars(applying_sql)["STEPS"] = tuple(steps)

    def say(done: int, total: int) -> None:
        print(done, total, flush=True)  # noqa: T201 - how the test knows where it is

    await Imports(Database(url), HashedNgramEmbedder(), folder).run(tenant_id, import_id, say)


asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), UUID(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])))
