"""Opening a store, and reading what it is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.dependencies import RateLimitsNeeded, RuntimeNeeded, Viewer
from api.errors import Conflict, Invalid, Missing
from api.passwords import LONGEST, SHORTEST
from api.rate_limits import REGISTER_BY_CALLER, caller_of
from api.rut import EXAMPLE, BadRut, canonical_rut
from api.schemas import Moment, errors
from api.tenants import LONGEST_NAME, BadTenant, NewTenant, clean_email, clean_name, create_tenant
from data.errors import AlreadyExists
from data.models import Tenant

router = APIRouter(prefix="/v1/tenants", tags=["Tiendas"])


class Registration(BaseModel):
    rut: Annotated[str, Field(max_length=20, examples=[EXAMPLE], description="Con dígito verificador (módulo 11).")]
    business_name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["Ferretería El Maestro"])]
    email: Annotated[str, Field(max_length=254, examples=["duena@ejemplo.cl"])]
    password: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


class Registered(BaseModel):
    tenant_id: UUID
    rut: str
    name: str
    status: str = "active"
    webchat_url: Annotated[str, Field(description="La página de chat, lista para compartir.")]


class TenantView(BaseModel):
    id: UUID
    rut: str
    name: str
    currency: str
    timezone: str
    catalogue_version: int
    created_at: Moment


@router.post("/register", status_code=201, summary="Registrar una tienda", responses=errors(409, 422, 429))
async def register_tenant(
    body: Registration, request: Request, response: Response, runtime: RuntimeNeeded, rate_limits: RateLimitsNeeded
) -> Registered:
    rut = _checked(body)
    allowance = await rate_limits.take(REGISTER_BY_CALLER, caller_of(request))
    response.headers.update(allowance.headers())
    try:
        tenant = await create_tenant(runtime, rut, body.business_name, body.email, body.password)
    except AlreadyExists as error:
        raise Conflict("Ya hay una tienda con ese RUT. Inicia sesión o usa otro.", {"field": "rut"}) from error
    return _registered(tenant, runtime.settings.base_url)


@router.get("/{tenant_id}", summary="Ver la tienda", responses=errors(401, 404))
async def get_tenant(tenant_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> TenantView:
    if tenant_id != principal.tenant_id:
        raise Missing("No encontramos esa tienda.")
    async with runtime.database.transaction(principal.tenant_id) as tx:
        return _view(await tx.tenants.get())


def _checked(body: Registration) -> str:
    """The canonical RUT, once every field is good: the caller learns of a bad one before a try is counted."""
    try:
        rut = canonical_rut(body.rut)
    except BadRut as error:
        raise Invalid(str(error), {"field": "rut", "expected": EXAMPLE}) from error
    for field, check, value in (("business_name", clean_name, body.business_name), ("email", clean_email, body.email)):
        try:
            check(value)
        except BadTenant as error:
            raise Invalid(str(error), {"field": field}) from error
    return rut


def _registered(tenant: NewTenant, base_url: str) -> Registered:
    return Registered(
        tenant_id=tenant.id, rut=tenant.rut, name=tenant.name, webchat_url=f"{base_url}/c/{tenant.webchat_id}"
    )


def _view(tenant: Tenant) -> TenantView:
    return TenantView(
        id=tenant.id,
        rut=tenant.rut,
        name=tenant.name,
        currency=tenant.currency,
        timezone=tenant.timezone,
        catalogue_version=tenant.catalogue_version,
        created_at=tenant.created_at,
    )
