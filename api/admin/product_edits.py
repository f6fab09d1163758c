"""One product with its variants: written, changed, archived and brought back by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

from api.dependencies import Admin, RuntimeNeeded, Viewer
from api.errors import Conflict, Invalid, Missing, PreconditionFailed
from api.runtime import Runtime
from api.schemas import Money, errors, money
from data.errors import AlreadyExists, NotFound
from data.repositories.edits import EditedVariant
from ingestion.drafts import DraftRefused, ProductDraft, VariantDraft
from ingestion.editing import (
    ProductState,
    StaleEdit,
    archive_product,
    change_product,
    create_product,
    read_product,
    restore_product,
)

router = APIRouter(prefix="/v1/products", tags=["Catálogo"])

_CHANGED = "Este producto cambió mientras lo editabas. Ábrelo de nuevo y repite tu cambio."
_WRITES = errors(401, 403, 404, 409, 412, 422)


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("Debe ser un número.")
    return value


Amount = Annotated[
    Decimal, BeforeValidator(_no_truth_value), Field(examples=["12990"], description="Mayor que cero, con IVA.")
]
Stock = Annotated[StrictInt | None, Field(description="Unidades que hay; nulo: se vende sin contar.")]
Words = Annotated[list[str], Field(max_length=100)]
_VERSION = Field(description="La que leíste; si el producto ya cambió, se responde 409.", max_length=100)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VariantBody(_Body):
    sku: Annotated[str, Field(max_length=200, description="Tu código; no se repite en el catálogo.")]
    price: Amount
    stock: Stock = None
    barcode: Annotated[str | None, Field(max_length=200)] = None
    unit: Annotated[str | None, Field(max_length=100)] = None
    options: Annotated[
        dict[str, str],
        Field(max_length=100, examples=[{"talla": "M", "color": "negro"}], description="Nombre → valor."),
    ] = {}


class ProductBody(_Body):
    """The whole product: what is left out is emptied, and a variant that is left out is archived."""

    name: Annotated[str, Field(max_length=1_000)]
    brand: Annotated[str | None, Field(max_length=1_000)] = None
    category: Annotated[str | None, Field(max_length=1_000)] = None
    description: Annotated[str | None, Field(max_length=20_000)] = None
    synonyms: Words = []
    tags: Words = []
    images: Annotated[list[str], Field(max_length=100, description="Direcciones https, la principal primero.")] = []
    variants: Annotated[list[VariantBody], Field(max_length=1_000)]
    version: Annotated[str | None, _VERSION] = None


class VariantChange(_Body):
    """A variant known by its SKU, or a new one, which needs its price."""

    sku: Annotated[str, Field(max_length=200)]
    price: Amount | None = None
    stock: Stock = None
    barcode: Annotated[str | None, Field(max_length=200)] = None
    unit: Annotated[str | None, Field(max_length=100)] = None
    options: Annotated[dict[str, str] | None, Field(max_length=100)] = None


class ProductChange(_Body):
    """What is left out stays as it is, variants too."""

    name: Annotated[str, Field(max_length=1_000)] = ""
    brand: Annotated[str | None, Field(max_length=1_000)] = None
    category: Annotated[str | None, Field(max_length=1_000)] = None
    description: Annotated[str | None, Field(max_length=20_000)] = None
    synonyms: Words = []
    tags: Words = []
    images: Annotated[list[str], Field(max_length=100)] = []
    variants: Annotated[list[VariantChange], Field(max_length=1_000)] = []
    version: Annotated[str | None, _VERSION] = None


class EditedVariantView(BaseModel):
    id: UUID
    sku: str
    price: Money
    stock: Annotated[int | None, Field(description="Lo que hay en la tienda, reservado o no.")]
    barcode: str | None
    unit: str | None
    options: dict[str, str]
    is_archived: bool


class ProductDetail(BaseModel):
    """`version` changes whenever anything of the product does; it is the ETag too."""

    id: UUID
    version: str
    name: str
    brand: str | None
    category: str | None
    description: str | None
    synonyms: list[str]
    tags: list[str]
    images: list[str]
    currency: str
    is_archived: bool
    variants: list[EditedVariantView]


IfMatch = Annotated[str | None, Header(max_length=1_000, description="El ETag que leíste; si ya cambió, 412.")]


@contextmanager
def _refusals() -> Iterator[None]:
    """What goes wrong with an edit, in the words of whoever made it."""
    try:
        yield
    except NotFound as error:
        raise Missing("No hay un producto con ese id en tu catálogo.") from error
    except AlreadyExists as error:
        sku = str(error).removeprefix("SKU ")
        raise Conflict(f"Ya vendes otro producto con el código «{sku}». Usa otro código.", {"sku": sku}) from error
    except DraftRefused as error:
        faults = [{"field": path, "code": "value_error", "message": message} for path, message in error.faults]
        raise Invalid(details={"fields": faults}) from error


@router.post("", status_code=201, summary="Crear un producto", responses=errors(401, 403, 409, 422))
async def create_one(body: ProductBody, principal: Admin, runtime: RuntimeNeeded, response: Response) -> ProductDetail:
    with _refusals():
        state = await create_product(runtime.database, principal.tenant_id, _draft(body))
    response.headers["Location"] = f"/v1/products/{state.id}"
    return await _answer(runtime, principal.tenant_id, state, response)


@router.get("/{product_id:uuid}", summary="Ver un producto con sus variantes", responses=errors(401, 404))
async def read_one(product_id: UUID, principal: Viewer, runtime: RuntimeNeeded, response: Response) -> ProductDetail:
    with _refusals():
        state = await read_product(runtime.database, principal.tenant_id, product_id)
    return await _answer(runtime, principal.tenant_id, state, response)


@router.put("/{product_id:uuid}", summary="Escribir un producto completo", responses=_WRITES)
async def replace_one(
    product_id: UUID,
    body: ProductBody,
    principal: Admin,
    runtime: RuntimeNeeded,
    response: Response,
    if_match: IfMatch = None,
) -> ProductDetail:
    with _refusals(), _staleness(if_match, body.version) as expected:
        draft = _draft(body)
        state = await change_product(runtime.database, principal.tenant_id, product_id, lambda _: draft, expected)
    return await _answer(runtime, principal.tenant_id, state, response)


@router.patch("/{product_id:uuid}", summary="Cambiar una parte de un producto", responses=_WRITES)
async def change_one(
    product_id: UUID,
    body: ProductChange,
    principal: Admin,
    runtime: RuntimeNeeded,
    response: Response,
    if_match: IfMatch = None,
) -> ProductDetail:
    with _refusals(), _staleness(if_match, body.version) as expected:
        state = await change_product(
            runtime.database, principal.tenant_id, product_id, lambda state: _changed(state, body), expected
        )
    return await _answer(runtime, principal.tenant_id, state, response)


@router.post("/{product_id:uuid}/archive", summary="Dejar de vender un producto", responses=_WRITES)
async def archive_one(
    product_id: UUID, principal: Admin, runtime: RuntimeNeeded, response: Response, if_match: IfMatch = None
) -> ProductDetail:
    with _refusals(), _staleness(if_match) as expected:
        state = await archive_product(runtime.database, principal.tenant_id, product_id, expected)
    return await _answer(runtime, principal.tenant_id, state, response)


@router.post("/{product_id:uuid}/restore", summary="Volver a vender un producto", responses=_WRITES)
async def restore_one(
    product_id: UUID, principal: Admin, runtime: RuntimeNeeded, response: Response, if_match: IfMatch = None
) -> ProductDetail:
    with _refusals(), _staleness(if_match) as expected:
        state = await restore_product(runtime.database, principal.tenant_id, product_id, expected)
    return await _answer(runtime, principal.tenant_id, state, response)


@contextmanager
def _staleness(if_match: str | None, version: str | None = None) -> Iterator[str | None]:
    """The version that is expected, by the header or the body; what to answer when it is another."""
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in (if_match or "*").split(",")]
    expected = version if "*" in tags else tags[0]
    if version is not None and expected != version:
        raise Conflict(_CHANGED, {"version": version})
    try:
        yield expected
    except StaleEdit as error:
        kind = Conflict if "*" in tags else PreconditionFailed
        raise kind(_CHANGED, {"version": error.current}) from error


def _draft(body: ProductBody) -> ProductDraft:
    return ProductDraft(
        name=body.name,
        brand=body.brand,
        category=body.category,
        description=body.description,
        synonyms=tuple(body.synonyms),
        tags=tuple(body.tags),
        images=tuple(body.images),
        variants=tuple(
            VariantDraft(each.sku, each.price, each.stock, each.barcode, each.unit, each.options)
            for each in body.variants
        ),
    )


def _changed(state: ProductState, body: ProductChange) -> ProductDraft:
    """Raises DraftRefused for a new variant without price, and for a product that is not on sale."""
    if not state.on_sale:
        raise DraftRefused([("variants", "Este producto está archivado: vuelve a venderlo antes de cambiarlo.")])
    old = state.draft()
    said = {name: getattr(body, name) for name in body.model_fields_set - {"variants", "version"}}
    said = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    variants = {variant.sku.strip().lower(): variant for variant in old.variants}
    for at, change in enumerate(body.variants):
        key = change.sku.strip().lower()
        given = {name: getattr(change, name) for name in change.model_fields_set}
        if given.get("options", {}) is None:
            given["options"] = {}
        if given.get("price", Decimal(1)) is None or (key not in variants and "price" not in given):
            raise DraftRefused([(f"variants.{at}.price", "Falta el precio de esta variante.")])
        variants[key] = replace(variants[key], **given) if key in variants else VariantDraft(**given)
    return replace(old, **said, variants=tuple(variants.values()))


async def _answer(runtime: Runtime, tenant_id: UUID, state: ProductState, response: Response) -> ProductDetail:
    async with runtime.database.transaction(tenant_id) as tx:
        currency = (await tx.tenants.get()).currency
    response.headers["ETag"] = f'"{state.version}"'
    fields = {name: state.fields[name] for name in ("name", "brand", "category", "description", "synonyms", "tags")}
    return ProductDetail(
        id=state.id,
        version=state.version,
        **fields,
        images=list(state.images),
        currency=currency,
        is_archived=not state.on_sale,
        variants=[_variant(variant) for variant in state.variants],
    )


def _variant(variant: EditedVariant) -> EditedVariantView:
    return EditedVariantView(
        id=variant.id,
        sku=variant.sku,
        price=money(variant.price, variant.currency),
        stock=variant.on_hand,
        barcode=variant.barcode,
        unit=variant.unit,
        options=dict(variant.options),
        is_archived=variant.is_archived,
    )
