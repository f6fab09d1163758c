"""Who waits for what there is none of, and who wants the shop to get in touch."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.dependencies import RuntimeNeeded, Seller, Viewer
from api.errors import Missing
from api.schemas import Limit, Moment, errors
from data.models import Lead, WaitlistEntry
from data.states import LeadKind, LeadStatus, WaitlistStatus

router = APIRouter(tags=["Espera y contactos"])

Before = Annotated[AwareDatetime | None, Query(description="El `next` de la página anterior.")]


class WaitlistView(BaseModel):
    id: UUID
    contact_id: UUID
    conversation_id: UUID
    sku: Annotated[str | None, Field(description="null: algo que la tienda no vende.")]
    wanted: Annotated[str, Field(examples=["Taladro percutor 500W"])]
    quantity: int
    status: WaitlistStatus
    created_at: Moment
    settled_at: Moment | None


class WaitlistPage(BaseModel):
    entries: list[WaitlistView]
    next: Annotated[Moment | None, Field(description="Pásalo como `before` para la página siguiente.")]


@router.get("/v1/waitlist", summary="Ver la lista de espera", responses=errors(401))
async def list_waitlist(
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 50,
    before: Before = None,
    status: WaitlistStatus | None = None,
) -> WaitlistPage:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        entries = await tx.waitlist.recent(limit + 1, before, status)
        ids = [entry.variant_id for entry in entries if entry.variant_id]
        skus = {variant_id: item.sku for variant_id, item in (await tx.catalogue.by_variant_ids(ids)).items()}
    page = entries[:limit]
    return WaitlistPage(
        entries=[_entry(entry, skus) for entry in page], next=page[-1].created_at if len(entries) > limit else None
    )


class LeadView(BaseModel):
    id: UUID
    contact_id: UUID
    conversation_id: UUID
    kind: LeadKind
    status: LeadStatus
    phone: str
    email: str
    moment: Annotated[str, Field(description="Cuándo, como lo dijo.", examples=["mañana en la tarde"])]
    note: Annotated[str, Field(description="Lo que escribió.")]
    created_at: Moment
    updated_at: Moment


class LeadPage(BaseModel):
    leads: list[LeadView]
    next: Annotated[Moment | None, Field(description="Pásalo como `before` para la página siguiente.")]


class LeadChange(BaseModel):
    status: LeadStatus


@router.get("/v1/leads", summary="Ver quiénes piden que los contacten", responses=errors(401))
async def list_leads(
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 50,
    before: Before = None,
    status: LeadStatus | None = None,
) -> LeadPage:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        leads = await tx.leads.recent(limit + 1, before, status)
    page = leads[:limit]
    return LeadPage(leads=[_lead(lead) for lead in page], next=page[-1].created_at if len(leads) > limit else None)


@router.patch("/v1/leads/{lead_id}", summary="Marcar un contacto como atendido", responses=errors(401, 403, 404, 422))
async def change_lead(lead_id: UUID, body: LeadChange, principal: Seller, runtime: RuntimeNeeded) -> LeadView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        lead = await tx.leads.set_status(lead_id, body.status)
        if lead is None:
            raise Missing("No hay un contacto con ese id.")
        return _lead(lead)


def _entry(entry: WaitlistEntry, skus: dict[UUID, str]) -> WaitlistView:
    return WaitlistView(
        id=entry.id,
        contact_id=entry.contact_id,
        conversation_id=entry.conversation_id,
        sku=skus.get(entry.variant_id) if entry.variant_id else None,
        wanted=entry.wanted,
        quantity=entry.quantity,
        status=entry.status,
        created_at=entry.created_at,
        settled_at=entry.settled_at,
    )


def _lead(lead: Lead) -> LeadView:
    return LeadView(
        id=lead.id,
        contact_id=lead.contact_id,
        conversation_id=lead.conversation_id,
        kind=lead.kind,
        status=lead.status,
        phone=lead.phone,
        email=lead.email,
        moment=lead.moment,
        note=lead.note,
        created_at=lead.created_at,
        updated_at=lead.updated_at,
    )
