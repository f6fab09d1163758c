"""Changing what is in the cart: so many, one more, out, another instead."""

from dataclasses import replace as with_fields

from agent.brains.rules.actions.buying import add, buy, set_to
from agent.brains.rules.amounts import units_for
from agent.brains.rules.choosing import choose, covers
from agent.brains.rules.finding import Finding, Outcome, find, fits
from agent.brains.rules.intents import Intent, Kind
from agent.brains.rules.listing import list_finding
from agent.brains.rules.turn import Turn
from agent.context import CartLine
from agent.tools.cart import empty_cart, remove_from_cart


async def set_line(turn: Turn, intent: Intent) -> None:
    """ "Mejor 3": exactly so many of the line meant; of something not in the cart, buy so many."""
    count = intent.count
    if count is None:
        turn.reply.close("ask.how_many")
        return
    asked = turn.pending
    if intent.is_empty and asked and asked.skus and asked.kind in {"which", "how_many"}:
        if len(asked.skus) == 1:
            line = turn.workspace.lines.get(asked.skus[0])
            found = await find(turn, with_fields(intent, sku=asked.skus[0]))
            if found.item:
                await (set_to(turn, found.item, count) if line else add(turn, found.item, count))
            return
        items = await turn.candidates()
        await list_finding(turn, intent, Finding(Outcome.SEVERAL, tuple(items)))
        return
    lines = await lines_meant(turn, intent)
    if len(lines) == 1:
        await set_to(turn, lines[0].item, count)
    elif lines:
        turn.reply.shows_cart = True
        turn.reply.close("ask.which_line")
    else:
        await buy(turn, with_fields(intent, kind=Kind.BUY))


async def add_more(turn: Turn, intent: Intent) -> None:
    """ "Uno más", "agrega otros 2 clavos"."""
    lines = await lines_meant(turn, intent)
    if intent.is_empty and turn.pending and turn.pending.kind == "which" and len(turn.pending.skus) == 1:
        lines = []
    if len(lines) == 1:
        await add(turn, lines[0].item, intent.count or 1)
    elif lines:
        turn.reply.shows_cart = True
        turn.reply.close("ask.which_line")
    else:
        await buy(turn, with_fields(intent, kind=Kind.BUY))


async def remove(turn: Turn, intent: Intent) -> None:
    if not turn.workspace.lines:
        turn.reply.tell("cart.empty")
        turn.reply.close("ask.what")
        return
    lines = await lines_meant(turn, intent)
    if not lines:
        said = turn.echo(f"{intent.words} {' '.join(intent.filters.colours)}".strip())
        turn.reply.tell("cart.not_there", said=said)
        turn.reply.shows_cart = True
    elif (
        len(lines) > 1 and not intent.words.endswith("s") and not (intent.reference and intent.reference.kind == "all")
    ):
        turn.reply.shows_cart = True
        turn.reply.close("ask.which_line")
    else:
        for line in lines:
            count = units_for(line.item, intent.quantity) if intent.quantity and len(lines) == 1 else None
            await _take_out(turn, line, count)


async def _take_out(turn: Turn, line: CartLine, count: int | None) -> None:
    """All of a line, or `count` of it."""
    if count is not None and count < line.quantity:
        await set_to(turn, line.item, line.quantity - count)
        return
    await remove_from_cart(turn.workspace, line.item.sku)
    turn.reply.tell("cart.removed", item=line.item)
    turn.reply.shows_cart = True


async def replace_line(turn: Turn, intent: Intent) -> None:
    """One product out, another in, as many unless another number is said; the old one stays if there is no other."""
    assert intent.other is not None
    lines = await lines_meant(turn, with_fields(intent, other=None))
    if len(lines) != 1:
        await buy(turn, intent.other)
        return
    old = lines[0]
    finding = await _other(turn, old, intent.other)
    quantity = intent.other.count or old.quantity
    if finding.item is None:
        await list_finding(turn, intent.other, finding, wants=True)
        if turn.memory.pending and turn.memory.pending.kind == "which":
            await _take_out(turn, old, None)
            turn.workspace.remember(pending=turn.memory.pending.model_copy(update={"quantity": quantity}))
        return
    if finding.item.sku == old.item.sku:
        await set_to(turn, old.item, quantity)
        return
    before = list(turn.reply.notices)
    if await add(turn, finding.item, quantity):
        await remove_from_cart(turn.workspace, old.item.sku)
        turn.reply.notices = before
        turn.reply.tell("cart.replaced", old=old.item, item=finding.item, quantity=quantity)
        turn.workspace.remember(focus=finding.item.sku)


async def correct(turn: Turn, intent: Intent) -> bool:
    """ "Mejor el rojo", right after another of the same list went into the cart: that one instead."""
    focus = turn.memory.focus
    if intent.kind not in {Kind.BUY, Kind.MENTION} or focus not in turn.workspace.lines or turn.pending:
        return False
    if not (intent.is_definite or intent.reference):
        return False
    if focus not in turn.before.shown and not intent.filters:
        return False
    out = Intent(Kind.REPLACE, sku=focus, other=with_fields(intent, is_correction=False))
    await replace_line(turn, with_fields(out, reference=None, words="", sku=None))
    return True


async def _other(turn: Turn, old: CartLine, other: Intent) -> Finding:
    """ "Por el de goma": the same kind of thing as the old one, when the words alone name no thing."""
    if not other.words and other.filters:
        finding = await find(turn, other)
        if finding.item:
            return finding
        return await find(turn, with_fields(other, words=old.item.name.casefold(), is_definite=False))
    if other.is_definite and other.words:
        head = old.item.name.split()[0].casefold()
        of_kind = await find(turn, with_fields(other, words=f"{head} {other.words}", is_definite=False))
        if of_kind.item and of_kind.item.sku != old.item.sku:
            return of_kind
    return await find(turn, other)


async def empty(turn: Turn, intent: Intent) -> None:
    if turn.workspace.lines:
        empty_cart(turn.workspace)
        turn.workspace.remember(focus=None, waiting=())
        turn.reply.tell("cart.emptied")
    else:
        turn.reply.tell("cart.empty")
    turn.reply.close("ask.what")


async def lines_meant(turn: Turn, intent: Intent) -> list[CartLine]:
    """The cart lines an intent is about; none when it names something else."""
    lines = turn.lines
    if intent.reference:
        return await _lines_referred(turn, intent)
    if not intent.words and not intent.filters:
        focused = [line for line in lines if line.item.sku == turn.memory.focus]
        return focused or lines
    fitting = [line for line in lines if fits(line.item, intent.words, intent.filters)]
    if len(fitting) < 2 or not intent.words:
        return fitting or [line for line in lines if intent.words and covers(intent.words, line.item, loosely=True)]
    best = choose(intent.words, [line.item for line in fitting]).best
    return [line for line in fitting if line.item in best]


async def _lines_referred(turn: Turn, intent: Intent) -> list[CartLine]:
    reference = intent.reference
    assert reference is not None
    if reference.kind == "all":
        return turn.lines
    in_cart = turn.workspace.lines
    if reference.kind in {"ordinal", "last"}:
        was_list = turn.before.shown and all(sku in in_cart for sku in turn.before.shown)
        order = [in_cart[sku] for sku in turn.before.shown] if was_list else turn.lines
        return order[reference.index - 1 : reference.index] if reference.kind == "ordinal" else order[-1:]
    found = await find(turn, intent)
    referred = [in_cart[item.sku] for item in found.items if item.sku in in_cart]
    return referred or (turn.lines[-1:] if reference.kind == "that" else [])
