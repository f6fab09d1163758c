"""A plain yes or no to the summary just shown, decided by code alone."""

from agent.confirmation import NO_CHOICE, confirm_choice
from agent.context import CartLine, OrderSummary
from agent.tools.orders import cancel_order, current_hash, find_order, place_order, prepare_order, tell_order
from agent.wording import say
from agent.workspace import Refusal, Workspace
from data.content import Choice, MessageContent
from data.states import OrderStatus


def confirm_choices(summary: OrderSummary) -> tuple[Choice, Choice]:
    """The buttons under a summary; the yes is to this summary and no other."""
    return (Choice(confirm_choice(summary.id), "Sí, confirmar"), Choice(NO_CHOICE, "No, seguir"))


async def answer_yes(workspace: Workspace) -> MessageContent:
    """Place the order if nothing it says has changed; otherwise show a new summary that says what changed.

    The order's reference is not known before the turn commits: `agent.turn` words the reply then.
    """
    context = workspace.context
    summary = context.summary
    if summary is None:
        workspace.remember(just_ordered=True)
        return _say(workspace, "order.already_placed", reference=context.memory.order_reference)
    if summary.hash == current_hash(workspace) and all(_in_stock(line) for line in context.cart):
        if context.now < summary.expires_at:
            place_order(workspace, summary)
            return MessageContent("")
        return await _summarise(workspace, [say("order.expired", store=workspace.context.store)])
    return await _summarise(workspace, _changes(workspace, summary))


def answer_cancel(workspace: Workspace, *, agrees: bool) -> MessageContent:
    """Cancel the order that was asked about, if it can still be; its row is looked at again as the turn commits."""
    pending = workspace.memory.pending
    order = find_order(workspace, pending.reference) if pending else None
    workspace.remember(pending=None)
    if order is None:
        return _say(workspace, "status.unknown")
    tell_order(workspace, order)
    if not agrees:
        return _say(workspace, "status.not_cancelled", reference=order.reference)
    if order.status is OrderStatus.CANCELLED:
        return _say(workspace, "status.already_cancelled", order=order)
    if order.status is not OrderStatus.PLACED:
        return _say(workspace, "status.cancel")
    cancel_order(workspace, order)
    return _say(workspace, "order.cancelled", order=order)


async def answer_no(workspace: Workspace) -> MessageContent:
    workspace.remember(summary_id=None)
    return _say(workspace, "order.kept")


async def _summarise(workspace: Workspace, before: list[str]) -> MessageContent:
    summary = await prepare_order(workspace, says_changes=False)
    if isinstance(summary, Refusal) and summary.code == "DATA_MISSING":
        return MessageContent("\n".join([*before, summary.message]))
    if isinstance(summary, Refusal):
        workspace.remember(summary_id=None)
        return MessageContent("\n".join([*before, say("order.nothing_left", store=workspace.context.store)]))
    return MessageContent("\n".join([*before, "", summary.text]), choices=confirm_choices(summary))


def _changes(workspace: Workspace, summary: OrderSummary) -> list[str]:
    """Say each difference and make the cart possible again: fewer units, or the line gone."""
    currency = workspace.context.store.currency
    said = [say("order.changed", store=workspace.context.store)]
    agreed = {line.sku: line for line in summary.lines}
    for line in list(workspace.lines.values()):
        item = line.item
        if not item.has(1):
            said.append(say("order.out_of_stock", line=agreed.get(item.sku) or _named(line)))
            del workspace.lines[item.sku]
        elif not item.has(line.quantity):
            assert item.available is not None
            said.append(say("order.less_stock", line=agreed.get(item.sku) or _named(line), available=item.available))
            workspace.put(item, item.available)
        elif item.sku in agreed and agreed[item.sku].listed != item.unit_price:
            said.append(say("order.price_changed", line=agreed[item.sku], price=item.unit_price, currency=currency))
    gone = [line for sku, line in agreed.items() if sku not in {i.item.sku for i in workspace.context.cart}]
    said += [say("order.out_of_stock", line=line) for line in gone]
    return said


def _named(line: CartLine) -> dict[str, str]:
    return {"name": line.item.title}


def _in_stock(line: CartLine) -> bool:
    return line.item.has(line.quantity)


def _say(workspace: Workspace, key: str, **values: object) -> MessageContent:
    text = say(key, avoid=workspace.memory.last_reply, store=workspace.context.store, **values)
    workspace.remember(last_reply=text)
    return MessageContent(text)
