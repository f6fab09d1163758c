"""Every kind of event that the outside may hear of: when it happens, and an example of what it carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EVERYTHING = "*"
TEST = "test.ping"


@dataclass(frozen=True, slots=True)
class EventType:
    """`meaning` is Spanish, for owners; `example` the `data` of such an event."""

    name: str
    meaning: str
    example: Mapping[str, Any]


_ID = "0b7c9f6e-2f0f-4b39-9a57-3a3f0a1a6f52"
_CONTACT = {"id": _ID, "name": "Ana Rojas", "address": "whatsapp:+56987654321", "channel": "twilio_whatsapp"}
_ORDER = {
    "order_id": _ID,
    "reference": "S00042",
    "status": "placed",
    "total": "23980",
    "currency": "CLP",
    "dispatch_cost": None,
    "placed_at": "2026-11-21T12:00:00Z",
    "lines": [{"sku": "POL-1", "name": "Polera negra M", "quantity": 2, "unit_price": "11990"}],
    "details": {"fulfilment": "delivery", "address": "Los Leones 123", "commune": "Providencia"},
    "contact": _CONTACT,
    "conversation_id": _ID,
    "external": {"system": "odoo", "name": "S00017", "state": "sale"},
}
_CONVERSATION = {"conversation_id": _ID, "status": "handed_off", "reason": "Pide una persona.", "contact": _CONTACT}
_HANDOFF = {"handoff_id": _ID, **_CONVERSATION}
_IMPORT = {"import_id": _ID, "created": 12, "updated": 3, "unchanged": 40, "archived": 0, "rejected": 1}
_WAIT = {
    "entry_id": _ID, "wanted": "Polera negra M", "quantity": 2, "variant_id": _ID, "contact": _CONTACT,
    "conversation_id": _ID,
}  # fmt: skip
_LEAD = {
    "lead_id": _ID, "kind": "call", "status": "new", "phone": "+56987654321", "email": "",
    "moment": "mañana en la tarde", "note": "¿Me llaman para una cotización?", "contact": _CONTACT,
    "conversation_id": _ID,
}  # fmt: skip
_EMPTIED = {"count": 1, "variants": [{"variant_id": _ID, "sku": "POL-1", "product": "Polera negra M"}]}
_BUDGET = {"month": "2026-11-01", "spent_usd": "8.213400", "most_usd_a_month": "10.00"}

_TYPES = (
    EventType("order.placed", "Un cliente confirmó un pedido.", _ORDER),
    EventType("order.submitted", "El pedido llegó a tu sistema como cotización.", _ORDER | {"status": "submitted"}),
    EventType("order.confirmed", "El pedido quedó confirmado.", _ORDER | {"status": "confirmed"}),
    EventType("order.fulfilled", "El pedido se entregó.", _ORDER | {"status": "fulfilled"}),
    EventType("order.cancelled", "El pedido se anuló.", _ORDER | {"status": "cancelled", "by": "store"}),
    EventType("order.held", "El pedido espera que alguien lo revise.", _ORDER | {"reason": "total"}),
    EventType(
        "order.status_changed",
        "Cambió el estado, el despacho o la factura en tu sistema.",
        _ORDER | {"before": "submitted", "delivery": "full", "invoice": "invoiced"},
    ),
    EventType("handoff.opened", "Una conversación espera a una persona.", _HANDOFF),
    EventType("handoff.closed", "Las personas devolvieron la conversación.", _CONVERSATION | {"status": "automated"}),
    EventType("conversation.closed", "Se cerró una conversación.", _CONVERSATION | {"status": "closed"}),
    EventType("lead.created", "Un cliente pidió que lo contacten.", _LEAD),
    EventType("waitlist.joined", "Un cliente espera un producto.", _WAIT),
    EventType("stock.out", "Se acabó el stock de uno o más productos.", _EMPTIED),
    EventType("message.failed", "Un mensaje no le llegó al cliente.", {"message_id": _ID, "code": "bad_number"}),
    EventType("import.completed", "Terminó una importación del catálogo.", _IMPORT),
    EventType("import.failed", "Una importación no se pudo hacer.", {"import_id": _ID, "code": "EMPTY_FILE"}),
    EventType("model.changed", "Cambió el modelo de lenguaje de la tienda.", {"is_enabled": True}),
    EventType("model_budget.nearly_spent", "El modelo gastó el 80 % de su tope del mes.", _BUDGET),
    EventType("model_budget.spent", "El modelo gastó su tope del mes; responden las reglas.", _BUDGET),
    EventType("catalogue.restored", "Se volvió a una versión anterior.", {"version": 8, "restored_version": 6}),
    EventType("product.changed", "Se editó un producto a mano.", {"product_id": _ID}),
    EventType(
        "subscription.disabled",
        "Se dejó de avisar a una dirección que no responde.",
        {"subscription_id": _ID, "url": "https://tienda.example/avisos", "reason": "failing"},
    ),
    EventType(
        "workflow.failed",
        "Un flujo de n8n no se pudo ejecutar.",
        {"workflow_id": _ID, "run_id": _ID, "title": "Aviso", "code": "not_registered"},
    ),
    EventType(TEST, "Una prueba que pediste.", {"message": "Hola desde Caserita."}),
)  # fmt: skip

EVENT_TYPES = {kind.name: kind for kind in _TYPES}

PATTERNS = {EVERYTHING, *(f"{name.partition('.')[0]}.*" for name in EVENT_TYPES), *EVENT_TYPES}
"""What a subscription may ask for: all, a family, or one kind."""


def patterns_of(name: str) -> list[str]:
    """The patterns an event answers to; none for one that is our own business."""
    return [EVERYTHING, f"{name.partition('.')[0]}.*", name] if name in EVENT_TYPES else []
