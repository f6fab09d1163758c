"""What can go wrong on a channel, and how a provider's codes are read.

ChannelError
├── BadPayload
└── SendError
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.errors import ConnectorError
from connectors.errors import Verdict as ConnectorVerdict
from data.states import UNKNOWN_FATE

WINDOW_CLOSED = "window_closed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a provider's code means for us. `retryable`: it has not got the message, and may take it later.
    `uncertain`: it may have got it."""

    code: str
    retryable: bool = False
    uncertain: bool = False


RATE = Verdict("rate_limited", retryable=True)
UNAVAILABLE = Verdict("provider_unavailable", retryable=True)
UNKNOWN = Verdict(UNKNOWN_FATE, uncertain=True)
CREDENTIALS = Verdict("bad_credentials")
NOT_ALLOWED = Verdict("not_allowed")
CHANNEL = Verdict("bad_channel")
CONTENT = Verdict("bad_content")
NUMBER = Verdict("bad_number")
UNREACHABLE = Verdict("unreachable")
REFUSED = Verdict("refused_by_contact")
POLICY = Verdict("against_policy")
DAILY_LIMIT = Verdict("daily_limit")
CLOSED = Verdict(WINDOW_CLOSED)
TEMPLATE = Verdict("bad_template")
PAYMENT = Verdict("payment_needed")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A provider's table, `by_code` of its own and `by_status` of HTTP. A server error that is in neither may come
    after it took the message."""

    provider: str
    by_status: Mapping[int, Verdict]
    by_code: Mapping[int, Verdict] = field(default_factory=dict)

    def of(self, status: int, code: int | None = None) -> Verdict:
        """`status` is 0 where a code came alone, with the news of a message."""
        if status == 429:
            return RATE
        if code is not None and code in self.by_code:
            return self.by_code[code]
        if status in self.by_status:
            return self.by_status[status]
        return UNKNOWN if status >= 500 else Verdict(f"{self.provider}_{code or status}")


class ChannelError(Exception):
    """The channel refused."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class BadPayload(ChannelError):
    """The request is signed, but is not a message or a status of this channel."""


class SendError(ChannelError):
    """The message was not handed over, or nobody knows whether it was: see Verdict.

    `retry_after` is in seconds, when the provider named it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        uncertain: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.retryable = retryable
        self.uncertain = uncertain
        self.retry_after = retry_after

    @classmethod
    def of(cls, verdict: Verdict, message: str, retry_after: float | None = None) -> "SendError":
        return cls(
            verdict.code,
            message,
            retryable=verdict.retryable,
            uncertain=verdict.uncertain,
            retry_after=retry_after,
        )

    @classmethod
    def of_connector(cls, error: ConnectorError, provider: str) -> "SendError":
        """Of a call that brought no answer."""
        if error.verdict is ConnectorVerdict.RETRY:
            return cls.of(UNAVAILABLE, f"{provider} cannot be reached")
        if error.verdict is ConnectorVerdict.UNCERTAIN:
            return cls.of(UNKNOWN, f"no answer from {provider}")
        return cls.of(CHANNEL, str(error))
