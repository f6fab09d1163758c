"""What the Cloud API's codes mean for us: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes."""

from collections.abc import Mapping
from typing import Any

from channels.errors import (
    CHANNEL,
    CLOSED,
    CONTENT,
    CREDENTIALS,
    DAILY_LIMIT,
    NOT_ALLOWED,
    NUMBER,
    PAYMENT,
    POLICY,
    RATE,
    REFUSED,
    TEMPLATE,
    UNAVAILABLE,
    UNREACHABLE,
    Verdict,
    Verdicts,
)

_BY_CODE = {
    0: CREDENTIALS,
    2: UNAVAILABLE,
    3: NOT_ALLOWED,
    4: RATE,
    10: NOT_ALLOWED,
    17: RATE,
    33: CHANNEL,
    100: CONTENT,
    102: CREDENTIALS,
    104: CREDENTIALS,
    190: CREDENTIALS,
    **dict.fromkeys(range(200, 300), NOT_ALLOWED),
    341: RATE,
    368: POLICY,
    613: RATE,
    80007: RATE,
    130403: UNREACHABLE,
    130429: RATE,
    130472: REFUSED,
    130497: NOT_ALLOWED,
    131005: NOT_ALLOWED,
    131008: CONTENT,
    131009: CONTENT,
    131016: UNAVAILABLE,
    131021: NUMBER,
    131026: UNREACHABLE,
    131030: NOT_ALLOWED,
    131031: POLICY,
    131037: CHANNEL,
    131042: PAYMENT,
    131044: PAYMENT,
    131045: CHANNEL,
    131047: CLOSED,
    131048: DAILY_LIMIT,
    131049: REFUSED,
    131050: REFUSED,
    131051: CONTENT,
    131052: CONTENT,
    131053: CONTENT,
    131055: NOT_ALLOWED,
    131056: RATE,
    131057: UNAVAILABLE,
    131062: NUMBER,
    132000: TEMPLATE,
    132001: TEMPLATE,
    132005: TEMPLATE,
    132007: TEMPLATE,
    132012: TEMPLATE,
    132015: TEMPLATE,
    132016: TEMPLATE,
    132018: TEMPLATE,
    132068: TEMPLATE,
    132069: RATE,
    133000: CHANNEL,
    133004: UNAVAILABLE,
    133005: CHANNEL,
    133006: CHANNEL,
    133008: CHANNEL,
    133009: CHANNEL,
    133010: CHANNEL,
    133015: CHANNEL,
    133016: CHANNEL,
    134011: NOT_ALLOWED,
    134100: TEMPLATE,
    134101: UNAVAILABLE,
    134102: TEMPLATE,
    135000: CONTENT,
}
_BY_STATUS = {401: CREDENTIALS, 403: NOT_ALLOWED, 404: CHANNEL, 503: UNAVAILABLE}
# "Object with ID … does not exist, cannot be loaded due to missing permissions": its id, or the rights of the token.
_NO_SUCH_OBJECT = (100, 33)

META = Verdicts("meta", _BY_STATUS, _BY_CODE)


def verdict_of(status: int, fault: Any) -> Verdict:
    """Of an error as the Graph API and the statuses write it; `status` is 0 with the latter."""
    code, subcode = (fault.get("code"), fault.get("error_subcode")) if isinstance(fault, Mapping) else (None, None)
    if (code, subcode) == _NO_SUCH_OBJECT:
        return CHANNEL
    return META.of(status, code if isinstance(code, int) else None)
