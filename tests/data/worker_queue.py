"""A test's own queue of jobs, the workers that run it, and eyes on its rows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
from procrastinate.worker import Worker

from data.database import Database, libpq_url
from data.jobs import JobName
from data.worker import LONGEST_SECONDS, Handler, JobWorker, Rescue

SECONDS = 20


class CountingWorker(JobWorker):
    """Tells how often it has looked for lost jobs."""

    rescues = 0

    async def _rescue(self, worker: Worker) -> None:
        await super()._rescue(worker)
        self.rescues += 1


class UnluckyWorker(CountingWorker):
    """Is told to end its looking for lost jobs just as the connection it looks over breaks."""

    async def _rescue(self, worker: Worker) -> None:
        try:
            self.rescues += 1
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if self.rescues == 1:
                raise psycopg.OperationalError("which hides that it was cancelled") from None
            raise


class Queue:
    """One test's own queue, with the owner's eyes on its rows."""

    def __init__(self, database: Database, url: str, service_url: str, tenant_id: UUID) -> None:
        self.name = f"test-{uuid4().hex[:12]}"
        self._database = database
        self._url = url
        self._service_url = service_url
        self._tenant_id = tenant_id

    async def defer(self, *, lock: str | None = None) -> UUID:
        conversation_id = uuid4()
        async with self._database.transaction(self._tenant_id) as tx:
            await tx.jobs.defer(
                JobName.TAKE_TURN,
                lock=lock or str(conversation_id),
                queue=self.name,
                conversation_id=conversation_id,
            )
        return conversation_id

    async def execute(self, query: str, **values: object) -> list[tuple[object, ...]]:
        async with await psycopg.AsyncConnection.connect(libpq_url(self._url), autocommit=True) as connection:
            await connection.execute("SET search_path = jobs")
            cursor = await connection.execute(query, {"queue": self.name, **values} if "%(" in query else None)
            return await cursor.fetchall() if cursor.description else []

    async def rows(self) -> list[tuple[object, ...]]:
        """(status, attempts) of each job left, oldest first; one that succeeded is gone."""
        return await self.execute(
            "SELECT status::text, attempts FROM procrastinate_jobs WHERE queue_name = %(queue)s ORDER BY id"
        )

    async def attempted(self, times: int) -> None:
        await self.execute(
            "UPDATE procrastinate_jobs SET attempts = %(times)s WHERE queue_name = %(queue)s", times=times
        )

    async def begun(self, times: int) -> None:
        await self.execute(
            "INSERT INTO procrastinate_events (job_id, type) SELECT id, 'started' "
            "FROM procrastinate_jobs, generate_series(1, %(times)s) WHERE queue_name = %(queue)s",
            times=times,
        )

    async def until(self, *expected: tuple[str, int]) -> None:
        async with asyncio.timeout(SECONDS):
            while await self.rows() != list(expected):  # noqa: ASYNC110 - rows do not announce themselves
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def cut_at_an_end(self) -> AsyncIterator[None]:
        """The first connection over which the end of a job is to be written is cut."""
        name = self.name.replace("-", "_")
        await self.execute(
            f"""
            CREATE SEQUENCE {name};
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                IF nextval('{name}') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(0); END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER {name} AFTER UPDATE OR DELETE ON procrastinate_jobs FOR EACH ROW
                WHEN (old.status = 'doing' AND old.queue_name = '{self.name}') EXECUTE FUNCTION {name}();
            """
        )
        try:
            yield
        finally:
            await self.execute(f"DROP FUNCTION {name} CASCADE; DROP SEQUENCE {name}")

    @asynccontextmanager
    async def worked(
        self,
        handler: Handler,
        last_resort: Handler | None = None,
        *,
        by_age: bool = True,
        longest: float = 60,
        kind: type[CountingWorker] = CountingWorker,
    ) -> AsyncIterator[CountingWorker]:
        worker = kind(
            self._service_url,
            {JobName.TAKE_TURN: handler},
            last_resorts={JobName.TAKE_TURN: last_resort} if last_resort else None,
            concurrency=4,
            queues=[self.name],
            rescue=Rescue(
                every_seconds=0.2, by_age=by_age, longest_seconds={**LONGEST_SECONDS, JobName.TAKE_TURN: longest}
            ),
        )
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await running


def recorder() -> tuple[list[UUID], Handler]:
    seen: list[UUID] = []

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        seen.append(conversation_id)

    return seen, handler


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - any condition
            await asyncio.sleep(0.02)
