"""What a turn's model calls cost: counted in the turn's transaction, warned of in good time."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from data.models import Turn
from data.transaction import Transaction

WARNING_SHARE = Decimal("0.8")


def month_of(now: datetime) -> date:
    return now.date().replace(day=1)


def note_calls(turn: Turn, calls: list[dict[str, Any]]) -> None:
    """Tokens and cost of all calls of a turn, also of those whose answer was not used."""
    turn.model_calls = calls
    if not calls:
        return
    turn.input_token_count = sum(call["input_token_count"] for call in calls)
    turn.output_token_count = sum(call["output_token_count"] for call in calls)
    costs = [_cost(call) for call in calls]
    known = [cost for cost in costs if cost is not None]
    turn.cost_usd = sum(known, Decimal(0)) if len(known) == len(costs) else None


async def count_calls(tx: Transaction, calls: list[dict[str, Any]], now: datetime) -> None:
    """Into the month's usage. One event when four fifths of what the shop allows are spent, and one when all is."""
    if not calls:
        return
    month = month_of(now)
    row = await tx.models.get()
    limit = row.most_usd_a_month if row is not None else None
    before = await tx.models.spent(month) if limit is not None else Decimal(0)
    for name in sorted({call["model"] for call in calls}):
        own = [call for call in calls if call["model"] == name]
        costs = [_cost(call) for call in own]
        await tx.models.count(
            month,
            name,
            calls=len(own),
            input_tokens=sum(call["input_token_count"] for call in own),
            output_tokens=sum(call["output_token_count"] for call in own),
            cost=None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0)),
        )
    if row is None or limit is None:
        return
    spent = await tx.models.spent(month)
    told = {"month": month.isoformat(), "spent_usd": str(spent), "most_usd_a_month": str(limit)}
    if spent >= limit * WARNING_SHARE and row.warned_month != month:
        row.warned_month = month
        await tx.events.add("model_budget.nearly_spent", **told)
    if before < limit <= spent:
        await tx.events.add("model_budget.spent", **told)


def _cost(call: dict[str, Any]) -> Decimal | None:
    return None if call["cost_usd"] is None else Decimal(call["cost_usd"])
