"""What became of orders in the shop's Odoo: read back, told to the shopper if the shop wants it, cancelled here too."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from agent.notices import change_for_store
from connectors.errors import ConnectorError
from connectors.http import GuardedHttp
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import connect
from connectors.odoo.orders import CANCELLED, OrderState, portal_path, read_orders
from data.database import Database
from data.encryption import SecretBox
from data.errors import TransitionRefused
from data.jobs import JobName
from data.order_changes import change_order
from data.repositories.connections import open_secrets
from data.states import ConnectionKind, OrderStatus

log = structlog.get_logger()

_EVERY = timedelta(minutes=2)
_BATCH = 200
DELIVERED = "full"


class OrderFollower:
    """Polls Odoo: it has nothing that would tell us by itself."""

    def __init__(
        self,
        database: Database,
        http: GuardedHttp,
        box: SecretBox,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._http = http
        self._box = box
        self._clock = clock

    async def follow_when_due(self, tenant_id: UUID) -> None:
        now = self._clock()
        async with self._database.transaction(tenant_id) as tx:
            connection = await tx.connections.get(ConnectionKind.ODOO, lock=True)
            if connection is None or not connection.is_active:
                return
            due = connection.state.get("next_follow_at", "")
            if due and datetime.fromisoformat(due) > now:
                return
            await tx.connections.note(ConnectionKind.ODOO, next_follow_at=(now + _EVERY).isoformat())
            if await tx.submissions.followed(now):
                await tx.jobs.defer(JobName.FOLLOW_ORDERS, lock=f"follow:{tenant_id}")

    async def follow(self, tenant_id: UUID) -> None:
        """A job. Odoo being away is no failure: it is asked again soon."""
        async with self._database.transaction(tenant_id) as tx:
            connection = await tx.connections.active(ConnectionKind.ODOO)
            followed = await tx.submissions.followed(self._clock())
        if connection is None or not followed:
            return
        access = OdooAccess.read(connection.config, open_secrets(connection, self._box))
        notifies = bool(connection.config.get("notifies_shoppers"))
        ids = sorted(followed)
        try:
            calls = await connect(self._http, access)
            for start in range(0, len(ids), _BATCH):
                for state in await read_orders(calls, ids[start : start + _BATCH]):
                    order_id = followed[state.id]
                    await self._take_in(tenant_id, order_id, state, notifies=notifies)
                    if await self._lacks_portal(tenant_id, order_id):
                        path = await portal_path(calls, state.id)
                        async with self._database.transaction(tenant_id) as tx:
                            await tx.submissions.note(order_id, portal_url=f"{access.url}{path}" if path else "")
        except ConnectorError as error:
            log.warning("orders_not_followed", code=error.code, verdict=error.verdict)

    async def _lacks_portal(self, tenant_id: UUID, order_id: UUID) -> bool:
        """Sending an order need not wait for what its shopper asks days later."""
        async with self._database.transaction(tenant_id) as tx:
            found = await tx.orders.get(order_id)
        return found is not None and "portal_url" not in (found.order.external_state or {})

    async def _take_in(self, tenant_id: UUID, order_id: UUID, state: OrderState, *, notifies: bool) -> None:
        now = self._clock()
        async with self._database.transaction(tenant_id) as tx:
            order = await tx.orders.lock(order_id)
            if order is None or not _has_changed(order.external_state or {}, state):
                return
            before = order.status
            await tx.submissions.note(
                order_id,
                state=state.state,
                delivery=state.delivery,
                invoice=state.invoice,
                total=str(state.total),
                changed_at=state.changed_at,
            )
            to = _status(state)
            # It may be further here than there: a quotation that the shop has confirmed by hand.
            with suppress(TransitionRefused):
                if to is not None:
                    await (change_for_store if notifies else change_order)(tx, order_id, to, now=now)
            await tx.events.add(
                "order.status_changed", order_id=str(order_id), reference=order.reference, before=before.value,
                status=order.status.value, external=state.state, delivery=state.delivery, invoice=state.invoice,
            )  # fmt: skip


def _has_changed(known: Mapping[str, object], state: OrderState) -> bool:
    seen = (state.state, state.delivery, state.invoice)
    return tuple(known.get(name, "") for name in ("state", "delivery", "invoice")) != seen


def _status(state: OrderState) -> OrderStatus | None:
    if state.state == CANCELLED:
        return OrderStatus.CANCELLED
    if state.is_confirmed:
        return OrderStatus.FULFILLED if state.delivery == DELIVERED else OrderStatus.CONFIRMED
    return None
