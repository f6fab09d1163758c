"""Orders into Odoo and products out of it, against what the same server does when asked plainly, in the same run.

The server is the real one of ODOO_URL, ODOO_DB, ODOO_KEY, ODOO_LOGIN; else the local stand-in, in a process of its own,
which does one call at a time and takes as long for it as an Odoo 19 on two cores did.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import uuid4

from agent.orders.sending import AgreedLine, AgreedOrder, send_order
from connectors.errors import ConnectorError, Verdict
from connectors.http import GuardedHttp, parse_networks
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import OdooCalls, connect
from connectors.odoo.customers import Customer, find_or_create
from connectors.odoo.products import PAGE, OdooProduct, read_products, sold_products
from tests.benchmarks.measure import Figure
from tests.contract.shop import Contract
from tests.servers.odoo_server import DATABASE, KEY, LOGIN, odoo_server
from tests.servers.odoo_shop import OdooShop

ORDERS, AT_ONCE, ROUNDS = 40, 8, 3
LOCAL_PRODUCTS = 2_000
# What a bare reading of the catalogue asks for: the fields of ours that every Odoo has.
FIELDS = ["id", "name", "default_code", "barcode", "lst_price", "currency_id", "categ_id", "taxes_id", "sale_ok",
          "active", "type", "uom_id", "product_tmpl_id", "product_template_attribute_value_ids", "description_sale",
          "write_date", "free_qty"]  # fmt: skip
# What there is at least to sell of a product so that no order of a run is held.
_ENOUGH = ORDERS * ROUNDS
# Milliseconds of a call, and of each record in it, as measured; what was not, as the nearest that was.
_COSTS = {
    ("sale.order", "create"): (5.0, 48.0),
    ("sale.order", "load"): (5.0, 48.0),
    ("sale.order", "action_confirm"): (30.0, 48.0),
    ("res.partner", "load"): (5.0, 24.0),
    ("mail.message", "load"): (5.0, 24.0),
    ("product.product", "search_read"): (28.0, 0.158),
    ("product.product", "search"): (9.0, 0.002),
    ("product.product", "formatted_read_group"): (11.0, 0.002),
    ("product.template.attribute.value", "read"): (10.0, 0.03),
}
# Products with their taxes and the names of what they refer to: pages of 184, 441 and 735 took 103, 188 and 280 ms,
# against 58, 95 and 145 without.
_COST_WITH_TAXES = (44.0, 0.321)
_COST_OF_OTHERS = (8.0, 0.04)


async def run() -> list[Figure]:
    async with _open() as odoo:
        return [await _orders(odoo), await _catalogue(odoo)]


async def _orders(odoo: Contract) -> Figure:
    product = next(each for each in await _read(odoo.calls) if each.stock is not None and each.stock >= _ENOUGH)
    phone = f"+569{uuid4().int % 10**8:08d}"
    partner_id = await find_or_create(odoo.calls, Customer(f"contact_{uuid4().hex}", "Compra de medición", phone))

    async def plainly() -> None:
        lines = [(0, 0, {"product_id": product.id, "product_uom_qty": 1})]
        [order_id] = await odoo.create("sale.order", {"partner_id": partner_id, "order_line": lines})
        odoo.keep(order_id)
        await _until_done(lambda: odoo.calls.call("sale.order", "action_confirm", [order_id]))

    async def ours() -> None:
        order = _agreed(product, Customer(f"contact_{uuid4().hex}", "Compra de medición", phone))
        odoo.keep((await send_order(odoo.calls, order)).state.id)

    floors, rates = [], []
    for _ in range(ROUNDS):  # in turns, so that a machine that slows down slows both
        floors.append(await _rate(plainly))
        rates.append(await _rate(ours))
    name = f"orders into Odoo, {AT_ONCE} at once"
    return _compared(name, max(rates), max(floors), "create + confirm", "customer known, stock and total compared")


async def _catalogue(odoo: Contract) -> Figure:
    async def ours() -> int:
        return len(await _read(odoo.calls))

    async def plainly() -> int:
        after, count = 0, 0
        while rows := await odoo.calls.call(
            "product.product", "search_read", domain=[["sale_ok", "=", True], ["id", ">", after]], fields=FIELDS,
            limit=PAGE, order="id",
        ):  # fmt: skip
            after, count = rows[-1]["id"], count + len(rows)
        return count

    floors, rates = [], []
    for _ in range(ROUNDS):
        floors.append(await _pace(plainly))
        rates.append(await _pace(ours))
    return _compared("catalogue out of Odoo", max(rates), max(floors), "bare search_read", "with prices and options")


async def _read(calls: OdooCalls) -> list[OdooProduct]:
    return [each async for page in read_products(calls, await sold_products(calls)) for each in page]


async def _until_done(ask: Callable[[], Awaitable[Any]]) -> None:
    """Of those that confirm orders of one product at the same moment, a real Odoo turns some away."""
    while True:
        try:
            await ask()
        except ConnectorError as error:
            if error.verdict is not Verdict.RETRY:
                raise
        else:
            return


async def _rate(send: Callable[[], Awaitable[None]]) -> float:
    room = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with room:
            await send()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(ORDERS)))
    return ORDERS / (time.perf_counter() - started)


async def _pace(read: Callable[[], Awaitable[int]]) -> float:
    started = time.perf_counter()
    count = await read()
    return count / (time.perf_counter() - started)


def _compared(name: str, ours: float, floor: float, floor_name: str, note: str) -> Figure:
    return Figure(name, f"{ours:,.0f}/s", f"{floor_name}: {floor:,.0f}/s", ours / floor, f"aim: 0.9; {note}")


def _agreed(product: OdooProduct, customer: Customer) -> AgreedOrder:
    reference = uuid4().hex
    return AgreedOrder(
        external_id=f"order_{reference}",
        reference=reference[:8],
        lines=[AgreedLine(product.sku, product.name, 1, product.price)],
        total=Decimal(product.price),
        currency=product.currency,
        customer=customer,
        note=f"Conversación {reference}",
        note_mark=reference,
        confirms=True,
        is_first=True,
    )


@asynccontextmanager
async def _open() -> AsyncIterator[Contract]:
    is_real = bool(os.environ.get("ODOO_URL"))
    http = GuardedHttp(parse_networks("0.0.0.0/0,::/0" if is_real else "127.0.0.1/32"))
    async with _server() as access:
        calls = await connect(http, access)
        contract = Contract(http, access, calls, lambda other: calls)
        try:
            yield contract
        finally:
            await contract.clean_up()
            await http.close()


@asynccontextmanager
async def _server() -> AsyncIterator[OdooAccess]:
    if url := os.environ.get("ODOO_URL"):
        yield OdooAccess(url, os.environ["ODOO_DB"], os.environ["ODOO_KEY"], os.environ.get("ODOO_LOGIN", ""))
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.odoo", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    try:
        yield OdooAccess((await process.stdout.readline()).decode().strip(), DATABASE, KEY, LOGIN)
    finally:
        process.stdin.close()
        await process.wait()


class _CostlyShop(OdooShop):
    """Whose one worker is busy while it works."""

    def call(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        started = time.perf_counter()
        answer = super().call(model, method, ids, arguments)
        records = ids or arguments.get("data") or (answer if isinstance(answer, list) else [answer])
        fixed, each = _COSTS.get((model, method), _COST_OF_OTHERS) if records else _COST_OF_OTHERS
        if records and "taxes_id" in arguments.get("fields", ()):
            fixed, each = _COST_WITH_TAXES
        due = started + (fixed + each * len(records)) / 1000
        time.sleep(max(0.0, due - time.perf_counter()))
        return answer


async def _serve() -> None:
    """Until nobody holds its standard input open."""
    async with odoo_server(shop=_CostlyShop()) as server:
        for number in range(LOCAL_PRODUCTS):
            server.shop.add_product(f"Polera {number}", f"POL-{number}", 10_000, 10 * _ENOUGH, options={"Talla": "M"})
        print(server.url, flush=True)  # noqa: T201 - for the parent
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
