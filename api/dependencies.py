"""What routes ask for: the runtime, the caller, the role needed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import Forbidden, Invalid, Unauthorized
from api.rate_limits import RateLimits
from api.runtime import Runtime
from api.tokens import BadToken, read_member_token
from data.states import Role

# From least to most: each role includes those before it.
RANK = (Role.VIEWER, Role.ACCOUNTANT, Role.SELLER, Role.ADMIN, Role.OWNER)

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="El `access_token` de POST /v1/auth/sign-in.")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling the API, as the members table says now."""

    tenant_id: UUID
    member_id: UUID
    email: str
    role: Role
    created_at: datetime


def get_runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def get_rate_limits(request: Request) -> RateLimits:
    rate_limits: RateLimits = request.app.state.rate_limits
    return rate_limits


RuntimeNeeded = Annotated[Runtime, Depends(get_runtime)]
RateLimitsNeeded = Annotated[RateLimits, Depends(get_rate_limits)]


async def get_principal(
    runtime: RuntimeNeeded, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """The member behind the token, if they still are one."""
    if credentials is None:
        raise Unauthorized
    try:
        token = read_member_token(runtime.jwt_secret, credentials.credentials)
    except BadToken as error:
        raise Unauthorized("Tu sesión terminó o el token no es válido. Inicia sesión otra vez.") from error
    async with runtime.database.transaction(token.tenant_id) as tx:
        member = await tx.members.get(token.member_id)
    if member is None:
        raise Unauthorized("Tu acceso a esta tienda ya no existe. Inicia sesión otra vez.")
    return Principal(member.tenant_id, member.id, member.email, member.role, member.created_at)


async def refuse_unknown_filters(request: Request, _: Annotated[Principal, Depends(get_principal)]) -> None:
    """For routes that list things: a filter that is misspelt would otherwise answer with everything."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = [param.alias for param in route.dependant.query_params]
    unknown = [name[:60] for name in request.query_params if name not in known]
    if unknown:
        named = ", ".join(f"«{name}»" for name in unknown)
        accepted = f"Usa: {', '.join(known)}." if known else "Aquí no se usa ninguno."
        fields = [{"field": name, "code": "extra_forbidden", "message": accepted} for name in unknown]
        raise Invalid(f"No conozco el filtro {named}. {accepted}", {"fields": fields})


KnownFilters = Depends(refuse_unknown_filters)


def require(least: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency that lets `least` and every role above it pass."""

    async def check(principal: Annotated[Principal, Depends(get_principal)]) -> Principal:
        if RANK.index(principal.role) < RANK.index(least):
            raise Forbidden(details={"role": principal.role.value, "required": least.value})
        return principal

    return check


Viewer = Annotated[Principal, Depends(require(Role.VIEWER))]
Seller = Annotated[Principal, Depends(require(Role.SELLER))]
Admin = Annotated[Principal, Depends(require(Role.ADMIN))]
