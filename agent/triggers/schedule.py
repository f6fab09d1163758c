"""When a call that failed is made again."""

import random
from datetime import timedelta

_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_ATTEMPTS = len(_WAITS) + 1
DISABLED_AFTER = timedelta(hours=120)
_LONGEST = timedelta(hours=24)
_JITTER = 0.2


def next_wait(attempts: int, retry_after: float | None = None, chance: float | None = None) -> timedelta | None:
    """How long to wait after so many failed attempts; None when there have been enough.

    `retry_after` (seconds, theirs) is honoured up to a day; `chance` (0 to 1) is drawn unless it is given.
    """
    if attempts > len(_WAITS):
        return None
    drawn = random.random() if chance is None else chance  # noqa: S311 - not all at once
    wait: timedelta = _WAITS[attempts - 1] * (1 - _JITTER + 2 * _JITTER * drawn)
    asked = min(timedelta(seconds=min(retry_after or 0.0, 1e6)), _LONGEST)
    return max(wait, asked)
