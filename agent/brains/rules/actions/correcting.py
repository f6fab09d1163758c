"""What corrects the want before it: another size, another of its kind, this and not that."""

import re
from dataclasses import replace

from agent.brains.rules.actions.buying import swap
from agent.brains.rules.actions.changing import lines_meant, replace_line
from agent.brains.rules.products.choosing import covers, is_called, is_headed
from agent.brains.rules.products.finding import find
from agent.brains.rules.products.outcome import Outcome
from agent.brains.rules.products.searching import search
from agent.brains.rules.products.selecting import nearest_to_context
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.references import Reference
from agent.brains.rules.turn import Turn
from agent.context import CartLine

_RATHER = re.compile(r"\b(?:mejor|prefiero|preferiria|mas bien)\b")


async def correct(turn: Turn, intent: Intent) -> bool:
    """ "Mejor el rojo", "que sea L", right after another of its kind went into the cart: that one instead."""
    focus = turn.memory.focus
    if intent.other and not intent.other.is_empty and intent.kind in {Kind.BUY, Kind.MENTION, Kind.SET}:
        return await _in_place_of_rejected(turn, intent, intent.other)
    if intent.kind is Kind.SET and intent.words and intent.count == 1 and not await lines_meant(turn, intent):
        intent = replace(intent, kind=Kind.MENTION, quantity=None)  # "no, mejor una blusa"
    if intent.kind not in {Kind.BUY, Kind.MENTION} or focus not in turn.workspace.lines or turn.pending:
        return False
    if intent.reference and intent.reference.kind == "all":
        return False
    names_option = bool(intent.filters.options) and not intent.words
    if not (intent.is_definite or intent.reference or names_option):
        return await _correct_by_name(turn, intent, turn.workspace.lines[focus or ""])
    if intent.words and not intent.reference and await _swap_sibling(turn, intent):
        return True
    if focus not in turn.before.shown and not intent.filters:
        return False
    other = replace(intent, is_correction=False)
    if names_option and (intent.reference is None or intent.reference.kind == "that"):
        other = replace(other, reference=Reference("same"))
    await replace_line(turn, Intent(Kind.REPLACE, other=other))
    return True


async def _swap_sibling(turn: Turn, intent: Intent) -> bool:
    """ "Mejor el de manzana", after "un kuchen de nuez y un pie": it takes the place of what is called as it is."""
    found = await find(turn, replace(intent, is_correction=False))
    if found.item is None or found.item.sku in turn.workspace.lines:
        return False
    head = found.item.name.split()[0].casefold()
    alike = [line for line in turn.lines if is_called(head, line.item)]
    latest = [line for line in alike if line.item.sku in {turn.memory.focus, *turn.before.just_added}]
    if len(latest or alike) != 1:
        return False
    old = (latest or alike)[0]
    await swap(turn, old, found.item, intent.count or old.quantity)
    return True


async def _in_place_of_rejected(turn: Turn, intent: Intent, rejected: Intent) -> bool:
    """ "No, la coca no, mejor jugo": out of the cart, and the other in its place."""
    lines = await lines_meant(turn, replace(rejected, quantity=None)) if not intent.reference else []
    if len(lines) != 1:
        return False
    wanted = replace(intent, kind=Kind.BUY, other=None, is_correction=False)
    await replace_line(turn, replace(rejected, kind=Kind.REPLACE, quantity=None, other=wanted))
    return True


async def _correct_by_name(turn: Turn, intent: Intent, old: CartLine) -> bool:
    """ "Mejor carta", after a ream of legal paper; "perdón, de 20 cm": of the same kind, and another. "Mejor ron",
    after a vodka that was just put in: whatever else is named."""
    head = old.item.name.split()[0].casefold()
    if not intent.words or intent.quantity or covers(intent.words, old.item):
        return False
    query = turn.memory.query
    finding = await search(turn, f"{head} {intent.words}", intent.filters)
    alike = [item for item in finding.items if is_headed(head, item) and item.sku not in turn.workspace.lines]
    if finding.outcome in {Outcome.CLEAR, Outcome.SEVERAL}:
        alike = await nearest_to_context(turn, alike, intent.filters, old.item)
    if len(alike) != 1 or finding.outcome not in {Outcome.CLEAR, Outcome.SEVERAL}:
        turn.workspace.remember(query=query)
        return await _correct_by_another(turn, intent, old)
    return await swap(turn, old, alike[0], old.quantity)


async def _correct_by_another(turn: Turn, intent: Intent, old: CartLine) -> bool:
    """Only right after one of the old was put in, and in words of preferring: "nah, mejor ron"."""
    if old.item.sku not in turn.before.just_added or not _RATHER.search(turn.workspace.context.text.casefold()):
        return False
    finding = await search(turn, intent.words, intent.filters)
    if finding.item is None or finding.item.sku in turn.workspace.lines:
        return False
    return await swap(turn, old, finding.item, old.quantity)
