"""Who wants to hear of events, and what became of telling them."""

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from data.encryption import SecretBox
from data.event_types import patterns_of
from data.jobs import JobName, JobQueue
from data.models import Event, EventDelivery, Subscription
from data.repositories.repository import Repository
from data.states import EventDeliveryStatus

SECRET_PREFIX = "whsec_"  # noqa: S105 - how such secrets begin
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)
MOST_REPLAYED = 1_000
_PENDING = EventDelivery.status == EventDeliveryStatus.PENDING


@dataclass(frozen=True, slots=True)
class DueEvent:
    """A delivery in hand: no one else takes it until its lease ends."""

    delivery: EventDelivery
    event: Event


class SubscriptionRepository(Repository):
    async def add(
        self, url: str, description: str, event_names: Sequence[str], box: SecretBox
    ) -> tuple[Subscription, str]:
        """The subscription, and its secret: only told here."""
        secret = new_secret()
        subscription_id = uuid4()
        subscription = Subscription(
            tenant_id=self.tenant_id,
            id=subscription_id,
            url=url,
            description=description,
            event_names=list(event_names),
            secrets=box.seal({"current": secret}, self.tenant_id, _place(subscription_id)),
        )
        self.session.add(subscription)
        await self.session.flush()
        await self.session.refresh(subscription)
        return subscription, secret

    async def all(self) -> Sequence[Subscription]:
        """In the order they were made."""
        statement = select(Subscription).where(Subscription.tenant_id == self.tenant_id)
        statement = statement.order_by(Subscription.created_at, Subscription.id)
        return (await self.session.execute(statement)).scalars().all()

    async def get(self, subscription_id: UUID, *, lock: bool = False) -> Subscription | None:
        statement = select(Subscription).where(
            Subscription.tenant_id == self.tenant_id, Subscription.id == subscription_id
        )
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def delete(self, subscription_id: UUID) -> bool:
        statement = delete(Subscription).where(
            Subscription.tenant_id == self.tenant_id, Subscription.id == subscription_id
        )
        return bool((await self.session.execute(statement.returning(Subscription.id))).all())

    async def rotate(self, subscription: Subscription, box: SecretBox, now: datetime) -> str:
        """A new secret; what went before signs beside it for a day."""
        known = open_signing(subscription, box)
        secret = new_secret()
        kept = {"current": secret, "previous": known["current"], "previous_until": (now + OVERLAP).isoformat()}
        subscription.secrets = box.seal(kept, self.tenant_id, _place(subscription.id))
        await self.session.flush()
        return secret

    async def wake(self, subscription_id: UUID) -> None:
        """Have what is due sent now."""
        await JobQueue(self.session).defer(
            JobName.SEND_EVENTS, lock=f"subscription:{subscription_id}", subscription_id=subscription_id
        )

    async def claim(self, subscription_id: UUID, now: datetime, *, most: int, lease: timedelta) -> list[DueEvent]:
        """The oldest that are due, taken in hand: each is tried by one process at a time."""
        due = (
            select(EventDelivery)
            .where(*self._of(subscription_id), _PENDING, EventDelivery.next_attempt_at <= now)
            .order_by(EventDelivery.next_attempt_at, EventDelivery.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        taken = (await self.session.execute(due)).scalars().all()
        found = []
        for delivery in taken:
            delivery.next_attempt_at = now + lease
            event = await self.session.get(Event, (self.tenant_id, delivery.event_id))
            assert event is not None
            found.append(DueEvent(delivery, event))
        await self.session.flush()
        return found

    async def lock_delivery(self, delivery_id: UUID) -> EventDelivery | None:
        statement = select(EventDelivery).where(
            EventDelivery.tenant_id == self.tenant_id, EventDelivery.id == delivery_id
        )
        statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def try_again(self, delivery: EventDelivery, when: datetime) -> None:
        """It is due then, and somebody will look."""
        delivery.next_attempt_at = when
        await JobQueue(self.session).defer(
            JobName.SEND_EVENTS, lock=f"delivery:{delivery.id}:{delivery.attempt_count}", scheduled_at=when,
            subscription_id=delivery.subscription_id,
        )  # fmt: skip

    async def late(self, since: datetime) -> list[UUID]:
        """Active subscriptions with something that was due before."""
        statement = (
            select(EventDelivery.subscription_id)
            .join(
                Subscription,
                and_(
                    Subscription.tenant_id == EventDelivery.tenant_id, Subscription.id == EventDelivery.subscription_id
                ),
            )
            .where(
                EventDelivery.tenant_id == self.tenant_id,
                _PENDING,
                EventDelivery.next_attempt_at < since,
                Subscription.is_active,
                Subscription.disabled_at.is_(None),
            )
            .distinct()
        )
        return list((await self.session.execute(statement)).scalars())

    async def log(
        self, subscription_id: UUID, limit: int, *, status: EventDeliveryStatus | None = None,
        before: datetime | None = None,
    ) -> list[DueEvent]:  # fmt: skip
        """What it was told, newest first."""
        conditions: list[ColumnElement[bool]] = [*self._of(subscription_id)]
        if status is not None:
            conditions.append(EventDelivery.status == status)
        if before is not None:
            conditions.append(EventDelivery.created_at < before)
        statement = (
            select(EventDelivery, Event)
            .join(Event, and_(Event.tenant_id == EventDelivery.tenant_id, Event.id == EventDelivery.event_id))
            .where(*conditions)
            .order_by(EventDelivery.created_at.desc(), EventDelivery.id)
            .limit(limit)
        )
        return [DueEvent(*row) for row in await self.session.execute(statement)]

    async def counts(self) -> dict[UUID, dict[EventDeliveryStatus, int]]:
        """How many deliveries each subscription has of each status."""
        statement = (
            select(EventDelivery.subscription_id, EventDelivery.status, func.count())
            .where(EventDelivery.tenant_id == self.tenant_id)
            .group_by(EventDelivery.subscription_id, EventDelivery.status)
        )
        found: dict[UUID, dict[EventDeliveryStatus, int]] = {}
        for subscription_id, status, count in await self.session.execute(statement):
            found.setdefault(subscription_id, {})[status] = count
        return found

    async def replay_dead(self, subscription_id: UUID, now: datetime) -> int:
        """Send again what was given up, the oldest first; how many that are."""
        statement = select(EventDelivery.event_id).where(
            *self._of(subscription_id), EventDelivery.status == EventDeliveryStatus.DEAD
        )
        statement = statement.order_by(EventDelivery.created_at).limit(MOST_REPLAYED)
        return await self._send_again(subscription_id, (await self.session.execute(statement)).scalars().all(), now)

    async def replay(
        self, subscription: Subscription, now: datetime, *, event_id: UUID | None, since: datetime | None
    ) -> int:
        """Send again one event, or all it asked for since a moment, whatever became of them; how many that are."""
        conditions: list[ColumnElement[bool]] = [Event.tenant_id == self.tenant_id]
        if event_id is not None:
            conditions.append(Event.id == event_id)
        if since is not None:
            conditions.append(Event.created_at >= since)
        events = (await self.session.execute(
            select(Event.id, Event.name).where(*conditions).order_by(Event.created_at).limit(MOST_REPLAYED * 10)
        )).all()  # fmt: skip
        wanted = set(subscription.event_names)
        ids = [row.id for row in events if event_id is not None or wanted & set(patterns_of(row.name))][:MOST_REPLAYED]
        return await self._send_again(subscription.id, ids, now)

    async def send_one(self, subscription_id: UUID, name: str, payload: Mapping[str, Any], now: datetime) -> UUID:
        """An event for this subscription alone; its id."""
        event = Event(tenant_id=self.tenant_id, id=uuid4(), name=name, payload=dict(payload))
        self.session.add(event)
        await self.session.flush()
        await self._put(subscription_id, event.id, now)
        await self.wake(subscription_id)
        return event.id

    async def forget(self, before: datetime) -> int:
        """Deliveries that ended long ago."""
        statement = (
            delete(EventDelivery)
            .where(EventDelivery.tenant_id == self.tenant_id, EventDelivery.finished_at < before)
            .returning(EventDelivery.id)
        )
        return len((await self.session.execute(statement)).all())

    async def _send_again(self, subscription_id: UUID, event_ids: Sequence[UUID], now: datetime) -> int:
        for each in event_ids:
            await self._put(subscription_id, each, now)
        if event_ids:
            await self.wake(subscription_id)
        return len(event_ids)

    async def _put(self, subscription_id: UUID, event_id: UUID, now: datetime) -> None:
        values = {
            "status": EventDeliveryStatus.PENDING,
            "attempt_count": 0,
            "next_attempt_at": now,
            "finished_at": None,
        }
        made = insert(EventDelivery).values(
            tenant_id=self.tenant_id, id=uuid4(), subscription_id=subscription_id, event_id=event_id, **values
        )
        await self.session.execute(
            made.on_conflict_do_update(
                index_elements=["tenant_id", "subscription_id", "event_id"],
                set_=values,
                where=EventDelivery.status != EventDeliveryStatus.PENDING,
            )
        )

    def _of(self, subscription_id: UUID) -> tuple[ColumnElement[bool], ...]:
        return EventDelivery.tenant_id == self.tenant_id, EventDelivery.subscription_id == subscription_id


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode("ascii")


def open_signing(subscription: Subscription, box: SecretBox) -> dict[str, str]:
    """`current`, and after a rotation `previous` and `previous_until`. Raises data.encryption.SecretUnreadable."""
    return box.open(subscription.secrets, subscription.tenant_id, _place(subscription.id))


def signing_secrets(subscription: Subscription, box: SecretBox, now: datetime) -> list[str]:
    """Those to sign with now, the newest first. Raises data.encryption.SecretUnreadable."""
    known = open_signing(subscription, box)
    until = known.get("previous_until")
    keeps = until is not None and datetime.fromisoformat(until) > now
    return [known["current"], *([known["previous"]] if keeps else [])]


def _place(subscription_id: UUID) -> str:
    return f"subscriptions/{subscription_id}"
