"""What can go wrong on a channel, and what Twilio's codes mean for us.

ChannelError
├── BadPayload
└── SendError
"""

from dataclasses import dataclass

from data.states import UNKNOWN_FATE

WINDOW_CLOSED = "window_closed"


class ChannelError(Exception):
    """The channel refused."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class BadPayload(ChannelError):
    """The request is signed, but is not a message or a status of this channel."""


class SendError(ChannelError):
    """The message was not handed over, or nobody knows whether it was.

    `retryable`: the provider has not got it, and may take it later. `uncertain`: it may have got it.
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


@dataclass(frozen=True, slots=True)
class Verdict:
    code: str
    retryable: bool = False
    uncertain: bool = False


_RATE = Verdict("rate_limited", retryable=True)
_UNAVAILABLE = Verdict("provider_unavailable", retryable=True)
_CREDENTIALS = Verdict("bad_credentials")
_CHANNEL = Verdict("bad_channel")
_NUMBER = Verdict("bad_number")
_CONTENT = Verdict("bad_content")
_REFUSED = Verdict("refused_by_contact")

# https://www.twilio.com/docs/api/errors
_BY_TWILIO_CODE = {
    20003: _CREDENTIALS,
    20404: _CREDENTIALS,
    20429: _RATE,
    21211: _NUMBER,
    21212: _CHANNEL,
    21214: _NUMBER,
    21217: _NUMBER,
    21408: Verdict("not_allowed"),
    21602: _CONTENT,
    21603: _CHANNEL,
    21604: _NUMBER,
    21606: _CHANNEL,
    21608: Verdict("not_allowed"),
    21609: _CHANNEL,
    21610: _REFUSED,
    21611: _RATE,
    21612: _NUMBER,
    21614: _NUMBER,
    21617: Verdict("too_long"),
    21619: _CONTENT,
    21620: _CONTENT,
    21654: _CONTENT,
    21655: _CONTENT,
    21656: _CONTENT,
    21660: _CHANNEL,
    30001: _RATE,
    30002: _CREDENTIALS,
    30003: Verdict("unreachable"),
    30004: _REFUSED,
    30005: _NUMBER,
    30006: _NUMBER,
    30007: Verdict("filtered"),
    63001: _CREDENTIALS,
    63003: _NUMBER,
    63005: _CONTENT,
    63007: _CHANNEL,
    63013: Verdict("against_policy"),
    63015: Verdict("not_allowed"),
    63016: Verdict(WINDOW_CLOSED),
    63018: _RATE,
    63024: _NUMBER,
    63032: Verdict("not_allowed"),
    63033: _REFUSED,
    63038: Verdict("daily_limit"),
}
# A gateway or server error may come after Twilio took the message; 503 says that it did not.
_BY_STATUS = {
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    404: _CREDENTIALS,
    429: _RATE,
    503: _UNAVAILABLE,
}


def twilio_verdict(code: int | None, status: int = 0) -> Verdict:
    """What a Twilio error code, and the HTTP status it came with (0: a status callback), mean for us."""
    if status == 429:
        return _RATE
    if code in _BY_TWILIO_CODE:
        return _BY_TWILIO_CODE[code]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Verdict(UNKNOWN_FATE, uncertain=True)
    return Verdict(f"twilio_{code or status}")
