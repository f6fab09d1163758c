"""Products picked in the channel's own catalogue become cart lines, at our prices and by code alone."""

import re
from dataclasses import replace

from agent.brains import Brain
from agent.context import InboundText, OrderedItem
from agent.tools.cart import MOST_UNITS, add_to_cart, set_quantity
from agent.tools.catalogue import get_product
from agent.wording import say
from agent.workspace import Draft, Refusal, Workspace
from data.content import Choice, MessageContent

SKU_SHOWN = 40
_CLOSING = (Choice("checkout", "Cerrar pedido"),)
_PICKED = re.compile(r"^\[pedido\].*", re.MULTILINE | re.DOTALL)


async def take_ordered(workspace: Workspace, rules: Brain) -> Draft:
    """Put them in the cart and show it; what else the burst says is for the rules brain, at the same desk."""
    notices: list[str] = []
    unknown: list[str] = []
    for item in (item for message in workspace.context.messages for item in message.ordered):
        refusal = await add_to_cart(workspace, item.sku, min(item.quantity, MOST_UNITS))
        if isinstance(refusal, Refusal) and refusal.code == "UNKNOWN_SKU":
            unknown.append(item.sku[:SKU_SHOWN])
            continue
        if isinstance(refusal, Refusal):
            notices.append(await _what_can_be_had(workspace, item.sku, refusal))
        notices += await _what_costs_another(workspace, item)
    if unknown:
        workspace.facts.add_texts(unknown)
        notices.append(say("ordered.unknown", skus=list(dict.fromkeys(unknown))))
    reply = MessageContent(_worded(workspace, notices))
    workspace.remember(pending=None, last_reply=reply.text)
    heard = (_in_words(message) for message in workspace.context.messages)
    said = tuple(message for message in heard if message.text)
    if not said:
        return Draft((replace(reply, choices=_CLOSING if workspace.lines else ()),))
    workspace.context = replace(workspace.context, messages=said)
    rest = await rules.think(workspace)
    return replace(rest, replies=(reply, *rest.replies))


def _in_words(message: InboundText) -> InboundText:
    """Without what was picked, which the channel also says in words."""
    return replace(message, text=_PICKED.sub("", message.text).strip(), ordered=()) if message.ordered else message


async def _what_can_be_had(workspace: Workspace, sku: str, refusal: Refusal) -> str:
    """All that is left, where there is less than was picked."""
    item = await get_product(workspace, sku)
    if refusal.code == "NOT_ENOUGH_STOCK" and not isinstance(item, Refusal) and refusal.available:
        refusal_of_less = await set_quantity(workspace, item.sku, refusal.available)
        if not isinstance(refusal_of_less, Refusal):
            return say("ordered.less", item=item, left=refusal.available)
        refusal = refusal_of_less
    workspace.facts.add_texts([refusal.message])
    return refusal.message


async def _what_costs_another(workspace: Workspace, item: OrderedItem) -> list[str]:
    """The channel's catalogue is a copy, and may be old: the shopper is told what it costs, not left to find out."""
    line = next((line for sku, line in workspace.lines.items() if sku.casefold() == item.sku.casefold()), None)
    if (
        line is None
        or item.price is None
        or (item.currency in ("", line.item.currency) and item.price == line.item.unit_price)
    ):
        return []
    if item.currency not in ("", line.item.currency):
        return [say("ordered.currency", item=line.item)]
    workspace.facts.amounts.add(item.price)
    return [say("ordered.price", item=line.item, before=item.price)]


def _worded(workspace: Workspace, notices: list[str]) -> str:
    store, cart = workspace.context.store, workspace.view_cart()
    if not cart.lines:
        return "\n".join([*notices, say("ordered.nothing", store=store)])
    shown = say("cart.lines", heading=say("ordered.heading", store=store), cart=cart)
    return "\n\n".join([*notices, shown, say("ordered.next", store=store)])
