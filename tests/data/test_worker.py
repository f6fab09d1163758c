"""Jobs are run, tried again, rescued and given up, on the real queue."""

import asyncio
from uuid import UUID

import pytest

from data.attempts import MOST_ATTEMPTS, MOST_BEGUN
from data.database import Database
from data.jobs import JobName, current_queue
from data.worker import JobWorker, Recurring, Rescue
from tests.data.worker_queue import Queue, UnluckyWorker, recorder, until


@pytest.fixture
def queue(database: Database, database_url: str, service_url: str, tenant_id: UUID) -> Queue:
    return Queue(database, database_url, service_url, tenant_id)


async def test_jobs_run_with_their_ids_and_leave_nothing_behind(queue: Queue) -> None:
    seen, handler = recorder()
    before = await queue.defer()
    async with queue.worked(handler):
        after = await queue.defer()
        await queue.until()
    assert seen == [before, after]


async def test_what_a_job_causes_runs_where_the_job_ran(queue: Queue) -> None:
    queues: list[str] = []

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        queues.append(current_queue.get())

    await queue.defer()
    async with queue.worked(handler):
        await queue.until()
    assert queues == [queue.name]


async def test_jobs_of_one_lock_run_one_after_another(queue: Queue) -> None:
    running = most = 0

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1

    for _ in range(5):
        await queue.defer(lock="one conversation")
    async with queue.worked(handler):
        await queue.until()
    assert most == 1


async def test_a_job_that_fails_is_tried_again_later(queue: Queue) -> None:
    attempts = 0

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise ValueError("the first time")

    await queue.defer()
    async with queue.worked(handler):
        await queue.until(("todo", 1))
        await queue.until()
    assert attempts == 2


async def test_a_job_that_always_fails_is_kept_and_frees_its_lock(queue: Queue) -> None:
    poison = await queue.defer(lock="shared")
    healthy = await queue.defer(lock="shared")
    await queue.execute(
        "UPDATE procrastinate_jobs SET attempts = %(attempts)s "
        "WHERE queue_name = %(queue)s AND args->>'conversation_id' = %(id)s",
        attempts=MOST_ATTEMPTS - 1,
        id=str(poison),
    )
    seen: list[UUID] = []

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        if conversation_id == poison:
            raise ValueError("always")
        seen.append(conversation_id)

    given_up, last_resort = recorder()
    async with queue.worked(handler, last_resort):
        await until(lambda: bool(seen))
        await queue.until(("failed", MOST_ATTEMPTS))
    assert seen == [healthy]
    assert given_up == [poison]


async def test_a_run_without_end_is_the_jobs_own_failure(queue: Queue) -> None:
    """Though what it raises looks like a database that does not answer."""

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        await asyncio.sleep(60)

    await queue.defer()
    async with queue.worked(handler, longest=0.01):
        await queue.until(("todo", 1))


async def test_a_database_that_was_away_costs_no_attempt(queue: Queue) -> None:
    begun = 0

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise ConnectionResetError

    given_up, last_resort = recorder()
    await queue.defer()
    await queue.attempted(MOST_ATTEMPTS - 1)
    async with queue.worked(handler, last_resort):
        await queue.until(("todo", MOST_ATTEMPTS - 1))
        await queue.until()
    assert (begun, given_up) == (2, [])


async def test_what_is_never_its_own_fault_ends_too(queue: Queue) -> None:
    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        raise ConnectionResetError

    given_up, last_resort = recorder()
    job = await queue.defer()
    await queue.begun(MOST_BEGUN - 1)
    async with queue.worked(handler, last_resort):
        await queue.until(("failed", 1))
    assert given_up == [job]


LEFT = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %(worker)s WHERE queue_name = %(queue)s"


async def test_a_job_of_a_dead_worker_runs_again(queue: Queue) -> None:
    seen, handler = recorder()
    await queue.defer()
    await queue.execute(LEFT, worker=None)
    async with queue.worked(handler):
        await queue.until()
    assert len(seen) == 1


async def test_a_job_whose_end_its_living_worker_could_not_write_runs_again(queue: Queue) -> None:
    """The worker's heart beats on, so no rescue by heartbeat would ever see it: the control below."""
    seen, handler = recorder()
    given_up, last_resort = recorder()
    job = await queue.defer()
    await queue.attempted(MOST_ATTEMPTS - 1)  # which this is none of
    async with queue.cut_at_an_end(), queue.worked(handler, last_resort):
        await queue.until()
    assert (seen, given_up) == ([job, job], [])


async def test_rescue_by_heartbeat_alone_leaves_it_for_ever(queue: Queue) -> None:
    seen, handler = recorder()
    async with queue.cut_at_an_end(), queue.worked(handler, by_age=False) as worker:
        await queue.defer()
        await until(lambda: bool(seen))
        before = worker.rescues
        await until(lambda: worker.rescues >= before + 5)
        assert await queue.rows() == [("doing", 0)]
    assert len(seen) == 1


async def test_a_running_job_is_not_taken_for_a_lost_one(queue: Queue) -> None:
    seen: list[UUID] = []
    looked_for = asyncio.Event()

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        seen.append(conversation_id)
        await looked_for.wait()

    await queue.defer()
    async with queue.worked(handler) as worker:
        await until(lambda: bool(seen))
        before = worker.rescues
        await until(lambda: worker.rescues >= before + 4)  # the second in a row would take it for lost
        looked_for.set()
        await queue.until()
    assert len(seen) == 1


async def test_a_job_that_kills_its_workers_is_given_up(queue: Queue) -> None:
    seen, handler = recorder()
    given_up, last_resort = recorder()
    job = await queue.defer()
    await queue.execute(LEFT, worker=None)
    await queue.attempted(MOST_ATTEMPTS - 1)
    async with queue.worked(handler, last_resort):
        await queue.until(("failed", MOST_ATTEMPTS))
        await until(lambda: bool(given_up))
    assert (seen, given_up) == ([], [job])


async def test_a_job_is_given_up_only_when_what_is_done_for_it_then_succeeded(queue: Queue) -> None:
    """Or the shopper would never hear of it: the database may be away just then."""
    tried: list[UUID] = []

    async def last_resort(tenant_id: UUID, conversation_id: UUID) -> None:
        tried.append(conversation_id)
        if len(tried) < 3:
            raise ConnectionResetError

    _, handler = recorder()
    job = await queue.defer()
    await queue.execute(LEFT, worker=None)
    await queue.attempted(MOST_ATTEMPTS - 1)
    async with queue.worked(handler, last_resort):
        await queue.until(("failed", MOST_ATTEMPTS))
    assert tried == [job] * 3


async def test_a_worker_outlives_the_loss_of_every_connection(queue: Queue) -> None:
    seen, handler = recorder()
    async with queue.worked(handler):
        await queue.defer()
        await queue.until()
        await queue.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'caserita-worker'"
        )
        await queue.defer()
        await queue.until()
    assert len(seen) == 2


async def test_a_worker_begins_again_when_a_breaking_connection_hides_that_it_was_cancelled(queue: Queue) -> None:
    seen, handler = recorder()
    async with queue.worked(handler, kind=UnluckyWorker) as worker:
        await until(lambda: worker.rescues == 1)
        assert worker._worker is not None
        worker._worker.stop()  # type: ignore[no-untyped-call]  # as when its heart cannot beat
        await queue.defer()
        await queue.until()
    assert len(seen) == 1


async def test_stopping_waits_for_what_has_begun(queue: Queue) -> None:
    begun, stopped, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handler(tenant_id: UUID, conversation_id: UUID) -> None:
        begun.set()
        await stopped.wait()
        await queue.rows()  # some work of its own
        ended.set()

    await queue.defer()
    async with queue.worked(handler) as worker:
        await begun.wait()
        worker.stop()
        stopped.set()
    assert ended.is_set()
    assert await queue.rows() == []


async def test_the_jobs_of_an_ended_terminal_are_taken_over(database: Database, service_url: str, queue: Queue) -> None:
    seen, handler = recorder()
    orphan = await queue.defer()
    await queue.execute(
        "UPDATE procrastinate_events SET at = at - interval '2 minutes' WHERE job_id IN "
        "(SELECT id FROM procrastinate_jobs WHERE queue_name = %(queue)s)"
    )
    recent = await queue.defer()
    worker = JobWorker(service_url, {JobName.TAKE_TURN: handler}, concurrency=1, rescue=Rescue(every_seconds=0.2))
    running = asyncio.create_task(worker.run())
    await until(lambda: orphan in seen)
    worker.stop()
    await running
    assert recent not in seen
    assert await queue.rows() == [("todo", 0)]


async def test_recurring_work_is_done_once_over_all_workers_and_survives_its_failures(
    service_url: str, queue: Queue
) -> None:
    runs = 0

    async def handler() -> None:
        nonlocal runs
        runs += 1
        raise RuntimeError("each time")  # a job that fails is kept, and can be counted

    every_second = {JobName.EMBED_CATALOGUE: Recurring("* * * * * *", handler)}
    workers = [JobWorker(service_url, {}, concurrency=2, recurring=every_second, queues=[queue.name]) for _ in range(2)]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await until(lambda: runs >= 3)
    for worker in workers:
        worker.stop()
    await asyncio.gather(*running)
    kept = await queue.execute(
        "SELECT args->>'timestamp' FROM procrastinate_jobs WHERE queue_name = %(queue)s AND status = 'failed'"
    )
    assert len(kept) == runs
    assert len(set(kept)) == runs
