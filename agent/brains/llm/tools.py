"""What the model may call. A docstring is a tool's contract with the model; its arguments are checked strictly.

Tenant, shopper, prices and totals are not arguments of any tool, and none places an order.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from inspect import getdoc
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.brains.llm.answers import Answer, Seen, as_cart, as_item, as_order, as_refusal
from agent.order_data import OrderField
from agent.tools import cart, catalogue, handoff, knowledge, leads, order_data, orders, workflows
from agent.untrusted import clean
from agent.workspace import CartView, Refusal
from data.search.filters import Sort
from data.search.wish import read_wish
from data.states import LeadKind

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


class OrderDetails(Arguments):
    """Only what the person said; what is left out stays as it was."""

    name: str | None = Field(default=None, max_length=80, description="A nombre de quién va el pedido.")
    fulfilment: Literal["delivery", "pickup"] | None = Field(
        default=None, description='"delivery" si va con despacho, "pickup" si retira en la tienda.'
    )
    address: str | None = Field(default=None, max_length=200, description="Calle, número y comuna, como la escribió.")
    commune: str | None = Field(default=None, max_length=60)
    document: Literal["boleta", "factura"] | None = None
    rut: str | None = Field(default=None, max_length=20, description="RUT para la factura, como lo escribió.")
    legal_name: str | None = Field(default=None, max_length=200, description="Razón social para la factura.")
    activity: str | None = Field(default=None, max_length=200, description="Giro para la factura.")
    phone: str | None = Field(default=None, max_length=30)
    email: str | None = Field(default=None, max_length=200)
    same_place_as_before: bool = Field(
        default=False, description='True solo si dijo que sí a "¿va donde la otra vez?".'
    )


class OrderReference(Arguments):
    reference: str | None = Field(
        default=None, max_length=30, description='El número que dijo, como "S00012"; null para su último pedido.'
    )


class Wait(Arguments):
    sku: str | None = Field(default=None, max_length=100, description="El código del producto sin stock.")
    wanted: str = Field(default="", max_length=200, description="Si la tienda no lo vende: qué es, en sus palabras.")
    quantity: int = Field(default=1, ge=1, le=cart.MOST_UNITS)


class ContactWish(Arguments):
    kind: Literal["call", "email", "quote"] = Field(
        description='"call" si quiere que la llamen, "email" si que le escriban, "quote" si pide una cotización.'
    )
    phone: str = Field(default="", max_length=30, description="El teléfono que escribió, si lo escribió.")
    email: str = Field(default="", max_length=200, description="El correo que escribió, si lo escribió.")
    moment: str = Field(default="", max_length=100, description='Cuándo, en sus palabras: "mañana en la tarde".')


class WorkflowStart(Arguments):
    workflow: str = Field(min_length=1, max_length=80, description="Su `name`, tal como viene en `workflows`.")
    data: dict[str, str | int | float | bool] = Field(
        default={}, max_length=20, description="Lo que pide su `input`, solo con datos que la persona escribió."
    )


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
    Se niega con CART_EMPTY, OUT_OF_STOCK, NOT_ENOUGH_STOCK, o DATA_MISSING: entonces pregunta tal cual lo que dice
    `message`, y anota la respuesta con `set_order_data`.
    """
    summary = await orders.prepare_order(seen.workspace)
    if isinstance(summary, Refusal):
        return as_refusal(summary)
    return Answer("ok", {"prepared": True, "order_exists": False})


async def set_order_data(seen: Seen, wanted: OrderDetails) -> Answer:
    """Anota los datos del pedido que la tienda pide y que la persona acaba de escribir. Nunca inventes uno.

    Devuelve `refused` con lo que no se pudo anotar (RUT_INVALID, PHONE_INVALID, EMAIL_INVALID, NOT_OFFERED, NOT_SAID)
    y `next_question`, lo único que hay que preguntar ahora; si viene vacío, llama a `prepare_order`.
    """
    workspace = seen.workspace
    if wanted.same_place_as_before and workspace.context.memory.offered_last_place:
        order_data.take_last_place(workspace)
    values = {field: value for field in OrderField if (value := getattr(wanted, field.value))}
    refused = order_data.set_said_data(workspace, values)
    missing = order_data.missing_data(workspace)
    question = orders.ask_data(workspace, missing).message if missing else ""
    return Answer("refused" if refused else "ok", {"refused": list(refused), "next_question": question})


async def order_status(seen: Seen, wanted: OrderReference) -> Answer:
    """Dice en qué va un pedido de esta persona. Se niega con UNKNOWN_ORDER si no hay uno así a su nombre."""
    order = orders.find_order(seen.workspace, wanted.reference)
    if order is None:
        return as_refusal(Refusal("UNKNOWN_ORDER", "No hay un pedido así a su nombre."))
    orders.tell_order(seen.workspace, order)
    return Answer("ok", as_order(order))


async def ask_to_cancel_order(seen: Seen, wanted: OrderReference) -> Answer:
    """Prepara la pregunta de si anular un pedido. No lo anula: se anula si la persona responde "sí" a tu mensaje.

    Tu mensaje debe preguntarlo, con el número del pedido. Se niega con UNKNOWN_ORDER, ALREADY_CANCELLED o TOO_LATE
    (entonces ofrece una persona).
    """
    order = orders.ask_to_cancel(seen.workspace, wanted.reference)
    return as_refusal(order) if isinstance(order, Refusal) else Answer("ok", {"ask": True} | as_order(order))


async def join_waitlist(seen: Seen, wanted: Wait) -> Answer:
    """Anota a la persona para avisarle cuando llegue un producto sin stock, o algo que la tienda no vende.

    Solo si lo pidió o dijo que sí. Se niega con UNKNOWN_SKU, IN_STOCK (sí hay: ofrécelo), NOTHING_WANTED o TOO_MANY.
    """
    joined = await leads.join_waitlist(
        seen.workspace, sku=wanted.sku or None, wanted=wanted.wanted, quantity=wanted.quantity
    )
    if isinstance(joined, Refusal):
        return as_refusal(joined)
    if joined is not None:
        seen.add(joined)
    return Answer("ok", {"on_waitlist": True})


async def record_lead(seen: Seen, wanted: ContactWish) -> Answer:
    """Deja a la tienda el recado de que la persona quiere que la llamen, le escriban o le coticen.

    Se niega con NOT_SAID si el teléfono o el correo no los escribió ella. `needs_contact`: falta cómo ubicarla;
    pregúntaselo.
    """
    said = seen.workspace.said_by_contact().casefold()
    digits = "".join(filter(str.isdigit, wanted.phone))
    if (digits and digits not in "".join(filter(str.isdigit, said))) or wanted.email.strip().casefold() not in said:
        return as_refusal(Refusal("NOT_SAID", "Ese dato no lo escribió la persona; pregúntaselo."))
    lead = leads.record_lead(
        seen.workspace, LeadKind(wanted.kind), phone=wanted.phone, email=wanted.email, moment=wanted.moment,
        note=seen.workspace.context.text,
    )  # fmt: skip
    return Answer("ok", {"recorded": True, "needs_contact": not (lead.phone or lead.email)})


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


async def start_workflow(seen: Seen, wanted: WorkflowStart) -> Answer:
    """Inicia uno de los flujos de la tienda que vienen en `workflows`, cuando su descripción calza con lo que pide.

    `reply` es lo que contestó, para decírselo a la persona; vacío: sigue en curso, y si contesta después se le envía.
    Se niega con UNKNOWN_WORKFLOW, INVALID_INPUT (dice qué dato falta: pregúntalo), TOO_MANY, NOT_STARTED o
    UNKNOWN_AMOUNT (entonces ofrece una persona).
    """
    answer = await workflows.start_workflow(seen.workspace, wanted.workflow, wanted.data)
    if isinstance(answer, Refusal):
        return as_refusal(answer)
    return Answer("ok", {"status": answer.status.value, "reply": answer.reply})


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
        Tool(OrderDetails, set_order_data),
        Tool(OrderReference, order_status),
        Tool(OrderReference, ask_to_cancel_order),
        Tool(Wait, join_waitlist),
        Tool(ContactWish, record_lead),
        Tool(Skus, show_products),
        Tool(WorkflowStart, start_workflow),
        Tool(Reason, request_human),
    )
}


@cache
def schemas() -> tuple[dict[str, Any], ...]:
    """Of all tools, made once: they take 5 ms. To be copied by whoever hands them on."""
    return tuple(tool.schema() for tool in TOOLS.values())
