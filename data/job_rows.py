"""The statements by which a worker finds jobs that were lost, gives them back and gives them up: over procrastinate's
own tables and functions."""

MINE = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(%(worker_ids)s)"
TOO_OLD = """
    SELECT job.id FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id
    JOIN unnest(%(tasks)s::text[], %(seconds)s::float8[]) AS longest (task, seconds) ON longest.task = job.task_name
    WHERE job.status = 'doing' AND event.type = 'started'
    GROUP BY job.id, longest.seconds HAVING max(event.at) < now() - make_interval(secs => longest.seconds)
"""
STALLED = """
    SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND (worker.id IS NULL
        OR worker.last_heartbeat < now() - make_interval(secs => %(seconds)s))
"""
BEGUN = "SELECT count(*) FROM procrastinate_events WHERE job_id = %(id)s AND type = 'started'"
DOING = f"""
    SELECT attempts, ({BEGUN}), task_name, args FROM procrastinate_jobs WHERE id = %(id)s AND status = 'doing'
"""  # noqa: S608 - made of the constant above
# Each of the next three does nothing to a job that someone else finished or gave back in the meantime.
_STILL = "FROM (SELECT FROM procrastinate_jobs WHERE id = %(id)s AND status = 'doing' FOR UPDATE) AS still"
RETRY = f"SELECT procrastinate_retry_job_v2(%(id)s, now(), NULL, NULL, NULL) {_STILL}"
AGAIN = """
    UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = %(at)s WHERE id = %(id)s AND status = 'doing'
    RETURNING id
"""
GIVE_UP = f"SELECT procrastinate_finish_job_v1(%(id)s, 'failed', false) {_STILL}"
_QUIET = """
    NOT EXISTS (SELECT FROM procrastinate_events event
                WHERE event.job_id = job.id AND event.at >= now() - make_interval(secs => %(seconds)s))
"""
ADOPT = f"""
    UPDATE procrastinate_jobs job SET queue_name = %(default)s
    WHERE job.status = 'todo' AND job.queue_name <> %(default)s AND {_QUIET}
"""  # noqa: S608 - made of the constant above
FORGET = f"""
    DELETE FROM procrastinate_jobs job WHERE job.status NOT IN ('todo', 'doing') AND {_QUIET}
"""  # noqa: S608 - made of the constant above
