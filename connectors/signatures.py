"""Bodies signed with the moment they were sent at: HMAC-SHA256 over "<seconds>.<raw body>", in hexadecimal.

n8n's Crypto node and Chatwoot make and check these. Keyed by the secret's own characters.
"""

import hashlib
import hmac

PREFIX = "sha256="
TOLERANCE_SECONDS = 300


def sign(secret: str, moment: str, body: bytes) -> str:
    return PREFIX + hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, moment: str, body: bytes, signature: str, now: float) -> bool:
    """Within five minutes of `now`. Without a secret nothing is. Upper and lower case, with the prefix or not."""
    if not secret or not (moment.isascii() and moment.isdecimal() and len(moment) < 15):
        return False
    given = PREFIX + signature.strip().lower().removeprefix(PREFIX)
    is_ours = hmac.compare_digest(sign(secret, moment, body).encode(), given.encode("utf-8", "replace"))
    return is_ours and abs(now - int(moment)) <= TOLERANCE_SECONDS
