"""The shop's own words: groups of equivalents that its search knows beside the curated ones."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import Admin, RuntimeNeeded
from api.errors import Invalid
from api.schemas import errors
from data.search.own_words import MOST_CHARACTERS, MOST_GROUPS, MOST_WORDS, GroupRefused, OwnWords, normalised

router = APIRouter(prefix="/v1/lexicon", tags=["Catálogo"])


class LexiconBody(BaseModel):
    """Each group is one thing by its several names."""

    model_config = ConfigDict(extra="forbid")

    groups: Annotated[
        list[list[str]],
        Field(
            description=f"Hasta {MOST_GROUPS} grupos de 2 a {MOST_WORDS} palabras de hasta {MOST_CHARACTERS} letras.",
            examples=[[["chomba", "polera piqué"], ["confort", "papel higiénico"]]],
        ),
    ]


@router.get("", summary="Ver las palabras propias de la tienda", responses=errors(401, 403))
async def get_lexicon(principal: Admin, runtime: RuntimeNeeded) -> LexiconBody:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        _, own = await tx.tenants.catalogue_version_and_words()
    return _view(own)


@router.put("", summary="Cambiar las palabras propias de la tienda", responses=errors(401, 403, 422))
async def put_lexicon(body: LexiconBody, principal: Admin, runtime: RuntimeNeeded) -> LexiconBody:
    """Reemplaza la lista entera; vacía, quedan solo las palabras de Caserita. Vale desde la búsqueda siguiente."""
    try:
        own = OwnWords(normalised(body.groups))
    except GroupRefused as error:
        raise Invalid(str(error)) from error
    async with runtime.database.transaction(principal.tenant_id) as tx:
        await tx.tenants.set_own_words(own)
    return _view(own)


def _view(own: OwnWords) -> LexiconBody:
    return LexiconBody(groups=[list(group) for group in own.groups])
