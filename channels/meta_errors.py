"""What the Cloud API's codes mean for us: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes."""

from channels.errors import WINDOW_CLOSED, Verdict
from data.states import UNKNOWN_FATE

_RATE = Verdict("rate_limited", retryable=True)
_UNAVAILABLE = Verdict("provider_unavailable", retryable=True)
_CREDENTIALS = Verdict("bad_credentials")
_NOT_ALLOWED = Verdict("not_allowed")
_CHANNEL = Verdict("bad_channel")
_CONTENT = Verdict("bad_content")
_TEMPLATE = Verdict("bad_template")
_POLICY = Verdict("against_policy")
_NUMBER = Verdict("bad_number")

_BY_CODE = {
    0: _CREDENTIALS,
    3: _NOT_ALLOWED,
    4: _RATE,
    10: _NOT_ALLOWED,
    33: _CHANNEL,
    100: _CONTENT,
    190: _CREDENTIALS,
    200: _NOT_ALLOWED,
    368: _POLICY,
    80007: _RATE,
    130429: _RATE,
    130472: Verdict("refused_by_contact"),
    130497: _NOT_ALLOWED,
    131005: _NOT_ALLOWED,
    131008: _CONTENT,
    131009: _CONTENT,
    131016: _UNAVAILABLE,
    131021: _NUMBER,
    131026: Verdict("unreachable"),
    131030: _NOT_ALLOWED,
    131031: _POLICY,
    131037: _CHANNEL,
    131042: Verdict("payment_needed"),
    131045: _CHANNEL,
    131047: Verdict(WINDOW_CLOSED),
    131048: Verdict("daily_limit"),
    131049: Verdict("refused_by_contact"),
    131050: Verdict("refused_by_contact"),
    131051: _CONTENT,
    131052: _CONTENT,
    131053: _CONTENT,
    131056: _RATE,
    131057: _UNAVAILABLE,
    131062: _NUMBER,
    132000: _TEMPLATE,
    132001: _TEMPLATE,
    132005: _TEMPLATE,
    132007: _TEMPLATE,
    132012: _TEMPLATE,
    132015: _TEMPLATE,
    132016: _TEMPLATE,
    133004: _UNAVAILABLE,
    133010: _CHANNEL,
}
_BY_STATUS = {401: _CREDENTIALS, 403: _NOT_ALLOWED, 404: _CHANNEL, 429: _RATE, 503: _UNAVAILABLE}


def meta_verdict(code: int | None, status: int = 0) -> Verdict:
    """What a code, and the HTTP status it came with (0: in a status webhook), mean for us.

    A server error without a code of its own may come after the message was taken.
    """
    if code is not None and code in _BY_CODE:
        return _BY_CODE[code]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Verdict(UNKNOWN_FATE, uncertain=True)
    return Verdict(f"meta_{code or status}")
