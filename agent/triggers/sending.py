"""Events to those who asked to hear of them: tried on a schedule, given up at last, never lost."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from agent.triggers.documents import document_of
from agent.triggers.lanes import Lanes
from agent.triggers.schedule import DISABLED_AFTER, next_wait
from connectors.http import GuardedHttp
from connectors.webhooks import Attempt, body_of, post_event
from data.database import Database
from data.encryption import SecretBox
from data.models import EventDelivery, Subscription
from data.repositories.subscriptions import signing_secrets
from data.states import EventDeliveryStatus
from data.transaction import Transaction

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
_BATCH = 3
# Where nothing gets through, one is tried at a time.
_BATCH_WHILE_FAILING = 1
MOST_KEPT_ATTEMPTS = 30
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Letter:
    """All that an attempt needs, with no transaction open."""

    delivery_id: UUID
    url: str
    message_id: str
    body: bytes
    secrets: list[str]


class EventSender:
    """Each subscription has a lane of its own: one that hangs delays no other."""

    def __init__(
        self,
        database: Database,
        http: GuardedHttp,
        box: SecretBox,
        lanes: Lanes,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._http = http
        self._box = box
        self._lanes = lanes
        self._clock = clock

    async def send(self, tenant_id: UUID, subscription_id: UUID) -> None:
        """A job: it ends before the calls do."""
        self._lanes.start(subscription_id, lambda: self._send_due(tenant_id, subscription_id))

    async def tend(self, tenant_id: UUID, since: datetime) -> None:
        """What was due before and is not on its way: a process that had it in hand is gone."""
        async with self._database.transaction(tenant_id) as tx:
            for subscription_id in await tx.subscriptions.late(since):
                await tx.subscriptions.wake(subscription_id)
            await tx.subscriptions.forget(self._clock() - KEPT_FOR)

    async def _send_due(self, tenant_id: UUID, subscription_id: UUID) -> None:
        while letters := await self._claim(tenant_id, subscription_id):
            tries = [partial(self._try, tenant_id, letter) for letter in letters]
            await asyncio.gather(*(self._lanes.call(tenant_id, each) for each in tries))

    async def _claim(self, tenant_id: UUID, subscription_id: UUID) -> list[_Letter]:
        now = self._clock()
        async with self._database.transaction(tenant_id) as tx:
            subscription = await tx.subscriptions.get(subscription_id)
            if subscription is None or not subscription.is_active or subscription.disabled_at is not None:
                return []
            most = _BATCH_WHILE_FAILING if subscription.failing_since is not None else _BATCH
            secrets = signing_secrets(subscription, self._box, now)
            return [
                _Letter(
                    delivery_id=due.delivery.id,
                    url=subscription.url,
                    message_id=message_id(due.event.id),
                    body=body_of(due.event.name, due.event.created_at, await document_of(tx, due.event)),
                    secrets=secrets,
                )
                for due in await tx.subscriptions.claim(subscription_id, now, most=most, lease=LEASE)
            ]

    async def _try(self, tenant_id: UUID, letter: _Letter) -> None:
        started = time.perf_counter()
        began_at = self._clock()
        attempt = await post_event(self._http, letter.url, letter.message_id, letter.body, letter.secrets, began_at)
        seconds = time.perf_counter() - started
        async with self._database.transaction(tenant_id) as tx:
            delivery = await tx.subscriptions.lock_delivery(letter.delivery_id)
            if delivery is None or delivery.status is not EventDeliveryStatus.PENDING:
                return
            delivery.attempt_count += 1
            delivery.attempts = [*delivery.attempts, _row(attempt, began_at, seconds)][-MOST_KEPT_ATTEMPTS:]
            subscription = await tx.subscriptions.get(delivery.subscription_id, lock=True)
            if subscription is not None:
                await self._conclude(tx, subscription, delivery, attempt)

    async def _conclude(
        self, tx: Transaction, subscription: Subscription, delivery: EventDelivery, attempt: Attempt
    ) -> None:
        now = self._clock()
        if attempt.is_delivered:
            _finish(delivery, EventDeliveryStatus.DELIVERED, now)
            subscription.failing_since, subscription.delivered_at = None, now
            return
        log.warning(
            "event_not_delivered", subscription_id=str(subscription.id), status=attempt.status,
            attempt=delivery.attempt_count,
        )  # fmt: skip
        subscription.failing_since = subscription.failing_since or now
        wait = next_wait(delivery.attempt_count, attempt.retry_after)
        if wait is None or attempt.is_gone:
            _finish(delivery, EventDeliveryStatus.DEAD, now)
        else:
            await tx.subscriptions.try_again(delivery, now + wait)
        if attempt.is_gone:
            await _disable(tx, subscription, "gone", now)
        elif now - subscription.failing_since >= DISABLED_AFTER:
            await _disable(tx, subscription, "failing", now)


def message_id(event_id: UUID) -> str:
    """The same at every attempt and for every subscriber: how a receiver knows a repetition."""
    return f"evt_{event_id.hex}"


def _finish(delivery: EventDelivery, status: EventDeliveryStatus, now: datetime) -> None:
    delivery.status, delivery.finished_at, delivery.next_attempt_at = status, now, None


async def _disable(tx: Transaction, subscription: Subscription, reason: str, now: datetime) -> None:
    """Its owner sees it in the list, and whoever else listens hears of it."""
    if subscription.disabled_at is None:
        subscription.disabled_at, subscription.disabled_reason = now, reason
        await tx.events.add(
            "subscription.disabled", subscription_id=str(subscription.id), url=subscription.url, reason=reason
        )


def _row(attempt: Attempt, began_at: datetime, seconds: float) -> dict[str, object]:
    return {
        "at": began_at.isoformat(),
        "status": attempt.status,
        "milliseconds": round(seconds * 1000),
        "message": attempt.sentence,
        "answer": attempt.excerpt,
    }
