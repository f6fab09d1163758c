"""Every figure of a reply must be one this turn read: an amount, a count, or a number in a name."""

from collections.abc import Iterator

from agent.guardrails.figures import PROMISES, Figure, Says, figures
from agent.guardrails.known import Known

_PROBLEMS = {
    Says.MONEY: "The amount {written!r} is not a price or total returned by a tool in this turn.",
    Says.COUNT: "The quantity {written!r} is not a stock or quantity returned by a tool in this turn.",
    Says.SHARE: "The percentage {written!r} is not in the store's data; discounts may not be offered.",
    Says.NUMBER: "The number {written!r} is not in what the tools returned.",
    Says.BULLET: "The list number {written!r} is out of range.",
}
_MOST_BULLETS = 20
_SELF_EVIDENT = 100  # smaller numbers in words ("una de dos", "los tres") say nothing about money or stock


def number_problems(text: str, known: Known) -> Iterator[str]:
    """`text` as `known.plain` reads it."""
    spans = known.spans(text)
    for figure in figures(text):
        if not (known.names(figure, text, spans) or _is_known(figure, known)):
            yield _PROBLEMS[figure.says].format(written=figure.written)


def _is_known(figure: Figure, known: Known) -> bool:
    value = figure.value
    if value is None:
        return False
    if figure.says is Says.MONEY:
        return value in known.amounts or (_is_bare(figure) and figure.written in known.texts)
    if figure.says is Says.COUNT:
        return value in known.counts or (bool(figure.measure) and (value, figure.measure) in known.own_measures)
    if figure.says is Says.BULLET:
        return value <= _MOST_BULLETS
    if figure.says is Says.SHARE:
        return False
    if figure.measure in PROMISES:
        return (value, figure.measure) in known.measures | known.own_measures
    return (
        value in known.amounts | known.counts | known.numbers | known.own_numbers
        or (value, figure.measure) in known.own_measures
        or 0 < value <= known.most_listed
        or (figure.is_spelt and value < _SELF_EVIDENT)
    )


def _is_bare(figure: Figure) -> bool:
    """A numeric SKU may be said with nothing around it that makes it a price."""
    return figure.start == figure.at and figure.written.isdigit()
