"""One placed order into the shop's Odoo: found or made, compared with what was agreed, confirmed if so wished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from connectors.errors import ConnectorError, Verdict
from connectors.odoo.calls import OdooCalls
from connectors.odoo.customers import Customer, find_or_create
from connectors.odoo.finding import FoundProduct, find_products
from connectors.odoo.orders import (
    CANCELLED,
    NewLine,
    NewOrder,
    OrderState,
    SoldLine,
    add_note,
    confirm_order,
    create_order,
    find_order,
    read_lines,
    read_order,
    set_unit_price,
)
from data.money import spoken

# A net price times 1.19 is rounded: for each unit the shopper may have been told half a peso more or less.
ROUNDING_OF_A_UNIT = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class AgreedLine:
    sku: str
    name: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class AgreedOrder:
    """What the shopper said yes to, with all that Odoo needs. `known_id` is its id there, once it has one.

    `is_first`: nobody has begun to send it before, so there is nothing of it to be found.
    """

    external_id: str
    reference: str
    lines: Sequence[AgreedLine]
    total: Decimal
    currency: str
    customer: Customer
    note: str
    note_mark: str
    confirms: bool
    known_id: int | None = None
    company_id: int | None = None
    warehouse_id: int | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class SentOrder:
    """It is in Odoo. `short` names what was promised beyond what there is."""

    state: OrderState
    short: Sequence[str] = ()


class Held(Exception):
    """A person has to decide. `reason` is stable, `sentence` Spanish for the owner; `id` is there if the order is."""

    def __init__(self, reason: str, sentence: str, order_id: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sentence = sentence
        self.order_id = order_id


async def send_order(calls: OdooCalls, order: AgreedOrder, *, accepts_total: bool = False) -> SentOrder:
    """May be repeated after any failure, and after being killed: there is one order in Odoo in the end.

    `accepts_total`: a person has agreed to what Odoo makes of it. Raises ConnectorError, Held.
    """
    products = await find_products(calls, [line.sku for line in order.lines])
    order_id = order.known_id
    if order_id is None and not order.is_first:
        order_id = await find_order(calls, order.external_id)
    if order_id is None:
        order_id = await _create(calls, order, products)
    state = await _read(calls, order_id)
    if state.state == CANCELLED:
        raise Held("cancelled_there", f"El pedido {state.name} está cancelado en Odoo.", order_id)
    if not accepts_total:
        state = await _agree(calls, order, state, products)
    if order.confirms and not state.is_confirmed:
        await confirm_order(calls, order_id)
        state = await _read(calls, order_id)
        if not state.is_confirmed:
            raise ConnectorError("not_confirmed", Verdict.UNCERTAIN, "Odoo no confirmó el pedido.")
    short = await _short(calls, order) if state.is_confirmed else ()
    await add_note(calls, order_id, order.note, order.note_mark, is_first=order.is_first)
    return SentOrder(state, short)


async def _create(calls: OdooCalls, order: AgreedOrder, products: Mapping[str, Sequence[FoundProduct]]) -> int:
    lines = [NewLine(_product(line, products).id, line.quantity) for line in order.lines]
    for line in order.lines:
        free = _product(line, products).free
        if free is not None and free < line.quantity:
            left = max(int(free), 0)
            raise Held("stock", f"En Odoo quedan {left} de «{line.name}» y el pedido lleva {line.quantity}.")
    partner_id = await find_or_create(calls, order.customer, order.company_id)
    new = NewOrder(order.external_id, partner_id, order.reference, lines, order.company_id, order.warehouse_id)
    return await create_order(calls, new)


def _product(line: AgreedLine, products: Mapping[str, Sequence[FoundProduct]]) -> FoundProduct:
    """Raises Held: Odoo would take an archived product, or one that is not for sale, without a word."""
    found = products.get(line.sku, ())
    if not found:
        raise Held("unknown_product", f"En Odoo no hay un producto con el código {line.sku} («{line.name}»).")
    if len(found) > 1:
        raise Held("ambiguous_product", f"En Odoo hay {len(found)} productos con el código {line.sku}.")
    if not found[0].is_sold:
        raise Held("not_for_sale", f"En Odoo «{line.name}» ({line.sku}) no está a la venta.")
    return found[0]


async def _agree(
    calls: OdooCalls, order: AgreedOrder, state: OrderState, products: Mapping[str, Sequence[FoundProduct]]
) -> OrderState:
    """The order as the shopper agreed to it, or Held. What only rounding tells apart is set right in the price."""
    lines = await read_lines(calls, state.id)
    agreed = sorted((_product(line, products).id, Decimal(line.quantity)) for line in order.lines)
    if sorted((line.product_id, line.quantity) for line in lines) != agreed:
        raise Held("lines", f"El pedido {state.name} no lleva en Odoo lo mismo que aceptó el cliente.", state.id)
    if state.total == order.total and state.currency in ("", order.currency):
        return state
    units = sum(line.quantity for line in order.lines)
    if not state.is_confirmed and abs(state.total - order.total) <= max(Decimal(1), units * ROUNDING_OF_A_UNIT):
        await _set_prices(calls, order, lines, products)
        state = await _read(calls, state.id)
        if state.total == order.total:
            return state
    there, here = spoken(state.total, state.currency or order.currency), spoken(order.total, order.currency)
    raise Held("total", f"Odoo calcula {there} para {state.name} y el cliente aceptó {here}.", state.id)


async def _set_prices(
    calls: OdooCalls,
    order: AgreedOrder,
    lines: Sequence[SoldLine],
    products: Mapping[str, Sequence[FoundProduct]],
) -> None:
    agreed = {_product(line, products).id: line for line in order.lines}
    for line in lines:
        wanted = agreed[line.product_id]
        total = wanted.unit_price * wanted.quantity
        if line.total and line.total != total:
            rate = line.unit_price * line.quantity / line.total
            price = (wanted.unit_price * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
            await set_unit_price(calls, line.id, price)


async def _short(calls: OdooCalls, order: AgreedOrder) -> list[str]:
    """What others bought meanwhile: Odoo promises the same unit twice."""
    products = await find_products(calls, [line.sku for line in order.lines])
    forecasts = {sku: found[0].forecast for sku, found in products.items()}
    return [line.name for line in order.lines if (forecasts.get(line.sku) or Decimal(0)) < 0]


async def _read(calls: OdooCalls, order_id: int) -> OrderState:
    state = await read_order(calls, order_id)
    if state is None:
        raise Held("deleted_there", "El pedido fue borrado en Odoo.")
    return state
