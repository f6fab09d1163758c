"""Runs the jobs: procrastinate's worker, kept alive, with the rescues it does not do by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import procrastinate
import psycopg
import structlog
from procrastinate import jobs, retry
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from data import job_rows
from data.attempts import Backoff, GivenUp, LastResortFailed, TriedAgain, Uncounted, is_last
from data.database import APP_ROLE, SEARCH_PATH, TIMEOUTS, libpq_url
from data.jobs import DEFAULT_QUEUE, JobName, current_queue
from data.outages import is_outage

log = structlog.get_logger()

Handler = Callable[..., Awaitable[None]]

STOP_SECONDS = 20.0
# A missed notification costs one polling interval.
POLLING_SECONDS = 0.5
RESCUE_SECONDS = 5.0
HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 30.0
# A job that ran longer is stopped by its worker; one still `doing` well after that has no worker.
LONGEST_SECONDS = {
    JobName.TAKE_TURN: 120,
    JobName.SEND_MESSAGE: 60,
    JobName.RUN_IMPORT: 3600,
    JobName.EMBED_CATALOGUE: 6 * 3600,
    JobName.SERVE_WAITLIST: 300,
    JobName.EXPIRE_ORDER: 60,
    JobName.SUBMIT_ORDER: 180,
    JobName.FOLLOW_ORDERS: 180,
    JobName.CANCEL_EXTERNAL: 90,
    JobName.SYNC_CATALOGUE: 3600,
    JobName.TIME_OUT_HANDOFF: 60,
    JobName.FETCH_MEDIA: 150,
    JobName.SEND_EVENTS: 30,
    JobName.RUN_WORKFLOW: 30,
    JobName.TELL_DESK: 180,
}
GRACE_SECONDS = 30
# A process that made a queue of its own (a terminal chat) and ended leaves its jobs to whoever is there.
ORPHANED_SECONDS = 60
FORGET_SECONDS = 14 * 24 * 3600

_SESSION = {"role": APP_ROLE, "search_path": SEARCH_PATH.replace(" ", ""), **TIMEOUTS}


@dataclass(frozen=True, slots=True)
class Rescue:
    """When a job counts as lost. Without `by_age` only the jobs of workers whose heart stopped are given back: a
    control of tests/chaos, which shows what that would leave behind."""

    every_seconds: float = RESCUE_SECONDS
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    stalled_seconds: float = STALLED_SECONDS
    longest_seconds: Mapping[JobName, float] = field(default_factory=lambda: LONGEST_SECONDS)
    grace_seconds: float = GRACE_SECONDS
    by_age: bool = True


@dataclass(frozen=True, slots=True)
class Recurring:
    """Work that comes back by itself, once over all workers, for all tenants: the handler finds those it concerns.

    `schedule` is cron, in UTC; with a sixth field, the seconds ("* * * * * */10"). A run is left out while the one
    before it waits or runs; one that fails is not tried again, the next one comes anyway.
    """

    schedule: str
    handler: Callable[[], Awaitable[None]]
    longest_seconds: int = 300


class JobWorker:
    """Runs handlers by job name. Each is called with the job's ids and may be called twice for one job.

    What fails is tried again, ever later. An exception, a run that took too long and the death of its worker may be the
    job's own doing: they are its attempts, five in all. A database that was away, a worker told to stop and an end
    that could not be written are not; of all together there are twenty. Then the job is kept as failed, and its
    handler in `last_resorts`, if it has one, is called with the same ids until it succeeds.
    """

    def __init__(
        self,
        url: str,
        handlers: Mapping[JobName, Handler],
        *,
        concurrency: int,
        last_resorts: Mapping[JobName, Handler] | None = None,
        recurring: Mapping[JobName, Recurring] | None = None,
        queues: Sequence[str] = (DEFAULT_QUEUE,),
        application_name: str = "caserita-worker",
        rescue: Rescue | None = None,
    ) -> None:
        self._handlers = handlers
        self._last_resorts = last_resorts or {}
        self._recurring = recurring or {}
        self._concurrency = concurrency
        self._queues = list(queues)
        self._rescue_after = rescue or Rescue()
        connector = procrastinate.PsycopgConnector(
            conninfo=libpq_url(url),
            kwargs={
                "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
                "application_name": application_name,
                "connect_timeout": 5,
            },
            min_size=1,
            max_size=4,
            timeout=10,
        )
        self._app = procrastinate.App(connector=connector)
        for name in handlers:
            self._register(name)
        for name, work in self._recurring.items():
            self._register_recurring(name, work)
        self._running: set[int] = set()
        self._suspects: set[int] = set()
        self._worker_ids: set[int] = set()
        self._worker: Worker | None = None
        self._stopping = asyncio.Event()
        self._connected = asyncio.Event()

    def _register(self, name: JobName) -> None:
        async def run(context: JobContext, /, **ids: str) -> None:
            assert context.job.id is not None
            self._running.add(context.job.id)
            current_queue.set(context.job.queue)
            deadline = asyncio.timeout(self._rescue_after.longest_seconds[name])
            try:
                async with deadline:
                    await self._handlers[name](**{key: UUID(value) for key, value in ids.items()})
            except Exception as error:  # the edge of a job: tried again by procrastinate
                counts = deadline.expired() or not is_outage(error)
                raise await self._failed(context.job, name, ids, error, counts=counts) from error
            finally:
                self._running.discard(context.job.id)

        self._app.task(name=name.value, pass_context=True, retry=Backoff())(run)

    async def _failed(
        self, job: jobs.Job, name: JobName, ids: Mapping[str, str], error: Exception, *, counts: bool
    ) -> Exception:
        """Tells what follows: see Backoff. What it raises itself is tried again too: it is not given up until told."""
        begun = await self._begun(job.id)
        is_over = is_last(job.attempts, begun, counts=counts)
        write = log.error if is_over else log.warning
        write("job_failed", job=name.value, job_id=job.id, attempt=job.attempts + counts, begun=begun, exc_info=error)
        if is_over:
            await self._resort(name, ids)
            return GivenUp()
        return TriedAgain(begun, counts=counts)

    async def _begun(self, job_id: int | None) -> int:
        """How often, this time too; 0 while that cannot be told."""
        try:
            row = await self._row(job_rows.BEGUN, id=job_id)
        except psycopg.Error:
            return 0
        return row[0] if row else 0

    def _register_recurring(self, name: JobName, work: Recurring) -> None:
        async def run(context: JobContext, /, timestamp: int) -> None:
            assert context.job.id is not None
            self._running.add(context.job.id)
            current_queue.set(context.job.queue)
            try:
                async with asyncio.timeout(work.longest_seconds):
                    await work.handler()
            except Exception as error:  # the edge of a job: told here, and it comes again by itself
                log.error("job_failed", job=name.value, job_id=context.job.id, exc_info=error)
                raise
            finally:
                self._running.discard(context.job.id)

        task = self._app.task(
            name=name.value, pass_context=True, queue=self._queues[0], lock=name.value, queueing_lock=name.value
        )(run)
        self._app.periodic(cron=work.schedule, periodic_id="")(task)

    async def _resort(self, name: JobName, ids: Mapping[str, str]) -> None:
        """Make good what can be made good of a job that will not be tried again. Raises LastResortFailed."""
        handler = self._last_resorts.get(name)
        if handler is None:
            return
        try:
            await handler(**{key: UUID(value) for key, value in ids.items()})
        except Exception as error:  # the edge of a job: whoever gives it up does so again, later
            log.error("last_resort_failed", job=name.value, exc_info=error)
            raise LastResortFailed from error

    async def run(self) -> None:
        """Work until `stop`; survives every loss of the database."""
        while not self._stopping.is_set():
            try:
                async with self._app.open_async():
                    self._connected.set()
                    await self._work()
            except (ConnectorException, psycopg.Error, OSError) as error:
                log.warning("worker_lost_database", error=str(error))
            if not self._stopping.is_set():
                log.warning("worker_restarts")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), 1)

    async def connected(self) -> None:
        """Wait until it has reached the queue for the first time."""
        await self._connected.wait()

    def stop(self) -> None:
        """Take no more jobs. `run` returns when those begun are done, or given back after 20 seconds."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.stop()  # type: ignore[no-untyped-call]  # untyped in procrastinate

    async def drain(self) -> None:
        """Run what waits in these queues now, and return."""
        async with self._app.open_async():
            await self._make(wait=False).run()  # type: ignore[no-untyped-call]  # untyped in procrastinate

    async def _work(self) -> None:
        self._worker = self._make(wait=True)
        rescue = asyncio.create_task(self._rescue_regularly(self._worker))
        try:
            if not self._stopping.is_set():
                await self._worker.run()  # type: ignore[no-untyped-call]  # untyped in procrastinate
        finally:
            await _end([rescue])
            self._worker = None

    def _make(self, *, wait: bool) -> Worker:
        return _PromptWorker(
            self._app,
            queues=self._queues,
            concurrency=self._concurrency,
            wait=wait,
            fetch_job_polling_interval=POLLING_SECONDS,
            abort_job_polling_interval=RESCUE_SECONDS,
            shutdown_graceful_timeout=STOP_SECONDS,
            listen_notify=wait,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=self._rescue_after.heartbeat_seconds,
            stalled_worker_timeout=self._rescue_after.stalled_seconds,
        )

    async def _rescue_regularly(self, worker: Worker) -> None:
        while True:
            await asyncio.sleep(self._rescue_after.every_seconds)
            try:
                await self._rescue(worker)
            except (ConnectorException, psycopg.Error, OSError) as error:
                log.warning("rescue_failed", error=str(error))

    async def _rescue(self, worker: Worker) -> None:
        """Give back jobs that nobody runs: of workers that died, and of live ones that lost them.

        A worker loses a job when its connection breaks just as it is claimed or finished: its heart beats on.
        """
        lost = await self._ids(job_rows.STALLED, seconds=self._rescue_after.stalled_seconds)
        if self._rescue_after.by_age:
            for job_id in await self._forgotten(worker):
                await self._give_back(job_id, counts=False)
            lost |= await self._too_old()
        for job_id in lost:
            await self._give_back(job_id, counts=True)
        if DEFAULT_QUEUE in self._queues:
            await self._query(job_rows.ADOPT, default=DEFAULT_QUEUE, seconds=ORPHANED_SECONDS)
            await self._query(job_rows.FORGET, seconds=FORGET_SECONDS)

    async def _too_old(self) -> set[int]:
        """Jobs that run longer than any may."""
        recurring = {name: work.longest_seconds for name, work in self._recurring.items()}
        longest = {**self._rescue_after.longest_seconds, **recurring}
        seconds = [each + self._rescue_after.grace_seconds for each in longest.values()]
        return await self._ids(job_rows.TOO_OLD, tasks=[name.value for name in longest], seconds=seconds)

    async def _forgotten(self, worker: Worker) -> set[int]:
        """Jobs that are ours by the table, and not run here: seen twice in a row, so neither starting nor ending.

        Ours are also those of before the database was lost.
        """
        if worker.worker_id is not None:
            self._worker_ids.add(worker.worker_id)
        mine = await self._ids(job_rows.MINE, worker_ids=list(self._worker_ids)) - self._running
        found, self._suspects = mine & self._suspects, mine
        return found

    async def _give_back(self, job_id: int, *, counts: bool) -> None:
        row = await self._row(job_rows.DOING, id=job_id)
        if row is None:
            return
        attempts, begun, task_name, ids = row
        told = {"job": task_name, "job_id": job_id, "attempt": attempts + counts, "begun": begun}
        # A recurring one comes again by itself, and two of them may not wait.
        if not is_last(attempts, begun, counts=counts) and JobName(task_name) not in self._recurring:
            if await self._row(job_rows.RETRY if counts else job_rows.AGAIN, id=job_id, at=None) is not None:
                log.warning("job_rescued", **told)
            return
        try:
            await self._resort(JobName(task_name), ids)
        except LastResortFailed:
            return  # it stays as it is, and the next round finds it again
        if await self._row(job_rows.GIVE_UP, id=job_id) is not None:
            log.error("job_given_up", reason="its workers were lost", **told)

    @property
    def _connector(self) -> procrastinate.PsycopgConnector:
        connector = self._app.connector
        assert isinstance(connector, procrastinate.PsycopgConnector)
        return connector

    async def _ids(self, query: str, **arguments: object) -> set[int]:
        async with self._connector.pool.connection() as connection:
            return {row[0] for row in await (await connection.execute(query, arguments)).fetchall()}

    async def _row(self, query: str, **arguments: object) -> tuple[Any, ...] | None:
        async with self._connector.pool.connection() as connection:
            return await (await connection.execute(query, arguments)).fetchone()

    async def _query(self, query: str, **arguments: object) -> None:
        async with self._connector.pool.connection() as connection:
            await connection.execute(query, arguments)


class _PromptWorker(Worker):
    """Looks for the next job as soon as one ends: its lock may be what another waits for, and no one announces that."""

    async def _persist_job_status(
        self, job: jobs.Job, status: jobs.Status, retry_decision: retry.RetryDecision | None, *more: Any, **named: Any
    ) -> None:
        if isinstance(retry_decision, Uncounted):
            await self.app.connector.execute_query_all_async(job_rows.AGAIN, id=job.id, at=retry_decision.retry_at)
        else:
            await super()._persist_job_status(job, status, retry_decision, *more, **named)
        self._new_job_event.set()

    async def _shutdown(self, side_tasks: list[asyncio.Task[Any]]) -> None:
        await _end(side_tasks)
        await super()._shutdown(side_tasks)


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel them until they are over: in a query whose connection breaks just then, psycopg loses a cancellation to
    the error of the connection, and what tries again after such an error would do so for ever."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=1)
