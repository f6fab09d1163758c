"""The shop's language model: which one, its key, what it may spend in a month, and its switch."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from agent.brains.llm.models import ModelSettingInvalid, make_chat_model
from agent.spending import month_of
from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Invalid, Missing
from api.runtime import Runtime
from api.schemas import errors
from connectors.errors import ConnectorError, TargetRefused
from data.model_prices import price_of
from data.models import TenantModel

router = APIRouter(prefix="/v1/model", tags=["Modelo de lenguaje"])


class ModelSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    setting: Annotated[
        str, Field(max_length=200, examples=["openai:gpt-4.1-mini"], description="Vacío: el de esta instalación.")
    ] = ""
    base_url: Annotated[
        str | None,
        Field(max_length=500, examples=["https://llm.mitienda.cl/v1"], description="De un servidor compatible."),
    ] = None
    is_enabled: Annotated[bool, Field(description="Apagado, responden las reglas desde el próximo mensaje.")] = True
    most_usd_a_month: Annotated[
        Decimal | None,
        Field(ge=0, le=1_000_000, decimal_places=2, description="Al llegar, responden las reglas. Nulo: sin tope."),
    ] = None


class ModelChange(ModelSettings):
    key: Annotated[
        SecretStr | None,
        Field(
            max_length=500, description="La clave. Nula: la que ya está, si el modelo y la dirección son los mismos."
        ),
    ] = None


class ModelView(ModelSettings):
    """The key goes in and never comes out."""

    has_key: bool
    has_price: Annotated[bool, Field(description="Se conoce su precio: sin él no hay tope que valga.")]
    spent_usd: Annotated[Decimal, Field(description="En lo que va del mes (UTC).")]


@router.get("", summary="Ver el modelo de lenguaje", responses=errors(401))
async def get_model(principal: Viewer, runtime: RuntimeNeeded) -> ModelView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        row, spent = await tx.models.get(), await tx.models.spent(month_of(datetime.now(UTC)))
    return _view(runtime, row, spent)


@router.put("", summary="Elegir el modelo de lenguaje", responses=errors(401, 403, 422))
async def put_model(body: ModelChange, principal: Admin, runtime: RuntimeNeeded) -> ModelView:
    base_url = (body.base_url or "").strip().rstrip("/") or None
    setting = body.setting.strip()
    key = body.key.get_secret_value().strip() if body.key is not None else None
    if not setting and (key or base_url):
        raise Invalid("Di qué modelo es, como openai:gpt-4.1-mini.", {"field": "setting"})
    if base_url is not None:
        await _require_reachable(runtime, base_url)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        known = await tx.models.get()
        # A key is never sent to an address, or to a provider, that it was not given for.
        is_same = known is not None and (_provider(known.setting), known.base_url) == (_provider(setting), base_url)
        if key is None and not is_same:
            key = ""
        if setting:
            has_key = bool(key) or (key is None and known is not None and known.secrets is not None)
            _require_usable(setting, base_url, has_key=has_key)
        row = await tx.models.put(
            setting=setting,
            base_url=base_url,
            key=key,
            is_enabled=body.is_enabled,
            most_usd_a_month=body.most_usd_a_month,
            box=runtime.secrets,
        )
        spent = await tx.models.spent(month_of(datetime.now(UTC)))
        await tx.events.add("model.changed", is_enabled=body.is_enabled)
    return _view(runtime, row, spent)


@router.delete("", status_code=204, summary="Volver al modelo de la instalación", responses=errors(401, 403, 404))
async def delete_model(principal: Admin, runtime: RuntimeNeeded) -> None:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        if not await tx.models.remove():
            raise Missing("La tienda no eligió un modelo.")
        await tx.events.add("model.changed", is_enabled=True)


def _provider(setting: str) -> str:
    return setting.partition(":")[0]


async def _require_reachable(runtime: Runtime, url: str) -> None:
    try:
        await runtime.http.check(url)
    except ConnectorError as error:
        reason = error.reason if isinstance(error, TargetRefused) else error.code
        raise Invalid(error.sentence, {"field": "base_url", "reason": reason}) from error


def _require_usable(setting: str, base_url: str | None, *, has_key: bool) -> None:
    try:
        make_chat_model(setting, api_key="a-key" if has_key else None, base_url=base_url)
    except ModelSettingInvalid as error:
        raise Invalid(str(error).replace(" en LLM_API_KEY", ""), {"field": "setting"}) from error


def _view(runtime: Runtime, row: TenantModel | None, spent: Decimal) -> ModelView:
    setting = row.setting if row is not None else ""
    base_url = row.base_url if row is not None else None
    is_priced = price_of(setting or runtime.settings.llm) is not None
    return ModelView(
        setting=setting,
        base_url=base_url,
        is_enabled=row.is_enabled if row is not None else True,
        most_usd_a_month=row.most_usd_a_month if row is not None else None,
        has_key=row is not None and row.secrets is not None,
        has_price=is_priced and not (base_url if setting else runtime.settings.llm_base_url),
        spent_usd=spent,
    )
