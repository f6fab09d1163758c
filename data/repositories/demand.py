"""What shoppers want and cannot buy yet: places on the waitlist, and wishes to be contacted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from data.jobs import JobName, JobQueue
from data.models import Lead, StockLevel, Variant, WaitlistEntry
from data.repositories.repository import Repository
from data.states import LeadStatus, WaitlistStatus


class WaitlistRepository(Repository):
    async def join(self, entry: WaitlistEntry) -> bool:
        """False when this contact waits for the same thing already: only how many is then renewed."""
        same = select(WaitlistEntry).where(
            WaitlistEntry.tenant_id == self.tenant_id,
            WaitlistEntry.contact_id == entry.contact_id,
            WaitlistEntry.status == WaitlistStatus.WAITING,
            WaitlistEntry.variant_id == entry.variant_id
            if entry.variant_id
            else (WaitlistEntry.variant_id.is_(None)) & (WaitlistEntry.wanted == entry.wanted),
        )
        waiting = (await self.session.execute(same.with_for_update())).scalars().first()
        if waiting is not None:
            waiting.quantity = entry.quantity
            return False
        self.session.add(entry)
        await self.session.flush()
        return True

    async def recent(
        self, limit: int = 50, before: datetime | None = None, status: WaitlistStatus | None = None
    ) -> Sequence[WaitlistEntry]:
        """Newest first."""
        statement = select(WaitlistEntry).where(WaitlistEntry.tenant_id == self.tenant_id)
        if before is not None:
            statement = statement.where(WaitlistEntry.created_at < before)
        if status is not None:
            statement = statement.where(WaitlistEntry.status == status)
        statement = statement.order_by(WaitlistEntry.created_at.desc(), WaitlistEntry.id).limit(limit)
        return (await self.session.execute(statement)).scalars().all()

    async def ready(self, limit: int) -> Sequence[WaitlistEntry]:
        """Those whose product can be sold again, the first in line first; locked, and those another holds left out."""
        statement = (
            select(WaitlistEntry)
            .join(Variant, (Variant.tenant_id == WaitlistEntry.tenant_id) & (Variant.id == WaitlistEntry.variant_id))
            .outerjoin(StockLevel, (StockLevel.tenant_id == Variant.tenant_id) & (StockLevel.variant_id == Variant.id))
            .where(
                WaitlistEntry.tenant_id == self.tenant_id,
                WaitlistEntry.status == WaitlistStatus.WAITING,
                Variant.is_archived.is_(False),
                (StockLevel.on_hand.is_(None)) | (StockLevel.on_hand > StockLevel.reserved),
            )
            .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
            .limit(limit)
            .with_for_update(of=WaitlistEntry, skip_locked=True)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def get(self, entry_id: UUID) -> WaitlistEntry | None:
        return await self.session.get(WaitlistEntry, (self.tenant_id, entry_id))

    async def serve_later(self) -> None:
        """Enqueue the telling of those who wait, if anybody does: whoever lets stock rise calls this."""
        waits = select(
            exists().where(WaitlistEntry.tenant_id == self.tenant_id, WaitlistEntry.status == WaitlistStatus.WAITING)
        )
        if (await self.session.execute(waits)).scalar_one():
            await JobQueue(self.session).defer(JobName.SERVE_WAITLIST, lock=f"waitlist:{self.tenant_id}")


class LeadRepository(Repository):
    async def record(self, lead: Lead) -> tuple[Lead, bool]:
        """The lead, and whether it is a new one: what the same conversation adds to one nobody has attended to yet
        completes it."""
        open_one = (
            select(Lead)
            .where(
                Lead.tenant_id == self.tenant_id,
                Lead.conversation_id == lead.conversation_id,
                Lead.status == LeadStatus.NEW,
            )
            .order_by(Lead.created_at.desc())
            .limit(1)
            .with_for_update()
        )
        known = (await self.session.execute(open_one)).scalars().first()
        if known is None:
            self.session.add(lead)
            await self.session.flush()
            return lead, True
        known.kind = lead.kind
        known.phone, known.email = lead.phone or known.phone, lead.email or known.email
        known.moment, known.note = lead.moment or known.moment, lead.note or known.note
        await self.session.flush()
        return known, False

    async def get(self, lead_id: UUID) -> Lead | None:
        return await self.session.get(Lead, (self.tenant_id, lead_id))

    async def set_status(self, lead_id: UUID, status: LeadStatus) -> Lead | None:
        statement = select(Lead).where(Lead.tenant_id == self.tenant_id, Lead.id == lead_id).with_for_update()
        lead = (await self.session.execute(statement)).scalar_one_or_none()
        if lead is not None:
            lead.status = status
            await self.session.flush()
            await self.session.refresh(lead)
        return lead

    async def recent(
        self, limit: int = 50, before: datetime | None = None, status: LeadStatus | None = None
    ) -> Sequence[Lead]:
        """Newest first."""
        statement = select(Lead).where(Lead.tenant_id == self.tenant_id)
        if before is not None:
            statement = statement.where(Lead.created_at < before)
        if status is not None:
            statement = statement.where(Lead.status == status)
        statement = statement.order_by(Lead.created_at.desc(), Lead.id).limit(limit)
        return (await self.session.execute(statement)).scalars().all()
