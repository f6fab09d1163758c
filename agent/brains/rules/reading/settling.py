"""What the pieces of a burst come to beside each other: corrections, counts of what was named, things said twice."""

from dataclasses import replace
from fractions import Fraction

from agent.brains.rules.reading.intents import PRODUCT_KINDS, Intent, Kind
from agent.brains.rules.reading.quantities import ONLY_AMOUNT, Quantity, take_quantity


def settled_intents(intents: list[Intent]) -> list[Intent]:
    """ "No, el rojo" corrects; "sí" beside something said outright adds nothing."""
    settled: list[Intent] = []
    for intent in intents:
        previous = settled[-1] if settled else None
        if previous and _is_its_quantity(previous, _with_amount(intent)):
            kind = Kind.BUY if previous.kind is Kind.MENTION else intent.kind
            settled[-1] = replace(previous, kind=kind, quantity=_with_amount(intent).quantity)
        elif previous and previous.kind is Kind.NO and intent.kind in PRODUCT_KINDS | {Kind.REPLACE}:
            settled[-1] = replace(intent, is_correction=True, other=intent.other or previous.other)
        elif (
            previous and previous.kind is Kind.LATER and (intent.kind is Kind.CHECKOUT or intent.kind in PRODUCT_KINDS)
        ):
            settled[-1] = intent  # "filo, ciérralo igual"
        elif previous and previous.kind is Kind.YES and _outdoes(previous, intent):
            settled[-1] = intent
        elif previous and _is_said_again(previous, intent):
            continue
        elif _is_of_each(intent) and _uncounted(settled):
            settled = _counted(settled, intent)
        else:
            settled.append(intent)
    return settled


def _is_of_each(intent: Intent) -> bool:
    """ "Uno de cada uno": so many of each thing just named."""
    return intent.reference is not None and intent.reference.kind == "all" and intent.kind in {Kind.SET, Kind.MENTION}


def _uncounted(intents: list[Intent]) -> list[Intent]:
    wants = {Kind.MENTION, Kind.SHOW, Kind.BUY}
    return [one for one in intents if one.kind in wants and one.words and one.quantity is None]


def _counted(intents: list[Intent], each: Intent) -> list[Intent]:
    """The same things, wanted, so many of each."""
    named, quantity = _uncounted(intents), each.quantity or Quantity(Fraction(1))
    return [replace(one, kind=Kind.BUY, quantity=quantity) if one in named else one for one in intents]


def _is_said_again(previous: Intent, intent: Intent) -> bool:
    """Two questions about one thing of the shop are two: how much it costs, how long it takes."""
    is_other_question = intent.kind is Kind.SHOP and intent.asked != previous.asked
    return intent == previous and intent.kind not in PRODUCT_KINDS and not is_other_question


def _outdoes(agreed: Intent, intent: Intent) -> bool:
    """Whether a "ya" or "sí" is only the beginning of what follows: "ya, ese", "ok, y poleras?", "sí, dame 2"."""
    if intent.kind in {Kind.GREET, Kind.THANK, Kind.BYE, Kind.LAUGH, Kind.HOW_ARE_YOU}:
        return False
    is_firm = agreed.words.split()[:1] in (["si"], ["sip"], ["dale"])
    return not (is_firm and intent.kind in {Kind.BUY, Kind.MENTION} and intent.words)


def _with_amount(intent: Intent) -> Intent:
    """ "Un kilo", said alone after what it is of."""
    may_be = intent.kind in {Kind.MENTION, Kind.BUY} and intent.quantity is None
    is_amount = may_be and ONLY_AMOUNT.fullmatch(intent.words)
    quantity, rest = take_quantity(f"{intent.words} de eso") if is_amount else (None, "")
    return replace(intent, words="", quantity=quantity) if quantity and rest == "eso" else intent


def _is_its_quantity(want: Intent, number: Intent) -> bool:
    """ "Leche entera, 2", "cebolla, un kilo", "ese, 2"."""
    names = want.words or want.reference or want.filters
    is_want = want.kind in {Kind.BUY, Kind.MENTION, Kind.SHOW, Kind.STOCK} and names and want.quantity is None
    is_number = number.quantity is not None and number.is_empty
    return bool(is_want) and is_number and number.kind in {want.kind, Kind.BUY}
