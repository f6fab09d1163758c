"""What a cart costs this very shopper where a pricelist of the shop's Odoo decides: by quantity, by customer, by date.

The summary says it, the order is placed with it, and Odoo makes the order at it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import structlog

from agent.context import CartLine, TurnContext
from agent.order_data import OrderData
from agent.orders.agreed import customer_of
from agent.orders.sending import ROUNDING_OF_A_UNIT
from connectors.errors import ConnectorError
from connectors.http import GuardedHttp
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import OdooCalls, OdooClients
from connectors.odoo.customers import Customer, find_customer
from connectors.odoo.finding import find_products
from connectors.odoo.quoting import anybody, line_totals
from data.database import Database
from data.encryption import SecretBox
from data.money import quantum
from data.repositories.connections import open_secrets
from data.states import ConnectionKind

log = structlog.get_logger()

# The shopper waits for the summary.
QUOTE_SECONDS = 4.0


class OdooPrices:
    """See agent.context.Prices."""

    def __init__(
        self, database: Database, http: GuardedHttp, box: SecretBox, *, seconds: float = QUOTE_SECONDS
    ) -> None:
        self._database = database
        self._clients = OdooClients(http, call_seconds=seconds)
        self._box = box
        self._seconds = seconds

    async def quote(self, context: TurnContext, lines: Sequence[CartLine], data: OrderData) -> Mapping[str, Decimal]:
        access = await self._access(context.tenant_id)
        if access is None:
            return {}
        customer = customer_of(context.contact_id, context.contact_name or "", data, context.address)
        try:
            async with asyncio.timeout(self._seconds):
                totals = await _totals(await self._clients.open(access), access, customer, lines)
        except (ConnectorError, TimeoutError) as error:
            # The catalogue's price stands; an order that Odoo makes at another one is held for a person.
            log.warning("cart_not_quoted", code=getattr(error, "code", "timeout"))
            return {}
        grain = quantum(context.store.currency)
        return {
            line.item.sku: (totals[line.item.sku] / line.quantity).quantize(grain, ROUND_HALF_UP)
            for line in lines
            if _is_another(totals.get(line.item.sku), line)
        }

    async def _access(self, tenant_id: UUID) -> OdooAccess | None:
        """Only of an Odoo that takes this shop's orders, and is known to have pricelists with rules."""
        async with self._database.transaction(tenant_id) as tx:
            connection = await tx.connections.active(ConnectionKind.ODOO)
        if connection is None or not connection.config.get("sends_orders", True):
            return None
        if not connection.state.get("has_price_rules"):
            return None
        return OdooAccess.read(connection.config, open_secrets(connection, self._box))


async def _totals(
    calls: OdooCalls, access: OdooAccess, customer: Customer, lines: Sequence[CartLine]
) -> dict[str, Decimal]:
    """By SKU; of those that Odoo knows by that code, and once."""
    found = await find_products(calls, [line.item.sku for line in lines])
    ids = {line.item.sku: found[line.item.sku][0].id for line in lines if len(found.get(line.item.sku, ())) == 1}
    if not ids:
        return {}
    partner_id = await find_customer(calls, customer) or await anybody(calls, access.company_id)
    quantities = {ids[line.item.sku]: line.quantity for line in lines if line.item.sku in ids}
    totals = await line_totals(calls, partner_id, quantities, access.company_id)
    return {sku: totals[product_id] for sku, product_id in ids.items() if product_id in totals}


def _is_another(total: Decimal | None, line: CartLine) -> bool:
    """Beyond what rounding makes of a net price."""
    if not total or total < 0:
        return False
    return abs(total - line.subtotal) > max(Decimal(1), line.quantity * ROUNDING_OF_A_UNIT)
