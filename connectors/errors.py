"""What can go wrong between us and a tenant's other systems.

ConnectorError
└── TargetRefused
"""

from enum import StrEnum


class Verdict(StrEnum):
    """What the caller is to do about a failure."""

    RETRY = "retry"  # nothing happened there; the same call may work later
    UNCERTAIN = "uncertain"  # it may have happened; find out, or repeat only what may be repeated
    CONFIGURATION = "configuration"  # address, database, key: the owner has to change something
    RIGHTS = "rights"  # the key may not do this: the owner has to grant it
    REJECTED = "rejected"  # the other system refuses these very values; the same call fails again


PASSING = frozenset({Verdict.RETRY, Verdict.UNCERTAIN})
"""Failures that time may cure; the others need a person."""


class ConnectorError(Exception):
    """The other system did not do what was asked.

    `code` is ours and stable; `sentence` is Spanish, for the owner, and never holds secrets nor the other side's own
    words. `retry_after` is in seconds, when the other side named it.
    """

    def __init__(self, code: str, verdict: Verdict, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{code} ({verdict})")
        self.code = code
        self.verdict = verdict
        self.sentence = sentence
        self.retry_after = retry_after


class TargetRefused(ConnectorError):
    """An address this installation does not call."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__("target_refused", Verdict.CONFIGURATION, sentence)
        self.reason = reason
