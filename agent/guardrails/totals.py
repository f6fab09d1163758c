"""A total that is said is the total: of the cart as it is left, of the summary, or of an order that was told."""

import re
from collections.abc import Iterator
from decimal import Decimal

from agent.guardrails.figures import Figure, Says, figures
from agent.guardrails.known import Known, plain
from agent.workspace import Workspace

_BEFORE = re.compile(r"(?<!\w)total\b[^\n.;!?]{0,30}$")
_AFTER = re.compile(r" en total\b")


def total_problems(text: str, bare: str, workspace: Workspace, known: Known) -> Iterator[str]:
    """`text` as `known.plain` reads it, `bare` the same without the names of products. A line's own total may be said
    beside its name."""
    if "total" not in bare:
        return
    totals = _totals(workspace)
    for line, bare_line in zip(text.splitlines(), bare.splitlines(), strict=True):
        of_lines = {
            one.subtotal
            for one in workspace.lines.values()
            if plain(one.item.name) in line and len(workspace.lines) > 1
        }
        for figure in figures(bare_line):
            if _is_total(figure, bare_line) and figure.value not in totals | of_lines | known.told_amounts:
                yield f"The total {figure.written!r} is not the cart's total now."


def _is_total(figure: Figure, line: str) -> bool:
    if figure.says is not Says.MONEY or figure.value is None:
        return False
    return bool(
        _BEFORE.search(line[: figure.start]) or _BEFORE.search(line[: figure.at]) or _AFTER.match(line, figure.end)
    )


def _totals(workspace: Workspace) -> set[Decimal]:
    context = workspace.context
    totals = {sum((line.subtotal for line in workspace.lines.values()), Decimal(0))}
    for summary in (workspace.new_summary, workspace.order, context.summary):
        if summary is not None:
            totals |= {summary.total, summary.total + (summary.dispatch_cost or 0)}
    for order in workspace.told_orders.values():
        totals |= {order.total, order.total + (order.dispatch_cost or 0)}
    return totals
