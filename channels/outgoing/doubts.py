"""Sendings whose end nobody saw: when the provider is asked, how often, and what its answers mean."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from channels.adapter import Fate, Found
from channels.errors import SendError
from data.models import Message

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)


class Step(StrEnum):
    """What follows an answer of the provider."""

    TAKEN = "taken"
    SEND = "send"
    ASK_LATER = "ask_later"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Patience:
    """A provider's list may lag behind: it is asked first after `first`, and believed that it has not got a message
    only when it said so `absences` times, at last `certain_after` the sending. After `longest` a person decides."""

    first: timedelta = timedelta(seconds=5)
    between: timedelta = timedelta(seconds=10)
    most_between: timedelta = timedelta(minutes=1)
    absences: int = 2
    certain_after: timedelta = timedelta(seconds=20)
    longest: timedelta = timedelta(minutes=10)

    def is_over(self, message: Message, now: datetime) -> bool:
        return message.doubted_at is not None and now - message.doubted_at >= self.longest

    def next_wait(self, message: Message, now: datetime) -> timedelta:
        """Ever longer."""
        waited = now - (message.doubted_at or now)
        return max(self.between, min(waited / 2, self.most_between))

    def judge(self, message: Message, found: Found | SendError, now: datetime) -> Step:
        """Counts an absence on the message."""
        if isinstance(found, Found) and found.fate is Fate.TAKEN:
            return Step.TAKEN
        if isinstance(found, Found) and found.fate is Fate.NOT_TAKEN:
            message.absence_count += 1
            is_old = message.attempted_at is not None and now - message.attempted_at >= self.certain_after
            if message.absence_count >= self.absences and is_old:
                return Step.SEND
        return Step.GIVE_UP if self.is_over(message, now) else Step.ASK_LATER


def backoff(attempt_count: int, retry_after: float | None = None) -> timedelta:
    """Twice as long each time, between half and all of it so that many do not come back at once."""
    longest = min(FIRST_WAIT.total_seconds() * 2.0 ** (attempt_count - 1), LONGEST_WAIT.total_seconds())
    wait = longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing
    return timedelta(seconds=max(wait, min(retry_after or 0.0, LONGEST_WAIT.total_seconds())))
