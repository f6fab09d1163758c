"""Sends placed orders to the shop's own system, for as long as it takes, and tells the owner what waits and why."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from agent.orders.agreed import agreed_order
from agent.orders.sending import AgreedOrder, Held, SentOrder, send_order
from connectors.errors import PASSING, ConnectorError, Verdict
from connectors.http import GuardedHttp
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import OdooClients
from connectors.odoo.orders import cancel_order, find_order
from data.database import Database
from data.encryption import SecretBox
from data.errors import TransitionRefused
from data.jobs import JobName
from data.models import Conversation, Order
from data.order_changes import change_order
from data.ownership import By, hand_off
from data.repositories.connections import open_secrets
from data.states import Actor, ConnectionKind, OrderStatus
from data.transaction import Transaction

log = structlog.get_logger()

_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(minutes=5)
# What only a person can change is looked at less often, and at once when the connection is saved again.
_WAIT_FOR_A_PERSON = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class _Task:
    access: OdooAccess
    order: AgreedOrder
    attempts: int
    accepts_total: bool


async def submit_later(tx: Transaction, order: Order, now: datetime) -> None:
    """In the transaction that places the order: its way to the shop's Odoo begins, where there is one."""
    connection = await tx.connections.active(ConnectionKind.ODOO)
    if connection is not None and connection.config.get("sends_orders", True):
        await tx.submissions.begin(order.id, ConnectionKind.ODOO.value, now)


class OrderSubmitter:
    """`base_url` is where links to conversations lead."""

    def __init__(
        self,
        database: Database,
        http: GuardedHttp,
        box: SecretBox,
        base_url: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        call_seconds: float = 30.0,
    ) -> None:
        self._database = database
        self._clients = OdooClients(http, call_seconds=call_seconds)
        self._box = box
        self._base_url = base_url
        self._clock = clock

    async def submit(self, tenant_id: UUID, order_id: UUID) -> None:
        """A job: nothing happens to an order that is there, was cancelled, or is held for a person."""
        task = await self._read(tenant_id, order_id)
        if task is None:
            return
        try:
            calls = await self._clients.open(task.access)
            sent = await send_order(calls, task.order, accepts_total=task.accepts_total)
        except Held as held:
            await self._hold(tenant_id, order_id, held)
        except ConnectorError as error:
            if error.verdict is Verdict.REJECTED:
                await self._hold(tenant_id, order_id, Held(error.code, error.sentence))
            else:
                await self._postpone(tenant_id, order_id, task.attempts, error)
        else:
            await self._finish(tenant_id, order_id, task, sent)

    async def cancel(self, tenant_id: UUID, order_id: UUID) -> None:
        """A job: an order that was cancelled here is cancelled there. Raises ConnectorError while it may still work."""
        async with self._database.transaction(tenant_id) as tx:
            found = await tx.orders.get(order_id)
            connection = await tx.connections.active(ConnectionKind.ODOO)
        if found is None or connection is None or found.order.status is not OrderStatus.CANCELLED:
            return
        access = OdooAccess.read(connection.config, open_secrets(connection, self._box))
        known = (found.order.external_state or {}).get("id")
        try:
            calls = await self._clients.open(access)
            there = int(known) if known else await find_order(calls, f"order_{order_id.hex}")
            if there is not None:
                await cancel_order(calls, there)
        except ConnectorError as error:
            if error.verdict in PASSING:
                raise
            await self._hold(tenant_id, order_id, Held("not_cancelled_there", "No pudimos cancelar el pedido en Odoo."))
            return
        async with self._database.transaction(tenant_id) as tx:
            await tx.submissions.note(order_id, state="cancel", is_cancelled_there=True)

    async def queue_due(self, tenant_id: UUID) -> None:
        """What waits and whose time has come gets its job, also where the job was lost."""
        async with self._database.transaction(tenant_id) as tx:
            await tx.submissions.queue_due(self._clock())

    async def _read(self, tenant_id: UUID, order_id: UUID) -> _Task | None:
        async with self._database.transaction(tenant_id) as tx:
            found = await tx.orders.get(order_id)
            connection = await tx.connections.active(ConnectionKind.ODOO)
            if found is None or connection is None or not _is_waiting(found.order):
                return None
            contact = await tx.conversations.contact(found.order.contact_id)
            conversation = await tx.conversations.get(found.order.conversation_id)
            state = found.order.external_state or {}
            access = OdooAccess.read(connection.config, open_secrets(connection, self._box))
            order = agreed_order(found, contact, conversation.address, connection, access, self._base_url)
            # Before anything is sent: whoever comes after, also after this process was killed, looks what is there.
            await tx.submissions.note(order_id, has_begun=True)
        return _Task(access, order, int(state.get("attempts", 0)), bool(state.get("accepts_total")))

    async def _finish(self, tenant_id: UUID, order_id: UUID, task: _Task, sent: SentOrder) -> None:
        now = self._clock()
        async with self._database.transaction(tenant_id) as tx:
            order, conversation = await _lock(tx, order_id)
            if order is None or conversation is None or order.submitted_at is not None:
                return
            await tx.submissions.submitted(order_id, sent.state.name, now)
            await tx.submissions.note(order_id, **_seen(sent), **_NOT_WAITING)
            if order.status is OrderStatus.CANCELLED:
                # While it was on its way.
                await tx.jobs.defer(JobName.CANCEL_EXTERNAL, lock=f"submit:{order_id}", order_id=order_id)
                return
            to = OrderStatus.CONFIRMED if sent.state.is_confirmed else OrderStatus.SUBMITTED
            try:
                await change_order(tx, order_id, to, now=now)
            except TransitionRefused:
                log.info("order_is_further", order_id=str(order_id), status=order.status.value)
            if sent.short:
                sentence = f"En Odoo ya no alcanza el stock de: {', '.join(sent.short)}."
                await _hold(tx, order, conversation, Held("stock_after", sentence), now)
            if task.attempts:
                await tx.submissions.hasten(now)

    async def _hold(self, tenant_id: UUID, order_id: UUID, held: Held) -> None:
        async with self._database.transaction(tenant_id) as tx:
            order, conversation = await _lock(tx, order_id)
            if order is None or conversation is None:
                return
            known = {"id": str(held.order_id)} if held.order_id else {}
            await tx.submissions.note(order_id, held_code=held.reason, next_attempt_at=None, **known)
            await _hold(tx, order, conversation, held, self._clock())

    async def _postpone(self, tenant_id: UUID, order_id: UUID, attempts: int, error: ConnectorError) -> None:
        when = self._clock() + self._wait(attempts, error)
        log.warning("order_waits", order_id=str(order_id), code=error.code, verdict=error.verdict, attempt=attempts + 1)
        async with self._database.transaction(tenant_id) as tx:
            await tx.submissions.note(
                order_id,
                attempts=attempts + 1,
                last_error=error.code,
                waits_because=error.sentence,
                next_attempt_at=when.isoformat(),
            )

    @staticmethod
    def _wait(attempts: int, error: ConnectorError) -> timedelta:
        if error.verdict not in PASSING:
            return _WAIT_FOR_A_PERSON
        wait: timedelta = min(_FIRST_WAIT * 2 ** min(attempts, 10), _LONGEST_WAIT)
        if error.retry_after is not None:
            wait = min(max(wait, timedelta(seconds=error.retry_after)), _WAIT_FOR_A_PERSON)
        return wait * random.uniform(0.8, 1.2)  # noqa: S311 - not all at once


_NOT_WAITING = {"next_attempt_at": None, "last_error": None, "waits_because": None, "held_code": None}


def _is_waiting(order: Order) -> bool:
    return (
        order.status is OrderStatus.PLACED
        and order.submitted_at is None
        and order.held_reason is None
        and order.external_state is not None
    )


def _seen(sent: SentOrder) -> dict[str, str]:
    state = sent.state
    return {
        "id": str(state.id),
        "name": state.name,
        "state": state.state,
        "total": str(state.total),
        "delivery": state.delivery,
        "invoice": state.invoice,
        "changed_at": state.changed_at,
    }


async def _lock(tx: Transaction, order_id: UUID) -> tuple[Order | None, Conversation | None]:
    """The conversation first, as turns do: two that lock both cannot wait for each other."""
    found = await tx.orders.get(order_id)
    if found is None:
        return None, None
    conversation = await tx.conversations.get(found.order.conversation_id, lock=True)
    return await tx.orders.lock(order_id), conversation


async def _hold(tx: Transaction, order: Order, conversation: Conversation, held: Held, now: datetime) -> None:
    """People have its conversation from here on; a person who tries again what is held for the same has it already."""
    await tx.submissions.hold(order.id, held.sentence)
    await tx.events.add("order.held", order_id=str(order.id), reference=order.reference, reason=held.reason)
    if (order.external_state or {}).get("handed_off_for") != held.reason:
        await tx.submissions.note(order.id, handed_off_for=held.reason)
        await hand_off(tx, conversation, f"Pedido {order.reference} en espera: {held.sentence}", By(Actor.AGENT), now)
