"""The cart: set a quantity, never trust a price."""

from decimal import Decimal

from agent.facts import ReceiptKind
from agent.tools.catalogue import get_product
from agent.workspace import CartView, Refusal, Workspace

MOST_UNITS = 9_999
MOST_LINES = 100
# Far above any order, far below what the database can hold.
MOST_TOTAL = Decimal(10) ** 10


def view_cart(workspace: Workspace) -> CartView:
    return workspace.view_cart()


async def set_quantity(workspace: Workspace, sku: str, quantity: int) -> CartView | Refusal:
    """Make the cart hold exactly `quantity` of a variant; 0 takes it out.

    Refuses UNKNOWN_SKU, NOT_IN_CART, QUANTITY_INVALID, OUT_OF_STOCK, NOT_ENOUGH_STOCK (with what is available).
    """
    if quantity == 0:
        return await remove_from_cart(workspace, sku)
    if not 0 < quantity <= MOST_UNITS:
        return Refusal("QUANTITY_INVALID", f"La cantidad debe estar entre 1 y {MOST_UNITS}.")
    item = await get_product(workspace, sku)
    if isinstance(item, Refusal):
        return item
    if not item.has(1):
        return Refusal("OUT_OF_STOCK", f"{item.title} está sin stock.", available=0)
    if not item.has(quantity):
        return Refusal("NOT_ENOUGH_STOCK", f"De {item.title} quedan {item.available}.", available=item.available)
    if item.sku not in workspace.lines and len(workspace.lines) >= MOST_LINES:
        return Refusal("CART_FULL", f"El carrito admite hasta {MOST_LINES} productos distintos.")
    others = sum((line.subtotal for sku, line in workspace.lines.items() if sku != item.sku), Decimal(0))
    if others + item.unit_price * quantity > MOST_TOTAL:
        return Refusal("TOTAL_TOO_LARGE", "Es un pedido demasiado grande para tomarlo por aquí; pide una persona.")
    workspace.put(item, quantity)
    workspace.facts.add_line(item, quantity)
    workspace.note(ReceiptKind.CART_CHANGED, sku=item.sku, quantity=quantity)
    workspace.remember(focus=item.sku, summary_id=None)
    return workspace.view_cart()


async def add_to_cart(workspace: Workspace, sku: str, quantity: int = 1) -> CartView | Refusal:
    """Add to what the cart already holds; refuses as `set_quantity` does."""
    if quantity < 1:
        return Refusal("QUANTITY_INVALID", "La cantidad debe ser al menos 1.")
    return await set_quantity(workspace, sku, _held(workspace, sku) + quantity)


async def remove_from_cart(workspace: Workspace, sku: str) -> CartView | Refusal:
    line = _line_key(workspace, sku)
    if line is None:
        return Refusal("NOT_IN_CART", "Ese producto no está en el carrito.")
    del workspace.lines[line]
    workspace.note(ReceiptKind.CART_CHANGED, sku=line, quantity=0)
    workspace.remember(summary_id=None)
    return workspace.view_cart()


def empty_cart(workspace: Workspace) -> CartView:
    for sku in list(workspace.lines):
        workspace.note(ReceiptKind.CART_CHANGED, sku=sku, quantity=0)
    workspace.lines.clear()
    workspace.remember(summary_id=None, pending=None)
    return workspace.view_cart()


def _line_key(workspace: Workspace, sku: str) -> str | None:
    return next((key for key in workspace.lines if key.casefold() == sku.casefold()), None)


def _held(workspace: Workspace, sku: str) -> int:
    key = _line_key(workspace, sku)
    return workspace.lines[key].quantity if key else 0
