"""Saying what was found: one product, up to three with a question, the nearest ones, or that there is none."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.brains.rules.products.amounts import common_units
from agent.brains.rules.products.choosing import choose
from agent.brains.rules.products.outcome import MOST_CANDIDATES, Finding, Outcome
from agent.brains.rules.reading.asides import may_deny
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.reading.naming import content_words, is_need
from agent.brains.rules.replying.offering import offer_to_note, offer_to_tell
from agent.brains.rules.replying.replies import MOST_SHOWN
from agent.brains.rules.turn import Turn
from agent.memory import Absent
from agent.tools.catalogue import CANDIDATE_COUNT, search_products
from data.repositories.items import CatalogueItem
from data.search.filters import take_filters
from data.search.lexicon import FUNCTION_WORDS

MOST_NAME_WORDS = 4
MOST_RECENT = 4


async def list_finding(turn: Turn, intent: Intent, finding: Finding, *, wants: bool = False) -> None:
    """Show what was found and ask; a second list in one turn waits for its own question."""
    if finding.words:
        intent = replace(intent, words=finding.words)
    if finding.outcome is Outcome.UNSAID and not intent.words:
        turn.reply.close("ask.which_product")
        return
    if finding.outcome in {Outcome.NONE, Outcome.UNSAID}:
        tell_unfound(turn, intent)
        return
    if turn.reply.listing is not None:
        _list_also(turn, intent, finding, wants=wants)
        return
    is_gone = len(finding.items) == 1 and not finding.items[0].has(1)  # nothing will stand under "lo más parecido"
    if finding.is_guess:
        turn.reply.head("missing.maybe")
    elif finding.outcome is Outcome.NEAR and not is_gone:
        _tell_near(turn, intent)
    elif finding.outcome is Outcome.EXCLUDED:
        _tell_excluded(turn, intent)
    quantity = common_units(finding.items, intent.quantity)
    turn.reply.keeps_list = finding.was_shown and len(finding.items) == 1 < len(turn.before.shown)
    if len(finding.items) > 1:
        show_several(turn, finding.items, quantity)
        _keep_amount(turn, intent, quantity)
    elif finding.items[0].has(1):
        show_one(turn, finding.items[0], quantity)
    else:
        turn.workspace.remember(focus=finding.items[0].sku)
        turn.reply.tell("stock.out", item=finding.items[0])
        await offer_alternatives(turn, finding.items[0], quantity)


def _keep_amount(turn: Turn, intent: Intent, quantity: int | None) -> None:
    """ "2 kg de tomate", of what is sold by the kilo or in trays of 500 g: so many only once it is known of which."""
    pending, said = turn.memory.pending, intent.quantity
    if pending and said and said.unit and quantity is None:
        kept = pending.model_copy(update={"amount": f"{float(said.number):g} {said.unit}"})
        turn.workspace.remember(pending=kept)


def _tell_near(turn: Turn, intent: Intent) -> None:
    """A name can be denied; a story ("mi perro tiene pulgas") cannot."""
    words = [word for word in intent.words.split() if word not in FUNCTION_WORDS]
    is_story = len(words) > MOST_NAME_WORDS and len(content_words(intent.words)) < len(words) - 1
    if is_story or not may_deny(intent):
        turn.reply.head("missing.maybe")
    else:
        named = said(turn, intent)
        turn.reply.head("missing.near", said=named)
        turn.workspace.remember(absent=Absent(wanted=named[:200]) if named else None)


def _list_also(turn: Turn, intent: Intent, finding: Finding, *, wants: bool) -> None:
    """A second subject in one reply: looked at together with the first, but each choice asked for by itself."""
    pending = turn.memory.pending
    is_kept = pending is not None and pending.quantity and not intent.quantity and intent.kind is not Kind.PRICE
    if wants or is_kept:
        _wait(turn, intent, wants=wants)
        return
    room = max(MOST_SHOWN - len(turn.reply.listed), 1)
    both = [*turn.reply.listed[: MOST_SHOWN - room], *finding.items[:room]]
    if finding.is_guess:
        turn.reply.head("missing.maybe")
    elif finding.outcome is Outcome.NEAR:
        _tell_near(turn, intent)
    both = list({item.sku: item for item in both}.values())
    turn.reply.relist(both, "ask.which", quantity=None)
    turn.ask("which", both)
    if len(both) > 1:
        turn.workspace.remember(focus=None)  # "ese" is none of them more than the other


def show_one(turn: Turn, item: CatalogueItem, quantity: int | None = None) -> None:
    recent = (*(sku for sku in turn.memory.recent if sku != item.sku), item.sku)[-MOST_RECENT:]
    turn.workspace.remember(focus=item.sku, recent=recent)
    turn.count(quantity)
    if item.sku in turn.workspace.lines and not turn.replaces:
        turn.reply.list_items([item], "ask.what_else")
        return
    turn.reply.list_items([item], "ask.replace_one" if turn.replaces else "ask.add_one")
    turn.reply.offer(f"take:{quantity or 1}:{item.sku}", "Sí, agregar")
    turn.ask("which", [item], quantity)


def show_several(turn: Turn, items: Sequence[CatalogueItem], quantity: int | None = None) -> None:
    turn.count(quantity)
    shown = list(items[:MOST_SHOWN])
    for item in shown:
        turn.reply.offer(f"take:{quantity or 1}:{item.sku}", item.title)
    if len({item.name for item in items}) == 1:
        more = [item for item in items[MOST_SHOWN:MOST_CANDIDATES] if item.has(1)]
        rest = _difference(more, items)
        if rest:
            turn.reply.offer_variants([*(item for item in shown if item.has(1)), *more], quantity)
            turn.reply.rest = rest
            turn.workspace.facts.add_texts([rest])
        turn.reply.list_items(shown, "ask.which_variant", quantity=quantity, names=_option_names(items))
    else:
        turn.reply.list_items(shown, "ask.which", quantity=quantity)
    turn.ask("which", list(items[:MOST_CANDIDATES]), quantity)


async def offer_alternatives(turn: Turn, item: CatalogueItem, quantity: int | None = None) -> None:
    """The nearest products in stock: its own variants first, then what its name finds."""
    found = await search_products(turn.workspace, item.name, in_stock_only=True, limit=CANDIDATE_COUNT)
    others = [other for other in found.items if other.sku not in {item.sku, turn.replaces}]
    siblings = sorted(
        (other for other in others if other.product_id == item.product_id), key=lambda other: -_shared(other, item)
    )
    head = item.name.split()[0] if item.name.split() else item.name
    alike = siblings or [other for other in choose(head, others).best if choose(head, [other]).clear]
    if turn.reply.listing is not None:
        return
    if not alike:
        found = await search_products(turn.workspace, head, in_stock_only=True, limit=CANDIDATE_COUNT)
        alike = [other for other in choose(head, found.items).best if other.sku not in {item.sku, turn.replaces}]
    if not alike:
        offer_to_tell(turn, item, quantity, asks=True)
        return
    offer_to_tell(turn, item, quantity, asks=False)
    turn.reply.head("stock.alternatives")
    if len(alike) == 1:
        show_one(turn, alike[0], quantity)
    else:
        show_several(turn, alike, quantity)


def _shared(one: CatalogueItem, other: CatalogueItem) -> int:
    return sum(other.options.get(name) == value for name, value in one.options.items())


def tell_unfound(turn: Turn, intent: Intent) -> None:
    if intent.words.startswith("regalo"):
        turn.reply.close("ask.gift")
        return
    if is_need(intent.words):
        turn.reply.close("ask.for_need")
    elif intent.words and not content_words(intent.words):
        turn.is_lost = True
    elif not may_deny(intent):
        turn.is_half_lost = True
        turn.reply.tell("missing.unclear")
    else:
        turn.reply.tell("missing.none", said=said(turn, intent))
        turn.reply.close("missing.none_alone")
        offer_to_note(turn, said(turn, intent), intent.count)


def _wait(turn: Turn, intent: Intent, *, wants: bool) -> None:
    count = f"{intent.count} " if intent.count else "quiero " if wants else "busco "
    words = f"{count}{intent.words} {intent.filters.spelt()}".strip()
    if intent.quantity and intent.quantity.unit:
        words = f"{intent.quantity.number} {intent.quantity.unit} de {intent.words} {intent.filters.spelt()}".strip()
    turn.workspace.remember(waiting=(*turn.memory.waiting, words))
    turn.reply.later.append(said(turn, intent))


def said(turn: Turn, intent: Intent) -> str:
    """The product as the shopper named it: "poleras negras talla XL"."""
    words = turn.echo(intent.words or ("" if intent.filters.options else take_filters(turn.memory.query or "")[1]))
    if intent.words and not words:
        return ""
    colours = turn.echo(" ".join(intent.filters.colours))
    size = f"talla {intent.filters.size}" if intent.filters.size else ""
    turn.workspace.facts.add_texts([intent.filters.size, size])
    if re.match(r"(?:sin|con) ", intent.words):
        words = f"algo {words}"
    elif is_need(intent.words):
        words = f"algo para {words}"
    return " ".join(filter(None, (words, colours, size))) or "eso"


def _tell_excluded(turn: Turn, intent: Intent) -> None:
    filters = intent.filters
    if filters.is_comparison:
        turn.reply.head("missing.cheaper")
    elif (filters.max_price is not None or filters.min_price is not None) and not filters.options:
        turn.reply.head("missing.price", said=said(turn, intent))
    elif filters.options:
        phrase = said(turn, intent) if intent.words else f"En {_option_phrase(turn, intent)}"
        turn.reply.head("missing.option" if not intent.words else "missing.near", said=phrase)
    else:
        turn.reply.head("missing.near", said=said(turn, intent))


def _option_phrase(turn: Turn, intent: Intent) -> str:
    return said(turn, Intent(intent.kind, filters=intent.filters))


def _difference(items: Sequence[CatalogueItem], everything: Sequence[CatalogueItem]) -> str:
    """What tells these variants from their siblings: the values of the options that vary; a number never stands
    alone, where it would be read as how many there are."""
    names = _varying(everything)
    labels = [" ".join(item.options[name] for name in names if name in item.options) for item in items]
    told = ", ".join(dict.fromkeys(label for label in labels if label))
    return f"{names[0].casefold()} {told}" if told[:1].isdigit() else told


def _option_names(items: Sequence[CatalogueItem]) -> str:
    names = _varying(items)
    return " y ".join(f"{'el' if name.casefold().endswith('or') else 'la'} {name.casefold()}" for name in names)


def _varying(items: Sequence[CatalogueItem]) -> list[str]:
    names = list(dict.fromkeys(name for item in items for name in item.options))
    return [name for name in names if len({item.options.get(name) for item in items}) > 1]
