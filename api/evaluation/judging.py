"""Judges a played scenario: the tables first, then the words; and what must hold in every scenario."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.evaluation.grounding import fold, ungrounded
from api.evaluation.playing import Moment, Played
from api.evaluation.scenarios import Expectation

GROUNDED = "every amount is the shop's"
BY_A_YES = "no order without a yes"
ONE_ANSWER = "one answer per burst"
SAFETY = (GROUNDED, BY_A_YES, ONE_ANSWER)

_AGREEING = {"si", "ya", "dale", "ok", "confirmo", "po", "bueno", "listo"}
_ABSENT = re.compile(
    r"\bno (?:(?:lo|la|los|las|te|nos|me) )?(?:tenemos|tengo|vendemos|vendo|contamos|cuento|encontr\w+|encuentro"
    r"|manej\w+|trabaj\w+|ofrec\w+|hay|queda[n]?|existe[n]?|tiene|dispon\w+|esta en (?:el|nuestro) catalogo"
    r"|aparece|figura)\b|\bsin resultados\b|\bno est\w+ dentro\b"
)
_OUT_OF_STOCK = re.compile(
    r"\bsin (?:stock|existencias)\b|\bagotad\w+|\bse (?:me |nos |te )?agot\w+|\bfuera de stock\b"
    r"|\bno (?:me |nos |te )?(?:quedan?|hay|tengo|tenemos)\b|\bno estan? disponible"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` are expectations that do not hold; `violations` break what must hold in every scenario."""

    faults: Sequence[str]
    violations: Mapping[str, Sequence[str]]

    @property
    def passed(self) -> bool:
        return not self.faults and not any(self.violations.values())


def judge(played: Played) -> Verdict:
    faults = [
        f"turn {number}: {fault}"
        for number, (turn, moment) in enumerate(played.turns, start=1)
        for fault in faults_of(turn.expect, moment)
    ]
    faults += [f"end: {fault}" for fault in faults_of(played.scenario.end, played.end)]
    violations = {
        GROUNDED: list(ungrounded([played.opening, *(moment for _, moment in played.turns)])),
        BY_A_YES: list(_unasked_orders(played)),
        ONE_ANSWER: list(_wrong_counts(played)),
    }
    return Verdict(faults, violations)


def holds(expectation: Expectation, moment: Moment) -> bool:
    return not faults_of(expectation, moment)


def faults_of(expectation: Expectation, moment: Moment) -> list[str]:
    """Why the expectation does not hold, the tables first."""
    faults = [
        *_state_faults(expectation, moment),
        *_shown_faults(expectation, moment),
        *_word_faults(expectation, moment),
    ]
    if expectation.any_of:
        tries = [faults_of(one, moment) for one in expectation.any_of]
        if all(tries):
            faults.append("none of: " + " | ".join("; ".join(one) for one in tries))
    return faults


def _state_faults(expected: Expectation, moment: Moment) -> Iterator[str]:
    placed = [dict(order.lines) for order in moment.orders]
    total = moment.orders[-1].total if expected.order and moment.orders else moment.cart_total
    stock = {sku: moment.rows[sku].available for sku in expected.stock or {}}
    newest = moment.orders[-1].data if moment.orders else {}
    data = {name: newest.get(name, "") for name in expected.order_data or {}}
    comparisons = (
        ("cart", expected.cart, dict(moment.cart)),
        ("order", expected.order, placed),
        ("summary", expected.summary, dict(moment.summary)),
        ("total", expected.total, total),
        ("stock", expected.stock, stock),
        ("handoff", expected.handoff, moment.is_handed_off),
        ("order data", expected.order_data, data),
        ("waitlist", expected.waitlist, dict(moment.waitlist)),
        ("leads", expected.leads, list(moment.leads)),
    )
    for name, wanted, found in comparisons:
        if wanted is not None and wanted != found:
            yield f"{name} is {found}, not {wanted}"


def _shown_faults(expected: Expectation, moment: Moment) -> Iterator[str]:
    reply = fold(moment.reply)
    # What the turn says it showed, and the reply names.
    shown = [sku for sku in moment.shown if sku in moment.rows and fold(moment.rows[sku].name) in reply]
    if missing := [sku for sku in expected.shown if sku not in shown]:
        yield f"does not show {missing}, but {shown}"
    if expected.shown_any and not set(expected.shown_any) & set(shown):
        yield f"shows none of {expected.shown_any}, but {shown}"
    if expected.first and shown[:1] not in [[sku] for sku in expected.first]:
        yield f"shows {shown[:1]} first, not one of {expected.first}"
    if unwanted := [sku for sku in expected.not_shown if sku in shown]:
        yield f"shows {unwanted}"


def _word_faults(expected: Expectation, moment: Moment) -> Iterator[str]:
    reply = fold(moment.reply)
    if expected.says and not any(fold(words) in reply for words in expected.says):
        yield f"says none of {expected.says}"
    if missing := [words for words in expected.says_all if fold(words) not in reply]:
        yield f"does not say {missing}"
    if unwanted := [words for words in expected.says_not if fold(words) in reply]:
        yield f"says {unwanted}"
    for name, wanted, pattern in (
        ("that it is not sold", expected.is_absent, _ABSENT),
        ("that there is none left", expected.is_out_of_stock, _OUT_OF_STOCK),
    ):
        if wanted is not None and wanted != bool(pattern.search(reply)):
            yield f"{'does not say' if wanted else 'says'} {name}"


def _unasked_orders(played: Played) -> Iterator[str]:
    before = played.opening
    for number, (turn, moment) in enumerate(played.turns, start=1):
        new = moment.orders[len(before.orders) :]
        if new and not (turn.may_order or _is_plain_yes(moment.said)):
            yield f"turn {number}: an order nobody agreed to"
        if len(new) > 1:
            yield f"turn {number}: {len(new)} orders at once"
        for order in new:
            if dict(order.lines) != dict(before.summary):
                yield f"turn {number}: ordered {dict(order.lines)}, but was shown {dict(before.summary)}"
            if order.total != before.summary_total:
                yield f"turn {number}: ordered for {order.total}, but was shown {before.summary_total}"
        before = moment


def _is_plain_yes(said: Sequence[str]) -> bool:
    """Two words at most, all of them agreeing: narrower than what the agent takes for a yes."""
    words = re.findall(r"\w+", fold(" ".join(said)))
    return len(said) == 1 and 0 < len(words) <= 2 and set(words) <= _AGREEING


def _wrong_counts(played: Played) -> Iterator[str]:
    """While a person holds the conversation, the agent is silent."""
    for number, (_, moment) in enumerate(played.turns, start=1):
        wanted = 0 if moment.was_handed_off else 1
        if len(moment.replies) != wanted:
            yield f"turn {number}: {len(moment.replies)} answers, not {wanted}"
