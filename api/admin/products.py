"""The catalogue as shoppers would find it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from api.dependencies import KnownFilters, RuntimeNeeded, Viewer
from api.downloads import temporary_file
from api.errors import Invalid, Missing
from api.schemas import Limit, Money, errors, money
from data.catalogue_search import find_products
from data.repositories.items import CatalogueItem
from ingestion.exporting import export_catalogue

router = APIRouter(prefix="/v1/products", tags=["Catálogo"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ProductView(BaseModel):
    """One variant: what can be bought."""

    variant_id: UUID
    product_id: UUID
    sku: str
    name: str
    title: str
    brand: str | None
    category: str | None
    description: str | None
    options: dict[str, str]
    unit: str | None
    price: Money
    currency: str
    available: Annotated[int | None, Field(description="Nulo: la tienda no cuenta el stock de este producto.")]
    image_url: str | None
    is_archived: bool


class ProductPage(BaseModel):
    products: list[ProductView]
    next: Annotated[str | None, Field(description="Pásalo como `after` para la página siguiente.")]
    total: Annotated[int | None, Field(description="Cuántos hay en el catálogo; nulo en una búsqueda.")]


@router.get("", summary="Ver o buscar productos", responses=errors(401, 422), dependencies=[KnownFilters])
async def list_products(
    principal: Viewer,
    runtime: RuntimeNeeded,
    limit: Limit = 50,
    after: Annotated[str | None, Query(max_length=200, description="El `next` de la página anterior.")] = None,
    q: Annotated[str | None, Query(max_length=500, description="Busca como lo haría un cliente.")] = None,
    archived: Annotated[bool, Query(description="Los que ya no se venden, en vez de los que sí.")] = False,
) -> ProductPage:
    if q is not None and q.strip():
        if archived:
            raise Invalid("Solo se puede buscar en lo que está a la venta. Quita q o archived.", {"field": "archived"})
        return await _search(runtime, principal.tenant_id, q, limit)
    async with runtime.database.transaction(principal.tenant_id) as tx:
        items = await tx.catalogue.page(limit + 1, after, archived=archived)
        total = await tx.catalogue.count(archived=archived)
    page = items[:limit]
    return ProductPage(
        products=[_view(item) for item in page], next=page[-1].sku if len(items) > limit else None, total=total
    )


@router.get(
    "/export",
    summary="Bajar el catálogo como planilla",
    response_class=FileResponse,
    responses=errors(401, 422)
    | {200: {"content": {"text/csv": {}, _XLSX: {}}, "description": "Se puede editar y volver a subir tal cual."}},
    dependencies=[KnownFilters],
)
async def export_products(
    principal: Viewer,
    runtime: RuntimeNeeded,
    kind: Annotated[Literal["csv", "xlsx"], Query(alias="format", description="csv o xlsx.")] = "csv",
) -> FileResponse:
    name = f"catalogo-{datetime.now(UTC):%Y-%m-%d}.{kind}"
    async with temporary_file(name, _XLSX if kind == "xlsx" else "text/csv; charset=utf-8") as answer:
        await export_catalogue(runtime.database, principal.tenant_id, Path(answer.path))
    return answer


@router.get("/{sku:path}", summary="Ver un producto", responses=errors(401, 404))
async def get_product(sku: str, principal: Viewer, runtime: RuntimeNeeded) -> ProductView:
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.catalogue.by_skus([sku])
    if not found:
        raise Missing("No hay un producto con ese código en tu catálogo.")
    return _view(next(iter(found.values())))


async def _search(runtime: RuntimeNeeded, tenant_id: UUID, query: str, limit: int) -> ProductPage:
    hits = await find_products(runtime.database, runtime.indexes, tenant_id, query, limit)
    return ProductPage(products=[_view(hit.item) for hit in hits], next=None, total=None)


def _view(item: CatalogueItem) -> ProductView:
    return ProductView(
        variant_id=item.variant_id,
        product_id=item.product_id,
        sku=item.sku,
        name=item.name,
        title=item.title,
        brand=item.brand,
        category=item.category,
        description=item.description,
        options=dict(item.options),
        unit=item.unit,
        price=money(item.unit_price, item.currency),
        currency=item.currency,
        available=item.available,
        image_url=item.image_url,
        is_archived=item.is_archived,
    )
