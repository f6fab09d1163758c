"""What the shop's model is told: its own tone, form and additions, everywhere or on one channel, with their history."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from agent.loading import store_profile
from agent.wording import original_snippets, system_prompt
from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Invalid, Missing
from api.schemas import Moment, errors
from data.models import PromptVersion
from data.transaction import Transaction
from prompts.overriding import LONGEST, OVERRIDABLE, PLACEHOLDERS, PromptInvalid, check

router = APIRouter(prefix="/v1/prompts", tags=["Modelo de lenguaje"])

Name = Annotated[str, Path(max_length=40, examples=["tone"])]
OnChannel = Annotated[UUID | None, Query(description="Vacío: en todos los canales.")]
Text = Annotated[str, Field(max_length=LONGEST * 2)]


class PromptView(BaseModel):
    name: str
    describes: str
    original: str
    text: Annotated[str, Field(description="Lo que vale ahora en este canal.")]
    is_own: Annotated[bool, Field(description="Lo escribió la tienda.")]


class PromptsView(BaseModel):
    placeholders: list[str]
    prompts: list[PromptView]


class NewText(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Text


class Restoring(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class Trying(BaseModel):
    """Texts to try before they are kept, by name."""

    model_config = ConfigDict(extra="forbid")

    channel_id: UUID | None = None
    texts: Annotated[dict[str, Text], Field(max_length=len(OVERRIDABLE))] = {}


class PreviewView(BaseModel):
    text: Annotated[str, Field(description="Lo que recibe el modelo, entero.")]
    fingerprint: str


class VersionView(BaseModel):
    version: int
    text: Annotated[str | None, Field(description="Nulo: se volvió al original.")]
    author: str
    created_at: Moment


class VersionsView(BaseModel):
    versions: list[VersionView]


@router.get("", summary="Ver las instrucciones del modelo", responses=errors(401, 404))
async def list_prompts(principal: Viewer, runtime: RuntimeNeeded, channel_id: OnChannel = None) -> PromptsView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await _require_channel(tx, channel_id)
        own = await tx.prompts.current(channel_id)
    originals = original_snippets()
    return PromptsView(
        placeholders=list(PLACEHOLDERS),
        prompts=[
            PromptView(
                name=name,
                describes=describes,
                original=originals[name],
                text=own.get(name, originals[name]),
                is_own=name in own,
            )
            for name, describes in OVERRIDABLE.items()
        ],
    )


@router.post("/preview", summary="Probar las instrucciones sin guardarlas", responses=errors(401, 404, 422))
async def preview_prompts(body: Trying, principal: Viewer, runtime: RuntimeNeeded) -> PreviewView:
    for name, text in body.texts.items():
        _require_name(name)
        _require_text(text)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await _require_channel(tx, body.channel_id)
        own = await tx.prompts.current(body.channel_id)
        store = store_profile(await tx.tenants.get(), own | body.texts)
    text, fingerprint = system_prompt(store=store)
    return PreviewView(text=text, fingerprint=fingerprint)


@router.put("/{name}", summary="Cambiar una parte de las instrucciones", responses=errors(401, 403, 404, 422))
async def put_prompt(
    name: Name, body: NewText, principal: Admin, runtime: RuntimeNeeded, channel_id: OnChannel = None
) -> VersionView:
    _require_name(name)
    _require_text(body.text)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await _require_channel(tx, channel_id)
        return _view(await tx.prompts.put(name, channel_id, body.text, principal.email))


@router.delete("/{name}", status_code=204, summary="Volver al texto original", responses=errors(401, 403, 404))
async def delete_prompt(name: Name, principal: Admin, runtime: RuntimeNeeded, channel_id: OnChannel = None) -> None:
    """On a channel: back to what holds everywhere. What was written stays in the history."""
    _require_name(name)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await _require_channel(tx, channel_id)
        if not await tx.prompts.versions(name, channel_id, limit=1):
            raise Missing("Esa parte ya tiene su texto original.")
        await tx.prompts.put(name, channel_id, None, principal.email)


@router.get("/{name}/versions", summary="Ver las versiones de una parte", responses=errors(401, 404))
async def list_versions(
    name: Name, principal: Viewer, runtime: RuntimeNeeded, channel_id: OnChannel = None
) -> VersionsView:
    _require_name(name)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await _require_channel(tx, channel_id)
        return VersionsView(versions=[_view(row) for row in await tx.prompts.versions(name, channel_id)])


@router.post("/{name}/restore", summary="Volver a una versión", responses=errors(401, 403, 404, 422))
async def restore_version(
    name: Name, body: Restoring, principal: Admin, runtime: RuntimeNeeded, channel_id: OnChannel = None
) -> VersionView:
    _require_name(name)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await _require_channel(tx, channel_id)
        rows = await tx.prompts.versions(name, channel_id, limit=1_000)
        row = next((row for row in rows if row.version == body.version), None)
        if row is None:
            raise Missing("No encontramos esa versión.")
        return _view(await tx.prompts.put(name, channel_id, row.text, principal.email))


def _require_name(name: str) -> None:
    if name not in OVERRIDABLE:
        raise Missing(f"No conozco esa parte. Puedes cambiar: {', '.join(OVERRIDABLE)}.")


def _require_text(text: str) -> None:
    try:
        check(text)
    except PromptInvalid as error:
        raise Invalid(str(error), {"field": "text"}) from error


async def _require_channel(tx: Transaction, channel_id: UUID | None) -> None:
    if channel_id is not None and await tx.channels.get(channel_id) is None:
        raise Missing("No encontramos ese canal.")


def _view(row: PromptVersion) -> VersionView:
    return VersionView(version=row.version, text=row.text, author=row.author, created_at=row.created_at)
