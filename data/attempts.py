"""What counts as an attempt at a job, when it is begun again, and when it is given up."""

import asyncio

from procrastinate import jobs, retry

# Failures that may be the job's own, and beginnings in all, however they ended.
MOST_ATTEMPTS = 5
MOST_BEGUN = 20
_LONGEST_WAIT_SECONDS = 32


class LastResortFailed(Exception):
    """What is done for a job that failed for the last time failed too."""


class GivenUp(Exception):
    """The job failed for the last time."""


class TriedAgain(Exception):
    """The job failed and is begun again. `counts`: it may be the job's own doing."""

    def __init__(self, begun: int, *, counts: bool) -> None:
        super().__init__(self.__doc__)
        self.begun = begun
        self.counts = counts


def is_last(attempts: int, begun: int, *, counts: bool) -> bool:
    """`attempts` and whether this one `counts` among them; `begun` is this one too."""
    return attempts + counts >= MOST_ATTEMPTS or begun >= MOST_BEGUN


class Uncounted(retry.RetryDecision):
    """Again, and no attempt."""


class Backoff(retry.BaseRetryStrategy):
    """Again after 2, 4, 8, 16, 32 seconds; at once when the worker was merely told to stop."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision | None:
        if isinstance(exception, GivenUp):
            return None
        if isinstance(exception, asyncio.CancelledError):
            return Uncounted(retry_in={"seconds": 0})
        if isinstance(exception, TriedAgain):
            kind = retry.RetryDecision if exception.counts else Uncounted
            return kind(retry_in={"seconds": min(2**exception.begun, _LONGEST_WAIT_SECONDS)})
        return Uncounted(retry_in={"seconds": _LONGEST_WAIT_SECONDS})  # its last resort failed
