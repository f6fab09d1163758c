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
ALGORITHM = "HS256"
MEMBER_LIFETIME = timedelta(minutes=60)
VISITOR_LIFETIME = timedelta(days=30)
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
    visitor_id: UUID
    channel_id: UUID


def issue_member_token(secret: bytes, token: MemberToken) -> str:
    claims = {"aud": MEMBERS, "sub": str(token.member_id), "tenant": str(token.tenant_id)}
    return _sign(secret, claims, MEMBER_LIFETIME)


def read_member_token(secret: bytes, text: str) -> MemberToken:
    """Raises BadToken."""
    claims = _claims(secret, text, MEMBERS, "tenant")
    return MemberToken(_uuid(claims["sub"]), _uuid(claims["tenant"]))


def issue_visitor_token(secret: bytes, token: VisitorToken) -> str:
    claims = {"aud": VISITORS, "sub": str(token.visitor_id), "channel": str(token.channel_id)}
    return _sign(secret, claims, VISITOR_LIFETIME)


def read_visitor_token(secret: bytes, text: str) -> VisitorToken:
    """Raises BadToken."""
    claims = _claims(secret, text, VISITORS, "channel")
    return VisitorToken(_uuid(claims["sub"]), _uuid(claims["channel"]))


def _sign(secret: bytes, claims: Mapping[str, str], lifetime: timedelta) -> str:
    now = datetime.now(UTC)
    return jwt.encode({**claims, "iss": ISSUER, "iat": now, "exp": now + lifetime}, secret, ALGORITHM)


def _claims(secret: bytes, text: str, audience: str, own_claim: str) -> dict[str, Any]:
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
            options={"require": ["iss", "aud", "sub", "iat", "exp", own_claim], "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise BadToken from error
    return claims


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise BadToken from error
