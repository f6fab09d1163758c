"""Products picked in the channel's own catalogue become cart lines, at our prices and by code alone."""

from dataclasses import replace

from agent.brains import Brain
from agent.tools.cart import add_to_cart, set_quantity
from agent.tools.catalogue import get_product
from agent.wording import say
from agent.workspace import Draft, Refusal, Workspace
from data.content import MessageContent

SKU_SHOWN = 40


async def take_ordered(workspace: Workspace, rules: Brain) -> Draft:
    """Put them in the cart and show it; what else the burst says is for the rules brain, at the same desk."""
    notices: list[str] = []
    unknown: list[str] = []
    for item in (item for message in workspace.context.messages for item in message.ordered):
        refusal = await add_to_cart(workspace, item.sku, item.quantity)
        if isinstance(refusal, Refusal) and refusal.code == "UNKNOWN_SKU":
            unknown.append(item.sku[:SKU_SHOWN])
        elif isinstance(refusal, Refusal):
            notices.append(await _what_can_be_had(workspace, item.sku, refusal))
    if unknown:
        workspace.facts.add_texts(unknown)
        notices.append(say("ordered.unknown", skus=list(dict.fromkeys(unknown))))
    reply = MessageContent(_worded(workspace, notices))
    workspace.remember(pending=None, last_reply=reply.text)
    said = tuple(message for message in workspace.context.messages if message.text.strip() and not message.ordered)
    if not said:
        return Draft((reply,))
    workspace.context = replace(workspace.context, messages=said)
    rest = await rules.think(workspace)
    return replace(rest, replies=(reply, *rest.replies))


async def _what_can_be_had(workspace: Workspace, sku: str, refusal: Refusal) -> str:
    """All that is left, where there is less than was picked."""
    item = await get_product(workspace, sku)
    if refusal.code != "NOT_ENOUGH_STOCK" or isinstance(item, Refusal) or not refusal.available:
        return refusal.message
    taken = await set_quantity(workspace, item.sku, refusal.available)
    if isinstance(taken, Refusal):
        return taken.message
    return say("ordered.less", item=item, left=refusal.available)


def _worded(workspace: Workspace, notices: list[str]) -> str:
    store, cart = workspace.context.store, workspace.view_cart()
    if not cart.lines:
        return "\n".join([*notices, say("ordered.nothing", store=store)])
    shown = say("cart.lines", heading=say("ordered.heading", store=store), cart=cart)
    return "\n\n".join([*notices, shown, say("ordered.next", store=store)])
