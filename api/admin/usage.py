"""How many messages went out in a month and how many of them the providers billed; what language models cost."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

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


class ModelUsageView(BaseModel):
    """Every call of a model, also those whose answer was not used."""

    model: str
    call_count: int
    input_token_count: int
    output_token_count: int
    cost_usd: Annotated[Decimal, Field(description="De las llamadas cuyo precio se conoce.")]
    unpriced_count: Annotated[int, Field(description="Llamadas a modelos sin precio conocido.")]


class MonthView(BaseModel):
    month: str
    sent_count: int
    billed_count: int
    counts: list[UsageView]
    models: list[ModelUsageView]
    model_cost_usd: Decimal


@router.get("", summary="Mensajes y modelos de un mes", responses=errors(401, 422), dependencies=[KnownFilters])
async def get_usage(
    principal: Viewer,
    runtime: RuntimeNeeded,
    month: Annotated[str, Query(description="AAAA-MM, en UTC; vacío es este mes.", examples=["2026-11"])] = "",
) -> MonthView:
    begins = _begins(month)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.outbound.usage(begins)
        models = await tx.models.usage(begins)
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
        models=[
            ModelUsageView(
                model=one.model,
                call_count=one.call_count,
                input_token_count=one.input_token_count,
                output_token_count=one.output_token_count,
                cost_usd=one.cost_usd,
                unpriced_count=one.unpriced_count,
            )
            for one in models
        ],
        model_cost_usd=sum((one.cost_usd for one in models), Decimal(0)),
    )


def _begins(month: str) -> date:
    if not month:
        return datetime.now(UTC).date().replace(day=1)
    match = _MONTH.fullmatch(month)
    if match is None:
        raise Invalid("El mes se escribe como 2026-11.", {"field": "month"})
    return date(int(match[1]), int(match[2]), 1)
