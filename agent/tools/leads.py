"""What a shopper asks of the shop beyond the cart: to be told when something is back, and to be contacted."""

from agent.facts import ReceiptKind
from agent.order_data import checked_phone
from agent.tools.catalogue import get_product
from agent.tools.order_data import own_phone
from agent.workspace import LeadWish, Refusal, Wait, Workspace
from data.repositories.items import CatalogueItem
from data.states import LeadKind

MOST_WAITS = 5
LONGEST_TEXT = 200
_MOST_UNITS = 9_999


async def join_waitlist(
    workspace: Workspace, *, sku: str | None = None, wanted: str = "", quantity: int = 1
) -> CatalogueItem | Refusal | None:
    """Tell this shopper when the variant can be sold again; without a SKU, note the words for the shop.

    Refuses UNKNOWN_SKU, IN_STOCK (with how many), NOTHING_WANTED, TOO_MANY. Returns the variant, if it is one.
    """
    if len(workspace.waits) >= MOST_WAITS:
        return Refusal("TOO_MANY", f"Se anotan hasta {MOST_WAITS} productos a la vez.")
    quantity = min(max(quantity, 1), _MOST_UNITS)
    if sku is None:
        if not wanted.strip():
            return Refusal("NOTHING_WANTED", "No está dicho qué producto espera.")
        workspace.waits.append(Wait(" ".join(wanted.split())[:LONGEST_TEXT], quantity))
        workspace.note(ReceiptKind.WAITLIST_JOINED, quantity=quantity)
        workspace.remember(absent=None)
        return None
    item = await get_product(workspace, sku)
    if isinstance(item, Refusal):
        return item
    if item.has(quantity):
        return Refusal("IN_STOCK", f"{item.title} tiene stock.", item.available)
    workspace.waits.append(Wait(item.title[:LONGEST_TEXT], quantity, item.variant_id))
    workspace.note(ReceiptKind.WAITLIST_JOINED, sku=item.sku, quantity=quantity)
    workspace.remember(absent=None)
    return item


def record_lead(
    workspace: Workspace, kind: LeadKind, *, phone: str = "", email: str = "", moment: str = "", note: str = ""
) -> LeadWish:
    """Have the shop contact this shopper. Without a phone, the number they write from, if it is one."""
    wish = LeadWish(
        kind=kind,
        phone=checked_phone(phone) or own_phone(workspace),
        email=email.strip().lower()[:LONGEST_TEXT],
        moment=" ".join(moment.split())[:LONGEST_TEXT],
        note=" ".join(note.split())[: LONGEST_TEXT * 2],
    )
    workspace.lead = wish
    workspace.note(ReceiptKind.LEAD_RECORDED)
    workspace.facts.add_texts([wish.phone, wish.email, wish.moment])
    return wish
