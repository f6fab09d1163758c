"""How many messages went out in a month, and how many of them the providers billed."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.dependencies import KnownFilters, RuntimeNeeded, Viewer
from api.errors import Invalid
from api.schemas import errors
from data.states import ChannelKind

router = APIRouter(prefix="/v1/usage", tags=["Canales"])

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class UsageView(BaseModel):
    """`kind` is what the provider bills it as (service, utility, marketing…); before it said, service or template."""

    channel_kind: ChannelKind
    kind: str
    sent_count: int
    billed_count: int


class MonthView(BaseModel):
    month: str
    sent_count: int
    billed_count: int
    counts: list[UsageView]


@router.get(
    "", summary="Mensajes enviados y cobrados en un mes", responses=errors(401, 422), dependencies=[KnownFilters]
)
async def get_usage(
    principal: Viewer,
    runtime: RuntimeNeeded,
    month: Annotated[str, Query(description="AAAA-MM, en UTC; vacío es este mes.", examples=["2026-11"])] = "",
) -> MonthView:
    begins = _begins(month)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.outbound.usage(begins)
    counts = [
        UsageView(
            channel_kind=count.channel_kind,
            kind=count.kind,
            sent_count=count.sent_count,
            billed_count=count.billed_count,
        )
        for count in found
    ]
    return MonthView(
        month=begins.strftime("%Y-%m"),
        sent_count=sum(count.sent_count for count in counts),
        billed_count=sum(count.billed_count for count in counts),
        counts=counts,
    )


def _begins(month: str) -> date:
    if not month:
        return datetime.now(UTC).date().replace(day=1)
    match = _MONTH.fullmatch(month)
    if match is None:
        raise Invalid("El mes se escribe como 2026-11.", {"field": "month"})
    return date(int(match[1]), int(match[2]), 1)
