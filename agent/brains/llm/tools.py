"""What the model may call. A docstring is a tool's contract with the model; its arguments are checked strictly.

Tenant, shopper, prices and totals are not arguments of any tool, and none places an order.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from inspect import getdoc
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.brains.llm.answers import Answer, Seen, as_cart, as_item, as_refusal
from agent.tools import cart, catalogue, handoff, knowledge, orders
from agent.untrusted import clean
from agent.workspace import CartView, Refusal
from data.search.filters import Sort
from data.search.wish import read_wish

MOST_SHOWN = 10


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class NoArguments(Arguments):
    pass


class Search(Arguments):
    query: str = Field(
        min_length=1, max_length=200, description='Lo que busca la persona, en pocas palabras: "polera negra".'
    )
    min_price: float | None = Field(default=None, ge=0, description="Precio mínimo, en la moneda de la tienda.")
    max_price: float | None = Field(default=None, ge=0, description='Precio máximo: 10000 para "bajo 10 lucas".')
    options: list[str] = Field(default=[], max_length=6, description='Valores que debe tener: ["negro", "M"].')
    in_stock_only: bool = Field(default=False, description="Solo los que tienen stock.")
    sort: Sort = Field(default="relevance", description='"cheapest" si pide lo más barato, "dearest" lo más caro.')


class Sku(Arguments):
    sku: str = Field(min_length=1, max_length=100, description='El código que devolvió una búsqueda: "MAR-016".')


class SkuAndQuantity(Sku):
    quantity: int = Field(ge=0, le=cart.MOST_UNITS, description="Unidades, un número entero.")


class Skus(Arguments):
    skus: list[str] = Field(min_length=1, max_length=MOST_SHOWN, description="Los códigos, en el orden del mensaje.")


class Question(Arguments):
    question: str = Field(min_length=1, max_length=300, description='La pregunta, completa: "¿Despachan a Maipú?".')


class Reason(Arguments):
    reason: str = Field(min_length=1, max_length=500, description="Por qué, para quien va a atender.")


async def search_products(seen: Seen, wanted: Search) -> Answer:
    """Busca en el catálogo. Úsala antes de hablar de cualquier producto.

    Devuelve `products` (calzan con las palabras y los filtros, primero los que tienen stock), `excluded` (calzan con
    las palabras pero no con un filtro) y `total`. Si ambas listas vienen vacías, la tienda no tiene eso.
    """
    said = read_wish(wanted.query)  # a model may leave "bajo 10 lucas" among the words
    found = await catalogue.search_products(
        seen.workspace,
        said.words or wanted.query,
        min_price=_money(wanted.min_price) if wanted.min_price is not None else said.min_price,
        max_price=_money(wanted.max_price) if wanted.max_price is not None else said.max_price,
        options=wanted.options,
        in_stock_only=wanted.in_stock_only or said.in_stock,
        sort=wanted.sort if wanted.sort != "relevance" else said.sort,
        limit=6,
    )
    seen.add(*found.items, *found.excluded)
    return Answer(
        "ok" if found.items else "nothing_found",
        {
            "products": [as_item(item) for item in found.items],
            "excluded": [as_item(item) for item in found.excluded],
            "total": found.total,
        },
    )


async def ask_shop(seen: Seen, wanted: Question) -> Answer:
    """Busca lo que la tienda dejó dicho de sí misma: horario, dirección, despacho, pagos, cambios, servicios.

    Úsala ante cualquier pregunta que no sea por un producto, una pregunta por llamada. Responde solo con lo que dice
    `answers`, sin agregar ni cambiar nada. Si viene vacía, la pregunta quedó anotada para la tienda: di que no tienes
    ese dato, que se lo dejas preguntado a la tienda, y ofrece una persona.
    """
    found = await knowledge.look_up(seen.workspace, wanted.question)
    if not found:
        knowledge.keep_question(seen.workspace, clean(wanted.question, knowledge.QUESTION_CHARACTERS))
        return Answer("nothing_found", {"answers": [], "kept_for_the_store": True})
    knowledge.cite(seen.workspace, found)
    return Answer("ok", {"answers": [{"question": one.question, "answer": one.answer} for one in found]})


async def get_product(seen: Seen, wanted: Sku) -> Answer:
    """Lee un producto por su código: nombre, precio y stock de este momento. Se niega con UNKNOWN_SKU."""
    item = await catalogue.get_product(seen.workspace, wanted.sku)
    if isinstance(item, Refusal):
        return as_refusal(item)
    seen.add(item)
    return Answer("ok", as_item(item))


async def view_cart(seen: Seen, _: NoArguments) -> Answer:
    """Muestra el carrito con sus cantidades, precios y total."""
    return _cart(cart.view_cart(seen.workspace))


async def set_quantity(seen: Seen, wanted: SkuAndQuantity) -> Answer:
    """Deja un producto con exactamente esa cantidad en el carrito; 0 lo saca. Para "mejor dos" o "ponle 3".

    Se niega con UNKNOWN_SKU, NOT_IN_CART, OUT_OF_STOCK, NOT_ENOUGH_STOCK (dice cuántos hay) o CART_FULL.
    """
    return _cart(await cart.set_quantity(seen.workspace, wanted.sku, wanted.quantity))


async def add_to_cart(seen: Seen, wanted: SkuAndQuantity) -> Answer:
    """Suma unidades a lo que ya haya de ese producto. Solo cuando la persona lo pidió.

    Se niega como `set_quantity`.
    """
    return _cart(await cart.add_to_cart(seen.workspace, wanted.sku, wanted.quantity))


async def remove_from_cart(seen: Seen, wanted: Sku) -> Answer:
    """Saca un producto del carrito. Se niega con NOT_IN_CART."""
    return _cart(await cart.remove_from_cart(seen.workspace, wanted.sku))


async def empty_cart(seen: Seen, _: NoArguments) -> Answer:
    """Vacía el carrito. Solo cuando la persona lo pidió con claridad."""
    return _cart(cart.empty_cart(seen.workspace))


async def prepare_order(seen: Seen, _: NoArguments) -> Answer:
    """Prepara el resumen del pedido con lo que hay en el carrito, cuando la persona quiere comprar o terminar.

    El resumen se agrega solo al final de tu mensaje; el pedido queda hecho recién cuando la persona responda que sí.
    Se niega con CART_EMPTY, OUT_OF_STOCK o NOT_ENOUGH_STOCK.
    """
    summary = await orders.prepare_order(seen.workspace)
    if isinstance(summary, Refusal):
        return as_refusal(summary)
    return Answer("ok", {"prepared": True, "order_exists": False})


async def show_products(seen: Seen, wanted: Skus) -> Answer:
    """Anota qué productos muestra tu mensaje y en qué orden, para entender después "el segundo".

    Llámala justo antes de responder. Los códigos que no existen vuelven en `unknown`.
    """
    items = await catalogue.get_products(seen.workspace, wanted.skus)
    catalogue.show_products(seen.workspace, items)
    seen.add(*items)
    known = {item.sku.casefold() for item in items}
    unknown = [sku for sku in wanted.skus if sku.casefold() not in known]
    return Answer("ok" if items else "UNKNOWN_SKU", {"shown": [as_item(item) for item in items], "unknown": unknown})


async def request_human(seen: Seen, wanted: Reason) -> Answer:
    """Pasa la conversación a una persona de la tienda: si la pide, reclama, o no puedes ayudar.

    Después de esto ya no respondes tú: despídete diciendo que la derivas.
    """
    handoff.request_human(seen.workspace, wanted.reason)
    return Answer("ok", {"handed_off": True})


def _cart(result: CartView | Refusal) -> Answer:
    return as_refusal(result) if isinstance(result, Refusal) else as_cart(result)


def _money(price: float | None) -> Decimal | None:
    return None if price is None else Decimal(str(price))


@dataclass(frozen=True, slots=True)
class Tool:
    arguments: type[Arguments]
    call: Callable[[Seen, Any], Awaitable[Answer]]

    @property
    def name(self) -> str:
        return self.call.__name__

    def schema(self) -> dict[str, Any]:
        """In the OpenAI form, which every LangChain chat model takes."""
        parameters = self.arguments.model_json_schema()
        for noise in ("title", "description"):
            parameters.pop(noise, None)
        return {
            "type": "function",
            "function": {"name": self.name, "description": getdoc(self.call), "parameters": parameters},
        }


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(Search, search_products),
        Tool(Question, ask_shop),
        Tool(Sku, get_product),
        Tool(NoArguments, view_cart),
        Tool(SkuAndQuantity, set_quantity),
        Tool(SkuAndQuantity, add_to_cart),
        Tool(Sku, remove_from_cart),
        Tool(NoArguments, empty_cart),
        Tool(NoArguments, prepare_order),
        Tool(Skus, show_products),
        Tool(Reason, request_human),
    )
}
