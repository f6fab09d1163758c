"""How the job queue is doing, for the health page: is anyone working, is anything late."""

from dataclasses import dataclass

from sqlalchemy import text

from data.database import Database

_STATE = text(
    """
    SELECT
        (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '45 seconds'),
        (SELECT count(*) FROM procrastinate_jobs
         WHERE status = 'todo' AND COALESCE(scheduled_at, now()) <= now()),
        (SELECT COALESCE(extract(epoch FROM now() - min(e.at)), 0)
         FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
         WHERE j.status = 'todo' AND COALESCE(j.scheduled_at, now()) <= now() AND e.type = 'deferred')
    """
)


@dataclass(frozen=True, slots=True)
class JobState:
    """`oldest_seconds` is how long the oldest job that could run has waited."""

    worker_count: int
    waiting_count: int
    oldest_seconds: float


async def read_job_state(database: Database) -> JobState:
    async with database.lookup() as connection:
        workers, waiting, oldest = (await connection.execute(_STATE)).one()
    return JobState(int(workers), int(waiting), float(oldest))
