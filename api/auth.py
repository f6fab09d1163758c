"""Signing in: e-mail and password for a token of one hour; only wrong guesses count against a caller."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.dependencies import RateLimitsNeeded, RuntimeNeeded, Viewer
from api.errors import Conflict, Invalid, Unauthorized
from api.passwords import LONGEST, hash_password, needs_rehash, verify_password
from api.rate_limits import SIGN_IN_BY_CALLER, SIGN_IN_BY_CALLER_AND_EMAIL, SIGN_IN_BY_EMAIL, caller_of
from api.runtime import Runtime
from api.rut import BadRut, canonical_rut
from api.schemas import Moment, errors
from api.tokens import MEMBER_LIFETIME, MemberToken, issue_member_token
from data.directory import MemberEntry
from data.states import Role

router = APIRouter(prefix="/v1", tags=["Acceso"])

# Anyone may register a store under anyone's e-mail: without a RUT, no more than these are checked.
MOST_MEMBERSHIPS_TRIED = 5
SLOW_SECONDS = 2.0
_WRONG = "El correo o la contraseña no coinciden. Si trabajas en varias tiendas, agrega el RUT."


class SignIn(BaseModel):
    email: Annotated[str, Field(max_length=254, examples=["duena@ejemplo.cl"])]
    password: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    rut: Annotated[str | None, Field(max_length=20, description="Solo si tu correo está en varias tiendas.")] = None


class SignedInTenant(BaseModel):
    id: UUID
    rut: str
    name: str


class SignedIn(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the kind of token, as OAuth 2.0 names it
    expires_in: Annotated[int, Field(description="Segundos.")]
    tenant: SignedInTenant
    role: Role


class Me(BaseModel):
    id: UUID
    tenant_id: UUID
    email: str
    role: Role
    created_at: Moment


@router.post("/auth/sign-in", summary="Iniciar sesión", responses=errors(401, 409, 422, 429))
async def sign_in(
    body: SignIn, request: Request, response: Response, runtime: RuntimeNeeded, rate_limits: RateLimitsNeeded
) -> SignedIn:
    email = body.email.strip().lower()
    caller = caller_of(request)
    tries = ((SIGN_IN_BY_CALLER_AND_EMAIL, (caller, email)), (SIGN_IN_BY_CALLER, (caller,)))
    async with rate_limits.guess(*tries) as allowance:
        if await rate_limits.is_spent(SIGN_IN_BY_EMAIL, email):
            await asyncio.sleep(SLOW_SECONDS)
        member = await _find(runtime, email, body)
        if member is None:
            await rate_limits.count(SIGN_IN_BY_EMAIL, email)
            raise Unauthorized(_WRONG, headers=allowance.headers())
        signed_in = await _signed_in(runtime, member, body.password)
    # The caller's other guesses stay: an account of their own must not buy them more at others'.
    await rate_limits.forget(SIGN_IN_BY_CALLER_AND_EMAIL, caller, email)
    await rate_limits.forget(SIGN_IN_BY_EMAIL, email)
    response.headers.update(allowance.headers())
    return signed_in


@router.get("/users/me", summary="Quién soy", responses=errors(401))
async def get_me(principal: Viewer) -> Me:
    return Me(
        id=principal.member_id,
        tenant_id=principal.tenant_id,
        email=principal.email,
        role=principal.role,
        created_at=principal.created_at,
    )


async def _find(runtime: Runtime, email: str, body: SignIn) -> MemberEntry | None:
    """The one membership that e-mail, password and RUT point at; takes as long when there is none."""
    entries = await runtime.directory.members(email)
    if body.rut is not None:
        try:
            rut = canonical_rut(body.rut)
        except BadRut as error:
            raise Invalid(str(error), {"field": "rut"}) from error
        entries = [entry for entry in entries if entry.rut == rut]
    if not entries or len(entries) > MOST_MEMBERSHIPS_TRIED:
        await verify_password(None, body.password)
        return None
    matches = [entry for entry in entries if await verify_password(entry.password_hash, body.password)]
    if len(matches) > 1:
        raise Conflict(
            "Trabajas en varias tiendas: repite con el RUT de la que quieras abrir.",
            {"field": "rut", "ruts": sorted(entry.rut for entry in matches)},
        )
    return matches[0] if matches else None


async def _signed_in(runtime: Runtime, entry: MemberEntry, password: str) -> SignedIn:
    fresh = await hash_password(password) if needs_rehash(entry.password_hash) else None
    async with runtime.database.transaction(entry.tenant_id) as tx:
        tenant = await tx.tenants.get()
        member = await tx.members.get(entry.member_id)
        if member is None:
            raise Unauthorized(_WRONG)
        if fresh is not None:
            member.password_hash = fresh
    token = issue_member_token(runtime.jwt_secret, MemberToken(member.id, tenant.id))
    return SignedIn(
        access_token=token,
        expires_in=int(MEMBER_LIFETIME.total_seconds()),
        tenant=SignedInTenant(id=tenant.id, rut=tenant.rut, name=tenant.name),
        role=member.role,
    )
