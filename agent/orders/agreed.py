"""A placed order as the shop's Odoo needs it: whom it is for, what it says, how its parts are called there."""

import re
from uuid import UUID

from stdnum.cl import rut

from agent.order_data import OrderData
from agent.orders.sending import AgreedLine, AgreedOrder
from agent.untrusted import clean
from connectors.odoo.access import OdooAccess
from connectors.odoo.customers import Customer
from data.models import Connection, Contact
from data.money import spoken
from data.repositories.sales import OrderWithLines

_PHONE = re.compile(r"\+\d{8,15}")
_LONGEST_NAME = 120


def agreed_order(
    placed: OrderWithLines, contact: Contact, address: str, connection: Connection, access: OdooAccess, base_url: str
) -> AgreedOrder:
    order = placed.order
    data = OrderData.model_validate(order.details or {})
    link = f"{base_url}/v1/conversations/{order.conversation_id}"
    known = (order.external_state or {}).get("id")
    return AgreedOrder(
        external_id=f"order_{order.id.hex}",
        reference=order.reference,
        lines=[AgreedLine(line.sku, line.name, line.quantity, line.unit_price) for line in placed.lines],
        total=order.total,
        currency=order.currency,
        customer=customer_of(contact.id, contact.name or "", data, address),
        note=_note(order.reference, data, placed, link),
        note_mark=link,
        confirms=bool(connection.config.get("confirms_orders")),
        known_id=int(known) if known else None,
        is_first=not (order.external_state or {}).get("has_begun"),
        company_id=access.company_id,
        warehouse_id=access.warehouse_id,
    )


def customer_of(contact_id: UUID, contact_name: str, data: OrderData, address: str) -> Customer:
    """`address` is where the contact writes from; a phone is read from it where it is one."""
    phone = _phone(data.phone) or _phone(address)
    name = clean(data.name or contact_name, _LONGEST_NAME)
    if data.document == "factura" and rut.is_valid(data.rut):
        compact = rut.compact(data.rut)
        number = f"{compact[:-1]}-{compact[-1]}"
        return Customer(
            external_id=f"contact_{contact_id.hex}_{compact}",
            name=clean(data.legal_name or name, _LONGEST_NAME),
            phone=phone,
            email=data.email,
            rut=number,
            activity=clean(data.activity, 80),
            address=clean(data.address, 200),
            commune=clean(data.commune, 80),
            is_company=True,
        )
    return Customer(
        external_id=f"contact_{contact_id.hex}",
        name=name,
        phone=phone,
        email=data.email,
        address=clean(data.address, 200),
        commune=clean(data.commune, 80),
    )


def _phone(text: str) -> str:
    """Of "whatsapp:+56 9 8765 4321"; a business-scoped id or the name of a browser is none."""
    compact = re.sub(r"[\s()./-]", "", text.removeprefix("whatsapp:"))
    compact = f"+{compact}" if re.fullmatch(r"56\d{9}", compact) else compact
    return compact if _PHONE.fullmatch(compact) else ""


_FULFILMENTS = {"delivery": "despacho", "pickup": "retiro en tienda"}


def _note(reference: str, data: OrderData, placed: OrderWithLines, link: str) -> str:
    """For whoever prepares it: all that Odoo has no field for."""
    order = placed.order
    parts = [f"Pedido {reference} tomado por chat."]
    if data.fulfilment:
        parts.append(f"Entrega: {_FULFILMENTS.get(data.fulfilment, data.fulfilment)}.")
    if data.address:
        parts.append(f"Dirección: {clean(data.place, 250)}.")
    if order.dispatch_cost is not None:
        parts.append(f"Despacho aparte: {spoken(order.dispatch_cost, order.currency)}.")
    if data.document:
        parts.append(f"Documento: {data.document}.")
    if data.phone:
        parts.append(f"Teléfono: {clean(data.phone, 30)}.")
    return " ".join([*parts, f"Conversación: {link}"])
