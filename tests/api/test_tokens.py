"""Tokens that are forged, old, meant for something else, or of someone who left."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from api.tokens import OWN_PAGE, MemberToken, VisitorToken, issue_member_token, issue_visitor_token
from data.states import Role
from tests.api.service import JWT_SECRET, Service, Store, error_of

NOW = datetime.now(UTC)


def claims_of(store: Store, **changes: Any) -> dict[str, Any]:
    claims = {
        "iss": "caserita",
        "aud": "caserita-api",
        "sub": str(store.members[Role.OWNER]),
        "tenant": str(store.tenant_id),
        "iat": NOW,
        "exp": NOW + timedelta(hours=1),
    }
    return {key: value for key, value in (claims | changes).items() if value is not None}


def signed(store: Store, secret: bytes = JWT_SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims_of(store, **changes), secret, algorithm)


def with_header(token: str, **header: Any) -> str:
    """The same claims and signature under another header."""
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return ".".join([encoded, *token.split(".")[1:]])


Forgery = Callable[[Store, Store], str]

FORGERIES: dict[str, Forgery] = {
    "empty": lambda a, b: "x",
    "not a token": lambda a, b: "a.b.c",
    "huge": lambda a, b: signed(a, padding="x" * 5_000),
    "unsigned": lambda a, b: jwt.encode(claims_of(a), "", "none"),
    "unsigned, signature kept": lambda a, b: with_header(signed(a), alg="none", typ="JWT"),
    "NONE in capitals": lambda a, b: with_header(signed(a), alg="NONE", typ="JWT"),
    "signature cut off": lambda a, b: signed(a).rpartition(".")[0] + ".",
    "another secret": lambda a, b: signed(a, b"another secret, also thirty-two bytes long"),
    "another algorithm": lambda a, b: signed(a, JWT_SECRET + bytes(64), "HS512"),
    "key named by the token": lambda a, b: with_header(signed(a), alg="HS256", kid="../../dev/null"),
    "critical extension": lambda a, b: with_header(signed(a), alg="HS256", crit=["x"], x=1),
    "another issuer": lambda a, b: signed(a, iss="someone"),
    "no issuer": lambda a, b: signed(a, iss=None),
    "another audience": lambda a, b: signed(a, aud="webchat"),
    "several audiences": lambda a, b: signed(a, aud=["caserita-api", "webchat"]),
    "no audience": lambda a, b: signed(a, aud=None),
    "expired": lambda a, b: signed(a, exp=NOW - timedelta(minutes=1)),
    "without end": lambda a, b: signed(a, exp=None),
    "end that is no time": lambda a, b: signed(a, exp="tomorrow"),
    "issued in the future": lambda a, b: signed(a, iat=NOW + timedelta(hours=1)),
    "no issue time": lambda a, b: signed(a, iat=None),
    "not valid yet": lambda a, b: signed(a, nbf=NOW + timedelta(hours=1)),
    "no member": lambda a, b: signed(a, sub=None),
    "member that is no id": lambda a, b: signed(a, sub="' OR 1=1 --"),
    "unknown member": lambda a, b: signed(a, sub=str(uuid4())),
    "no tenant": lambda a, b: signed(a, tenant=None),
    "tenant that is no id": lambda a, b: signed(a, tenant="*"),
    "unknown tenant": lambda a, b: signed(a, tenant=str(uuid4())),
    "tenant swapped": lambda a, b: signed(a, tenant=str(b.tenant_id)),
    "member swapped": lambda a, b: signed(a, sub=str(b.members[Role.OWNER])),
    "visitor's token": lambda a, b: issue_visitor_token(
        JWT_SECRET, VisitorToken(a.members[Role.OWNER], a.webchat_id, a.tenant_id, OWN_PAGE)
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
async def test_a_forged_token_is_refused(service: Service, store: Store, other_store: Store, forgery: Forgery) -> None:
    async with service.client(forgery(store, other_store)) as client:
        response = await client.get("/v1/users/me")
    assert response.status_code == 401
    assert error_of(response)["code"] == "UNAUTHORIZED"
    assert response.headers["www-authenticate"] == "Bearer"


async def test_the_true_token_is_taken(service: Service, store: Store) -> None:
    """The control of the forgeries above."""
    async with service.client(signed(store)) as client:
        assert (await client.get("/v1/users/me")).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Token abc"])
async def test_a_header_without_a_bearer_token_is_refused(service: Service, header: str) -> None:
    async with service.client() as client:
        response = await client.get("/v1/users/me", headers={"Authorization": header})
    assert response.status_code == 401
    error_of(response)


async def test_a_role_claimed_by_the_token_is_not_believed(service: Service, store: Store) -> None:
    token = signed(store, sub=str(store.members[Role.VIEWER]), role="owner")
    async with service.client(token) as client:
        assert (await client.get("/v1/users/me")).json()["role"] == "viewer"
        assert (await client.post("/v1/channels", json={})).status_code in (403, 422)
        body = {"number": "+56911112222", "account_sid": f"AC{'0' * 32}", "auth_token": "x" * 32}
        assert (await client.post("/v1/channels", json=body)).status_code == 403


async def test_a_member_who_was_demoted_loses_the_rights_at_once(service: Service, store: Store) -> None:
    token = issue_member_token(JWT_SECRET, MemberToken(store.members[Role.ADMIN], store.tenant_id))
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        member = await tx.members.get(store.members[Role.ADMIN])
        assert member is not None
        member.role = Role.VIEWER
    async with service.client(token) as client:
        assert (await client.get("/v1/users/me")).json()["role"] == "viewer"


async def test_a_members_token_opens_no_web_chat(service: Service, store: Store) -> None:
    async with service.client(store.tokens[Role.OWNER]) as client:
        assert (await client.get(f"/v1/webchat/{store.webchat_id}/messages")).status_code == 401
