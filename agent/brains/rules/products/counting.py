"""Whether a number among the words is which one ("coca cola 1,5") or how many ("gorros 3")."""

import re
from dataclasses import replace

from agent.brains.rules.products.amounts import has_dimension, is_measured
from agent.brains.rules.products.choosing import covers
from agent.brains.rules.products.finding import find, find_among_shown
from agent.brains.rules.products.outcome import UNSAID, Finding, Outcome
from agent.brains.rules.reading.intents import Intent
from agent.brains.rules.reading.quantities import NUMBER, ONLY_AMOUNT, Quantity, take_quantity
from agent.brains.rules.reading.vocabulary import CONTAINERS
from agent.brains.rules.turn import Turn
from data.search.units import read_number
from data.search.words import tokenise

_DECIMALS = re.compile(r"(?P<number>\d+[.,]\d+) (?:de )?(?P<rest>[a-z].+)")
_AMOUNT_AFTER = re.compile(
    rf"(?P<name>[a-z].*?) (?P<amount>(?:{NUMBER}|\d+[.,]\d+|medio) ?"
    r"(?:kilos?|kg|litros?|metros?|gramos?|unidades|docenas?))"
    r"(?: y medio)?$"
)


# "Toallitas húmedas 3", "gorros como dos paquetes": how many, where no product is called so.
_COUNT_AFTER = re.compile(
    rf"(?P<name>[a-z].*?[a-z]{{2}}.*?) (?:(?:como|unos|unas|serian) )?(?P<count>{NUMBER})(?P<held> {CONTAINERS})?$"
)
_MOST_BARE = 24


async def find_wanted(turn: Turn, intent: Intent) -> tuple[Intent, Finding]:
    """A number is which one ("coca cola 1,5", "azúcar 2 kilos") or, if there is none such, how many."""
    if intent.quantity is None and ONLY_AMOUNT.fullmatch(intent.words):
        return await _so_much_of_it(turn, intent)
    finding = await find(turn, intent)
    return await counted(turn, intent, finding) or (intent, finding)


def _may_count(intent: Intent, finding: Finding) -> bool:
    """Whether a number among the words is in the name of nothing found."""
    if intent.quantity is not None or finding.outcome in {Outcome.NEAR, Outcome.NONE}:
        return intent.quantity is None
    match = _COUNT_AFTER.match(intent.words)
    if match is None or not match["held"]:
        return False
    value = take_quantity(match["count"])[0]
    said = {match["count"], str(value.whole) if value else ""}
    return not any(said & {part.rstrip("~") for part in tokenise(item.title)} for item in finding.items)


async def counted(turn: Turn, intent: Intent, found: Finding) -> tuple[Intent, Finding] | None:
    """The number among the words read as how many, and what the others name; not a bare number after the name of what
    comes in sizes ("broca 10")."""
    want = _with_amount(intent) if _may_count(intent, found) else None
    if want is None:
        return None
    finding = await find(turn, want)
    is_bare = bool(re.search(rf" {NUMBER}$", intent.words))
    if finding.outcome in {Outcome.NEAR, Outcome.NONE} or (is_bare and any(map(has_dimension, finding.items))):
        return None
    return want, finding


async def _so_much_of_it(turn: Turn, intent: Intent) -> tuple[Intent, Finding]:
    """ "Deme 2 kilos": of what was talked about, if that is sold by weight or in such sizes."""
    amount = _with_amount(intent)
    finding = await find_among_shown(turn, intent) or (await find(turn, amount) if amount else UNSAID)
    if amount is None or finding.item is None or (finding.was_shown and covers(intent.words, finding.item)):
        return intent, finding
    return (amount, finding) if is_measured(finding.item, amount.quantity) else (replace(intent, words=""), UNSAID)


def _with_amount(intent: Intent) -> Intent | None:
    """The number among the words read as how many."""
    if match := ONLY_AMOUNT.fullmatch(intent.words):
        quantity, rest = take_quantity(f"{match[0]} de eso")
        return replace(intent, words="", quantity=quantity) if quantity and rest == "eso" else None
    if match := _DECIMALS.match(intent.words):
        number = read_number(match["number"])
        return replace(intent, words=match["rest"], quantity=Quantity(number)) if number else None
    if match := _AMOUNT_AFTER.match(intent.words):
        quantity, rest = take_quantity(f"{match['amount']} de {match['name']}")
        return replace(intent, words=rest, quantity=quantity) if quantity else None
    if match := _COUNT_AFTER.match(intent.words):
        quantity = take_quantity(match["count"])[0]
        count = quantity.whole if quantity else None
        return replace(intent, words=match["name"], quantity=quantity) if count and count <= _MOST_BARE else None
    return None
