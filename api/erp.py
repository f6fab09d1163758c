"""The shop's Odoo through this API: products read live, sale orders made once, orders of the chat sent again."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field

from api.connected import open_odoo
from api.dependencies import RuntimeNeeded, Seller, Viewer
from api.errors import Conflict, Missing
from api.runtime import Runtime
from api.schemas import Limit, Money, errors, money
from connectors.odoo.orders import NewLine, NewOrder, create_order, read_order
from connectors.odoo.products import OdooProduct, read_products, sold_products
from data.money import quantum
from data.states import OrderStatus

router = APIRouter(tags=["Odoo"])


class ErpProduct(BaseModel):
    id: int
    sku: str
    name: str
    category: str
    price: Annotated[Money, Field(description="Lo que paga el cliente por uno, con impuestos.")]
    currency: str
    stock: Annotated[int | None, Field(description="Lo que nadie tiene reservado; null: no se cuenta.")]
    options: dict[str, str]
    barcode: str


class ErpProducts(BaseModel):
    products: list[ErpProduct]
    next: Annotated[int | None, Field(description="Pásalo como `after` para la página siguiente.")]


class ErpLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    product_id: Annotated[int, Field(ge=1)]
    quantity: Annotated[int, Field(ge=1, le=100_000)]


class NewErpOrder(BaseModel):
    """Prices and taxes are Odoo's."""

    model_config = ConfigDict(extra="forbid")

    partner_id: Annotated[int, Field(ge=1)]
    order_line: Annotated[list[ErpLine], Field(min_length=1, max_length=200)]
    reference: Annotated[str, Field(max_length=60)] = ""


class ErpOrder(BaseModel):
    id: int
    name: Annotated[str, Field(examples=["S00042"])]
    state: Annotated[str, Field(examples=["draft"])]
    total: Money
    currency: str


class Resend(BaseModel):
    model_config = ConfigDict(extra="forbid")

    accepts_total: Annotated[
        bool,
        Field(description="Aceptas el total y las líneas que tiene en Odoo, aunque no sean lo que aceptó el cliente."),
    ] = False


IdempotencyKey = Annotated[
    str | None,
    Header(max_length=200, description="Con la misma clave se crea un solo pedido, aunque lo pidas varias veces."),
]

_OWN = UUID("6f1f6b0e-6d0b-4b55-9d5b-1f6f2f6f7a11")


@router.get("/v1/erp/products", summary="Ver los productos de Odoo", responses=errors(401, 404, 409, 422, 503))
@router.get(
    "/odoo/products", summary="Ver los productos de Odoo (otra dirección)", responses=errors(401, 404, 409, 503)
)
async def list_erp_products(
    principal: Viewer,
    runtime: RuntimeNeeded,
    category: Annotated[str, Query(max_length=100, description="Parte del nombre de la categoría.")] = "",
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, description="El `next` de la página anterior.")] = 0,
) -> ErpProducts:
    """As they are this very moment; nothing is kept."""
    currency = await _currency(runtime, principal.tenant_id)
    _, calls = await open_odoo(runtime, principal.tenant_id)
    decimals = -int(quantum(currency).as_tuple().exponent)
    ids = await sold_products(calls, after=after, category=category.strip(), limit=limit)
    products = [each async for page in read_products(calls, ids, decimals=decimals) for each in page]
    return ErpProducts(
        products=[_product(each, currency) for each in products], next=ids[-1] if len(ids) == limit else None
    )


@router.post("/v1/erp/orders", status_code=201, summary="Crear un pedido en Odoo",
             responses=errors(401, 403, 404, 409, 422, 503))  # fmt: skip
@router.post("/odoo/orders", status_code=201, summary="Crear un pedido en Odoo (otra dirección)",
             responses=errors(401, 403, 404, 409, 422, 503))  # fmt: skip
async def create_erp_order(
    body: NewErpOrder, principal: Seller, runtime: RuntimeNeeded, idempotency_key: IdempotencyKey = None
) -> ErpOrder:
    """A quotation. Its stock is up to whoever asks: Odoo sells more than there is without a word."""
    access, calls = await open_odoo(runtime, principal.tenant_id)
    name = uuid5(_OWN, f"{principal.tenant_id}/{idempotency_key}") if idempotency_key else uuid4()
    order = NewOrder(
        external_id=f"order_{name.hex}",
        partner_id=body.partner_id,
        reference=body.reference.strip(),
        lines=[NewLine(line.product_id, line.quantity) for line in body.order_line],
        company_id=access.company_id,
        warehouse_id=access.warehouse_id,
    )
    state = await read_order(calls, await create_order(calls, order))
    if state is None:
        raise Missing("El pedido ya no existe en Odoo.")
    return ErpOrder(
        id=state.id, name=state.name, state=state.state, currency=state.currency,
        total=money(Decimal(state.total), state.currency or "CLP"),
    )  # fmt: skip


@router.post("/v1/erp/orders/{reference}/submit", status_code=202, summary="Enviar otra vez un pedido del chat a Odoo",
             responses=errors(401, 403, 404, 409, 422))  # fmt: skip
async def resend_order(reference: str, body: Resend, principal: Seller, runtime: RuntimeNeeded) -> None:
    """For an order that was held, once a person has looked at it."""
    async with runtime.database.transaction(principal.tenant_id) as tx:
        found = await tx.orders.by_reference(reference.strip().upper())
        if found is None:
            raise Missing("No hay un pedido con esa referencia.")
        if found.order.submitted_at is not None or found.order.status is not OrderStatus.PLACED:
            raise Conflict("Ese pedido ya está en Odoo, o ya no está pendiente.", {"reference": reference})
        await tx.submissions.again(found.order.id, datetime.now(UTC))
        await tx.submissions.note(found.order.id, accepts_total=body.accepts_total or None)


async def _currency(runtime: Runtime, tenant_id: UUID) -> str:
    async with runtime.database.transaction(tenant_id) as tx:
        return (await tx.tenants.get()).currency


def _product(product: OdooProduct, currency: str) -> ErpProduct:
    return ErpProduct(
        id=product.id,
        sku=product.sku,
        name=product.name,
        category=product.category,
        price=money(product.price, product.currency or currency),
        currency=product.currency or currency,
        stock=product.stock,
        options=dict(product.options),
        barcode=product.barcode,
    )
