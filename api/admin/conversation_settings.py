"""How a shop's conversations go: whose phone commands, how long people are waited for, how fast one may write."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.dependencies import Admin, Principal, RuntimeNeeded, Viewer
from api.errors import Missing
from api.schemas import errors
from channels.incoming.bursts import LONGEST_SECONDS
from data.models import Tenant
from data.tenant_settings import BURSTS, NUMBERS, digits_of, number, owner_phones

router = APIRouter(prefix="/v1/tenants", tags=["Tiendas"])

# With its country's code: "9 1234 5678" is a number of Chile only to who is there.
_FEWEST_DIGITS = 10


def _between(name: str, description: str) -> Any:
    default, least, most = NUMBERS[name]
    return Field(ge=least, le=most, strict=True, description=f"{description} Si no se dice: {default:g}.")


_BURST = Field(ge=0, le=LONGEST_SECONDS, strict=True, allow_inf_nan=False)
Seconds = Annotated[float, _BURST]


class ConversationSettings(BaseModel):
    """As they hold now. A channel's own `burst_seconds` go before these."""

    owner_phones: Annotated[list[str], Field(description="Teléfonos que pueden escribir /pausa y /reanuda.")]
    handoff_timeout_minutes: Annotated[float, Field(description="0: se espera a una persona sin límite.")]
    contact_turns_per_minute: float
    contact_turns_per_hour: float
    tenant_turns_per_minute: float
    quiet_minutes: float
    media_days: Annotated[float, Field(description="Cuántos días se guardan los archivos. 0: siempre.")]
    burst_seconds: Annotated[float | None, Field(description="Nulo: lo usual de cada tipo de canal.")]
    longest_burst_seconds: float | None


class ConversationSettingsChange(BaseModel):
    """What is left out stays as it is; null goes back to what is usual."""

    model_config = ConfigDict(extra="forbid")

    owner_phones: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None,
        Field(max_length=20, description="Con código de país: +56 9 1234 5678."),
    ] = None
    handoff_timeout_minutes: Annotated[
        int | None, _between("handoff_timeout_minutes", "Minutos que se espera a una persona; 0 es sin límite.")
    ] = None
    contact_turns_per_minute: Annotated[
        int | None, _between("contact_turns_per_minute", "Respuestas por minuto a un cliente; 0 es sin límite.")
    ] = None
    contact_turns_per_hour: Annotated[
        int | None, _between("contact_turns_per_hour", "Respuestas por hora a un cliente; 0 es sin límite.")
    ] = None
    tenant_turns_per_minute: Annotated[
        int | None, _between("tenant_turns_per_minute", "Respuestas por minuto de la tienda; 0 es sin límite.")
    ] = None
    quiet_minutes: Annotated[
        int | None, _between("quiet_minutes", "Minutos de silencio tras una cadena de respuestas automáticas.")
    ] = None
    media_days: Annotated[
        int | None, _between("media_days", "Días que se guardan los archivos de los clientes; 0 es siempre.")
    ] = None
    burst_seconds: Annotated[
        Seconds | None, Field(description="Silencio que se espera antes de contestar, en todos los canales.")
    ] = None
    longest_burst_seconds: Annotated[Seconds | None, Field(description="Cuánto se espera en total, como máximo.")] = (
        None
    )

    @field_validator("owner_phones")
    @classmethod
    def _phones(cls, phones: list[str] | None) -> list[str] | None:
        return None if phones is None else list(dict.fromkeys(_phone(phone) for phone in phones))


def _phone(phone: str) -> str:
    digits = digits_of(phone)
    if len(digits) < _FEWEST_DIGITS or any(character.isalpha() for character in phone):
        raise ValueError("Escribe cada teléfono con código de país, por ejemplo +56 9 1234 5678.")
    return f"+{digits}"


@router.get("/{tenant_id}/conversation-settings", summary="Ver cómo van las conversaciones", responses=errors(401, 404))
async def get_conversation_settings(tenant_id: UUID, principal: Viewer, runtime: RuntimeNeeded) -> ConversationSettings:
    _check_own(tenant_id, principal)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        return _view(await tx.tenants.get())


@router.patch(
    "/{tenant_id}/conversation-settings",
    summary="Cambiar cómo van las conversaciones",
    responses=errors(401, 403, 404, 422),
)
async def change_conversation_settings(
    tenant_id: UUID, body: ConversationSettingsChange, principal: Admin, runtime: RuntimeNeeded
) -> ConversationSettings:
    """Lo que no se envía queda como estaba; nulo vuelve a lo usual. Vale en segundos para los canales abiertos."""
    _check_own(tenant_id, principal)
    changes = body.model_dump(exclude_unset=True)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        tenant = await tx.tenants.get(lock=True)
        kept = {name: value for name, value in tenant.settings.items() if name not in changes}
        tenant.settings = kept | {name: value for name, value in changes.items() if value is not None}
        return _view(tenant)


def _view(tenant: Tenant) -> ConversationSettings:
    values: dict[str, Any] = {name: number(tenant, name) for name in NUMBERS}
    values |= {name: tenant.settings.get(name) for name in BURSTS}
    return ConversationSettings.model_construct(
        owner_phones=sorted(f"+{digits}" for digits in owner_phones(tenant)), **values
    )


def _check_own(tenant_id: UUID, principal: Principal) -> None:
    if tenant_id != principal.tenant_id:
        raise Missing("No encontramos esa tienda.")
