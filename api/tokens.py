"""The tokens this service signs: one for members, one for visitors of a web chat, never exchangeable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

ISSUER = "caserita"
MEMBERS = "caserita-api"
VISITORS = "webchat"
OWN_PAGE = "own"
"""Where a visitor writes from when it is our own page; otherwise it is the other site's origin."""
ALGORITHM = "HS256"
MEMBER_LIFETIME = timedelta(minutes=60)
VISITOR_LIFETIME = timedelta(hours=24)
# How long after its end a visitor's token still opens a new one: who comes back within the month finds it all.
VISITOR_RENEWAL = timedelta(days=30)
_LONGEST_TOKEN = 2_000
_LEEWAY = timedelta(seconds=5)


class BadToken(Exception):
    """The token is not ours, not for this, or no longer valid."""


@dataclass(frozen=True, slots=True)
class MemberToken:
    """Who the caller is. Not what they may do: that is read from the members table at each request."""

    member_id: UUID
    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class VisitorToken:
    """Good for one channel of one tenant, from one place (`OWN_PAGE` or an origin)."""

    visitor_id: UUID
    channel_id: UUID
    tenant_id: UUID
    place: str

    @property
    def audience(self) -> str:
        return _visitors(self.tenant_id, self.place)


def issue_member_token(secret: bytes, token: MemberToken) -> str:
    claims = {"aud": MEMBERS, "sub": str(token.member_id), "tenant": str(token.tenant_id)}
    return _sign(secret, claims, MEMBER_LIFETIME)


def read_member_token(secret: bytes, text: str) -> MemberToken:
    """Raises BadToken."""
    claims = _claims(secret, text, MEMBERS, "tenant")
    return MemberToken(_uuid(claims["sub"]), _uuid(claims["tenant"]))


def issue_visitor_token(secret: bytes, token: VisitorToken) -> str:
    claims = {"aud": token.audience, "sub": str(token.visitor_id), "channel": str(token.channel_id)}
    return _sign(secret, claims, VISITOR_LIFETIME)


def read_visitor_token(
    secret: bytes, text: str, tenant_id: UUID, place: str, *, ended_ago: timedelta = timedelta()
) -> VisitorToken:
    """Of this tenant and place only; `ended_ago` also takes one that ended so long ago. Raises BadToken."""
    claims = _claims(secret, text, _visitors(tenant_id, place), "channel", ended_ago)
    return VisitorToken(_uuid(claims["sub"]), _uuid(claims["channel"]), tenant_id, place)


def _visitors(tenant_id: UUID, place: str) -> str:
    return f"{VISITORS}:{tenant_id}:{place}"


def _sign(secret: bytes, claims: Mapping[str, str], lifetime: timedelta) -> str:
    now = datetime.now(UTC)
    return jwt.encode({**claims, "iss": ISSUER, "iat": now, "exp": now + lifetime}, secret, ALGORITHM)


def _claims(
    secret: bytes, text: str, audience: str, own_claim: str, ended_ago: timedelta = timedelta()
) -> dict[str, Any]:
    if len(text) > _LONGEST_TOKEN:
        raise BadToken
    try:
        claims: dict[str, Any] = jwt.decode(
            text,
            secret,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            leeway=_LEEWAY,
            options={
                "require": ["iss", "aud", "sub", "iat", "exp", own_claim],
                "strict_aud": True,
                "verify_exp": False,
            },
        )
        ended_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise BadToken from error
    if ended_at + ended_ago + _LEEWAY < datetime.now(UTC):
        raise BadToken
    return claims


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise BadToken from error
